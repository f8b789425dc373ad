#include "config/refusals.hpp"

#include <algorithm>
#include <cstdlib>

#include "config/url.hpp"

namespace gatehouse::config {
namespace {

Problem refusal(std::string key, std::string what, std::string mend) {
  return {"", std::move(key), std::move(what), std::move(mend)};
}

bool is_https(const std::string& url) {
  const auto parts = parse_url(url);
  return parts && parts->scheme == "https";
}

/// http is fine only where nobody can listen in.
bool is_plain_beyond_loopback(const std::string& url) {
  const auto parts = parse_url(url);
  return parts && parts->scheme == "http" && !is_loopback_host(parts->host);
}

std::string octal(unsigned mode) {
  std::string text;
  for (unsigned shift = 9; shift > 0; shift -= 3) text += static_cast<char>('0' + ((mode >> (shift - 3)) & 7U));
  return "0" + text;
}

/// Whether libpq takes the server from a service file or the environment, where nobody has looked at it.
bool is_completed_elsewhere(const std::string& url) {
  const auto is_set = [](const char* name) { return std::getenv(name) != nullptr; };
  if (!query_parameter(url, "service").empty() || is_set("PGSERVICE") || is_set("PGHOSTADDR")) return true;
  const std::string rest = url.substr(url.find("://") + 3);
  const std::string authority = rest.substr(0, rest.find_first_of("/?#"));
  const std::string place = authority.substr(authority.rfind('@') + 1);
  const bool names_host = (!place.empty() && place.front() != ':') || !query_parameter(url, "host").empty();
  return !names_host && is_set("PGHOST");
}

Problems refuse_unverified(const std::string& key, const std::string& url) {
  if (url.empty() || url.rfind("sqlite:", 0) == 0) return {};
  if (query_parameter(url, "sslmode") == "verify-full") return {};
  if (is_completed_elsewhere(url))
    return {refusal(key, "is completed by a service file or by the environment, which may lead beyond this machine",
                    "write host and sslmode into the URL, and remove service=, PGSERVICE, PGHOST and PGHOSTADDR")};
  const auto hosts = hosts_of_list(url).value_or(std::vector<std::string>{});
  const bool remote = std::any_of(hosts.begin(), hosts.end(), [](const auto& host) { return !is_loopback_host(host); });
  if (!remote) return {};
  return {refusal(key, "reaches a PostgreSQL beyond this machine without sslmode=verify-full",
                  "add ?sslmode=verify-full (and sslrootcert=… where its authority is your own)")};
}

}  // namespace

Problems refuse_public_url(const Config& config) {
  const std::string key = "server.public_url";
  const std::string mend = "set [server] public_url to the https address that people and services use";
  if (config.server.public_url.empty()) return {refusal(key, "must be set", mend)};
  Problems problems;
  const auto parts = parse_url(config.server.public_url);
  if (!parts || parts->scheme != "https") problems.push_back(refusal(key, "is not https", mend));
  const bool own_issuer = config.token.issuer != config.server.public_url;
  if (own_issuer && !is_https(config.token.issuer)) {
    problems.push_back(refusal("token.issuer", "is not https", "set it to an https address"));
  }
  return problems;
}

Problems refuse_mailbox(const Config& config) {
  if (config.mail.provider && *config.mail.provider != MailProvider::mailbox) return {};
  return {refusal("mail.provider",
                  config.mail.provider ? "is the development mailbox, which sends nothing" : "must be set",
                  "set [mail] provider to \"resend\" or \"smtp\"")};
}

Problems refuse_no_throttle(const Config& config) {
  if (config.throttle.enabled) return {};
  return {
      refusal("throttle.enabled", "is false, so that passwords can be guessed freely", "remove it or set it to true")};
}

Problems refuse_weak_argon2(const Config& config) {
  const std::size_t passes = config.password.argon2_iterations;
  const std::size_t floor = passes >= 3 ? 12 * 1024 : passes == 2 ? 19 * 1024 : 46 * 1024;
  if (config.password.argon2_memory_kib >= floor) return {};
  return {refusal("password.argon2_memory_kib",
                  "is " + std::to_string(config.password.argon2_memory_kib) + ", below ASVS's floor for " +
                      std::to_string(passes) + (passes == 1 ? " pass" : " passes"),
                  "raise it to at least " + std::to_string(floor) + ", or raise argon2_iterations")};
}

Problems refuse_everybody_as_proxy(const Config& config) {
  for (const std::string& text : config.server.trusted_proxies) {
    const auto network = parse_network(text);
    // Two halves are the whole as well.
    if (network && (network->bits <= 1 || (network->is_mapped && network->bits <= 97))) {
      return {refusal("server.trusted_proxies",
                      "trusts " + text + ", which is everybody: anybody could choose his address",
                      "name only your proxies' own addresses")};
    }
  }
  return {};
}

Problems refuse_insecure_links(const Config& config) {
  const LinksConfig& l = config.links;
  const std::pair<const char*, const Text*> links[] = {{"verify_email", &l.verify_email},
                                                       {"reset_password", &l.reset_password},
                                                       {"accept_invitation", &l.accept_invitation},
                                                       {"confirm_email", &l.confirm_email},
                                                       {"undo_email", &l.undo_email},
                                                       {"not_me", &l.not_me},
                                                       {"cancel_deletion", &l.cancel_deletion},
                                                       {"sign_in", &l.sign_in},
                                                       {"mfa", &l.mfa},
                                                       {"error", &l.error}};
  Problems problems;
  for (const auto& [key, url] : links) {
    // Those of our own pages hang on public_url, which is judged by itself.
    const bool ours = !config.server.public_url.empty() && url->rfind(config.server.public_url + "/", 0) == 0;
    if (url->empty() || ours || is_https(*url)) continue;
    problems.push_back(refusal(std::string("links.") + key, "is not https", "set it to an https address"));
  }
  return problems;
}

Problems refuse_unverified_postgres(const Config& config) {
  const std::string &url = config.database.url.expose(), &listen_url = config.database.listen_url.expose();
  Problems problems = refuse_unverified("database.url", url);
  if (listen_url != url) {
    const Problems more = refuse_unverified("database.listen_url", listen_url);
    problems.insert(problems.end(), more.begin(), more.end());
  }
  return problems;
}

Problems refuse_plain_dependencies(const Config& config) {
  Problems problems;
  const auto check_http = [&](bool used, const char* key, const std::string& url) {
    if (used && is_plain_beyond_loopback(url)) {
      problems.push_back(refusal(key, "goes beyond this machine without TLS", "use https://"));
    }
  };
  check_http(config.keys.provider == KeyProvider::vault, "keys.vault.address", config.keys.vault.address);
  check_http(config.mail.provider == MailProvider::resend, "mail.resend_base_url", config.mail.resend_base_url);
  check_http(config.screening.provider == ScreeningProvider::watchman, "screening.watchman_url",
             config.screening.watchman_url);
  check_http(true, "telemetry.otlp_endpoint", config.telemetry.otlp_endpoint);
  if (config.events.bus == EventBus::nats) {
    const std::string& url = config.events.nats_url.expose();
    const auto hosts = hosts_of_list(url).value_or(std::vector<std::string>{});
    const bool remote =
        std::any_of(hosts.begin(), hosts.end(), [](const auto& host) { return !is_loopback_host(host); });
    if (remote && (url.rfind("tls://", 0) != 0 || url.find("nats://") != std::string::npos)) {
      problems.push_back(refusal("events.nats_url", "goes beyond this machine without TLS", "use tls://"));
    }
  }
  if (config.mail.provider == MailProvider::smtp) {
    const auto parts = parse_url(config.mail.smtp_url.expose());
    // Port 25 is where servers take mail from each other, mostly without TLS; submission is 465 or 587.
    if (parts && parts->scheme == "smtp" && !is_loopback_host(parts->host) &&
        (parts->port.empty() || parts->port == "25")) {
      problems.push_back(refusal("mail.smtp_url", "goes beyond this machine to port 25, where TLS cannot be counted on",
                                 "use smtps://…:465, or smtp://…:587 (where STARTTLS is required)"));
    }
  }
  return problems;
}

Problems refuse_insecure_providers(const Config& config) {
  Problems problems;
  if (config.oauth.allow_private_endpoints) {
    problems.push_back(refusal("oauth.allow_private_endpoints", "is true", "it is for development alone; remove it"));
  }
  for (const auto& [name, p] : config.oauth.providers) {
    const std::pair<const char*, const Text*> urls[] = {{"issuer", &p.issuer},
                                                        {"authorization_endpoint", &p.authorization_endpoint},
                                                        {"token_endpoint", &p.token_endpoint},
                                                        {"userinfo_endpoint", &p.userinfo_endpoint},
                                                        {"emails_endpoint", &p.emails_endpoint},
                                                        {"jwks_uri", &p.jwks_uri}};
    for (const auto& [key, url] : urls) {
      const auto parts = parse_url(*url);
      if (url->empty() || (parts && parts->scheme == "https" && !is_private_host(parts->host))) continue;
      problems.push_back(refusal("oauth.providers." + name + "." + key, "is not a public https address",
                                 "use the provider's https address"));
    }
  }
  return problems;
}

Problems refuse_no_encryption_key(const Config& config) {
  if (config.keys.provider != KeyProvider::local || !config.keys.encryption_key.empty()) return {};
  return {
      refusal("keys.encryption_key", "must be set",
              "make one with `openssl rand -base64 32`, keep it in a file of mode 0600 and set encryption_key_file, or "
              "use provider = \"vault\"")};
}

Problems refuse_memory_store(const Config& config) {
  const std::string& url = config.database.url.expose();
  if (url != "sqlite::memory:") return {};
  return {refusal("database.url", "keeps everything in memory, so that it is lost at the end",
                  "set it to a file or a PostgreSQL")};
}

Problems refuse_open_files(const Facts& facts) {
  Problems problems;
  for (const FileFact& file : facts.files) {
    if ((file.mode & 077U) == 0) continue;
    const bool folder = file.kind == FileKind::folder;
    problems.push_back(refusal(file.key, file.path.string() + " is open to others (mode " + octal(file.mode) + ")",
                               std::string("chmod ") + (folder ? "0700 " : "0600 ") + file.path.string()));
  }
  for (const std::string& unreadable : facts.unreadable) {
    problems.push_back(
        refusal("", unreadable + " cannot be read", "check the path, and that Gatehouse's user may read it"));
  }
  return problems;
}

Problems refuse_network_file_system(const Facts& facts) {
  if (facts.network_file_system.empty()) return {};
  return {refusal("database.url",
                  "puts SQLite on a network file system (" + facts.network_file_system + "), whose locks fail",
                  "use a local disk, or PostgreSQL")};
}

Problems refuse(const Config& config, const Facts& facts) {
  if (config.development()) return {};
  Problems all;
  for (const auto& rule :
       {refuse_public_url, refuse_mailbox, refuse_no_throttle, refuse_weak_argon2, refuse_everybody_as_proxy,
        refuse_insecure_links, refuse_unverified_postgres, refuse_plain_dependencies, refuse_insecure_providers,
        refuse_no_encryption_key, refuse_memory_store}) {
    const Problems found = rule(config);
    all.insert(all.end(), found.begin(), found.end());
  }
  for (const auto& rule : {refuse_open_files, refuse_network_file_system}) {
    const Problems found = rule(facts);
    all.insert(all.end(), found.begin(), found.end());
  }
  return all;
}

}  // namespace gatehouse::config
