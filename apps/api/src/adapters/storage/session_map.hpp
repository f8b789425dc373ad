#pragma once
// The session map in front of the store (ports/session_map.hpp): bounded, in shards with a lock each, with indexes by
// session and by user for dropping. Made by composition; filled and asked by session checks, emptied by the application
// after its own writes and by the fence (sql/fence.hpp) for those of others. Without a fence it answers nothing.
//
// A shard beyond its share of `capacity` gives up an entry not asked for lately (second chance). find() takes one
// uncontended lock and allocates nothing.
#include <array>
#include <atomic>
#include <chrono>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "modules/identity/ports/session_map.hpp"

namespace gatehouse::adapters::storage {

/// A token's SHA-256; its own bytes are hash enough.
using TokenKey = std::array<char, 32>;

/// From an id to the keys of its entries.
class KeyIndex {
 public:
  void add(const std::string& id, const TokenKey& key);
  void remove(const std::string& id, const TokenKey& key);
  std::vector<TokenKey> find(const std::string& id) const;

 private:
  struct Shard {
    mutable std::mutex mutex;
    std::unordered_map<std::string, std::vector<TokenKey>> keys;
  };
  static constexpr std::size_t kShards = 16;
  const Shard& shard(const std::string& id) const { return shards_[std::hash<std::string>{}(id) % kShards]; }
  Shard& shard(const std::string& id) { return shards_[std::hash<std::string>{}(id) % kShards]; }

  std::array<Shard, kShards> shards_;
};

class FencedSessionMap final : public ports::SessionMap {
 public:
  using Moment = std::chrono::steady_clock::time_point;
  using Snapshot = std::shared_ptr<const ports::SessionSnapshot>;

  explicit FencedSessionMap(std::size_t capacity = 200'000);  ///< 0: nothing is remembered

  Snapshot find(std::string_view token_hash, Timestamp now) const override;
  std::uint64_t generation() const override { return generation_; }
  void put(std::string_view token_hash, Snapshot snapshot, std::uint64_t generation) override;
  void drop_session(const domain::SessionId& id) override;
  void drop_user(const domain::UserId& id) override;
  void drop_all() override;

  /// The fence: until then, and not after, find() may answer.
  void hold_until(Moment moment) { held_until_ = moment; }
  bool held() const { return std::chrono::steady_clock::now() < held_until_.load(); }
  std::size_t size() const;

 private:
  struct KeyHash {
    std::size_t operator()(const TokenKey& key) const;
  };
  struct Slot {
    TokenKey key{};
    Snapshot snapshot;  ///< null: the slot is free
    bool asked_for = false;
  };
  struct alignas(64) Shard {
    mutable std::mutex mutex;
    std::unordered_map<TokenKey, std::size_t, KeyHash> places;
    mutable std::vector<Slot> slots;
    std::vector<std::size_t> free;
    std::size_t hand = 0;
  };
  static constexpr std::size_t kShards = 64;

  Shard& shard(const TokenKey& key) { return shards_[static_cast<unsigned char>(key[31]) % kShards]; }
  const Shard& shard(const TokenKey& key) const { return shards_[static_cast<unsigned char>(key[31]) % kShards]; }
  void erase(Shard& shard, std::size_t place);
  std::size_t make_room(Shard& shard);
  template <class Concerns>
  void drop(const std::vector<TokenKey>& keys, Concerns concerns);

  std::size_t shard_capacity_;
  std::array<Shard, kShards> shards_;
  KeyIndex by_session_;
  KeyIndex by_user_;
  std::atomic<std::uint64_t> generation_ = 0;
  std::atomic<Moment> held_until_{};
};

}  // namespace gatehouse::adapters::storage
