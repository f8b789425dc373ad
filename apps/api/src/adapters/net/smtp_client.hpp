#pragma once
// Hands one finished message to an SMTP server (RFC 5321). `smtps://` speaks TLS from the start; `smtp://` must upgrade
// by STARTTLS (RFC 3207), but for servers on this machine. Blocking; connections are kept. Thread-safe.
#include <chrono>
#include <memory>
#include <string>

#include "foundation/result.hpp"
#include "foundation/secret.hpp"

namespace gatehouse::adapters::net {

struct SmtpSettings {
  Secret<std::string> url;  ///< smtp[s]://[user:password@]host[:port]
  std::string ca_file;      ///< PEM; where set, no other authority is trusted
  std::chrono::milliseconds timeout{30'000};
};

/// What the server said last.
struct SmtpReply {
  int code = 0;      ///< 0: there was no conversation
  std::string text;  ///< for the ledger; one line
  bool accepted = false;
  bool refused_login = false;
};

class SmtpClient {
 public:
  explicit SmtpClient(SmtpSettings settings);
  ~SmtpClient();
  SmtpClient(const SmtpClient&) = delete;
  SmtpClient& operator=(const SmtpClient&) = delete;

  /// Sends `message` (lines ending in CRLF) to one recipient. Both addresses must be plain (is_plain_address()).
  SmtpReply send(const std::string& from, const std::string& to, const std::string& message);
  /// Connects, upgrades and logs in, and says NOOP.
  SmtpReply greet();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// An ASCII address that can't carry a command: local@domain of letters, digits and RFC 5321's other atom characters.
bool is_plain_address(std::string_view address);

}  // namespace gatehouse::adapters::net
