#pragma once
// The one strict reader of what callers send: JSON bodies, query parameters and forms become described structs, and
// every wrong member is named at once. Handlers use it and nothing else:
//
//   struct SignIn { std::string email; Secret<std::string> password; std::optional<std::string> client_id; };
//   BOOST_DESCRIBE_STRUCT(SignIn, (), (email, password, client_id))
//   GH_TRY(auto input, server::read_body<SignIn>(request));
//
// Members: std::string, Secret<std::string>, bool, std::int64_t, std::vector<std::string>, boost::json::object (bodies
// only), each also as std::optional (may be absent), and std::optional<Nullable<T>> (absent, null or a value: RFC
// 7396). A member that is not optional must be present. RFC 8259; refused besides what it refuses: duplicate members,
// depth over 16, a byte order mark, lone surrogates, NUL in names and in all texts but secrets, numbers that are not
// finite.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <boost/describe.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <boost/mp11/algorithm.hpp>

#include "foundation/result.hpp"
#include "foundation/secret.hpp"
#include "server/request.hpp"

namespace gatehouse::server {

/// A member that may be null: RFC 7396's "remove it".
template <class T>
struct Nullable {
  std::optional<T> value;
  bool is_null() const { return !value.has_value(); }
};

/// Whether parameters that the struct does not name are refused, or left alone (a provider's callback brings its own).
enum class Unknown { refuse, ignore };

/// One JSON text, strictly. Returns `invalid_json`, or `unknown_field` for a duplicate member. Its memory is wiped when
/// it is freed, since it may hold a password.
Result<boost::json::value> parse_json(std::string_view text);

using Parameters = std::vector<std::pair<std::string, std::string>>;
/// Decodes `a=b&c=d` (with '+' as space); nullopt for malformed percent-encoding, what is not UTF-8, or a NUL.
std::optional<Parameters> parse_parameters(std::string_view text);

namespace detail {

/// Collects what is wrong with the fields of one input.
class FieldReader {
 public:
  /// Starts on a body; `source` outlives the reader.
  explicit FieldReader(const boost::json::object& source) : object_(&source) {}
  FieldReader(const Parameters& source, bool form) : parameters_(&source), form_(form) {}

  void read(std::string_view name, std::string& out);
  void read(std::string_view name, Secret<std::string>& out);
  void read(std::string_view name, bool& out);
  void read(std::string_view name, std::int64_t& out);
  void read(std::string_view name, std::vector<std::string>& out);
  void read(std::string_view name, boost::json::object& out);
  template <class T>
  void read(std::string_view name, std::optional<T>& out) {
    if (!present(name)) return;
    read(name, out.emplace());
  }
  template <class T>
  void read(std::string_view name, Nullable<T>& out) {
    if (!null(name)) read(name, out.value.emplace());
  }

  void known(std::string_view name) { known_.push_back(name); }
  /// After all members: what is left over is unknown. The errors, if there are any.
  Result<> finish(Unknown unknown);

 private:
  void read_text(std::string_view name, std::string& out);
  bool present(std::string_view name) const;
  bool null(std::string_view name) const;
  const boost::json::value* member(std::string_view name);
  const std::string* parameter(std::string_view name);
  void add(std::string_view name, std::string_view code, std::string detail);

  const boost::json::object* object_ = nullptr;
  const Parameters* parameters_ = nullptr;
  bool form_ = false;
  std::vector<std::string_view> known_;
  std::vector<FieldError> errors_;
};

template <class T>
Result<T> read_fields(FieldReader reader, Unknown unknown) {
  T out{};
  using Members = boost::describe::describe_members<T, boost::describe::mod_public | boost::describe::mod_inherited>;
  boost::mp11::mp_for_each<Members>([&](auto member) {
    reader.known(member.name);
    reader.read(member.name, out.*member.pointer);
  });
  GH_CHECK(reader.finish(unknown));
  return out;
}

Result<boost::json::value> body_object(const Request& request);
Result<Parameters> query_parameters(const Request& request);
Result<Parameters> form_parameters(const Request& request);

}  // namespace detail

/// The body as T. Returns `invalid_json`, `invalid_request` (missing or wrong_type members) or `unknown_field`.
template <class T>
Result<T> read_body(const Request& request) {
  GH_TRY(const auto body, detail::body_object(request));
  return detail::read_fields<T>(detail::FieldReader(body.get_object()), Unknown::refuse);
}

/// The query parameters as T; lists may be repeated or separated by commas.
template <class T>
Result<T> read_query(const Request& request, Unknown unknown = Unknown::refuse) {
  GH_TRY(const auto parameters, detail::query_parameters(request));
  return detail::read_fields<T>(detail::FieldReader(parameters, false), unknown);
}

/// A form body (application/x-www-form-urlencoded) as T.
template <class T>
Result<T> read_form(const Request& request, Unknown unknown = Unknown::refuse) {
  GH_TRY(const auto parameters, detail::form_parameters(request));
  return detail::read_fields<T>(detail::FieldReader(parameters, true), unknown);
}

/// Whether the body's media type is a form's: for routes that take both.
bool is_form(const Request& request);

}  // namespace gatehouse::server
