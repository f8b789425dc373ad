#include "adapters/net/smtp_client.hpp"

#include <algorithm>
#include <cstring>
#include <string_view>

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include "adapters/net/address.hpp"
#include "adapters/net/curl_handle.hpp"

namespace gatehouse::adapters::net {
namespace {

struct Upload {
  std::string_view rest;
};

std::size_t on_read(char* out, std::size_t size, std::size_t count, void* source) {
  auto* upload = static_cast<Upload*>(source);
  const std::size_t chunk = std::min(size * count, upload->rest.size());
  std::memcpy(out, upload->rest.data(), chunk);
  upload->rest.remove_prefix(chunk);
  return chunk;
}

// The server's lines of conversation; the last refusal says why.
std::size_t on_line(char* data, std::size_t, std::size_t size, void* target) {
  auto* refusal = static_cast<std::string*>(target);
  std::string line(data, std::min<std::size_t>(size, 300));
  std::erase_if(line, [](char c) { return static_cast<unsigned char>(c) < 0x20; });
  if (line.starts_with('4') || line.starts_with('5')) *refusal = std::move(line);
  return size;
}

}  // namespace

struct SmtpClient::Impl {
  SmtpSettings settings;
  bool on_this_machine = false;
  CurlPool pool{4};

  SmtpReply perform(CurlPool::Lease& lease, std::string& refusal) {
    CURL* handle = lease.get();
    curl_easy_setopt(handle, CURLOPT_URL, settings.url.expose().c_str());
    curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    curl_easy_setopt(handle, CURLOPT_USE_SSL, static_cast<long>(on_this_machine ? CURLUSESSL_NONE : CURLUSESSL_ALL));
    curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, &on_line);
    curl_easy_setopt(handle, CURLOPT_HEADERDATA, &refusal);
    const auto failure = lease.perform({std::chrono::milliseconds(10'000), settings.timeout, true, settings.ca_file});
    long code = 0;
    curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &code);
    SmtpReply reply;
    reply.code = static_cast<int>(code);
    reply.accepted = failure.code == CURLE_OK;
    reply.refused_login = failure.code == CURLE_LOGIN_DENIED;
    reply.text = code >= 400 && !refusal.empty() ? refusal : failure.text;
    return reply;
  }
};

SmtpClient::SmtpClient(SmtpSettings settings) : impl_(new Impl{std::move(settings)}) {
  const auto url = boost::urls::parse_uri(impl_->settings.url.expose());
  impl_->on_this_machine = url && url->scheme() == "smtp" && is_loopback_host(std::string(url->host()));
}

SmtpClient::~SmtpClient() = default;

SmtpReply SmtpClient::send(const std::string& from, const std::string& to, const std::string& message) {
  if (!is_plain_address(from) || !is_plain_address(to)) return {553, "the address is not plain ASCII", false, false};
  CurlPool::Lease lease(impl_->pool, "smtp");
  CURL* handle = lease.get();
  CurlList recipients;
  append(recipients, "<" + to + ">");
  Upload upload{message};
  std::string refusal;
  const std::string sender = "<" + from + ">";
  curl_easy_setopt(handle, CURLOPT_MAIL_FROM, sender.c_str());
  curl_easy_setopt(handle, CURLOPT_MAIL_RCPT, recipients.get());
  curl_easy_setopt(handle, CURLOPT_UPLOAD, 1L);
  curl_easy_setopt(handle, CURLOPT_READFUNCTION, &on_read);
  curl_easy_setopt(handle, CURLOPT_READDATA, &upload);
  curl_easy_setopt(handle, CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(message.size()));
  return impl_->perform(lease, refusal);
}

SmtpReply SmtpClient::greet() {
  CurlPool::Lease lease(impl_->pool, "smtp");
  std::string refusal;
  curl_easy_setopt(lease.get(), CURLOPT_CUSTOMREQUEST, "NOOP");
  curl_easy_setopt(lease.get(), CURLOPT_NOBODY, 1L);
  return impl_->perform(lease, refusal);
}

bool is_plain_address(std::string_view address) {
  const auto at = address.find('@');
  if (address.size() > 254 || at == 0 || at == std::string_view::npos || at + 1 == address.size()) return false;
  if (address.find('@', at + 1) != std::string_view::npos) return false;
  return std::all_of(address.begin(), address.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("@.!#$%&'*+-/=?^_`{|}~").find(c) != std::string_view::npos;
  });
}

}  // namespace gatehouse::adapters::net
