#pragma once
// The contract of ports::Store: one suite, run over every store there is. Files store_contract_*.cpp hold the tests,
// one file a group of ports. A new store joins by a case in store_contract.cpp.
#include <latch>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "adapters/storage/sql/connection.hpp"
#include "modules/identity/ports/data_cipher.hpp"
#include "modules/identity/ports/store.hpp"

namespace gatehouse::adapters::storage {

using namespace std::chrono_literals;
using ports::Tx;

inline constexpr Timestamp kNow = Timestamp(Duration(1'800'000'000'000'000));
inline constexpr int kAtOnce = 16;

/// Seals for the tests: what comes out is no plain text, and opens only in the context it was sealed in.
class TestCipher final : public ports::DataCipher {
 public:
  Result<std::string> seal(ports::DataPurpose purpose, std::string_view context, std::string_view plaintext) override;
  Result<Secret<std::string>> open(ports::DataPurpose purpose, std::string_view context,
                                   std::string_view sealed) override;
  Result<bool> is_outdated(ports::DataPurpose, std::string_view) override { return false; }
  std::string keyed_hash(std::string_view purpose, std::string_view value) const override;
};

/// A database of one kind, empty and migrated, for one test.
class ContractDatabase {
 public:
  virtual ~ContractDatabase() = default;
  virtual ports::Store& store() = 0;
  /// Past the ports, to look at the bytes or to tamper with them.
  virtual Result<> raw(const std::function<Result<>(sql::Connection&)>& work) = 0;
};

/// The kinds that can be run here.
std::vector<std::string> contract_databases();
std::unique_ptr<ContractDatabase> open_contract_database(const std::string& kind, ports::DataCipher& cipher);

class StoreContract : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override { database_ = open_contract_database(GetParam(), cipher_); }

  ports::Store& store() { return database_->store(); }
  ContractDatabase& database() { return *database_; }

  /// One transaction that must succeed; its value.
  template <class F>
  auto write(F&& body) {
    return must(store().write(body));
  }
  template <class F>
  auto read(F&& body) {
    return must(store().read(body));
  }
  /// One transaction that must fail; its code.
  template <class F>
  ErrorCode refused(F&& body) {
    const auto outcome = store().write(body);
    EXPECT_FALSE(outcome);
    return outcome ? ErrorCode::internal_error : outcome.error().code;
  }

  /// Runs `body(i)` in that many threads at the same moment, each a transaction; how many gave true.
  template <class F>
  int at_once(F body, int threads = kAtOnce) {
    std::latch start(threads);
    std::vector<int> outcomes(static_cast<std::size_t>(threads));
    std::vector<std::thread> all;
    all.reserve(outcomes.size());
    for (int i = 0; i < threads; ++i) {
      all.emplace_back([&, i] {
        start.arrive_and_wait();
        const Result<bool> outcome = store().write([&](Tx& tx) -> Result<bool> { return body(tx, i); });
        EXPECT_TRUE(outcome) << outcome.error().cause;
        outcomes[static_cast<std::size_t>(i)] = outcome && *outcome ? 1 : 0;
      });
    }
    int yes = 0;
    for (auto& thread : all) thread.join();
    for (const int outcome : outcomes) yes += outcome;
    return yes;
  }

  void seal() {
    while (must(store().seal()) > 0) {
    }
  }
  /// How many rows the table has, by a plain count.
  std::int64_t rows_of(const std::string& table);

  /// Ids in the order in which they were asked for.
  std::string next_id(const std::string& kind = "id");
  domain::User new_user(const std::string& email);
  /// The same, added.
  domain::User add_user(const std::string& email);
  domain::Session new_session(const domain::UserId& user);
  domain::VerificationToken new_token(domain::TokenPurpose purpose, const std::optional<domain::UserId>& user);
  domain::PendingSignUp new_pending(const std::string& email);
  domain::MfaChallenge new_challenge(const domain::UserId& user);
  domain::LoginAttempt new_attempt(domain::AttemptOutcome outcome, const std::string& network);
  domain::AuditEntry new_entry(const std::string& subject, const std::string& action);
  domain::OutboxEvent new_event(const std::optional<domain::UserId>& subject, const std::string& topic);
  domain::MailMessage new_mail(const std::string& to);
  domain::RoleAssignment new_role(const domain::UserId& user, const std::string& role);
  domain::Device new_device(const domain::UserId& user);
  domain::Account new_account(const domain::UserId& user, const std::string& subject);
  std::string hash32();

  template <class T>
  static T must(Result<T> outcome) {
    EXPECT_TRUE(outcome) << error_info(outcome.error().code).code << ": " << outcome.error().cause;
    if constexpr (!std::is_void_v<T>) {
      return outcome ? std::move(*outcome) : T{};
    }
  }

 private:
  TestCipher cipher_;
  std::unique_ptr<ContractDatabase> database_;
  int ids_ = 0;
};

}  // namespace gatehouse::adapters::storage
