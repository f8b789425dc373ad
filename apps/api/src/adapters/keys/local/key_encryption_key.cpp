#include "adapters/keys/local/key_encryption_key.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cerrno>
#include <cstring>

#include "adapters/keys/locked_memory.hpp"
#include "auth/crypto/aead.hpp"
#include "auth/crypto/hkdf.hpp"
#include "auth/crypto/random.hpp"
#include "auth/encoding.hpp"

namespace gatehouse::adapters::keys {
namespace {

constexpr std::string_view kCheckPurpose = "gatehouse/key-encryption-key/check/1";
constexpr std::string_view kWrapContext = "gatehouse/data-key/1/";

class File {
 public:
  File(const std::filesystem::path& path, int flags, mode_t mode = 0)
      : fd_(::open(path.c_str(), flags | O_CLOEXEC | O_NOFOLLOW, mode)) {}
  ~File() {
    if (fd_ >= 0) ::close(fd_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  explicit operator bool() const { return fd_ >= 0; }
  int fd() const { return fd_; }

 private:
  int fd_;
};

Failure refused(std::string sentence) { return fail(ErrorCode::internal_error, sentence, sentence); }
std::string reason() { return std::strerror(errno); }

std::string trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return {};
  return std::string(text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1));
}

// Written whole beside the place and then linked to it, so that nobody ever reads half a key and the first link wins.
Result<> create_key_file(const std::filesystem::path& path) {
  const std::filesystem::path draft = path.string() + "." + auth::hex_encode(auth::random_bytes(8));
  {
    const File file(draft, O_WRONLY | O_CREAT | O_EXCL, 0600);
    if (!file) return refused("cannot write " + draft.string() + ": " + reason());
    const Secret<std::string> text(auth::base64_encode(auth::new_aead_key().expose()) + "\n");
    const auto size = static_cast<ssize_t>(text.expose().size());
    if (::write(file.fd(), text.expose().data(), text.expose().size()) != size || ::fsync(file.fd()) != 0) {
      const std::string why = reason();
      ::unlink(draft.c_str());
      return refused("cannot write " + draft.string() + ": " + why);
    }
  }
  const bool linked = ::link(draft.c_str(), path.c_str()) == 0;
  const int error = errno;
  ::unlink(draft.c_str());
  if (!linked && error != EEXIST)
    return refused("cannot write the key-encryption key " + path.string() + ": " + std::strerror(error));
  const File folder(path.parent_path().empty() ? "." : path.parent_path(), O_RDONLY | O_DIRECTORY);
  if (folder) ::fsync(folder.fd());
  return {};
}

}  // namespace

Result<Secret<std::string>> parse_key_encryption_key(const Secret<std::string>& text) {
  const Secret<std::string> clean(trimmed(text.expose()));
  auto bytes = auth::base64_decode(clean.expose());
  Secret<std::string> key(bytes ? std::move(*bytes) : std::string());
  if (key.expose().size() != auth::kAeadKeyBytes)
    return fail_field(ErrorCode::invalid_request, "keys.encryption_key", "malformed",
                      "keys.encryption_key must be 32 bytes in base64, as `openssl rand -base64 32` prints");
  return key;
}

Result<Secret<std::string>> read_key_encryption_key(const std::filesystem::path& path) {
  const File file(path, O_RDONLY);
  if (!file) return refused("cannot read the key-encryption key " + path.string() + ": " + reason());
  struct stat info {};
  if (::fstat(file.fd(), &info) != 0 || !S_ISREG(info.st_mode))
    return refused("the key-encryption key " + path.string() + " is no regular file");
  if ((info.st_mode & 077) != 0)
    return refused("the key-encryption key " + path.string() + " is open to others: chmod 600 it");
  char text[128];
  const ssize_t size = ::read(file.fd(), text, sizeof text);
  if (size < 0) return refused("cannot read the key-encryption key " + path.string() + ": " + reason());
  const Secret<std::string> content(std::string(text, static_cast<std::size_t>(size)));
  wipe(text, sizeof text);
  auto key = parse_key_encryption_key(content);
  if (!key)
    return refused("the key-encryption key " + path.string() +
                   " is not 32 bytes in base64, as `openssl rand -base64 32` prints");
  return key;
}

Result<Secret<std::string>> development_key_encryption_key(const std::filesystem::path& file, ports::Store& store) {
  std::error_code ignored;
  if (!std::filesystem::exists(std::filesystem::symlink_status(file, ignored))) {
    GH_TRY(const auto check, store.read([](ports::Tx& tx) { return tx.machinery().find_fact("kek_check"); }));
    if (check)
      return refused("the database is encrypted, and its key " + file.string() +
                     " is gone: put it back, or start with an empty database");
    GH_CHECK(create_key_file(file));
  }
  return read_key_encryption_key(file);
}

LocalKeyWrap::LocalKeyWrap(Secret<std::string> key_encryption_key)
    : key_(std::move(key_encryption_key)),
      check_value_("local:" +
                   auth::base64url_encode(auth::hkdf_sha256(key_.expose(), {}, kCheckPurpose, 16).expose())) {
  keep_out_of_swap(key_);
}

Result<std::string> LocalKeyWrap::wrap(const Secret<std::string>& key, std::string_view context) {
  return auth::base64url_encode(auth::aead_seal(key_, key.expose(), std::string(kWrapContext).append(context)));
}

Result<Secret<std::string>> LocalKeyWrap::unwrap(std::string_view wrapped, std::string_view context) {
  const auto sealed = auth::base64url_decode(wrapped);
  auto key = sealed ? auth::aead_open(key_, *sealed, std::string(kWrapContext).append(context)) : std::nullopt;
  if (!key) return fail(ErrorCode::internal_error, {}, "a data key does not open with this key-encryption key");
  return std::move(*key);
}

std::string LocalKeyWrap::name() const { return check_value_.substr(0, 14); }

}  // namespace gatehouse::adapters::keys
