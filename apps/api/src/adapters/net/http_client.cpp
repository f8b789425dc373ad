#include "adapters/net/http_client.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include "adapters/net/curl_handle.hpp"

namespace gatehouse::adapters::net {
namespace {

constexpr std::size_t kMaxHeaderBytes = 64 * 1024;

struct Answer {
  HttpResponse response;
  std::size_t max_body = 0;
  std::size_t header_bytes = 0;
  bool too_large = false;
};

std::size_t on_body(char* data, std::size_t, std::size_t size, void* target) {
  auto* answer = static_cast<Answer*>(target);
  if (answer->response.body.size() + size > answer->max_body) {
    answer->too_large = true;
    return 0;
  }
  answer->response.body.append(data, size);
  return size;
}

std::string_view trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1);
}

std::size_t on_header(char* data, std::size_t, std::size_t size, void* target) {
  auto* answer = static_cast<Answer*>(target);
  answer->header_bytes += size;
  if (answer->header_bytes > kMaxHeaderBytes) {
    answer->too_large = true;
    return 0;
  }
  const std::string_view line(data, size);
  if (line.starts_with("HTTP/")) {
    answer->response.headers.clear();  // an interim answer came before
    return size;
  }
  const auto colon = line.find(':');
  if (colon == std::string_view::npos) return size;
  std::string name(line.substr(0, colon));
  std::transform(name.begin(), name.end(), name.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; });
  answer->response.headers.emplace_back(std::move(name), trimmed(line.substr(colon + 1)));
  return size;
}

bool is_header_safe(std::string_view text) {
  return text.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos;
}

struct Target {
  std::string host_key;  ///< scheme, host and port: what a connection belongs to
  std::string host;
};

Result<Target> read_target(const std::string& url, bool allow_http) {
  const auto parsed = boost::urls::parse_uri(url);
  if (!parsed) return fail(ErrorCode::provider_error, {}, "malformed URL");
  const std::string scheme(parsed->scheme().data(), parsed->scheme().size());
  const std::string host = parsed->host();
  if (scheme != "https" && !(scheme == "http" && allow_http))
    return fail(ErrorCode::provider_error, {}, host + ": only https is allowed");
  if (host.empty() || parsed->has_userinfo()) return fail(ErrorCode::provider_error, {}, "URL without a plain host");
  return Target{fmt::format("{}://{}:{}", scheme, host, parsed->port_number()), host};
}

Failure failure_of(const TransferFailure& failure, const Answer& answer, const std::string& host) {
  if (failure.refused_address) return fail(ErrorCode::provider_error, {}, host + " is at a private address");
  if (answer.too_large) return fail(ErrorCode::provider_error, {}, host + " answered too much");
  if (failure.code == CURLE_OPERATION_TIMEDOUT)
    return fail(ErrorCode::provider_timeout, {}, host + " did not answer in time");
  if (failure.code == CURLE_COULDNT_RESOLVE_HOST || failure.code == CURLE_COULDNT_CONNECT)
    return fail(ErrorCode::provider_timeout, {}, host + " cannot be reached: " + failure.text);
  return fail(ErrorCode::provider_error, {}, host + ": " + failure.text);
}

}  // namespace

struct HttpClient::Impl {
  HttpSettings settings;
  CurlPool pool;
};

HttpClient::HttpClient(HttpSettings settings) : impl_(new Impl{std::move(settings), CurlPool()}) {}
HttpClient::~HttpClient() = default;

Result<HttpResponse> HttpClient::send(const HttpRequest& request) {
  const HttpSettings& settings = impl_->settings;
  GH_TRY(const Target target, read_target(request.url, settings.allow_http));
  CurlList lines;
  for (const auto& [name, value] : request.headers) {
    if (!is_header_safe(name) || !is_header_safe(value))
      return fail(ErrorCode::provider_error, {}, target.host + ": a header field holds a line break");
    append(lines, value.empty() ? name + ";" : name + ": " + value);
  }
  append(lines, "Expect:");

  CurlPool::Lease lease(impl_->pool, target.host_key);
  CURL* handle = lease.get();
  Answer answer;
  answer.max_body = settings.max_body;
  curl_easy_setopt(handle, CURLOPT_URL, request.url.c_str());
  curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, settings.allow_http ? "http,https" : "https");
  curl_easy_setopt(handle, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  curl_easy_setopt(handle, CURLOPT_HTTPHEADER, lines.get());
  curl_easy_setopt(handle, CURLOPT_USERAGENT, "gatehouse/" GATEHOUSE_VERSION);
  curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, &on_body);
  curl_easy_setopt(handle, CURLOPT_WRITEDATA, &answer);
  curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, &on_header);
  curl_easy_setopt(handle, CURLOPT_HEADERDATA, &answer);
  if (request.method == "HEAD") {
    curl_easy_setopt(handle, CURLOPT_NOBODY, 1L);
  } else if (request.method != "GET") {
    curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    curl_easy_setopt(handle, CURLOPT_POSTFIELDS, request.body.data());
    curl_easy_setopt(handle, CURLOPT_CUSTOMREQUEST, request.method.c_str());
  }
  const auto failure = lease.perform(
      {settings.connect_timeout, request.timeout.value_or(settings.timeout), settings.allow_private, settings.ca_file});
  if (failure.code != CURLE_OK) return failure_of(failure, answer, target.host);
  long status = 0;
  curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
  answer.response.status = static_cast<int>(status);
  return std::move(answer.response);
}

std::optional<std::string_view> HttpResponse::header(std::string_view name) const {
  const auto found =
      std::find_if(headers.begin(), headers.end(), [&](const auto& field) { return field.first == name; });
  return found == headers.end() ? std::nullopt : std::optional<std::string_view>(found->second);
}

std::optional<std::chrono::seconds> HttpResponse::retry_after() const {
  const auto text = header("retry-after");
  long seconds = 0;
  if (!text || text->empty()) return std::nullopt;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), seconds);
  if (error != std::errc() || end != text->data() + text->size() || seconds < 0 || seconds > 86'400)
    return std::nullopt;
  return std::chrono::seconds(seconds);
}

std::string url_encode(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                       c == '.' || c == '_' || c == '~';
    if (plain) {
      out += c;
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

std::string form_encode(const std::vector<std::pair<std::string, std::string>>& pairs) {
  std::string out;
  for (const auto& [name, value] : pairs) {
    if (!out.empty()) out += '&';
    out += url_encode(name) + '=' + url_encode(value);
  }
  return out;
}

}  // namespace gatehouse::adapters::net
