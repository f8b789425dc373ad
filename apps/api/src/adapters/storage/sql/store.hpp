#pragma once
// ports::Store over a Driver: every store of the application in SQL, one transaction at a time. Made by composition in
// this order: driver, Migrator, SqlStore, the data cipher (which keeps its keys in the store), use_cipher(). A closure
// that writes may let the cipher read the store for a key it has not seen, but nothing in it may write() again.
#include <functional>
#include <memory>

#include "adapters/storage/sql/driver.hpp"
#include "adapters/storage/sql/fence_operation.hpp"
#include "adapters/storage/sql/seal_mark.hpp"
#include "adapters/storage/sql/session_reads.hpp"
#include "modules/identity/ports/data_cipher.hpp"
#include "modules/identity/ports/store.hpp"

namespace gatehouse::adapters::sql {

class SqlStore final : public ports::Store {
 public:
  explicit SqlStore(std::unique_ptr<Driver> driver);
  ~SqlStore() override;

  /// Called once, before any closure touches sealed columns; until then those answer `internal_error`.
  void use_cipher(ports::DataCipher& cipher) { cipher_ = &cipher; }
  Driver& driver() { return *driver_; }

  Result<std::optional<ports::SessionAndUser>> find_session(const domain::SessionId& id) override;
  bool find_session_later(const domain::SessionId& id, SessionAnswer answer) override;
  void stop_answering() override { session_reads_.stop(); }
  Result<> check() override;
  Result<int> seal() override;

  using Then = std::function<Result<>(ports::Tx&)>;
  /// `gatehouse fence` (fence_operation.hpp), with `then` in the same transaction: for the audit row that names the
  /// last anchor. Errors as those of write().
  Result<FenceReport> fence(Timestamp now, Duration longest_token, const Then& then);

 protected:
  Result<> run_read(const Body& body) override;
  Result<> run_write(const Body& body) override;

 private:
  std::unique_ptr<ports::DataCipher> no_cipher_;
  ports::DataCipher* cipher_;
  std::unique_ptr<Driver> driver_;
  SessionReads session_reads_;
  SealMark seal_mark_;
};

}  // namespace gatehouse::adapters::sql
