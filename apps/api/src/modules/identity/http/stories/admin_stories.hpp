#pragma once
// The admin domain's surfaces: users, roles, sessions, recovery, compliance, and what staff look up. Each parses, calls
// one use case, and renders; who may do what to whom is decided in the use cases, against the store.
#include "modules/identity/http/row.hpp"

namespace gatehouse::http {

#define GH_ADMIN_STORY(name) \
  Result<server::Response> name(const Api& api, const server::Request& request, const application::Caller& caller)

GH_ADMIN_STORY(list_users);
GH_ADMIN_STORY(create_user);
GH_ADMIN_STORY(get_user);
GH_ADMIN_STORY(update_user);
GH_ADMIN_STORY(delete_user);
GH_ADMIN_STORY(update_compliance);

GH_ADMIN_STORY(list_user_roles);
GH_ADMIN_STORY(assign_role);
GH_ADMIN_STORY(revoke_role);
GH_ADMIN_STORY(list_roles);

GH_ADMIN_STORY(list_user_sessions);
GH_ADMIN_STORY(revoke_user_sessions);
GH_ADMIN_STORY(revoke_session);
GH_ADMIN_STORY(list_user_accounts);

GH_ADMIN_STORY(start_password_reset);
GH_ADMIN_STORY(reset_user_mfa);
GH_ADMIN_STORY(unlock_user);

/// As JSON by pages, or as NDJSON where `Accept` asks for it.
GH_ADMIN_STORY(list_audit);
GH_ADMIN_STORY(list_login_attempts);
GH_ADMIN_STORY(list_mails);
GH_ADMIN_STORY(get_stats);

#undef GH_ADMIN_STORY

}  // namespace gatehouse::http
