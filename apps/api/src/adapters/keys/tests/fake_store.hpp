#pragma once
// A store in memory with only the tables that keys need: what is written by a closure that fails is taken back.
#include <map>
#include <mutex>
#include <stdexcept>

#include "modules/identity/ports/store.hpp"

namespace gatehouse::adapters::keys::testing {

struct Rows {
  std::vector<domain::SigningKey> signing_keys;
  std::vector<ports::DataKeyRow> data_keys;
  std::map<std::string, std::string> facts;
  std::map<std::string, std::string> leases;
};

class FakeSigningKeys : public ports::SigningKeys {
 public:
  explicit FakeSigningKeys(Rows& rows) : rows_(rows) {}
  Result<std::vector<domain::SigningKey>> list() override { return rows_.signing_keys; }
  Result<> add(const domain::SigningKey& key) override {
    if (key.state == domain::SigningKeyState::active && has_active(key)) return fail(ErrorCode::conflict);
    rows_.signing_keys.push_back(key);
    return {};
  }
  Result<bool> save_state(const domain::SigningKey& key, domain::SigningKeyState from) override {
    for (auto& row : rows_.signing_keys) {
      if (row.kid != key.kid || row.state != from) continue;
      if (key.state == domain::SigningKeyState::active && has_active(key)) return fail(ErrorCode::conflict);
      row = key;
      return true;
    }
    return false;
  }
  Result<> remove(const std::string& kid) override {
    std::erase_if(rows_.signing_keys, [&](const auto& row) { return row.kid == kid; });
    return {};
  }

 private:
  bool has_active(const domain::SigningKey& key) const {
    return std::any_of(rows_.signing_keys.begin(), rows_.signing_keys.end(), [&](const auto& row) {
      return row.state == domain::SigningKeyState::active && row.algorithm == key.algorithm &&
             row.purpose == key.purpose;
    });
  }
  Rows& rows_;
};

class FakeDataKeys : public ports::DataKeys {
 public:
  explicit FakeDataKeys(Rows& rows) : rows_(rows) {}
  Result<std::vector<ports::DataKeyRow>> list() override { return rows_.data_keys; }
  Result<bool> add_first(const ports::DataKeyRow& row) override {
    for (const auto& other : rows_.data_keys) {
      if (other.purpose == row.purpose && other.active) return false;
    }
    rows_.data_keys.push_back(row);
    return true;
  }
  Result<> add_newest(const ports::DataKeyRow& row) override {
    for (auto& other : rows_.data_keys) {
      if (other.purpose == row.purpose) other.active = false;
    }
    rows_.data_keys.push_back(row);
    return {};
  }
  Result<bool> save_wrapping(const ports::DataKeyRow& row, const std::string& from) override {
    for (auto& other : rows_.data_keys) {
      if (other.id != row.id || other.wrapped != from) continue;
      other = row;
      return true;
    }
    return false;
  }

 private:
  Rows& rows_;
};

class FakeMachinery : public ports::Machinery {
 public:
  explicit FakeMachinery(Rows& rows) : rows_(rows) {}
  Result<std::optional<ports::IdempotencyRecord>> reserve_idempotency(const ports::IdempotencyRecord&,
                                                                      Timestamp) override {
    throw std::logic_error("not of keys");
  }
  Result<> finish_idempotency(const ports::IdempotencyRecord&) override { throw std::logic_error("not of keys"); }
  Result<> release_idempotency(const std::string&) override { throw std::logic_error("not of keys"); }
  Result<int> remove_expired_idempotency(Timestamp, int) override { throw std::logic_error("not of keys"); }
  Result<bool> take_lease(const std::string& name, const std::string& holder, Timestamp, Duration) override {
    return rows_.leases.emplace(name, holder).first->second == holder;
  }
  Result<> give_back_lease(const std::string& name, const std::string&) override {
    rows_.leases.erase(name);
    return {};
  }
  Result<std::optional<std::string>> find_fact(const std::string& name) override {
    const auto found = rows_.facts.find(name);
    return found == rows_.facts.end() ? std::nullopt : std::optional(found->second);
  }
  Result<std::string> settle_fact(const std::string& name, const std::string& value) override {
    return rows_.facts.emplace(name, value).first->second;
  }
  Result<> put_fact(const std::string& name, const std::string& value) override {
    rows_.facts[name] = value;
    return {};
  }
  Result<bool> consume_fact(const std::string& name) override { return rows_.facts.erase(name) == 1; }
  Result<> reset() override { throw std::logic_error("not of keys"); }

 private:
  Rows& rows_;
};

class FakeTx : public ports::Tx {
 public:
  explicit FakeTx(Rows& rows) : signing_keys_(rows), data_keys_(rows), machinery_(rows) {}
  ports::SigningKeys& signing_keys() override { return signing_keys_; }
  ports::DataKeys& data_keys() override { return data_keys_; }
  ports::Machinery& machinery() override { return machinery_; }
  ports::SealedValues& sealed_values() override { none(); }
  ports::Users& users() override { none(); }
  ports::Accounts& accounts() override { none(); }
  ports::Sessions& sessions() override { none(); }
  ports::Invalidations& invalidations() override { none(); }
  ports::VerificationTokens& verification_tokens() override { none(); }
  ports::OAuthTickets& oauth_tickets() override { none(); }
  ports::PendingSignUps& pending_sign_ups() override { none(); }
  ports::Factors& factors() override { none(); }
  ports::Challenges& challenges() override { none(); }
  ports::Devices& devices() override { none(); }
  ports::RoleAssignments& roles() override { none(); }
  ports::LoginAttempts& attempts() override { none(); }
  ports::SignIns& sign_ins() override { none(); }
  ports::ThrottleCounters& throttle() override { none(); }
  ports::AuditLog& audit() override { none(); }
  ports::Outbox& outbox() override { none(); }
  ports::Mails& mails() override { none(); }
  ports::Services& services() override { none(); }

 private:
  [[noreturn]] static void none() { throw std::logic_error("not a table of keys"); }
  FakeSigningKeys signing_keys_;
  FakeDataKeys data_keys_;
  FakeMachinery machinery_;
};

class FakeStore : public ports::Store {
 public:
  Rows rows;
  bool away = false;
  int reads = 0;

  Result<> check() override { return {}; }
  Result<int> seal() override { return 0; }

 protected:
  Result<> run_read(const Body& body) override {
    std::lock_guard lock(mutex_);
    ++reads;
    if (away) return unavailable("store away");
    FakeTx tx(rows);
    return body(tx);
  }
  Result<> run_write(const Body& body) override {
    std::lock_guard lock(mutex_);
    if (away) return unavailable("store away");
    Rows draft = rows;
    FakeTx tx(draft);
    auto result = body(tx);
    if (result) rows = std::move(draft);
    return result;
  }

 private:
  std::mutex mutex_;
};

}  // namespace gatehouse::adapters::keys::testing
