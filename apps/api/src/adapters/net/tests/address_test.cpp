#include "adapters/net/address.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <gtest/gtest.h>

#include "adapters/net/smtp_client.hpp"

namespace gatehouse::adapters::net {
namespace {

bool is_public_text(const char* text) {
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  if (::inet_pton(AF_INET, text, &v4.sin_addr) == 1) return is_public(reinterpret_cast<const sockaddr*>(&v4));
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  EXPECT_EQ(::inet_pton(AF_INET6, text, &v6.sin6_addr), 1) << text;
  return is_public(reinterpret_cast<const sockaddr*>(&v6));
}

TEST(Address, tells_the_public_internet_from_every_special_network) {
  for (const char* text : {"1.1.1.1", "172.15.255.255", "172.32.0.1", "100.128.0.1", "192.0.1.1", "223.255.255.255",
                           "2606:4700::1111", "2a00::1", "::ffff:8.8.8.8", "64:ff9b::808:808"})
    EXPECT_TRUE(is_public_text(text)) << text;
  for (const char* text : {"0.0.0.0",
                           "10.1.2.3",
                           "100.64.0.1",
                           "127.0.0.1",
                           "127.255.255.254",
                           "169.254.169.254",
                           "172.16.0.1",
                           "172.31.255.255",
                           "192.168.1.1",
                           "198.18.0.1",
                           "198.19.255.255",
                           "224.0.0.1",
                           "255.255.255.255",
                           "::",
                           "::1",
                           "fe80::1",
                           "fc00::1",
                           "fd12:3456::1",
                           "ff02::1",
                           "2001:db8::1",
                           "2001::1",
                           "::ffff:127.0.0.1",
                           "::ffff:10.0.0.1",
                           "64:ff9b::a00:1",
                           "2002:a00:1::",
                           "3fff::1",
                           "::127.0.0.1"})
    EXPECT_FALSE(is_public_text(text)) << text;
}

TEST(Address, knows_the_names_of_this_machine) {
  for (const char* host : {"localhost", "x.localhost", "127.0.0.1", "127.8.8.8", "::1", "[::1]"})
    EXPECT_TRUE(is_loopback_host(host));
  for (const char* host : {"localhost.example", "128.0.0.1", "0.0.0.0", "example.com", ""})
    EXPECT_FALSE(is_loopback_host(host));
}

TEST(PlainAddress, carries_no_command) {
  for (const char* good : {"a@b.example", "first.last+tag@example.com", "o'neil@example.com"})
    EXPECT_TRUE(is_plain_address(good)) << good;
  for (const char* bad :
       {"", "a", "@b", "a@", "a@b@c", "a b@c", "a@b>\r\nRCPT TO:<x@y", "<a@b>", "a@b\n", "ü@b.example", "\"a\"@b"})
    EXPECT_FALSE(is_plain_address(bad)) << bad;
  EXPECT_FALSE(is_plain_address(std::string(250, 'a') + "@b.example"));
}

}  // namespace
}  // namespace gatehouse::adapters::net
