#include "server/ip.hpp"

#include <gtest/gtest.h>

#include "server/tests/support.hpp"

namespace gatehouse::server {
namespace {

std::string canonical(std::string_view text) {
  const auto address = IpAddress::parse(text);
  return address ? address->str() : "none";
}

TEST(IpAddress, has_one_spelling) {
  for (const auto* text : {"2001:db8::1", "2001:DB8::1", "2001:0db8:0:0:0:0:0:1", "2001:db8:0::1", "2001:0db8::0001",
                           "2001:db8:0:0:0:0:0.0.0.1"})
    EXPECT_EQ(canonical(text), "2001:db8::1") << text;
  EXPECT_EQ(canonical("::ffff:192.0.2.1"), "192.0.2.1");
  EXPECT_EQ(canonical("::ffff:c000:201"), "192.0.2.1");
}

TEST(IpAddress, refuses_what_is_none) {
  for (const auto* text : {"", "a", "1.2.3", "1.2.3.4.5", "01.2.3.4", "256.1.1.1", "0x7f.1.1.1", "2130706433",
                           "fe80::1%eth0", "1.2.3.4 ", ":::", "2001:db8::1::2", "[::1]", "1.2.3.4:80"})
    EXPECT_EQ(canonical(text), "none") << text;
}

TEST(IpAddress, counts_ipv6_by_its_64) {
  EXPECT_EQ(network_of("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::/64");
  EXPECT_EQ(network_of("192.0.2.1"), "192.0.2.1");
  EXPECT_EQ(network_of("nonsense"), "");
}

TEST(Cidr, contains_its_addresses) {
  const auto contains = [](std::string_view network, std::string_view address) {
    return Cidr::parse(network)->contains(*IpAddress::parse(address));
  };
  EXPECT_TRUE(contains("10.0.0.0/8", "10.255.0.1"));
  EXPECT_FALSE(contains("10.0.0.0/8", "11.0.0.1"));
  EXPECT_TRUE(contains("10.0.0.0/8", "::ffff:10.1.1.1"));
  EXPECT_TRUE(contains("192.0.2.129/25", "192.0.2.255"));
  EXPECT_FALSE(contains("192.0.2.128/25", "192.0.2.127"));
  EXPECT_TRUE(contains("2001:db8::/33", "2001:db8:7fff::1"));
  EXPECT_FALSE(contains("2001:db8::/33", "2001:db8:8000::1"));
  EXPECT_TRUE(contains("127.0.0.1", "127.0.0.1"));
  EXPECT_TRUE(Cidr::parse("0.0.0.0/0")->is_everything());
  for (const auto* text :
       {"", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/08", "10.0.0.0/8x", "x/8", "::/129"})
    EXPECT_FALSE(Cidr::parse(text).has_value()) << text;
}

std::string client(std::string_view peer, std::vector<std::string_view> x_forwarded_for,
                   std::vector<std::string_view> forwarded = {}) {
  const std::vector<Cidr> trusted{*Cidr::parse("10.0.0.0/8"), *Cidr::parse("fd00::/8")};
  const auto found = client_address(*IpAddress::parse(peer), trusted, x_forwarded_for, forwarded);
  return found ? found->str() : "refused";
}

TEST(TrustedProxies, a_direct_peer_is_itself_whatever_it_says) {
  for (const auto* value : {"1.2.3.4", "a", "", ",,,", "10.0.0.1", "::1"}) {
    EXPECT_EQ(client("203.0.113.9", {value}), "203.0.113.9") << value;
    EXPECT_EQ(client("203.0.113.9", {}, {value}), "203.0.113.9") << value;
  }
}

TEST(TrustedProxies, are_read_from_the_right_to_the_first_stranger) {
  EXPECT_EQ(client("10.0.0.1", {"203.0.113.5"}), "203.0.113.5");
  EXPECT_EQ(client("10.0.0.1", {"1.1.1.1, 203.0.113.5, 10.0.0.2"}), "203.0.113.5");
  EXPECT_EQ(client("10.0.0.1", {"1.1.1.1", "203.0.113.5,10.0.0.2"}), "203.0.113.5");
  EXPECT_EQ(client("10.0.0.1", {"garbage, 203.0.113.5"}), "203.0.113.5");
  EXPECT_EQ(client("10.0.0.1", {"10.0.0.3,10.0.0.2"}), "10.0.0.3");
  EXPECT_EQ(client("10.0.0.1", {"2001:DB8:0::1"}), "2001:db8::1");
  EXPECT_EQ(client("10.0.0.1", {"[2001:db8::1]:443"}), "2001:db8::1");
  EXPECT_EQ(client("10.0.0.1", {"203.0.113.5:1234"}), "203.0.113.5");
  EXPECT_EQ(client("::ffff:10.0.0.1", {"::ffff:203.0.113.5"}), "203.0.113.5");
  EXPECT_EQ(client("10.0.0.1", {}), "10.0.0.1");
}

TEST(TrustedProxies, a_hop_that_cannot_be_read_is_refused) {
  for (const auto* value : {"a", "", ",,,", "203.0.113.5,", "unknown", "1.2.3", "203.0.113.5:", "[::1", "[1.2.3.4]",
                            "203.0.113.5 10.0.0.2"})
    EXPECT_EQ(client("10.0.0.1", {value}), "refused") << value;
}

TEST(TrustedProxies, speak_rfc_7239_too) {
  EXPECT_EQ(client("10.0.0.1", {}, {"for=203.0.113.5;proto=https"}), "203.0.113.5");
  EXPECT_EQ(client("10.0.0.1", {}, {R"(for=1.1.1.1, by=10.0.0.9;For="[2001:db8::1]:99")"}), "2001:db8::1");
  EXPECT_EQ(client("10.0.0.1", {}, {"for=_hidden"}), "refused");
  EXPECT_EQ(client("10.0.0.1", {}, {"proto=https"}), "refused");
}

TEST(TrustedProxies, long_lists_are_read_without_harm) {
  std::string list = "203.0.113.5";
  for (int i = 0; i < 10000; ++i) list += ",10.0.0.2";
  EXPECT_EQ(client("10.0.0.1", {list}), "203.0.113.5");
}

TEST(TrustedProxies, decide_the_requests_client) {
  ServerOptions options;
  options.trusted_proxies = {*Cidr::parse("127.0.0.0/8")};
  const test::TestServer behind(test::toy_routes(), options);
  const auto ip = [](const test::Answer& answer) { return std::string(answer.json().at("ip").as_string()); };
  EXPECT_EQ(ip(behind.call(test::get("/items/1", "X-Forwarded-For: 203.0.113.5\r\n"))), "203.0.113.5");
  EXPECT_EQ(ip(behind.call(test::get("/items/1"))), "127.0.0.1");
  EXPECT_EQ(behind.call(test::get("/items/1", "X-Forwarded-For: a\r\n")).status, 400);
  EXPECT_EQ(behind.call(test::get("/items/1", "X-Request-Id: abc-1\r\n")).header("X-Request-Id"), "abc-1");
  EXPECT_NE(behind.call(test::get("/items/1", "X-Request-Id: a b\r\n")).header("X-Request-Id"), "a b");
  const test::TestServer direct(test::toy_routes());
  EXPECT_EQ(ip(direct.call(test::get("/items/1", "X-Forwarded-For: 203.0.113.5\r\nX-Real-IP: 1.1.1.1\r\n"))),
            "127.0.0.1");
  EXPECT_NE(direct.call(test::get("/items/1", "X-Request-Id: abc\r\n")).header("X-Request-Id"), "abc");
}

}  // namespace
}  // namespace gatehouse::server
