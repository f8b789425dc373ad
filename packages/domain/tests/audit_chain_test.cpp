#include "domain/identity/audit_chain.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <functional>

#include "domain/tests/fixtures.hpp"

namespace gatehouse::domain {
namespace {

using namespace samples;

/// Stands in for SHA-256: 32 bytes that depend on every byte. The real one is auth's.
std::string digest(std::string_view bytes) {
  std::string out;
  for (int i = 0; i < 4; ++i) {
    std::uint64_t state = 0xcbf29ce484222325ULL + static_cast<std::uint64_t>(i);
    for (const char c : bytes) state = (state ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
    for (int byte = 0; byte < 8; ++byte) out += static_cast<char>((state >> (8 * byte)) & 0xFFU);
  }
  return out;
}

AuditEntry entry(const std::string& id) {
  AuditEntry entry;
  entry.id = AuditId(id);
  entry.occurred_at = kNow;
  entry.actor_type = ActorType::user;
  entry.actor_id = "anna";
  entry.subject_id = "anna";
  entry.action = "sign_in";
  entry.request_id = "r-" + id;
  entry.personal = R"({"ip":"192.0.2.7"})";
  entry.personal_salt = "salt of 16 bytes";
  entry.personal_digest = personal_digest(entry.personal_salt, entry.personal, digest);
  return entry;
}

std::vector<AuditEntry> sealed(int count) {
  std::vector<AuditEntry> rows;
  AuditChain chain(digest);
  for (int i = 0; i < count; ++i) {
    rows.push_back(entry("a" + std::to_string(i)));
    chain.seal(rows.back());
  }
  return rows;
}

std::optional<ChainFault> first_fault(const std::vector<AuditEntry>& rows, ChainHead from = {}) {
  AuditChain chain(digest, std::move(from));
  for (const auto& row : rows) {
    if (const auto fault = chain.verify(row)) return fault;
  }
  return std::nullopt;
}

TEST(AuditChain, sealed_rows_verify_and_count_from_one) {
  const auto rows = sealed(5);
  EXPECT_EQ(rows.front().sequence, 1);
  EXPECT_EQ(rows.front().previous_hash, genesis_hash());
  EXPECT_EQ(rows.back().previous_hash, rows[3].hash);
  EXPECT_EQ(first_fault(rows), std::nullopt);
}

TEST(AuditChain, any_changed_field_shows) {
  const std::vector<std::function<void(AuditEntry&)>> changes{[](auto& row) { row.id = AuditId("x"); },
                                                              [](auto& row) { row.occurred_at += 1us; },
                                                              [](auto& row) { row.actor_type = ActorType::service; },
                                                              [](auto& row) { row.actor_id = "bert"; },
                                                              [](auto& row) { row.subject_id = "bert"; },
                                                              [](auto& row) { row.action = "sign_out"; },
                                                              [](auto& row) { row.outcome = AuditOutcome::denied; },
                                                              [](auto& row) { row.reason = "x"; },
                                                              [](auto& row) { row.request_id = ""; },
                                                              [](auto& row) { row.details = "{ }"; },
                                                              [](auto& row) { row.personal = "{}"; },
                                                              [](auto& row) { row.personal_salt = "another salt"; },
                                                              [](auto& row) { row.personal_digest = digest("x"); },
                                                              [](auto& row) { row.hash = digest("x"); },
                                                              [](auto& row) { row.previous_hash = digest("x"); },
                                                              [](auto& row) { row.sequence = 7; },
                                                              [](auto& row) { row.sequence.reset(); }};
  for (std::size_t i = 0; i < changes.size(); ++i) {
    auto rows = sealed(5);
    changes[i](rows[2]);
    EXPECT_NE(first_fault(rows), std::nullopt) << i;
  }
}

TEST(AuditChain, a_removed_or_swapped_row_shows) {
  auto removed = sealed(5);
  removed.erase(removed.begin() + 2);
  EXPECT_EQ(first_fault(removed), ChainFault::gap);
  auto swapped = sealed(5);
  std::swap(swapped[1], swapped[2]);
  EXPECT_EQ(first_fault(swapped), ChainFault::gap);
}

TEST(AuditChain, a_rewritten_tail_hangs_on_nothing) {
  auto rows = sealed(5);
  AuditChain forger(digest, {2, digest("another past")});
  for (std::size_t i = 2; i < 5; ++i) forger.seal(rows[i]);
  EXPECT_EQ(first_fault(rows), ChainFault::wrong_previous);
}

TEST(AuditChain, erased_personal_data_leaves_it_whole) {
  auto rows = sealed(5);
  rows[2].personal.clear();
  rows[2].personal_salt.clear();
  EXPECT_EQ(first_fault(rows), std::nullopt);
}

TEST(AuditChain, goes_on_from_the_signed_end_of_a_dropped_segment) {
  auto rows = sealed(5);
  const ChainHead end{*rows[2].sequence, rows[2].hash};
  rows.erase(rows.begin(), rows.begin() + 3);
  EXPECT_EQ(first_fault(rows, end), std::nullopt);
  EXPECT_EQ(first_fault(rows), ChainFault::gap);
}

RC_GTEST_PROP(AuditChain, moving_bytes_between_fields_gives_other_bytes, (const std::string& a, const std::string& b)) {
  RC_PRE(!a.empty());
  auto one = entry("x");
  one.actor_id = a + b;
  one.subject_id = "";
  auto other = entry("x");
  other.actor_id = b;
  other.subject_id = a;
  RC_ASSERT(canonical_bytes(one) != canonical_bytes(other));
}

}  // namespace
}  // namespace gatehouse::domain
