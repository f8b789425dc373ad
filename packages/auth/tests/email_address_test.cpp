#include "auth/email_address.hpp"

#include <gtest/gtest.h>

#include "auth/tests/support.hpp"

namespace gatehouse::auth {
namespace {

std::string canonical(std::string_view text) {
  const auto email = parse_email_address(text);
  return email ? email->canonical : "refused";
}

TEST(EmailAddress, keeps_the_local_part_and_lowers_the_domain) {
  const auto email = parse_email_address("Ann.Smith+news@Example.COM");
  ASSERT_TRUE(email.has_value());
  EXPECT_EQ(email->address, "Ann.Smith+news@example.com");
  EXPECT_EQ(email->canonical, "ann.smith+news@example.com");
  EXPECT_EQ(email->domain, "example.com");
}

TEST(EmailAddress, t21_folds_case_and_neither_dots_nor_plus) {
  EXPECT_EQ(canonical("ANN@EXAMPLE.com"), canonical("ann@example.COM"));
  EXPECT_NE(canonical("a.nn@example.com"), canonical("ann@example.com"));
  EXPECT_NE(canonical("ann+x@example.com"), canonical("ann@example.com"));
}

TEST(EmailAddress, takes_every_character_of_a_dot_atom) {
  EXPECT_EQ(canonical("!#$%&'*+-/=?^_`{|}~@example.com"), "!#$%&'*+-/=?^_`{|}~@example.com");
  EXPECT_EQ(canonical("a@b.co"), "a@b.co");
  EXPECT_EQ(canonical("1@2.example"), "1@2.example");
}

TEST(EmailAddress, writes_international_domains_as_a_labels) {
  EXPECT_EQ(canonical("ann@b\xc3\xbc"
                      "cher.example"),
            "ann@xn--bcher-kva.example");
  EXPECT_EQ(canonical("ann@B\xc3\x9c"
                      "CHER.example"),
            "ann@xn--bcher-kva.example");
  EXPECT_EQ(canonical("ann@bu\xcc\x88"
                      "cher.example"),
            "ann@xn--bcher-kva.example");
  EXPECT_EQ(canonical("ann@XN--BCHER-KVA.example"), "ann@xn--bcher-kva.example");
  EXPECT_EQ(canonical("ann@stra\xc3\x9f"
                      "e.example"),
            "ann@xn--strae-oqa.example");
}

TEST(EmailAddress, t21_refuses_what_could_reach_another_mailbox) {
  for (const char* text :
       {"ann@example.com,eve@example.com", "ann@example.com;eve@example.com", "ann@eve@example.com",
        "\"ann@example.com\"@eve.example", "ann@example.com eve@example.com", "ann@example.com\r\nBcc: eve@example.com",
        "ann\n@example.com", "<ann@example.com>", "Ann <ann@example.com>", "ann(comment)@example.com",
        "ann\xef\xbc\xa0"
        "example.com@eve.example",
        "ann@eve\xef\xbc\xa0"
        "example.com",
        "\xc4\xb1nn@example.com",
        "\xe2\x84\xaa"
        "ate@example.com",
        "ann@exam ple.com", "ann@example.com\xe2\x80\xa8", "ann%40eve@example.com@x"})
    EXPECT_EQ(canonical(text), "refused") << text;
}

TEST(EmailAddress, refuses_what_is_no_address) {
  for (const char* text : {"",
                           "@",
                           "ann",
                           "ann@",
                           "@example.com",
                           ".ann@example.com",
                           "ann.@example.com",
                           "an..n@example.com",
                           "ann@localhost",
                           "ann@[127.0.0.1]",
                           "ann@127.0.0.1",
                           "ann@[IPv6:::1]",
                           "ann@example.com.",
                           "ann@.example.com",
                           "ann@example..com",
                           "ann@-example.com",
                           "ann@example-.com",
                           "ann@exa_mple.com",
                           "ann@example.123",
                           "ann@xn--a.example",
                           "ann@xn--.example",
                           "ann@\xff.example",
                           " ann@example.com",
                           "ann@example.com ",
                           "ann@*.com"})
    EXPECT_EQ(canonical(text), "refused") << text;
  EXPECT_FALSE(parse_email_address(std::string_view("ann@exam\0ple.com", 16)));
}

TEST(EmailAddress, keeps_to_the_limits_of_rfc_5321) {
  const std::string label(63, 'd');
  const std::string domain = label + '.' + label + '.' + label + ".example";  // 199
  EXPECT_NE(canonical(std::string(54, 'a') + '@' + domain), "refused");
  EXPECT_EQ(canonical(std::string(55, 'a') + '@' + domain), "refused");
  EXPECT_NE(canonical(std::string(64, 'a') + "@example.com"), "refused");
  EXPECT_EQ(canonical(std::string(65, 'a') + "@example.com"), "refused");
  EXPECT_EQ(canonical("ann@" + label + "d.example"), "refused");
  EXPECT_EQ(canonical("ann@" + std::string(1'000'000, 'd') + ".example"), "refused");
}

TEST(EmailAddress, names_the_field_when_it_refuses) {
  const auto email = parse_email_address("nobody");
  EXPECT_EQ(email.error().code, ErrorCode::invalid_email);
  ASSERT_EQ(email.error().fields.size(), 1u);
  EXPECT_EQ(email.error().fields[0].pointer, "/email");
}

TEST(EmailAddress, what_it_makes_it_takes_again_unchanged) {
  const boost::json::value vectors = read_vectors("blns/blns.json");
  for (const boost::json::value& naughty : vectors.as_array()) {
    for (const std::string& text :
         {std::string(naughty.as_string()), "ann@" + std::string(naughty.as_string()),
          std::string(naughty.as_string()) + "@example.com", "ann@" + std::string(naughty.as_string()) + ".example"}) {
      const auto email = parse_email_address(text);
      if (!email) continue;
      EXPECT_EQ(canonical(email->address), email->canonical) << text;
      EXPECT_EQ(canonical(email->canonical), email->canonical) << text;
    }
  }
}

}  // namespace
}  // namespace gatehouse::auth
