#pragma once
// The one place that touches libcurl's handles: kept-alive handles by host, and what every transfer has in common:
// time limits, TLS checks, no proxy, no redirect, no private address unless allowed. Included by this folder's .cpp
// files alone. A pool is thread-safe; a lent handle belongs to its borrower.
#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <curl/curl.h>

namespace gatehouse::adapters::net {

struct TransferLimits {
  std::chrono::milliseconds connect_timeout{5'000};
  std::chrono::milliseconds timeout{10'000};
  bool allow_private = false;  ///< whether hosts may be at private or loopback addresses
  std::string ca_file;         ///< PEM; where set, no other authority is trusted
};

/// What a transfer came to, in libcurl's words.
struct TransferFailure {
  CURLcode code = CURLE_OK;
  std::string text;
  bool refused_address = false;
};

class CurlPool {
 public:
  /// A handle for the time of one transfer. It goes back with its open connection unless it was spoiled.
  class Lease {
   public:
    Lease(CurlPool& pool, std::string host);
    ~Lease();
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;

    CURL* get() const { return handle_; }
    /// Applies the limits and performs; CURLE_OK means that the exchange took place.
    TransferFailure perform(const TransferLimits& limits);

   private:
    CurlPool& pool_;
    const std::string host_;
    CURL* handle_;
    bool spoiled_ = false;
  };

  explicit CurlPool(std::size_t idle_per_host = 16);
  ~CurlPool();

 private:
  CURL* take(const std::string& host);
  void give_back(const std::string& host, CURL* handle);

  const std::size_t idle_per_host_;
  std::mutex mutex_;
  std::map<std::string, std::vector<CURL*>> idle_;
};

/// A list of header lines that frees itself.
struct CurlListDeleter {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using CurlList = std::unique_ptr<curl_slist, CurlListDeleter>;
void append(CurlList& list, const std::string& line);

}  // namespace gatehouse::adapters::net
