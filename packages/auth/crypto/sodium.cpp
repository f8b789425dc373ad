#include "auth/crypto/sodium.hpp"

#include <sodium.h>

#include <stdexcept>

namespace gatehouse::auth {

void ensure_sodium() {
  static const bool started = [] {
    if (sodium_init() < 0) throw std::runtime_error("libsodium does not start");
    return true;
  }();
  static_cast<void>(started);
}

}  // namespace gatehouse::auth
