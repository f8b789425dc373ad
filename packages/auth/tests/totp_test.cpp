#include "auth/totp.hpp"

#include <gtest/gtest.h>

#include "auth/qr.hpp"
#include "auth/tests/support.hpp"

namespace gatehouse::auth {
namespace {

const Secret<std::string> kSecret(std::string("12345678901234567890"));

TEST(Totp, hotp_gives_the_codes_of_rfc_4226) {
  const boost::json::value vectors = read_vectors("otp/rfc4226_rfc6238.json");
  std::uint64_t counter = 0;
  for (const boost::json::value& code : vectors.at("hotp").at("codes").as_array())
    EXPECT_EQ(hotp(kSecret, counter++), std::string(code.as_string()));
  EXPECT_EQ(counter, 10u);
}

TEST(Totp, gives_the_codes_of_rfc_6238_with_every_hash) {
  const boost::json::value totp = read_vectors("otp/rfc4226_rfc6238.json").at("totp");
  for (const boost::json::value& row : totp.at("rows").as_array()) {
    const auto step = static_cast<std::uint64_t>(totp_step(from_unix_seconds(row.at("unix").as_int64())));
    for (const auto& [name, hash] :
         {std::pair{"sha1", OtpHash::sha1}, {"sha256", OtpHash::sha256}, {"sha512", OtpHash::sha512}})
      EXPECT_EQ(hotp(Secret<std::string>(unhex(totp.at("seeds_hex"), name)), step, 8, hash), text_of(row, name))
          << boost::json::serialize(row) << name;
  }
}

TEST(Totp, accepts_one_step_either_way_and_says_which) {
  const std::int64_t step = totp_step(kNow);
  for (const std::int64_t offset : {-1, 0, 1})
    EXPECT_EQ(verify_totp(kSecret, totp_code(kSecret, step + offset), kNow, std::nullopt), step + offset);
  for (const std::int64_t offset : {-3, -2, 2, 3})
    EXPECT_EQ(verify_totp(kSecret, totp_code(kSecret, step + offset), kNow, std::nullopt), std::nullopt) << offset;
}

TEST(Totp, t24_accepts_a_code_once_and_then_only_later_ones) {
  const std::int64_t step = totp_step(kNow);
  EXPECT_EQ(verify_totp(kSecret, totp_code(kSecret, step), kNow, step), std::nullopt);
  EXPECT_EQ(verify_totp(kSecret, totp_code(kSecret, step - 1), kNow, step), std::nullopt);
  EXPECT_EQ(verify_totp(kSecret, totp_code(kSecret, step), kNow, step - 1), step);
  EXPECT_EQ(verify_totp(kSecret, totp_code(kSecret, step + 1), kNow, step), step + 1);
}

TEST(Totp, t24_takes_six_ascii_digits_and_no_other_spelling) {
  const std::string code = totp_code(kSecret, totp_step(kNow));
  std::string full_width;
  for (const char digit : code) full_width += std::string("\xef\xbc") + static_cast<char>(0x90 + digit - '0');
  for (const std::string& text : {' ' + code, code + ' ', code.substr(0, 3) + ' ' + code.substr(3), '+' + code,
                                  '0' + code, code + '0', code.substr(1), code + '\n', full_width, std::string()})
    EXPECT_FALSE(verify_totp(kSecret, text, kNow, std::nullopt)) << text;
}

TEST(Totp, a_step_ends_on_the_half_minute) {
  EXPECT_EQ(totp_step(from_unix_seconds(29)), 0);
  EXPECT_EQ(totp_step(from_unix_seconds(30)), 1);
  EXPECT_EQ(totp_step(from_unix_micros(29'999'999)), 0);
  EXPECT_EQ(totp_step(from_unix_seconds(-1)), -1);
}

TEST(Totp, the_uri_carries_what_an_app_needs) {
  EXPECT_EQ(otpauth_uri(kSecret, "Acme & Co", "ann+x@example.com").expose(),
            "otpauth://totp/Acme%20%26%20Co:ann%2Bx%40example.com?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
            "&issuer=Acme%20%26%20Co&algorithm=SHA1&digits=6&period=30");
  EXPECT_EQ(new_totp_secret().expose().size(), 20u);
}

TEST(Qr, draws_an_svg_of_dark_runs) {
  const auto svg = qr_svg(otpauth_uri(kSecret, "Acme", "ann@example.com"));
  ASSERT_TRUE(svg.has_value());
  EXPECT_TRUE(svg->expose().starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 "));
  EXPECT_TRUE(svg->expose().ends_with("</svg>"));
  // The finder pattern in the corner: seven dark modules after the quiet zone of four.
  EXPECT_NE(svg->expose().find("d=\"M4 4h7v1h-7z"), std::string::npos);
}

TEST(Qr, refuses_what_no_code_can_hold) {
  EXPECT_FALSE(qr_svg(Secret<std::string>()));
  EXPECT_TRUE(qr_svg(Secret<std::string>(std::string(2'331, 'x'))));
  EXPECT_FALSE(qr_svg(Secret<std::string>(std::string(2'332, 'x'))));
}

}  // namespace
}  // namespace gatehouse::auth
