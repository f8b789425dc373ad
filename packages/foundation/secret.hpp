#pragma once
// Secret<T>: a value that can't be logged, streamed, formatted or compared by accident, and is wiped when it goes.
// Call expose() only where the bytes are really needed: the hash, the cipher, the one answer that shows it.
#include <cstddef>
#include <string>
#include <utility>

namespace gatehouse {

/// Overwrites memory in a way that the compiler can't leave out.
inline void wipe(void* data, std::size_t size) {
  volatile auto* p = static_cast<volatile unsigned char*>(data);
  while (size-- > 0) *p++ = 0;
}

template <class T = std::string>
class Secret {
 public:
  Secret() = default;
  explicit Secret(T value) : value_(std::move(value)) {}
  Secret(const Secret&) = default;
  Secret& operator=(const Secret& other) {
    if (this != &other) {
      clear();
      value_ = other.value_;
    }
    return *this;
  }
  Secret(Secret&& other) noexcept : value_(std::move(other.value_)) { other.clear(); }
  Secret& operator=(Secret&& other) noexcept {
    if (this != &other) {
      clear();
      value_ = std::move(other.value_);
      other.clear();
    }
    return *this;
  }
  ~Secret() { clear(); }

  const T& expose() const { return value_; }
  bool empty() const { return value_.empty(); }

  bool operator==(const Secret&) const = delete;  // compare with auth/crypto's equal_in_constant_time

 private:
  void clear() {
    if (!value_.empty()) wipe(value_.data(), value_.size() * sizeof(*value_.data()));
    value_.clear();
  }
  T value_{};
};

}  // namespace gatehouse
