#include "adapters/mail/template_renderer.hpp"

#include <cstdlib>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include "adapters/mail/templates/embedded.hpp"

namespace gatehouse::adapters::mail {
namespace {

namespace names = ports::mail_templates;
using Values = std::map<std::string, std::string>;

const Values kEverything{{"name", "Ada Lovelace"},
                         {"link", "https://id.example.com/verify-email#token=gthv_abc"},
                         {"code", "493817"},
                         {"expires_in", "24 hours"},
                         {"time", "2026-11-23T17:37:49Z"},
                         {"until", "2026-12-23T17:37:49Z"},
                         {"ip", "203.0.113.7"},
                         {"device", "Firefox on Linux"},
                         {"email", "ada@example.com"},
                         {"old_email", "ada@example.com"},
                         {"new_email", "lovelace@example.com"},
                         {"provider", "GitHub"},
                         {"factor", "Authenticator app"},
                         {"codes_left", "3"},
                         {"roles", "support"}};

const std::vector<std::string> kAll{names::kVerifyEmail,      names::kAlreadyRegistered,  names::kResetPassword,
                                    names::kPasswordChanged,  names::kConfirmEmailChange, names::kEmailChangeNotice,
                                    names::kSuspiciousSignIn, names::kNewDevice,          names::kMfaEnrolled,
                                    names::kMfaRemoved,       names::kBackupCodeUsed,     names::kPasswordExposed,
                                    names::kInvitation,       names::kDeletion,           names::kAccountLinked,
                                    names::kAccountUnlinked,  names::kSignInCode,         names::kEmailChangeUndone};

BrandSettings brand() {
  BrandSettings settings;
  settings.name = "Example & Sons";
  settings.home = "https://example.com";
  return settings;
}

std::string file(const std::string& name) {
  std::ifstream in(std::string(GATEHOUSE_SOURCE_DIR) + "/apps/api/src/adapters/mail/templates/" + name);
  std::stringstream content;
  content << in.rdbuf();
  return content.str();
}

TEST(TemplateRenderer, renders_every_template_whole) {
  TemplateRenderer renderer(brand());
  EXPECT_EQ(renderer.names().size(), kAll.size());
  for (const auto& name : kAll) {
    const auto mail = renderer.render(name, kEverything);
    ASSERT_TRUE(mail) << name;
    EXPECT_FALSE(mail->subject.empty()) << name;
    for (const auto& part : {mail->subject, mail->text, mail->html}) {
      EXPECT_EQ(part.find("{{"), std::string::npos) << name << ": " << part;
      EXPECT_EQ(part.find("}}"), std::string::npos) << name << ": " << part;
    }
    EXPECT_EQ(mail->subject.find('\n'), std::string::npos) << name;
    EXPECT_NE(mail->html.find("Example &amp; Sons"), std::string::npos) << name;
    EXPECT_NE(mail->text.find("Example & Sons"), std::string::npos) << name;
    EXPECT_NE(mail->html.find("href=\"https://id.example.com/verify-email#token=gthv_abc\""), std::string::npos)
        << name << mail->html;
    EXPECT_NE(mail->text.find("\nhttps://id.example.com/verify-email#token=gthv_abc\n"), std::string::npos) << name;
  }
}

TEST(TemplateRenderer, writes_the_mails_for_people_to_look_at_when_asked_for) {
  const char* folder = std::getenv("GATEHOUSE_MAIL_PREVIEW");
  TemplateRenderer renderer(brand());
  for (const auto& name : kAll) {
    const auto mail = renderer.render(name, kEverything);
    ASSERT_TRUE(mail);
    if (folder == nullptr) continue;
    std::ofstream(std::string(folder) + "/" + name + ".html") << mail->html;
    std::ofstream(std::string(folder) + "/" + name + ".txt") << mail->subject << "\n\n" << mail->text;
  }
}

TEST(TemplateRenderer, escapes_values_for_html_and_never_reads_them_as_a_template) {
  TemplateRenderer renderer(brand());
  Values values = kEverything;
  values["device"] = "<img src=x onerror=alert(1)> {{link}} \"quoted\"";
  const auto mail = renderer.render(names::kNewDevice, values);
  ASSERT_TRUE(mail);
  EXPECT_EQ(mail->html.find("<img src=x"), std::string::npos);
  EXPECT_NE(mail->html.find("&lt;img src=x onerror=alert(1)&gt; {{link}} &quot;quoted&quot;"), std::string::npos);
  EXPECT_NE(mail->text.find("Device: <img src=x onerror=alert(1)> {{link}} \"quoted\""), std::string::npos);
}

TEST(TemplateRenderer, shows_times_for_people_and_hides_what_is_unknown) {
  TemplateRenderer renderer(brand());
  Values values = kEverything;
  values["ip"] = "unknown";
  const auto mail = renderer.render(names::kNewDevice, values);
  ASSERT_TRUE(mail);
  EXPECT_NE(mail->text.find("When: 23 November 2026, 17:37 UTC"), std::string::npos) << mail->text;
  EXPECT_EQ(mail->text.find("IP address"), std::string::npos);
}

TEST(TemplateRenderer, greets_by_name_unless_the_name_is_a_lure) {
  TemplateRenderer renderer(brand());
  Values values = kEverything;
  EXPECT_NE(renderer.render(names::kNewDevice, values)->text.find("Hello Ada Lovelace,"), std::string::npos);
  for (const char* lure : {"You won! www.evil.example", "https://evil.example", "mail me@evil.example", "a.co"}) {
    values["name"] = lure;
    EXPECT_EQ(renderer.render(names::kNewDevice, values)->text.find("Hello"), std::string::npos) << lure;
  }
  values["name"] = "Ada Lovelace";
  EXPECT_EQ(renderer.render(names::kVerifyEmail, values)->text.find("Ada"), std::string::npos);
}

TEST(TemplateRenderer, keeps_line_breaks_out_of_subjects) {
  TemplateRenderer renderer(brand());
  Values values = kEverything;
  values["provider"] = "Git\r\nBcc: everyone@example.com\r\n\r\nHub";
  const auto mail = renderer.render(names::kAccountLinked, values);
  ASSERT_TRUE(mail);
  EXPECT_EQ(mail->subject.find_first_of("\r\n"), std::string::npos);
}

TEST(TemplateRenderer, refuses_an_unknown_template_and_a_missing_value) {
  TemplateRenderer renderer(brand());
  EXPECT_EQ(renderer.render("no_such_mail", kEverything).error().code, ErrorCode::internal_error);
  for (const char* name : {names::kVerifyEmail, names::kResetPassword, names::kInvitation, names::kSignInCode}) {
    const auto mail = renderer.render(name, {});
    ASSERT_FALSE(mail) << name;
    EXPECT_NE(mail.error().cause.find(name), std::string::npos);
  }
}

TEST(TemplateRenderer, has_the_files_of_its_folder_in_the_binary) {
  EXPECT_EQ(templates::kLayoutHtml, file("layout.html.mustache")) << "run script/embed";
  EXPECT_EQ(templates::kLayoutTxt, file("layout.txt.mustache")) << "run script/embed";
  EXPECT_EQ(templates::kStringsEnJson, file("strings.en.json")) << "run script/embed";
}

}  // namespace
}  // namespace gatehouse::adapters::mail
