#include "adapters/keys/vault_transit/transit_batch.hpp"

#include <charconv>
#include <utility>

#include <boost/json/array.hpp>

#include "auth/encoding.hpp"

namespace gatehouse::adapters::keys {
namespace {

namespace json = boost::json;

json::object request_for(domain::SigningAlgorithm algorithm, std::int64_t version, json::array items) {
  json::object body{{"batch_input", std::move(items)}, {"key_version", version}, {"marshaling_algorithm", "jws"}};
  if (algorithm != domain::SigningAlgorithm::EdDSA) body["hash_algorithm"] = "sha2-256";
  if (algorithm == domain::SigningAlgorithm::RS256) body["signature_algorithm"] = "pkcs1v15";
  return body;
}

// Each item has a signature or an error of its own; the order is kept.
Result<std::string> read_item(const json::value& value, std::int64_t version) {
  const auto* item = value.if_object();
  if (item == nullptr) return unavailable("Vault's batch holds no object");
  const auto* signature = item->if_contains("signature");
  if (signature != nullptr && signature->is_string()) return read_transit_signature(signature->get_string(), version);
  const auto* error = item->if_contains("error");
  return unavailable("Vault refuses to sign: " + (error != nullptr && error->is_string()
                                                      ? std::string(error->get_string().subview(0, 200))
                                                      : std::string("no reason given")));
}

}  // namespace

Result<std::string> read_transit_signature(std::string_view text, std::int64_t version) {
  constexpr std::string_view kPrefix = "vault:v";
  if (!text.starts_with(kPrefix)) return unavailable("Vault's signature has no prefix");
  text.remove_prefix(kPrefix.size());
  std::int64_t signed_with = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), signed_with);
  const auto used = static_cast<std::size_t>(end - text.data());
  if (error != std::errc() || used >= text.size() || text[used] != ':')
    return unavailable("Vault's signature has a malformed prefix");
  if (signed_with != version)
    return unavailable("Vault signed with version " + std::to_string(signed_with) + " instead of " +
                       std::to_string(version));
  auto signature = auth::base64url_decode(text.substr(used + 1));
  if (!signature) return unavailable("Vault's signature is not base64url");
  return std::move(*signature);
}

std::vector<Result<std::string>> read_batch_reply(const json::object& data, std::size_t asked, std::int64_t version) {
  const auto* found = data.if_contains("batch_results");
  const auto* items = found == nullptr ? nullptr : found->if_array();
  std::vector<Result<std::string>> results;
  results.reserve(asked);
  for (std::size_t i = 0; i < asked; ++i)
    results.push_back(items == nullptr || items->size() != asked
                          ? Result<std::string>(unavailable("Vault's batch has another size"))
                          : read_item((*items)[i], version));
  return results;
}

TransitBatch::TransitBatch(VaultClient& vault, BatchSettings settings) : vault_(vault), settings_(settings) {
  for (int i = 0; i < settings_.calls_at_once; ++i) workers_.emplace_back([this] { work(); });
}

TransitBatch::~TransitBatch() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  arrived_.notify_all();
  for (auto& worker : workers_) worker.join();
  for (auto& item : waiting_) item.done.set_value(unavailable("shutting down"));
}

Result<std::string> TransitBatch::sign(domain::SigningAlgorithm algorithm, std::int64_t version, std::string input) {
  std::future<Result<std::string>> done;
  {
    std::lock_guard lock(mutex_);
    if (stopping_ || waiting_.size() >= settings_.max_waiting) return unavailable("too many signatures wait for Vault");
    Waiting item{algorithm, version, std::move(input), std::chrono::steady_clock::now() + settings_.max_wait, {}};
    done = item.done.get_future();
    waiting_.push_back(std::move(item));
  }
  arrived_.notify_one();
  if (done.wait_for(settings_.max_wait) != std::future_status::ready)
    return unavailable("no signature of Vault within the time limit");
  return done.get();
}

std::pair<std::uint64_t, std::uint64_t> TransitBatch::counts() const {
  std::lock_guard lock(mutex_);
  return {batches_, signatures_};
}

void TransitBatch::work() {
  for (;;) {
    Batch batch = next_batch();
    if (batch.empty()) return;
    std::erase_if(batch,
                  [now = std::chrono::steady_clock::now()](const Waiting& item) { return item.given_up_at <= now; });
    if (!batch.empty()) send(batch);
  }
}

TransitBatch::Batch TransitBatch::next_batch() {
  std::unique_lock lock(mutex_);
  arrived_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
  if (settings_.max_linger.count() > 0 && waiting_.size() < settings_.max_batch) {
    arrived_.wait_for(lock, settings_.max_linger,
                      [this] { return stopping_ || waiting_.size() >= settings_.max_batch; });
  }
  // Another worker may have taken them while this one lingered.
  arrived_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
  Batch batch;
  if (stopping_) return batch;
  const auto algorithm = waiting_.front().algorithm;
  const auto version = waiting_.front().version;
  while (!waiting_.empty() && batch.size() < settings_.max_batch && waiting_.front().version == version &&
         waiting_.front().algorithm == algorithm) {
    batch.push_back(std::move(waiting_.front()));
    waiting_.pop_front();
  }
  ++batches_;
  signatures_ += batch.size();
  return batch;
}

void TransitBatch::send(Batch& batch) {
  json::array items;
  for (const auto& item : batch) items.push_back(json::object{{"input", auth::base64_encode(item.input)}});
  const auto answer = vault_.call("POST", vault_.transit("sign", vault_.settings().signing_key),
                                  request_for(batch.front().algorithm, batch.front().version, std::move(items)));
  if (!answer) {
    const Error& error = answer.error();
    for (auto& item : batch)
      item.done.set_value(unavailable(error.cause, error.retry_after.value_or(std::chrono::seconds(1))));
    return;
  }
  auto results = read_batch_reply(*answer, batch.size(), batch.front().version);
  for (std::size_t i = 0; i < batch.size(); ++i) batch[i].done.set_value(std::move(results[i]));
}

}  // namespace gatehouse::adapters::keys
