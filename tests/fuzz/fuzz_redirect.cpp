// Where people may be sent back to: what is presented must be a registered address, whatever tricks it has.
#include "domain/identity/redirect_policy.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace gatehouse;
using fuzz::expect;

FUZZ(input) {
  std::string_view rest = input;
  const auto first = fuzz::take(rest), second = fuzz::take(rest);
  static const std::vector<std::string> kRegistered = {"https://shop.example.com/signed-in",
                                                       "http://127.0.0.1/callback", "com.example.app:/cb"};
  if (domain::check_redirect(kRegistered, first))
    expect(first == kRegistered[0] || first == kRegistered[2] || first.starts_with("http://127.0.0.1"));
  if (domain::check_redirect_uri(first)) expect(domain::matches_redirect_uri(first, first));
  (void)domain::matches_redirect_uri(first, second);
  for (const auto rule : {domain::OriginRule::production, domain::OriginRule::development})
    if (domain::check_origin(first, rule)) expect(first != "null" && first.find('*') == std::string_view::npos);
  if (domain::check_call_origin(first, second, {"https://shop.example.com"}))
    expect(first == "https://shop.example.com");
}
