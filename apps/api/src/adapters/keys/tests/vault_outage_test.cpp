#include <gtest/gtest.h>

#include "adapters/keys/vault_transit/vault_outage.hpp"

namespace gatehouse::adapters::keys {
namespace {

using namespace std::chrono_literals;

struct Watched {
  std::chrono::steady_clock::time_point now{};
  VaultOutage outage{[this] { return now; }};
};

TEST(VaultOutage, begins_once_and_ends_once_whatever_is_asked_meanwhile) {
  Watched vault;
  for (int i = 0; i < 100; ++i) {
    vault.outage.fails(VaultPart::calls, "sealed");
    vault.now += 10ms;
  }
  EXPECT_EQ(vault.outage.present(), "sealed");
  EXPECT_EQ(vault.outage.count(), 1u);
  vault.outage.works(VaultPart::calls);
  vault.outage.works(VaultPart::calls);
  EXPECT_FALSE(vault.outage.present());
  const auto changes = vault.outage.take_changes();
  ASSERT_EQ(changes.size(), 2u);
  EXPECT_TRUE(changes[0].began);
  EXPECT_FALSE(changes[1].began);
  EXPECT_TRUE(vault.outage.take_changes().empty());
}

TEST(VaultOutage, a_failed_batch_of_many_at_one_moment_is_none) {
  Watched vault;
  for (int i = 0; i < 64; ++i) vault.outage.fails(VaultPart::signatures, "one lost call");
  EXPECT_TRUE(vault.outage.is_failing(VaultPart::signatures));
  vault.outage.works(VaultPart::signatures);
  vault.now += 2s;
  vault.outage.fails(VaultPart::signatures, "another");
  EXPECT_FALSE(vault.outage.present());
  EXPECT_TRUE(vault.outage.take_changes().empty());
}

TEST(VaultOutage, lasts_until_every_part_works_again) {
  Watched vault;
  for (int i = 0; i < 3; ++i) {
    vault.outage.fails(VaultPart::signatures, "another version signs");
    vault.outage.fails(VaultPart::calls, "sealed");
    vault.now += 300ms;
  }
  EXPECT_EQ(vault.outage.count(), 1u);
  vault.outage.works(VaultPart::calls);
  EXPECT_EQ(vault.outage.present(), "another version signs");
  vault.outage.works(VaultPart::signatures);
  EXPECT_FALSE(vault.outage.present());
  EXPECT_EQ(vault.outage.take_changes().size(), 2u);
}

}  // namespace
}  // namespace gatehouse::adapters::keys
