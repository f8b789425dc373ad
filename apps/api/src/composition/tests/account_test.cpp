// The person's own account: profile, address, step-up, export, deletion, invitations.
#include <algorithm>

#include <boost/json/serialize.hpp>

#include "composition/tests/fixture.hpp"
#include "domain/identity/audit_actions.hpp"
#include "domain/identity/topics.hpp"
#include "modules/identity/application/authenticate.hpp"
#include "modules/identity/application/change_email.hpp"
#include "modules/identity/application/delete_user.hpp"
#include "modules/identity/application/export_me.hpp"
#include "modules/identity/application/forgot_password.hpp"
#include "modules/identity/application/invitation.hpp"
#include "modules/identity/application/mailbox.hpp"
#include "modules/identity/application/mailed_token.hpp"
#include "modules/identity/application/my_profile.hpp"
#include "modules/identity/application/not_me.hpp"
#include "modules/identity/application/reauthenticate.hpp"
#include "modules/identity/application/record.hpp"
#include "modules/identity/application/reset_password.hpp"
#include "modules/identity/application/step_up.hpp"
#include "modules/identity/application/update_user.hpp"

namespace gatehouse::composition::testing {
namespace {

const std::string kAda = "ada@example.com";
const std::string kKing = "ada.king@example.com";

struct Account : ::testing::Test {
  Account() : id(world.add_user(kAda)), session(world.sign_in(kAda)) {}

  Result<SignedIn> reauthenticate(const std::string& password) {
    return application::reauthenticate(world.deps(), world.caller(session),
                                       {.password = Secret<std::string>(password), .method = {}, .code = {}},
                                       world.request);
  }
  void move(const std::string& from, const std::string& to) {
    const auto here = world.sign_in(from);
    ASSERT_EQ(code_of(application::request_email_change(world.deps(), world.caller(here), to, world.request)), "ok");
    ASSERT_EQ(code_of(application::confirm_email_change(world.deps(), world.mailed_token(to, "confirm_email_change"),
                                                        world.request)),
              "ok");
  }
  Result<> undo(const std::string& mailed_to) {
    return application::undo_email_change(world.deps(), world.mailed_token(mailed_to, "email_change_notice"),
                                          world.request);
  }

  World world;
  domain::UserId id;
  SignedIn session;
};

TEST_F(Account, T30_a_sensitive_call_needs_a_proof_of_the_last_fifteen_minutes) {
  EXPECT_EQ(code_of(application::require_step_up(world.deps(), world.caller(session))), "ok");
  world.clock.advance(std::chrono::minutes(15) + std::chrono::seconds(1));
  EXPECT_EQ(code_of(application::require_step_up(world.deps(), world.caller(session))), "reauthentication_required");
  ASSERT_TRUE(world.lives(session));  // being used does not make it fresh
  EXPECT_EQ(code_of(application::require_step_up(world.deps(), world.caller(session))), "reauthentication_required");
  const auto renewed = reauthenticate(kPassword);
  ASSERT_EQ(code_of(renewed), "ok");
  EXPECT_EQ(code_of(application::require_step_up(world.deps(), world.caller(*renewed))), "ok");
}

TEST_F(Account, T31_a_step_up_gives_a_new_token_and_the_old_one_is_dead) {
  const auto renewed = reauthenticate(kPassword);
  ASSERT_EQ(code_of(renewed), "ok");
  EXPECT_EQ(renewed->session.id, session.session.id);
  EXPECT_EQ(renewed->session.expires_at, session.session.expires_at);
  EXPECT_FALSE(world.lives(session));
  EXPECT_TRUE(world.lives(*renewed));
}

TEST_F(Account, one_of_sixteen_step_ups_at_once_holds_the_live_token) {
  const auto caller = world.caller(session);
  const auto results = at_once(16, [&](int) {
    return application::reauthenticate(
        world.deps(), caller, {.password = Secret<std::string>(kPassword), .method = {}, .code = {}}, world.request);
  });
  EXPECT_EQ(count_ok(results), 1);
  for (const auto& each : results) {
    if (each) {
      EXPECT_TRUE(world.lives(*each));
    }
  }
}

TEST_F(Account, failed_step_ups_share_the_budgets_of_sign_in) {
  int wrong = 0;
  while (wrong < 60 && code_of(reauthenticate("not the password at all")) == "invalid_credentials") ++wrong;
  EXPECT_LT(wrong, 20);
  EXPECT_EQ(code_of(reauthenticate(kPassword)), "throttled");
}

TEST_F(Account, T20_the_address_changes_only_once_the_new_one_confirms) {
  const auto caller = world.caller(session);
  ASSERT_EQ(code_of(application::request_email_change(world.deps(), caller, kKing, world.request)), "ok");
  EXPECT_EQ(world.user(kAda).id, id);
  EXPECT_EQ(world.count_mails(kAda, "email_change_notice"), 1);
  ASSERT_EQ(code_of(application::confirm_email_change(world.deps(), world.mailed_token(kKing, "confirm_email_change"),
                                                      world.request)),
            "ok");
  EXPECT_EQ(world.user(kKing).id, id);
  EXPECT_EQ(world.count_events(id, domain::topics::kUserEmailChanged), 1);
  EXPECT_EQ(world.count_mails(kAda, "email_change_notice"), 2);
}

TEST_F(Account, a_taken_address_gets_the_same_answer_and_no_link) {
  world.add_user("bob@example.com");
  const auto caller = world.caller(session);
  EXPECT_EQ(code_of(application::request_email_change(world.deps(), caller, "bob@example.com", world.request)), "ok");
  EXPECT_EQ(world.count_mails("bob@example.com", "confirm_email_change"), 0);
}

TEST_F(Account, only_the_newest_request_for_an_address_is_good) {
  const auto caller = world.caller(session);
  ASSERT_EQ(code_of(application::request_email_change(world.deps(), caller, kKing, world.request)), "ok");
  ASSERT_EQ(code_of(application::request_email_change(world.deps(), caller, "ada2@example.com", world.request)), "ok");
  EXPECT_EQ(code_of(application::confirm_email_change(world.deps(), world.mailed_token(kKing, "confirm_email_change"),
                                                      world.request)),
            "invalid_token");
}

TEST_F(Account, undo_restores_the_address_before_the_first_change_and_ends_sessions) {
  move(kAda, kKing);
  move(kKing, "thief@example.com");
  const auto thief = world.sign_in("thief@example.com");
  EXPECT_EQ(code_of(undo(kKing)), "ok");
  EXPECT_EQ(world.user(kAda).id, id);
  EXPECT_FALSE(world.lives(thief));
  EXPECT_EQ(code_of(undo(kAda)), "invalid_token");  // the later link went with it
}

TEST_F(Account, the_address_that_an_undo_leaves_is_told_of_it_and_of_the_guard_on_resets) {
  move(kAda, kKing);
  world.clock.advance(std::chrono::minutes(1));
  ASSERT_EQ(code_of(undo(kAda)), "ok");
  EXPECT_EQ(world.count_mails(kKing, "email_change_undone"), 1);
  EXPECT_EQ(world.count_mails(kAda, "email_change_undone"), 0);
  const auto mails = application::list_mailbox(world.deps(), kKing, std::nullopt);
  ASSERT_TRUE(mails.has_value());
  std::string text = mails->front().message.text;
  std::replace(text.begin(), text.end(), '\n', ' ');  // it is wrapped
  EXPECT_NE(text.find("cannot be reset by mail alone"), std::string::npos) << text;
  EXPECT_EQ(text.find(kAda), std::string::npos) << text;
}

TEST_F(Account, an_undo_before_the_new_address_confirms_tells_it_nothing) {
  ASSERT_EQ(code_of(application::request_email_change(world.deps(), world.caller(session), kKing, world.request)),
            "ok");
  ASSERT_EQ(code_of(undo(kAda)), "ok");
  EXPECT_EQ(world.count_mails(kKing, "email_change_undone"), 0);
  EXPECT_EQ(world.count_mails(kAda, "email_change_undone"), 0);
}

TEST_F(Account, after_an_undo_only_support_resets_an_account_without_a_second_factor_for_72_hours) {
  move(kAda, kKing);
  ASSERT_EQ(code_of(undo(kAda)), "ok");
  ASSERT_EQ(code_of(application::forgot_password(world.deps(), {.email = kAda, .client_id = ""}, world.request)), "ok");
  EXPECT_EQ(world.count_mails(kAda, "reset_password"), 0);
  world.clock.advance(std::chrono::hours(73));
  ASSERT_EQ(code_of(application::forgot_password(world.deps(), {.email = kAda, .client_id = ""}, world.request)), "ok");
  EXPECT_EQ(world.count_mails(kAda, "reset_password"), 1);
}

TEST_F(Account, after_an_undo_a_reset_asks_for_the_second_factor_besides) {
  const auto factor = world.enroll(kAda);
  const auto here = world.caller(factor.session);
  ASSERT_EQ(code_of(application::request_email_change(world.deps(), here, kKing, world.request)), "ok");
  ASSERT_EQ(code_of(application::confirm_email_change(world.deps(), world.mailed_token(kKing, "confirm_email_change"),
                                                      world.request)),
            "ok");
  ASSERT_EQ(code_of(undo(kAda)), "ok");
  ASSERT_EQ(code_of(application::forgot_password(world.deps(), {.email = kAda, .client_id = ""}, world.request)), "ok");
  const std::string token = world.mailed_token(kAda, "reset_password");
  const auto reset = [&](const std::optional<std::string>& code) {
    application::ResetPasswordInput input{.token = token, .password = Secret<std::string>("another long pass phrase")};
    if (code) input.code = Secret<std::string>(*code);
    return code_of(application::reset_password(world.deps(), input, world.request));
  };
  EXPECT_EQ(reset(std::nullopt), "invalid_request");
  EXPECT_EQ(reset(world.code(factor, 30)), "invalid_code");
  EXPECT_EQ(reset(world.code(factor)), "ok");
}

TEST_F(Account, undo_takes_back_a_deletion_that_was_asked_for_meanwhile) {
  move(kAda, "thief@example.com");
  const auto thief = world.sign_in("thief@example.com");
  ASSERT_EQ(code_of(application::delete_me(world.deps(), world.caller(thief), world.request)), "ok");
  ASSERT_EQ(code_of(undo(kAda)), "ok");
  EXPECT_EQ(world.user(kAda).status, domain::UserStatus::active);
}

TEST_F(Account, undo_restores_the_address_and_leaves_a_deletion_that_staff_made) {
  const auto staff = application::operator_caller("test");
  const application::ExpectedVersion any;
  move(kAda, "thief@example.com");
  ASSERT_EQ(code_of(application::delete_user(world.deps(), staff, id, "abuse", any, world.request)), "ok");
  ASSERT_EQ(code_of(undo(kAda)), "ok");
  EXPECT_EQ(world.user(kAda).status, domain::UserStatus::pending_deletion);
  EXPECT_EQ(world.count_audit(id, domain::audit_actions::kUserDeletionCancelled), 0);
  EXPECT_EQ(code_of(world.try_sign_in(kAda)), "account_disabled");
}

TEST_F(Account, undo_leaves_a_deletion_by_staff_also_where_the_person_had_asked_for_one_before) {
  const auto staff = application::operator_caller("test");
  const application::ExpectedVersion any;
  ASSERT_EQ(code_of(application::request_email_change(world.deps(), world.caller(session), kKing, world.request)),
            "ok");
  ASSERT_EQ(code_of(application::delete_me(world.deps(), world.caller(session), world.request)), "ok");
  application::UserPatch reopened;
  reopened.status = domain::UserStatus::active;
  ASSERT_EQ(code_of(application::update_user(world.deps(), staff, id, reopened, any, world.request)), "ok");
  ASSERT_EQ(code_of(application::delete_user(world.deps(), staff, id, "abuse", any, world.request)), "ok");
  ASSERT_EQ(code_of(undo(kAda)), "ok");
  EXPECT_EQ(world.user(kAda).status, domain::UserStatus::pending_deletion);
}

TEST_F(Account, not_me_ends_sessions_forgets_the_device_voids_the_password_and_grants_nothing) {
  const auto stranger = world.sign_in(kAda);  // a second device: its owner is told
  const std::string token = world.mailed_token(kAda, "new_device");
  ASSERT_EQ(code_of(application::report_not_me(world.deps(), token, world.request)), "ok");
  EXPECT_FALSE(world.lives(stranger));
  EXPECT_FALSE(world.lives(session));
  EXPECT_EQ(code_of(world.try_sign_in(kAda)), "password_reset_required");
  EXPECT_EQ(world.count_mails(kAda, "reset_password"), 1);
  const auto devices = world.read([&](ports::Tx& tx) { return tx.devices().list(id); });
  for (const auto& device : *devices) EXPECT_NE(device.id, *stranger.session.device_id);
}

TEST_F(Account, a_profile_changes_what_is_sent_and_no_more) {
  const auto caller = world.caller(session);
  const auto named = application::change_my_profile(
      world.deps(), caller,
      {.name = std::optional<std::string>("Ada King"), .locale = std::optional<std::string>("en-GB")}, std::nullopt,
      world.request);
  ASSERT_EQ(code_of(named), "ok");
  const auto cleared = application::change_my_profile(world.deps(), caller, {.name = std::optional<std::string>()},
                                                      std::nullopt, world.request);
  ASSERT_EQ(code_of(cleared), "ok");
  EXPECT_FALSE(cleared->user.name.has_value());
  EXPECT_EQ(cleared->user.locale, "en-GB");
  EXPECT_EQ(world.count_events(id, domain::topics::kUserUpdated), 2);
}

TEST_F(Account, a_profile_read_before_another_change_is_not_overwritten) {
  const auto caller = world.caller(session);
  const auto version = world.user(kAda).version;
  const auto rename = [&](const std::string& name) {
    return code_of(application::change_my_profile(world.deps(), caller, {.name = std::optional(name)},
                                                  application::ExpectedVersion(std::vector{version}), world.request));
  };
  EXPECT_EQ(rename("Ada King"), "ok");
  EXPECT_EQ(rename("Ada Lovelace"), "precondition_failed");
}

TEST_F(Account, a_session_check_sees_a_changed_name_at_once) {
  const auto caller = world.caller(session);
  ASSERT_EQ(code_of(application::change_my_profile(
                world.deps(), caller, {.name = std::optional<std::string>("Ada King")}, std::nullopt, world.request)),
            "ok");
  EXPECT_EQ(world.caller(session).actor().name, "Ada King");
}

TEST_F(Account, an_export_holds_what_is_the_persons_and_neither_secrets_nor_compliance_state) {
  const auto exported = application::export_me(world.deps(), world.caller(session), world.request);
  ASSERT_EQ(code_of(exported), "ok");
  EXPECT_EQ(exported->at("user").as_object().at("email").as_string(), std::string_view(kAda));
  EXPECT_EQ(exported->at("sessions").as_array().size(), 1u);
  EXPECT_EQ(exported->at("sign_ins").as_array().size(), 1u);
  EXPECT_GE(exported->at("activity").as_array().size(), 1u);
  const std::string text = boost::json::serialize(*exported);
  for (const char* secret : {"argon2id", "screening", "identity_verification", "risk", "gths_", "gthd_", "operator"})
    EXPECT_EQ(text.find(secret), std::string::npos) << secret;
  EXPECT_EQ(world.count_audit(id, domain::audit_actions::kUserExported), 1);
}

TEST_F(Account, T17_a_deleted_account_loses_everything_at_once_and_can_be_kept_for_the_grace_period) {
  ASSERT_EQ(code_of(application::delete_me(world.deps(), world.caller(session), world.request)), "ok");
  EXPECT_FALSE(world.lives(session));
  EXPECT_EQ(code_of(world.try_sign_in(kAda)), "account_disabled");
  EXPECT_EQ(world.count_events(id, domain::topics::kUserDeleted), 1);
  world.clock.advance(std::chrono::hours(24 * 13));
  EXPECT_EQ(code_of(application::cancel_deletion(world.deps(), world.mailed_token(kAda, "deletion"), world.request)),
            "ok");
  EXPECT_EQ(code_of(world.try_sign_in(kAda)), "ok");
}

TEST_F(Account, the_last_administrator_can_not_go) {
  ASSERT_TRUE(world
                  .write([&](ports::Tx& tx) -> Result<> {
                    domain::RoleAssignment admin;
                    admin.id = domain::RoleAssignmentId(application::new_id(world.now()));
                    admin.user_id = id;
                    admin.role = "admin";
                    admin.created_at = world.now();
                    GH_TRY([[maybe_unused]] const bool added, tx.roles().put(admin, world.now()));
                    return {};
                  })
                  .has_value());
  EXPECT_EQ(code_of(application::delete_me(world.deps(), world.caller(session), world.request)), "last_admin");
}

struct Invited : ::testing::Test {
  Invited() {
    admin = world.add_user("admin@example.com");
    grant(admin, "admin");
    invite({"support"});
  }
  void grant(const domain::UserId& user, const std::string& role) {
    domain::RoleAssignment assignment;
    assignment.id = domain::RoleAssignmentId(application::new_id(world.now()));
    assignment.user_id = user;
    assignment.role = role;
    assignment.created_at = world.now();
    EXPECT_TRUE(world.write([&](ports::Tx& tx) { return tx.roles().put(assignment, world.now()); }).has_value());
  }
  /// As create_user leaves it: a user without password or confirmed address, and the link.
  void invite(const std::vector<std::string>& roles) {
    const auto maker = world.caller(world.sign_in("admin@example.com"));
    EXPECT_TRUE(world
                    .write([&](ports::Tx& tx) -> Result<> {
                      domain::User user;
                      user.id = domain::UserId(application::new_id(world.now()));
                      user.email = user.email_canonical = "bob@example.com";
                      user.created_at = user.updated_at = world.now();
                      GH_CHECK(tx.users().add(user));
                      const auto made =
                          application::make_mailed_token({.purpose = domain::TokenPurpose::accept_invitation,
                                                          .user_id = user.id,
                                                          .email = user.email,
                                                          .email_canonical = user.email_canonical,
                                                          .payload = application::invitation_payload(roles, maker)},
                                                         "", world.now());
                      token = made.text.expose();
                      return tx.verification_tokens().add(made.row);
                    })
                    .has_value());
  }
  Result<domain::UserId> accept(const std::string& password = kPassword) {
    return application::accept_invitation(
        world.deps(), {.token = token, .password = Secret<std::string>(password), .name = "Bob"}, world.request);
  }
  std::vector<std::string> roles(const domain::UserId& user) {
    const auto held = world.read([&](ports::Tx& tx) { return tx.roles().list(user, world.now()); });
    return domain::live_roles(*held, world.now());
  }

  World world;
  domain::UserId admin;
  std::string token;
};

TEST_F(Invited, an_accepted_invitation_confirms_the_address_and_gives_its_roles) {
  const auto bob = accept();
  ASSERT_EQ(code_of(bob), "ok");
  EXPECT_EQ(roles(*bob), (std::vector<std::string>{"support", "user"}));
  EXPECT_EQ(world.count_events(*bob, domain::topics::kUserSignedUp), 1);
  EXPECT_EQ(world.count_events(*bob, domain::topics::kRoleAssigned), 1);
  EXPECT_EQ(code_of(world.try_sign_in("bob@example.com")), "ok");
}

TEST_F(Invited, T15_an_invitation_is_accepted_once_of_sixteen_at_once) {
  EXPECT_EQ(count_ok(at_once(16, [&](int) { return accept(); })), 1);
}

TEST_F(Invited, its_roles_are_void_once_its_maker_lost_the_right) {
  ASSERT_TRUE(world.write([&](ports::Tx& tx) { return tx.roles().remove(admin, "admin"); }).has_value());
  const auto bob = accept();
  ASSERT_EQ(code_of(bob), "ok");
  EXPECT_EQ(roles(*bob), (std::vector<std::string>{"user"}));
}

TEST_F(Invited, it_ends_after_48_hours) {
  world.clock.advance(std::chrono::hours(48) + std::chrono::seconds(1));
  EXPECT_EQ(code_of(accept()), "invalid_token");
}

}  // namespace
}  // namespace gatehouse::composition::testing
