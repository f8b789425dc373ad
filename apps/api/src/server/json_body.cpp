#include "server/json_body.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <new>
#include <set>

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/memory_resource.hpp>
#include <boost/json/storage_ptr.hpp>
#include <boost/json/value_stack.hpp>

#include "server/route.hpp"
#include "server/text.hpp"

namespace gatehouse::server {

namespace json = boost::json;

namespace {

constexpr std::size_t kMaxDepth = 16;

// What a body held may be a password, so its memory is overwritten as it is freed.
class WipingMemory final : public json::memory_resource {
  // Boost.JSON never asks for more than the ordinary alignment, and names another one when it gives a key back.
  void* do_allocate(std::size_t bytes, std::size_t) override { return ::operator new(bytes); }
  void do_deallocate(void* memory, std::size_t bytes, std::size_t) override {
    wipe(memory, bytes);
    ::operator delete(memory);
  }
  bool do_is_equal(const json::memory_resource& other) const noexcept override { return this == &other; }
};

// Builds the value and refuses what Boost.JSON lets pass: duplicate members, NUL in names and numbers that are not
// finite.
class StrictHandler {
 public:
  static constexpr std::size_t max_array_size = 16384;
  static constexpr std::size_t max_object_size = 1024;
  static constexpr std::size_t max_string_size = 1 << 20;
  static constexpr std::size_t max_key_size = 1024;

  explicit StrictHandler(const json::storage_ptr& storage) : stack_(storage) { stack_.reset(storage); }

  json::value release() { return stack_.release(); }
  const std::string& duplicate() const { return duplicate_; }

  bool on_document_begin(json::error_code&) { return true; }
  bool on_document_end(json::error_code&) { return true; }
  bool on_object_begin(json::error_code&) {
    keys_.emplace_back();
    return true;
  }
  bool on_object_end(std::size_t n, json::error_code&) {
    keys_.pop_back();
    stack_.push_object(n);
    return true;
  }
  bool on_array_begin(json::error_code&) { return true; }
  bool on_array_end(std::size_t n, json::error_code&) {
    stack_.push_array(n);
    return true;
  }
  bool on_key_part(json::string_view text, std::size_t, json::error_code& ec) {
    key_.append(text);
    return plain(text, ec) && (stack_.push_chars(text), true);
  }
  bool on_key(json::string_view text, std::size_t, json::error_code& ec) {
    key_.append(text);
    if (!plain(text, ec)) return false;
    if (!keys_.back().insert(key_).second) {
      duplicate_ = key_;
      ec = json::error::exception;
      return false;
    }
    key_.clear();
    stack_.push_key(text);
    return true;
  }
  bool on_string_part(json::string_view text, std::size_t, json::error_code&) {
    stack_.push_chars(text);
    return true;
  }
  bool on_string(json::string_view text, std::size_t, json::error_code&) {
    stack_.push_string(text);
    return true;
  }
  bool on_number_part(json::string_view, json::error_code&) { return true; }
  bool on_int64(std::int64_t number, json::string_view, json::error_code&) {
    stack_.push_int64(number);
    return true;
  }
  bool on_uint64(std::uint64_t number, json::string_view, json::error_code&) {
    stack_.push_uint64(number);
    return true;
  }
  bool on_double(double number, json::string_view, json::error_code& ec) {
    if (!std::isfinite(number)) ec = json::error::exponent_overflow;
    stack_.push_double(number);
    return !ec;
  }
  bool on_bool(bool truth, json::error_code&) {
    stack_.push_bool(truth);
    return true;
  }
  bool on_null(json::error_code&) {
    stack_.push_null();
    return true;
  }
  bool on_comment_part(json::string_view, json::error_code&) { return true; }
  bool on_comment(json::string_view, json::error_code&) { return true; }

 private:
  static bool plain(json::string_view text, json::error_code& ec) {
    if (text.find('\0') != text.npos) ec = json::error::syntax;
    return !ec;
  }

  json::value_stack stack_;
  std::vector<std::set<std::string, std::less<>>> keys_;
  std::string key_;
  std::string duplicate_;
};

// RFC 6901: '~' and '/' inside a name are escaped.
std::string pointer_to(std::string_view name) {
  std::string out = "/";
  for (const char c : name) {
    if (c == '~')
      out += "~0";
    else if (c == '/')
      out += "~1";
    else
      out += c;
  }
  return out;
}

// A name that came from the caller, short enough to be repeated to him.
std::string shown(std::string_view name) {
  std::string out(name.substr(0, 64));
  while (!out.empty() && !is_utf8(out)) out.pop_back();
  return out;
}

}  // namespace

Result<json::value> parse_json(std::string_view text) {
  json::parse_options options;
  options.max_depth = kMaxDepth;
  json::basic_parser<StrictHandler> parser(options, json::make_shared_resource<WipingMemory>());
  json::error_code ec;
  const std::size_t read = parser.write_some(false, text.data(), text.size(), ec);
  if (!parser.handler().duplicate().empty()) {
    const std::string name = shown(parser.handler().duplicate());
    return fail_field(ErrorCode::unknown_field, name, "duplicate", "The body has the member " + name + " twice.");
  }
  if (ec == json::error::too_deep)
    return fail(ErrorCode::invalid_json, "The body is nested more than 16 deep.", ec.message());
  if (ec) return fail(ErrorCode::invalid_json, "The body is not valid JSON.", ec.message());
  if (read < text.size()) return fail(ErrorCode::invalid_json, "There is text after the JSON value.");
  return parser.handler().release();
}

std::optional<Parameters> parse_parameters(std::string_view text) {
  Parameters out;
  while (!text.empty()) {
    const auto end = std::min(text.find('&'), text.size());
    const auto pair = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (pair.empty()) continue;
    const auto equals = std::min(pair.find('='), pair.size());
    auto key = percent_decode(pair.substr(0, equals), true);
    auto value = percent_decode(pair.substr(std::min(equals + 1, pair.size())), true);
    if (!key || !value || !is_utf8(*key) || !is_utf8(*value)) return std::nullopt;
    if (key->find('\0') != key->npos || value->find('\0') != value->npos) return std::nullopt;
    out.emplace_back(std::move(*key), std::move(*value));
  }
  return out;
}

bool is_form(const Request& request) {
  const auto type = request.header("Content-Type").value_or("");
  return iequals(trim(type.substr(0, type.find(';'))), kForm);
}

namespace detail {

Result<json::value> body_object(const Request& request) {
  if (request.body.empty()) return fail(ErrorCode::invalid_json, "The body is empty; send one JSON object.");
  GH_TRY(auto value, parse_json(request.body));
  if (!value.is_object()) return fail(ErrorCode::invalid_json, "The body is not a JSON object.");
  return value;
}

Result<Parameters> query_parameters(const Request& request) {
  auto out = parse_parameters(request.query);
  if (!out) return fail(ErrorCode::invalid_request, "The query is not well-formed percent-encoded UTF-8.");
  return std::move(*out);
}

Result<Parameters> form_parameters(const Request& request) {
  auto out = parse_parameters(request.body);
  if (!out) return fail(ErrorCode::invalid_request, "The form is not well-formed percent-encoded UTF-8.");
  return std::move(*out);
}

bool FieldReader::present(std::string_view name) const {
  if (object_) return object_->contains(name);
  return std::any_of(parameters_->begin(), parameters_->end(), [&](const auto& pair) { return pair.first == name; });
}

bool FieldReader::null(std::string_view name) const {
  const auto* value = object_ ? object_->if_contains(name) : nullptr;
  return value && value->is_null();
}

void FieldReader::add(std::string_view name, std::string_view code, std::string detail) {
  errors_.push_back({std::string(name), object_ ? pointer_to(name) : "", std::string(code), std::move(detail), {}});
}

const json::value* FieldReader::member(std::string_view name) {
  const auto* value = object_->if_contains(name);
  if (!value) add(name, "missing", std::string(name) + " is required.");
  return value;
}

const std::string* FieldReader::parameter(std::string_view name) {
  const std::string* found = nullptr;
  for (const auto& [key, value] : *parameters_) {
    if (key != name) continue;
    if (found) {
      add(name, "duplicate", "Give " + std::string(name) + " once.");
      return nullptr;
    }
    found = &value;
  }
  if (!found) add(name, "missing", std::string(name) + " is required.");
  return found;
}

void FieldReader::read_text(std::string_view name, std::string& out) {
  if (!object_) {
    if (const auto* text = parameter(name)) out = *text;
    return;
  }
  const auto* value = member(name);
  if (!value) return;
  if (value->is_string())
    out.assign(value->get_string().data(), value->get_string().size());
  else
    add(name, "wrong_type", std::string(name) + " is a string.");
}

void FieldReader::read(std::string_view name, std::string& out) {
  read_text(name, out);
  if (out.find('\0') != out.npos) add(name, "invalid_text", std::string(name) + " holds a NUL character.");
}

// A password may hold any character, NUL too: it is hashed whole (ASVS 6.2.8).
void FieldReader::read(std::string_view name, Secret<std::string>& out) {
  std::string text;
  read_text(name, text);
  out = Secret<std::string>(text);
  wipe(text.data(), text.size());
}

void FieldReader::read(std::string_view name, bool& out) {
  if (!object_) {
    const auto* text = parameter(name);
    if (!text) return;
    if (*text != "true" && *text != "false") return add(name, "wrong_type", std::string(name) + " is true or false.");
    out = *text == "true";
    return;
  }
  const auto* value = member(name);
  if (!value) return;
  if (!value->is_bool()) return add(name, "wrong_type", std::string(name) + " is true or false.");
  out = value->get_bool();
}

void FieldReader::read(std::string_view name, std::int64_t& out) {
  if (!object_) {
    const auto* text = parameter(name);
    if (!text) return;
    const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), out);
    if (error != std::errc{} || end != text->data() + text->size())
      add(name, "wrong_type", std::string(name) + " is a whole number.");
    return;
  }
  const auto* value = member(name);
  if (!value) return;
  if (!value->is_int64()) return add(name, "wrong_type", std::string(name) + " is a whole number.");
  out = value->get_int64();
}

void FieldReader::read(std::string_view name, std::vector<std::string>& out) {
  if (!object_) {
    if (!present(name)) return add(name, "missing", std::string(name) + " is required.");
    for (const auto& [key, value] : *parameters_) {
      if (key != name) continue;
      for (std::string_view rest = value; !rest.empty();) {
        const auto end = std::min(rest.find(','), rest.size());
        if (end > 0) out.emplace_back(rest.substr(0, end));
        rest.remove_prefix(std::min(end + 1, rest.size()));
      }
    }
    return;
  }
  const auto* value = member(name);
  if (!value) return;
  const auto* items = value->if_array();
  if (!items || !std::all_of(items->begin(), items->end(), [](const auto& item) {
        return item.is_string() && item.get_string().find('\0') == json::string::npos;
      }))
    return add(name, "wrong_type", std::string(name) + " is a list of strings.");
  for (const auto& item : *items) out.emplace_back(item.get_string().data(), item.get_string().size());
}

void FieldReader::read(std::string_view name, json::object& out) {
  const auto* value = object_ ? member(name) : nullptr;
  if (!value) return;
  if (!value->is_object()) return add(name, "wrong_type", std::string(name) + " is an object.");
  out = value->get_object();
}

Result<> FieldReader::finish(Unknown unknown) {
  bool unknown_found = false;
  const auto check = [&](std::string_view name) {
    if (std::find(known_.begin(), known_.end(), name) != known_.end()) return;
    unknown_found = true;
    add(shown(name), "unknown_field", shown(name) + " is not known here.");
  };
  if (unknown == Unknown::refuse) {
    if (object_)
      for (const auto& member : *object_) check(member.key());
    else
      for (const auto& [name, value] : *parameters_) check(name);
  }
  if (errors_.empty()) return {};
  constexpr std::size_t kMostErrors = 20;
  if (errors_.size() > kMostErrors) errors_.resize(kMostErrors);
  Error error;
  error.code = unknown_found ? ErrorCode::unknown_field : ErrorCode::invalid_request;
  error.detail = errors_.front().detail;
  error.fields = std::move(errors_);
  return fail(std::move(error));
}

}  // namespace detail
}  // namespace gatehouse::server
