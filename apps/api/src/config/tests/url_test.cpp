#include "config/url.hpp"

#include <gtest/gtest.h>

#include "config/key_table.hpp"

namespace gatehouse::config {
namespace {

TEST(Url, is_taken_apart) {
  const auto parts = parse_url("HTTPS://ID.Example.com:8443/a?b#c");
  ASSERT_TRUE(parts);
  EXPECT_EQ(parts->origin(), "https://id.example.com:8443");
  EXPECT_EQ(parts->path, "/a");
  EXPECT_TRUE(parts->has_query);
  EXPECT_TRUE(parts->has_fragment);
  EXPECT_EQ(parse_url("http://[::1]:80/")->origin(), "http://[::1]:80");
}

TEST(Url, without_scheme_or_host_is_none) {
  for (const char* text : {"", "example.com", "/path", "https://", "mailto:a@example.com", "https://a b"}) {
    EXPECT_FALSE(parse_url(text)) << text;
  }
}

TEST(Url, loopback_and_private_hosts_are_known_by_sight) {
  for (const char* host : {"localhost", "a.localhost", "127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"}) {
    EXPECT_TRUE(is_loopback_host(host)) << host;
  }
  for (const char* host : {"example.com", "10.0.0.1", "localhost.example.com", "128.0.0.1", "::2"}) {
    EXPECT_FALSE(is_loopback_host(host)) << host;
  }
  for (const char* host : {"10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "fd00::1", "fe80::1", "0.0.0.0",
                           "100.64.0.1", "printer", "2130706433", "0x7f000001"}) {
    EXPECT_TRUE(is_private_host(host)) << host;
  }
  for (const char* host : {"example.com", "8.8.8.8", "172.32.0.1", "2606:4700::1"})
    EXPECT_FALSE(is_private_host(host)) << host;
}

TEST(Url, lists_of_hosts_are_read_whole) {
  using Hosts = std::vector<std::string>;
  EXPECT_EQ(*hosts_of_list("postgresql://u:p@a.example:5432,b.example/id"), (Hosts{"a.example", "b.example"}));
  EXPECT_EQ(*hosts_of_list("postgresql://%2Fvar%2Frun/id"), Hosts{"localhost"});
  EXPECT_EQ(*hosts_of_list("postgresql:///id?host=/run&user=x"), (Hosts{"localhost", "localhost"}));
  EXPECT_EQ(*hosts_of_list("postgresql://[::1]:5432/id"), Hosts{"::1"});
  EXPECT_EQ(*hosts_of_list("nats://a.example:4222,nats://tok@b.example:4222"), (Hosts{"a.example", "b.example"}));
  EXPECT_FALSE(hosts_of_list("host=a dbname=b"));
}

TEST(Url, a_listener_is_host_and_port) {
  EXPECT_EQ(listen_host("localhost:0"), "localhost");
  EXPECT_EQ(listen_host("[::1]:8080"), "::1");
  EXPECT_EQ(listen_host("0.0.0.0:80"), "0.0.0.0");
  for (const char* text : {"localhost", ":8080", "localhost:", "localhost:99999", "localhost:a", "::1:80", "[x]:1"}) {
    EXPECT_FALSE(listen_host(text)) << text;
  }
}

TEST(KeyTable, edit_distance_counts_swaps_once) {
  EXPECT_EQ(edit_distance("listen", "listen"), 0U);
  EXPECT_EQ(edit_distance("listne", "listen"), 1U);
  EXPECT_EQ(edit_distance("", "abc"), 3U);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3U);
}

TEST(KeyTable, paths_are_resolved_to_keys) {
  EXPECT_EQ(resolve_path("oauth.providers.google.client_id"), (KeyId{"oauth.providers", "google", "client_id"}));
  EXPECT_EQ(resolve_path("oauth.link_verified"), (KeyId{"oauth", "", "link_verified"}));
  EXPECT_EQ(resolve_path("keys.vault.token_file"), (KeyId{"keys.vault", "", "token_file"}));
  EXPECT_FALSE(resolve_path("server.listen_file")) << "not a secret";
  EXPECT_FALSE(resolve_path("clients.origins"));
  EXPECT_FALSE(resolve_path("clients.a b.origins"));
}

}  // namespace
}  // namespace gatehouse::config
