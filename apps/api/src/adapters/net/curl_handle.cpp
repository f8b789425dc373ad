#include "adapters/net/curl_handle.hpp"

#include <sys/socket.h>
#include <unistd.h>
#include <new>
#include <utility>

#include "adapters/net/address.hpp"

namespace gatehouse::adapters::net {
namespace {

struct AddressGuard {
  bool allow_private = false;
  bool refused = false;
};

curl_socket_t open_socket(void* data, curlsocktype, curl_sockaddr* address) {
  auto* guard = static_cast<AddressGuard*>(data);
  if (!guard->allow_private && !is_public(&address->addr)) {
    guard->refused = true;
    return CURL_SOCKET_BAD;
  }
  return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

void init_once() {
  static const CURLcode done = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (done != CURLE_OK) throw std::bad_alloc();
}

}  // namespace

void append(CurlList& list, const std::string& line) {
  curl_slist* longer = curl_slist_append(list.get(), line.c_str());
  if (longer == nullptr) throw std::bad_alloc();
  static_cast<void>(list.release());
  list.reset(longer);
}

CurlPool::CurlPool(std::size_t idle_per_host) : idle_per_host_(idle_per_host) { init_once(); }

CurlPool::~CurlPool() {
  for (auto& [host, handles] : idle_) {
    for (CURL* handle : handles) curl_easy_cleanup(handle);
  }
}

CURL* CurlPool::take(const std::string& host) {
  {
    std::lock_guard lock(mutex_);
    auto& handles = idle_[host];
    if (!handles.empty()) {
      CURL* handle = handles.back();
      handles.pop_back();
      return handle;
    }
  }
  CURL* handle = curl_easy_init();
  if (handle == nullptr) throw std::bad_alloc();
  return handle;
}

// Options go, the open connection stays: nothing may point at what the borrower had on its stack.
void CurlPool::give_back(const std::string& host, CURL* handle) {
  curl_easy_reset(handle);
  {
    std::lock_guard lock(mutex_);
    auto& handles = idle_[host];
    if (handles.size() < idle_per_host_) {
      handles.push_back(handle);
      return;
    }
  }
  curl_easy_cleanup(handle);
}

CurlPool::Lease::Lease(CurlPool& pool, std::string host)
    : pool_(pool), host_(std::move(host)), handle_(pool.take(host_)) {}

CurlPool::Lease::~Lease() {
  if (spoiled_) {
    curl_easy_reset(handle_);
    curl_easy_cleanup(handle_);
  } else {
    pool_.give_back(host_, handle_);
  }
}

TransferFailure CurlPool::Lease::perform(const TransferLimits& limits) {
  AddressGuard guard{limits.allow_private, false};
  char text[CURL_ERROR_SIZE] = "";
  curl_easy_setopt(handle_, CURLOPT_ERRORBUFFER, text);
  curl_easy_setopt(handle_, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(handle_, CURLOPT_NOPROXY, "*");
  curl_easy_setopt(handle_, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(handle_, CURLOPT_SSL_VERIFYPEER, 1L);
  curl_easy_setopt(handle_, CURLOPT_SSL_VERIFYHOST, 2L);
  curl_easy_setopt(handle_, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  if (!limits.ca_file.empty()) {
    curl_easy_setopt(handle_, CURLOPT_CAINFO, limits.ca_file.c_str());
    curl_easy_setopt(handle_, CURLOPT_CAPATH, nullptr);
  }
  curl_easy_setopt(handle_, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(limits.connect_timeout.count()));
  curl_easy_setopt(handle_, CURLOPT_TIMEOUT_MS, static_cast<long>(limits.timeout.count()));
  curl_easy_setopt(handle_, CURLOPT_MAXAGE_CONN, 60L);
  curl_easy_setopt(handle_, CURLOPT_OPENSOCKETFUNCTION, &open_socket);
  curl_easy_setopt(handle_, CURLOPT_OPENSOCKETDATA, &guard);
  TransferFailure outcome;
  outcome.code = curl_easy_perform(handle_);
  outcome.refused_address = guard.refused;
  if (outcome.code != CURLE_OK) {
    spoiled_ = true;
    outcome.text = text[0] != '\0' ? text : curl_easy_strerror(outcome.code);
  }
  return outcome;
}

}  // namespace gatehouse::adapters::net
