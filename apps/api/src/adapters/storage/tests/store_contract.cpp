#include "adapters/storage/tests/store_contract.hpp"

#include <fmt/format.h>

#include "adapters/storage/postgres/driver.hpp"
#include "adapters/storage/sql/migrator.hpp"
#include "adapters/storage/sql/store.hpp"
#include "adapters/storage/sqlite/driver.hpp"
#include "adapters/storage/tests/postgres_cluster.hpp"
#include "adapters/storage/tests/temp_folder.hpp"
#include "auth/crypto/digest.hpp"
#include "domain/identity/audit_chain.hpp"

namespace gatehouse::adapters::storage {
namespace {

constexpr std::string_view kSealMark = "sealed:";

std::string scrambled(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(c ^ 0x5a);
  return out;
}

std::string head_of(ports::DataPurpose purpose, std::string_view context) {
  return fmt::format("{}{}:{}:", kSealMark, static_cast<int>(purpose), context);
}

class SqlDatabase final : public ContractDatabase {
 public:
  SqlDatabase(const std::string& kind, ports::DataCipher& cipher) {
    auto driver = open(kind);
    if (!driver) throw std::runtime_error(driver.error().detail);
    const auto migrated = sql::Migrator(**driver).migrate(kNow);
    if (!migrated) throw std::runtime_error(migrated.error().detail);
    store_ = std::make_unique<sql::SqlStore>(std::move(*driver));
    store_->use_cipher(cipher);
  }
  ports::Store& store() override { return *store_; }
  Result<> raw(const std::function<Result<>(sql::Connection&)>& work) override { return store_->driver().write(work); }

 private:
  Result<std::unique_ptr<sql::Driver>> open(const std::string& kind) {
    if (kind == "postgres") return postgres::open_postgres({.url = PostgresCluster::shared().empty_database()});
    return sqlite::open_sqlite({.path = kind == "sqlite_memory" ? ":memory:" : folder_ / "gatehouse.db"});
  }

  TempFolder folder_;
  std::unique_ptr<sql::SqlStore> store_;
};

}  // namespace

std::vector<std::string> contract_databases() { return {"sqlite_file", "sqlite_memory", "postgres"}; }

std::unique_ptr<ContractDatabase> open_contract_database(const std::string& kind, ports::DataCipher& cipher) {
  return std::make_unique<SqlDatabase>(kind, cipher);
}

Result<std::string> TestCipher::seal(ports::DataPurpose purpose, std::string_view context, std::string_view plaintext) {
  return head_of(purpose, context) + scrambled(plaintext);
}

Result<Secret<std::string>> TestCipher::open(ports::DataPurpose purpose, std::string_view context,
                                             std::string_view sealed) {
  const std::string head = head_of(purpose, context);
  if (!sealed.starts_with(head)) return fail(ErrorCode::internal_error, {}, "sealed for something else");
  return Secret<std::string>(scrambled(sealed.substr(head.size())));
}

std::string TestCipher::keyed_hash(std::string_view purpose, std::string_view value) const {
  return auth::hmac_sha256(purpose, value);
}

std::int64_t StoreContract::rows_of(const std::string& table) {
  std::int64_t count = -1;
  must(database().raw([&](sql::Connection& connection) -> Result<> {
    const std::string text = "SELECT count(*) FROM " + table;
    count = connection.query_one({"test.count", text}, {})->integer(0);
    return {};
  }));
  return count;
}

std::string StoreContract::next_id(const std::string& kind) { return fmt::format("{}-{:06}", kind, ++ids_); }

std::string StoreContract::hash32() { return auth::sha256(next_id("secret")); }

domain::User StoreContract::new_user(const std::string& email) {
  domain::User user;
  user.id = domain::UserId(next_id("u"));
  user.email = email;
  user.email_canonical = email;
  user.password_hash = "$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA";
  user.email_verified_at = kNow;
  user.created_at = user.updated_at = kNow;
  return user;
}

domain::User StoreContract::add_user(const std::string& email) {
  auto user = new_user(email);
  write([&](Tx& tx) { return tx.users().add(user); });
  return user;
}

domain::Session StoreContract::new_session(const domain::UserId& user) {
  domain::Session session;
  session.id = domain::SessionId(next_id("s"));
  session.user_id = user;
  session.token_hash = hash32();
  session.client_id = "default";
  session.created_at = session.authenticated_at = session.last_seen_at = kNow;
  session.expires_at = kNow + 24h * 30;
  session.idle_timeout = 24h * 14;
  session.amr = {"pwd"};
  session.ip = "192.0.2.7";
  session.user_agent = "Mozilla/5.0";
  session.device = "Firefox on Linux";
  return session;
}

domain::VerificationToken StoreContract::new_token(domain::TokenPurpose purpose,
                                                   const std::optional<domain::UserId>& user) {
  domain::VerificationToken token;
  token.id = domain::VerificationTokenId(next_id("v"));
  token.purpose = purpose;
  token.user_id = user;
  token.email = token.email_canonical = "ada@example.com";
  token.token_hash = hash32();
  token.payload = R"({"n":1})";
  token.created_at = kNow;
  token.expires_at = kNow + 1h;
  return token;
}

domain::PendingSignUp StoreContract::new_pending(const std::string& email) {
  domain::PendingSignUp pending;
  pending.id = domain::PendingSignUpId(next_id("p"));
  pending.email = pending.email_canonical = email;
  pending.password_hash = "$argon2id$";
  pending.name = "Ada";
  pending.client_id = "default";
  pending.created_at = kNow;
  pending.expires_at = kNow + 24h;
  return pending;
}

domain::MfaChallenge StoreContract::new_challenge(const domain::UserId& user) {
  domain::MfaChallenge challenge;
  challenge.id = domain::ChallengeId(next_id("c"));
  challenge.token_hash = hash32();
  challenge.user_id = user;
  challenge.client_id = "default";
  challenge.purpose = "sign_in";
  challenge.first_factor = {"pwd"};
  challenge.credential_version = 3;
  challenge.created_at = kNow;
  challenge.expires_at = kNow + 5min;
  challenge.ip = "192.0.2.7";
  challenge.user_agent = "curl";
  return challenge;
}

domain::LoginAttempt StoreContract::new_attempt(domain::AttemptOutcome outcome, const std::string& network) {
  domain::LoginAttempt attempt;
  attempt.id = domain::AttemptId(next_id("a"));
  attempt.occurred_at = kNow + Duration(ids_);
  attempt.identifier_hmac = "hmac-ada";
  attempt.outcome = outcome;
  attempt.client_id = "default";
  attempt.ip = "192.0.2.7";
  attempt.network = network;
  attempt.latency = 87ms;
  attempt.risk_reasons = {"new_network", "new_device"};
  attempt.request_id = "r1";
  return attempt;
}

domain::AuditEntry StoreContract::new_entry(const std::string& subject, const std::string& action) {
  domain::AuditEntry entry;
  entry.id = domain::AuditId(next_id("e"));
  entry.occurred_at = kNow + Duration(ids_);
  entry.actor_type = domain::ActorType::user;
  entry.actor_id = subject;
  entry.subject_id = subject;
  entry.action = action;
  entry.request_id = "r1";
  entry.details = R"({ "z" : 1,  "a":2})";
  entry.personal = R"({"ip":"192.0.2.7"})";
  entry.personal_salt = hash32().substr(0, 16);
  entry.personal_digest = domain::personal_digest(entry.personal_salt, entry.personal, &auth::sha256);
  return entry;
}

domain::OutboxEvent StoreContract::new_event(const std::optional<domain::UserId>& subject, const std::string& topic) {
  domain::OutboxEvent event;
  event.event_id = domain::EventId(next_id("o"));
  event.topic = topic;
  event.subject = subject;
  event.data = R"({"email":"ada@example.com"})";
  event.occurred_at = kNow;
  event.traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  return event;
}

domain::MailMessage StoreContract::new_mail(const std::string& to) {
  domain::MailMessage mail;
  mail.id = domain::MailId(next_id("m"));
  mail.to = to;
  mail.template_name = "verify_email";
  mail.subject = "Confirm your address";
  mail.text = "Follow this link";
  mail.html = "<p>Follow this link</p>";
  mail.next_attempt_at = mail.created_at = kNow;
  mail.expires_at = kNow + 24h;
  return mail;
}

domain::RoleAssignment StoreContract::new_role(const domain::UserId& user, const std::string& role) {
  domain::RoleAssignment assignment;
  assignment.id = domain::RoleAssignmentId(next_id("r"));
  assignment.user_id = user;
  assignment.role = role;
  assignment.granted_by = "u-admin";
  assignment.reason = "asked for";
  assignment.created_at = kNow;
  return assignment;
}

domain::Device StoreContract::new_device(const domain::UserId& user) {
  return {domain::DeviceId(next_id("d")),
          user,
          hash32(),
          "Safari on iPhone",
          "Mozilla/5.0",
          "192.0.2.0/24",
          kNow,
          kNow,
          kNow + 24h * 400};
}

domain::Account StoreContract::new_account(const domain::UserId& user, const std::string& subject) {
  domain::Account account;
  account.id = domain::AccountId(next_id("l"));
  account.user_id = user;
  account.provider = "google";
  account.issuer = "https://accounts.google.com";
  account.subject = subject;
  account.email = "ada@gmail.com";
  account.email_verified = true;
  account.created_at = kNow;
  return account;
}

}  // namespace gatehouse::adapters::storage
