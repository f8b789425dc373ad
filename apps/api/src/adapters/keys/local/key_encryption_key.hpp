#pragma once
// The key-encryption key of the local provider: 32 bytes, given in the configuration as base64, or under --dev kept in
// `DATA/kek` with mode 0600. It is in no backup (decision 20). Safe on any thread.
#include <filesystem>
#include <string>
#include <string_view>

#include "adapters/keys/key_wrap.hpp"
#include "foundation/result.hpp"
#include "foundation/secret.hpp"
#include "modules/identity/ports/store.hpp"

namespace gatehouse::adapters::keys {

/// The 32 bytes of a base64 text (surrounding white space is ignored). Returns `invalid_request` with the mend.
Result<Secret<std::string>> parse_key_encryption_key(const Secret<std::string>& text);

/// The key in a file of mode 0600. Returns `internal_error` with one line that names the file and the mend.
Result<Secret<std::string>> read_key_encryption_key(const std::filesystem::path& file);

/// Under --dev: the key in `file`, made there first when there is none and the store was never encrypted. Two starters
/// agree on one key. Returns `internal_error` when the store is encrypted and the file is gone, is not a key, or is
/// open to others.
Result<Secret<std::string>> development_key_encryption_key(const std::filesystem::path& file, ports::Store& store);

/// Wraps data keys with AES-256-GCM under the key-encryption key.
class LocalKeyWrap : public KeyWrap {
 public:
  explicit LocalKeyWrap(Secret<std::string> key_encryption_key);

  Result<std::string> wrap(const Secret<std::string>& key, std::string_view context) override;
  Result<Secret<std::string>> unwrap(std::string_view wrapped, std::string_view context) override;
  std::string name() const override;
  std::string version_of(std::string_view) const override { return {}; }
  std::string check_value() const override { return check_value_; }

 private:
  const Secret<std::string> key_;
  const std::string check_value_;
};

}  // namespace gatehouse::adapters::keys
