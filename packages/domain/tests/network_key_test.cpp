#include "domain/identity/network_key.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace gatehouse::domain {
namespace {

TEST(NetworkKey, an_ipv4_address_is_its_own_network) {
  EXPECT_EQ(network_key("192.0.2.7"), "192.0.2.7");
  EXPECT_EQ(network_key("::ffff:192.0.2.7"), "192.0.2.7");
  EXPECT_EQ(network_key("::FFFF:c000:0207"), "192.0.2.7");
}

TEST(NetworkKey, an_ipv6_address_belongs_to_its_64_in_every_spelling) {
  for (const auto* same : {"2001:db8:0:1::1", "2001:0DB8:0000:0001:ffff:ffff:ffff:ffff", "2001:db8:0:1:0:0:192.0.2.1",
                           "2001:db8:0:1::%eth0"}) {
    EXPECT_EQ(network_key(same), "2001:db8:0:1::/64") << same;
  }
  EXPECT_EQ(network_key("::1"), "0:0:0:0::/64");
  EXPECT_NE(network_key("2001:db8:0:1::1"), network_key("2001:db8:0:2::1"));
}

TEST(NetworkKey, what_is_no_address_shares_one_key) {
  for (const auto* bad :
       {"",          "localhost", "1.2.3",   "1.2.3.4.5",     "1.2.3.256",         "01.2.3.4",          "1.2.3.4 ",
        "1::2::3",   ":::",       "12345::", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7:8::", "::1.2.3",
        "1.2.3.4::", "1:",        ":1",      "g::",           "::ffff:1.2.3.4:5",  "-1.2.3.4"}) {
    EXPECT_EQ(network_key(bad), "unknown") << bad;
  }
}

TEST(NetworkKey, a_gap_may_stand_for_a_single_group) {
  EXPECT_EQ(network_key("1::3:4:5:6:7:8"), "1:0:3:4::/64");
  EXPECT_EQ(network_key("1:2:3:4:5:6:7::"), "1:2:3:4::/64");
}

RC_GTEST_PROP(NetworkKey, all_of_a_64_is_one_network, (std::uint16_t a, std::uint16_t b, std::uint16_t c)) {
  const auto text = [&](unsigned last) { return fmt::format("2001:{:x}:{:x}:{:04X}::{:x}", a, b, c, last); };
  RC_ASSERT(network_key(text(1)) == network_key(text(0xFFFF)));
  RC_ASSERT(network_key(text(1)) != "unknown");
}

RC_GTEST_PROP(NetworkKey, reads_any_bytes_without_harm, (const std::string& bytes)) {
  RC_ASSERT(parse_ip(bytes).has_value() == (network_key(bytes) != "unknown"));
}

}  // namespace
}  // namespace gatehouse::domain
