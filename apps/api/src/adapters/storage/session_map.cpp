#include "adapters/storage/session_map.hpp"

#include <algorithm>
#include <cstring>

namespace gatehouse::adapters::storage {
namespace {

bool make_key(std::string_view token_hash, TokenKey& key) {
  if (token_hash.size() != key.size()) return false;
  std::memcpy(key.data(), token_hash.data(), key.size());
  return true;
}

}  // namespace

void KeyIndex::add(const std::string& id, const TokenKey& key) {
  Shard& place = shard(id);
  const std::lock_guard lock(place.mutex);
  place.keys[id].push_back(key);
}

void KeyIndex::remove(const std::string& id, const TokenKey& key) {
  Shard& place = shard(id);
  const std::lock_guard lock(place.mutex);
  const auto found = place.keys.find(id);
  if (found == place.keys.end()) return;
  const auto at = std::find(found->second.begin(), found->second.end(), key);
  if (at != found->second.end()) found->second.erase(at);
  if (found->second.empty()) place.keys.erase(found);
}

std::vector<TokenKey> KeyIndex::find(const std::string& id) const {
  const Shard& place = shard(id);
  const std::lock_guard lock(place.mutex);
  const auto found = place.keys.find(id);
  return found == place.keys.end() ? std::vector<TokenKey>{} : found->second;
}

std::size_t FencedSessionMap::KeyHash::operator()(const TokenKey& key) const {
  std::size_t first = 0;
  std::memcpy(&first, key.data(), sizeof first);
  return first;
}

FencedSessionMap::FencedSessionMap(std::size_t capacity)
    : shard_capacity_(capacity == 0 ? 0 : std::max<std::size_t>(1, capacity / kShards)) {}

FencedSessionMap::Snapshot FencedSessionMap::find(std::string_view token_hash, Timestamp now) const {
  TokenKey key;
  if (!make_key(token_hash, key) || !held()) return nullptr;
  const Shard& place = shard(key);
  const std::lock_guard lock(place.mutex);
  const auto found = place.places.find(key);
  if (found == place.places.end()) return nullptr;
  Slot& slot = place.slots[found->second];
  if (now >= slot.snapshot->ends_at) return nullptr;
  slot.asked_for = true;
  return slot.snapshot;
}

void FencedSessionMap::put(std::string_view token_hash, Snapshot snapshot, std::uint64_t generation) {
  TokenKey key;
  if (shard_capacity_ == 0 || !snapshot || !make_key(token_hash, key)) return;
  Shard& place = shard(key);
  const std::lock_guard lock(place.mutex);
  if (const auto found = place.places.find(key); found != place.places.end()) erase(place, found->second);
  // Indexed first and the generation looked at after: a drop either finds the key in the index, and then waits for this
  // lock and erases it, or has counted the generation up before we look.
  const std::string& session = snapshot->actor.session_id.str();
  const std::string& user = snapshot->actor.user_id.str();
  by_session_.add(session, key);
  by_user_.add(user, key);
  if (generation_ != generation) {
    by_session_.remove(session, key);
    by_user_.remove(user, key);
    return;
  }
  const std::size_t at = make_room(place);
  place.slots[at] = {.key = key, .snapshot = std::move(snapshot), .asked_for = false};
  place.places.emplace(key, at);
}

std::size_t FencedSessionMap::make_room(Shard& shard) {
  if (shard.free.empty() && shard.slots.size() < shard_capacity_) {
    shard.slots.emplace_back();
    return shard.slots.size() - 1;
  }
  if (shard.free.empty()) {
    while (std::exchange(shard.slots[shard.hand].asked_for, false)) shard.hand = (shard.hand + 1) % shard.slots.size();
    erase(shard, shard.hand);
    shard.hand = (shard.hand + 1) % shard.slots.size();
  }
  const std::size_t at = shard.free.back();
  shard.free.pop_back();
  return at;
}

void FencedSessionMap::erase(Shard& shard, std::size_t place) {
  Slot& slot = shard.slots[place];
  by_session_.remove(slot.snapshot->actor.session_id.str(), slot.key);
  by_user_.remove(slot.snapshot->actor.user_id.str(), slot.key);
  shard.places.erase(slot.key);
  slot = {};
  shard.free.push_back(place);
}

template <class Concerns>
void FencedSessionMap::drop(const std::vector<TokenKey>& keys, Concerns concerns) {
  for (const TokenKey& key : keys) {
    Shard& place = shard(key);
    const std::lock_guard lock(place.mutex);
    const auto found = place.places.find(key);
    if (found != place.places.end() && concerns(place.slots[found->second].snapshot->actor))
      erase(place, found->second);
  }
}

void FencedSessionMap::drop_session(const domain::SessionId& id) {
  ++generation_;
  drop(by_session_.find(id.str()), [&](const domain::Actor& actor) { return actor.session_id == id; });
}

void FencedSessionMap::drop_user(const domain::UserId& id) {
  ++generation_;
  drop(by_user_.find(id.str()), [&](const domain::Actor& actor) { return actor.user_id == id; });
}

void FencedSessionMap::drop_all() {
  ++generation_;
  for (Shard& place : shards_) {
    const std::lock_guard lock(place.mutex);
    for (std::size_t at = 0; at < place.slots.size(); ++at) {
      if (place.slots[at].snapshot) erase(place, at);
    }
  }
}

std::size_t FencedSessionMap::size() const {
  std::size_t count = 0;
  for (const Shard& place : shards_) {
    const std::lock_guard lock(place.mutex);
    count += place.places.size();
  }
  return count;
}

}  // namespace gatehouse::adapters::storage
