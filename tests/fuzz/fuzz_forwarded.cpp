// X-Forwarded-For and Forwarded: a peer that is no proxy is believed nothing, and what is found is an address.
#include "server/ip.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace gatehouse;
using fuzz::expect;

FUZZ(input) {
  std::string_view rest = input;
  const std::string_view first = fuzz::take(rest), second = fuzz::take(rest), third = fuzz::take(rest);
  static const auto kProxy = *server::IpAddress::parse("10.0.0.1"),
                    kStranger = *server::IpAddress::parse("203.0.113.9");
  static const std::vector<server::Cidr> kTrusted{*server::Cidr::parse("10.0.0.0/8")};
  const std::vector<std::string_view> fields{first, second}, forwarded{third};
  const auto stranger = server::client_address(kStranger, kTrusted, fields, forwarded);
  expect(stranger && *stranger == kStranger);
  for (const auto& said :
       {server::client_address(kProxy, kTrusted, fields, {}), server::client_address(kProxy, kTrusted, {}, forwarded)})
    if (said) expect(server::IpAddress::parse(said->str()) == *said && !said->network().empty());
  if (const auto address = server::IpAddress::parse(first))
    expect(server::IpAddress::parse(address->str()) == *address);
  (void)server::Cidr::parse(first);
  (void)server::network_of(first);
}
