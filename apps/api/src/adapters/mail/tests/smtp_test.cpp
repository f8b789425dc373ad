#include "adapters/mail/smtp/smtp_provider.hpp"

#include <gtest/gtest.h>

#include "adapters/net/tests/stub_server.hpp"

namespace gatehouse::adapters::mail {
namespace {

using ports::MailFailure;

domain::MailMessage message() {
  domain::MailMessage mail;
  mail.id = domain::MailId("01920000-0000-7000-8000-000000000001");
  mail.to = "ada@example.com";
  mail.subject = "Grüße";
  mail.text = "Hello\n.\nFrom here\nküss = die Hand \n";
  mail.html = "<p>Hello</p>";
  mail.created_at = from_unix_seconds(1'795'455'469);
  return mail;
}

/// An SMTP server that answers each command as told, and keeps what it was sent.
class StubSmtp {
 public:
  std::map<std::string, std::string> answers{{"EHLO", "250 stub"}, {"MAIL", "250 ok"},  {"RCPT", "250 ok"},
                                             {"DATA", "354 go"},   {".", "250 queued"}, {"NOOP", "250 ok"}};
  std::string commands, data;

  std::string url() const { return "smtp://127.0.0.1:" + std::to_string(listener_.port()); }

 private:
  void serve(int fd) {
    testing::send_all(fd, "220 stub\r\n");
    std::string buffer;
    bool in_data = false;
    for (char chunk[1024];;) {
      const ssize_t got = ::recv(fd, chunk, sizeof chunk, 0);
      if (got <= 0) return;
      buffer.append(chunk, static_cast<std::size_t>(got));
      for (std::size_t end; (end = buffer.find("\r\n")) != std::string::npos; buffer.erase(0, end + 2)) {
        const std::string line = buffer.substr(0, end);
        if (in_data && line != ".") {
          data += line + "\r\n";
          continue;
        }
        if (!in_data) commands += line + "\n";
        const std::string verb = in_data ? "." : line.substr(0, 4);
        in_data = verb == "DATA" && answers["DATA"].starts_with("354");
        const auto answer = answers.find(verb);
        if (!testing::send_all(fd, (answer == answers.end() ? "221 bye" : answer->second) + "\r\n")) return;
      }
    }
  }

  testing::LoopbackListener listener_{[this](int fd) { serve(fd); }};
};

SmtpProvider provider_for(const StubSmtp& server) {
  net::SmtpSettings settings;
  settings.url = Secret<std::string>(server.url());
  settings.timeout = std::chrono::seconds(5);
  return SmtpProvider(std::move(settings), {"Exämple, Inc.", "no-reply@example.com"});
}

TEST(SmtpProvider, hands_over_exactly_one_recipient_and_the_whole_message) {
  StubSmtp server;
  auto provider = provider_for(server);
  const auto delivery = provider.deliver(message());
  EXPECT_TRUE(delivery.accepted) << delivery.error;
  EXPECT_NE(server.commands.find("MAIL FROM:<no-reply@example.com>"), std::string::npos) << server.commands;
  EXPECT_NE(server.commands.find("RCPT TO:<ada@example.com>\n"), std::string::npos);
  EXPECT_EQ(server.commands.find("RCPT"), server.commands.rfind("RCPT"));
  EXPECT_EQ(server.data, build_mime(message(), {"Exämple, Inc.", "no-reply@example.com"}));
}

TEST(SmtpProvider, tells_what_passes_from_what_stays) {
  StubSmtp server;
  auto provider = provider_for(server);
  server.answers["RCPT"] = "550 5.1.1 no such user";
  auto delivery = provider.deliver(message());
  EXPECT_EQ(delivery.failure, MailFailure::permanent);
  EXPECT_EQ(delivery.error, "550 5.1.1 no such user");
  server.answers["RCPT"] = "451 greylisted";
  EXPECT_EQ(provider.deliver(message()).failure, MailFailure::retry);
  server.answers["RCPT"] = "250 ok";
  server.answers["."] = "554 spam";
  EXPECT_EQ(provider.deliver(message()).failure, MailFailure::permanent);
  server.answers["."] = "250 queued";
  EXPECT_TRUE(provider.deliver(message()).accepted);
}

TEST(SmtpProvider, an_address_that_carries_a_command_never_reaches_the_server) {
  StubSmtp server;
  auto provider = provider_for(server);
  auto mail = message();
  mail.to = "ada@example.com>\r\nRCPT TO:<eve@example.com";
  EXPECT_EQ(provider.deliver(mail).failure, MailFailure::permanent);
  EXPECT_EQ(server.commands, "");
}

// The IPv4-mapped form of loopback is not taken for this machine, and still leads to the stub.
TEST(SmtpProvider, beyond_this_machine_nothing_is_said_without_tls) {
  StubSmtp server;  // offers no STARTTLS
  const auto port = server.url().substr(server.url().rfind(':') + 1);
  for (const char* host : {"smtp://[::ffff:127.0.0.1]:", "smtps://127.0.0.1:"}) {
    net::SmtpSettings settings;
    settings.url = Secret<std::string>(host + port);
    settings.timeout = std::chrono::seconds(2);
    SmtpProvider provider(std::move(settings), {"", "no-reply@example.com"});
    const auto delivery = provider.deliver(message());
    EXPECT_FALSE(delivery.accepted) << host;
    EXPECT_EQ(delivery.failure, MailFailure::retry) << host;
    EXPECT_EQ(server.commands.find("MAIL"), std::string::npos) << host;
  }
}

TEST(SmtpProvider, checks_by_greeting_the_server) {
  StubSmtp server;
  auto provider = provider_for(server);
  EXPECT_TRUE(provider.check());
  server.answers["EHLO"] = server.answers["HELO"] = "421 closing";
  auto other = provider_for(server);
  EXPECT_FALSE(other.check());
}

TEST(Mime, has_both_parts_and_no_bare_line_end) {
  const std::string mime = build_mime(message(), {"Example", "no-reply@example.com"});
  EXPECT_NE(mime.find("From: \"Example\" <no-reply@example.com>\r\n"), std::string::npos);
  EXPECT_NE(mime.find("Subject: =?UTF-8?B?R3LDvMOfZQ==?=\r\n"), std::string::npos) << mime;
  EXPECT_NE(mime.find("Date: Mon, 23 Nov 2026 17:37:49 +0000\r\n"), std::string::npos) << mime;
  EXPECT_NE(mime.find("\r\n=2E\r\n=46rom here\r\nk=C3=BCss =3D die Hand=20\r\n"), std::string::npos) << mime;
  EXPECT_NE(mime.find("Content-Type: text/html; charset=utf-8\r\n"), std::string::npos);
  for (std::size_t i = 0; i < mime.size(); ++i) {
    if (mime[i] == '\n') {
      EXPECT_EQ(mime[i - 1], '\r') << i;
    }
  }
  EXPECT_EQ(mime, build_mime(message(), {"Example", "no-reply@example.com"}));
}

TEST(Mime, no_value_adds_a_header) {
  auto mail = message();
  mail.subject = "Hi\r\nBcc: eve@example.com";
  const std::string mime = build_mime(mail, {"A\r\nX-Evil: 1", "no-reply@example.com"});
  EXPECT_EQ(mime.find("\nBcc:"), std::string::npos);
  EXPECT_EQ(mime.find("\nX-Evil:"), std::string::npos);
}

TEST(Mime, lines_keep_to_76_columns) {
  auto mail = message();
  mail.text = std::string(300, 'x') + std::string(100, '=') + "\n" + std::string(76, 'y') + "\n";
  mail.subject = "";
  for (int i = 0; i < 60; ++i) mail.subject += "ü";
  const std::string mime = build_mime(mail, {"", "no-reply@example.com"});
  for (std::size_t at = 0; at < mime.size();) {
    const auto end = mime.find("\r\n", at);
    EXPECT_LE(end - at, 78u) << mime.substr(at, end - at);
    at = end + 2;
  }
  EXPECT_NE(mime.find("\r\n" + std::string(76, 'y') + "\r\n"), std::string::npos);
}

TEST(Mime, reads_the_configured_sender) {
  EXPECT_EQ(parse_mailbox("Example <no-reply@example.com>")->name, "Example");
  EXPECT_EQ(parse_mailbox("\"Example, Inc.\" <a@b.example>")->name, "Example, Inc.");
  EXPECT_EQ(parse_mailbox("a@b.example")->address, "a@b.example");
  for (const char* bad : {"", "Example", "Example <a@b.example", "<a@b>\r\n", "a@b.example, c@d.example"})
    EXPECT_FALSE(parse_mailbox(bad)) << bad;
}

}  // namespace
}  // namespace gatehouse::adapters::mail
