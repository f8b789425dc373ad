// What callers send as JSON, as a query and as a form, into a described struct.
#include <boost/json/serialize.hpp>

#include "server/json_body.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace gatehouse;
using fuzz::expect;

namespace {

struct Everything {
  std::string email;
  Secret<std::string> password;
  std::optional<bool> flag;
  std::optional<std::int64_t> number;
  std::optional<std::vector<std::string>> list;
  std::optional<server::Nullable<std::string>> name;
};
BOOST_DESCRIBE_STRUCT(Everything, (), (email, password, flag, number, list, name))

}  // namespace

FUZZ(input) {
  if (const auto value = server::parse_json(input)) {
    const auto again = server::parse_json(boost::json::serialize(*value));
    expect(again.has_value());
  }
  server::Request request;
  request.method = "POST";
  request.headers = {{"Content-Type", "application/json"}};
  request.body = std::string(input);
  if (const auto body = server::read_body<Everything>(request)) expect(body->email.find('\0') == std::string::npos);
  if (const auto parameters = server::parse_parameters(input))
    for (const auto& [name, value] : *parameters)
      expect(name.find('\0') == std::string::npos && value.find('\0') == std::string::npos);
}
