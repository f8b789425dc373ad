#pragma once
// Sample nouns for the domain's tests.
#include <string>

#include "domain/identity/session.hpp"
#include "domain/identity/user.hpp"

namespace gatehouse::domain::samples {

using namespace std::chrono_literals;

inline constexpr Timestamp kNow{std::chrono::sys_days{std::chrono::year{2026} / 11 / 23} + std::chrono::hours(12)};

inline User user(std::string id = "anna") {
  User user;
  user.id = UserId(std::move(id));
  user.email = "Anna@example.com";
  user.email_canonical = "anna@example.com";
  user.email_verified_at = kNow - 24h;
  user.password_hash = "$argon2id$";
  return user;
}

inline Session session(std::string id = "s1") {
  Session session;
  session.id = SessionId(std::move(id));
  session.user_id = UserId("anna");
  session.client_id = "default";
  return session;
}

}  // namespace gatehouse::domain::samples
