#pragma once
// StrongId<Tag>: an opaque identifier that can't be passed where another kind is expected. At most 64 characters of
// [A-Za-z0-9_-]: UUIDv7 where made here, kept where imported. Not a secret; for those see secret.hpp.
#include <algorithm>
#include <compare>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace gatehouse {

template <class Tag>
class StrongId {
 public:
  StrongId() = default;
  explicit StrongId(std::string value) : value_(std::move(value)) {}

  const std::string& str() const { return value_; }
  bool empty() const { return value_.empty(); }
  auto operator<=>(const StrongId&) const = default;

 private:
  std::string value_;
};

/// Whether a text may be an id at all; check before it goes anywhere.
inline bool is_id_text(std::string_view text) {
  return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
}

}  // namespace gatehouse

template <class Tag>
struct std::hash<gatehouse::StrongId<Tag>> {
  std::size_t operator()(const gatehouse::StrongId<Tag>& id) const { return std::hash<std::string>{}(id.str()); }
};
