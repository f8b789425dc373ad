#pragma once
// Encryption at rest: AES-256-GCM under a data key per purpose, wrapped by the key-encryption key or by Vault Transit
// (decision 31). The sealed text names its data key, so keys can be rotated. Thread-safe; data keys are cached, so a
// call after the first of a purpose does no I/O.
#include <string>
#include <string_view>

#include "foundation/result.hpp"
#include "foundation/secret.hpp"

namespace gatehouse::ports {

enum class DataPurpose { totp_secret, mail_body, personal_data, provider_token, signing_key };

class DataCipher {
 public:
  virtual ~DataCipher() = default;

  /// Ciphertext bytes bound to `context` (a row id or user id), which open() must be given again.
  /// Returns `dependency_unavailable` when the data key can't be unwrapped now.
  virtual Result<std::string> seal(DataPurpose purpose, std::string_view context, std::string_view plaintext) = 0;

  /// The plaintext. Returns `internal_error` when the bytes or the context are not the sealed ones,
  /// `dependency_unavailable` when the data key can't be unwrapped now.
  virtual Result<Secret<std::string>> open(DataPurpose purpose, std::string_view context, std::string_view sealed) = 0;

  /// Whether the value is under another data key than the purpose's newest: open() and seal() it again. Errors as those
  /// of seal().
  virtual Result<bool> is_outdated(DataPurpose purpose, std::string_view sealed) = 0;

  /// HMAC-SHA256 (32 raw bytes) under a key of the installation: for throttle keys and for unknown addresses in
  /// attempts.
  virtual std::string keyed_hash(std::string_view purpose, std::string_view value) const = 0;
};

}  // namespace gatehouse::ports
