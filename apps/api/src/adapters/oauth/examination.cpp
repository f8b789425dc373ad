#include "adapters/oauth/examination.hpp"

#include <cstdlib>

#include "adapters/oauth/cache_lifetime.hpp"
#include "auth/crypto/random.hpp"
#include "auth/pkce.hpp"

namespace gatehouse::adapters::oauth {
namespace {

/// ID tokens are taken with a minute's leeway.
constexpr std::int64_t kMostSkewSeconds = 60;

std::string mend_of_reach(const Error& error) {
  if (error.code == ErrorCode::provider_timeout)
    return "let this machine reach the provider (DNS, firewall; no proxy is used), and run doctor again";
  return "compare issuer and endpoints with the provider's documentation";
}

Observation failed(std::string what, const Error& error, std::string mend) {
  return {std::move(what), false, error.detail.empty() ? error.cause : error.detail, std::move(mend)};
}

Observation skew_of(const std::string& label, const net::HttpResponse& response, Timestamp now) {
  const std::string what = label + " clock";
  const auto theirs = parse_http_date(response.header("date").value_or(""));
  if (!theirs) return {what, true, "the answer has no readable Date", ""};
  const std::int64_t skew = to_unix_seconds(now) - to_unix_seconds(*theirs);
  const std::string detail = std::to_string(std::abs(skew)) + " s " + (skew < 0 ? "behind" : "ahead of") + " its clock";
  return {what, std::abs(skew) <= kMostSkewSeconds, detail, "set this machine's clock (timedatectl set-ntp true)"};
}

/// A code that nobody issued: a provider that knows us and the callback URL says that the code is wrong, and only that.
void examine_credentials(Provider& provider, const Endpoints& endpoints, const std::string& label,
                         const std::string& callback_url, Timestamp now, std::vector<Observation>& found) {
  ports::CodeRedemption redemption;
  redemption.code = Secret<std::string>("gatehouse-doctor-" + auth::random_token(8));
  redemption.code_verifier = auth::new_code_verifier();
  redemption.redirect_uri = callback_url;
  const auto response = provider.present_code(redemption, endpoints, Deadline::in(provider.limits().patience));
  const std::string what = label + " credentials";
  if (!response) return found.push_back(failed(what, response.error(), mend_of_reach(response.error())));
  found.push_back(skew_of(label, *response, now));
  const auto answer = parse_token_answer(response->status, response->body);
  if (answer || answer.error().code == ErrorCode::invalid_state)
    return found.push_back({what, true, "client and callback URL are taken", ""});
  found.push_back(
      failed(what, answer.error(),
             "compare client_id, its secret and the callback URL with " +
                 (provider.settings().preset->console.empty() ? std::string("the provider's console")
                                                              : std::string(provider.settings().preset->console))));
}

}  // namespace

std::vector<Observation> examine(Provider& provider, const std::string& callback_url, Timestamp now) {
  const ProviderSettings& settings = provider.settings();
  const std::string label = "provider " + settings.name;
  const std::string console(settings.preset->console);
  std::vector<Observation> found;
  found.push_back(
      {label + " callback URL", true,
       callback_url + (console.empty() ? " (register it at the provider)" : " (register it at " + console + ")"), ""});
  const auto endpoints = provider.published().endpoints(now, Deadline::in(provider.limits().patience));
  if (!endpoints) {
    found.push_back(failed(label + " discovery", endpoints.error(), mend_of_reach(endpoints.error())));
    return found;
  }
  if (needs_discovery(settings)) found.push_back({label + " discovery", true, issuer_of(settings), ""});
  if (gives_id_tokens(*settings.preset)) {
    const auto keys = provider.published().keys_for("", now, Deadline::in(provider.limits().patience));
    found.push_back(keys ? Observation{label + " keys", true, std::to_string(keys->size()) + " usable", ""}
                         : failed(label + " keys", keys.error(), mend_of_reach(keys.error())));
  }
  examine_credentials(provider, *endpoints, label, callback_url, now, found);
  return found;
}

}  // namespace gatehouse::adapters::oauth
