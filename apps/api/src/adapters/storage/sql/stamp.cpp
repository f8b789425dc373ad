#include "adapters/storage/sql/stamp.hpp"

#include <fmt/format.h>

namespace gatehouse::adapters::sql {
namespace {

constexpr Statement kFind{"stamp.find", "SELECT value FROM facts WHERE name = 'mode'"};
constexpr Statement kAdd{"stamp.add", "INSERT INTO facts (name, value) VALUES ('mode', ?1) ON CONFLICT DO NOTHING"};

std::string_view name_of(Mode mode) { return mode == Mode::production ? "production" : "development"; }

}  // namespace

Result<std::optional<Mode>> find_mode(Driver& driver) {
  std::optional<Mode> mode;
  GH_CHECK(driver.read([&](Connection& connection) -> Result<> {
    if (const auto row = connection.query_one(kFind, {})) {
      mode = row->text(0) == name_of(Mode::production) ? Mode::production : Mode::development;
    }
    return {};
  }));
  return mode;
}

Result<> settle_mode(Driver& driver, Mode mode) {
  GH_TRY(std::optional<Mode> found, find_mode(driver));
  if (!found) {
    GH_CHECK(driver.write([&](Connection& connection) -> Result<> {
      connection.execute(kAdd, {name_of(mode)});
      return {};
    }));
    GH_TRY(found, find_mode(driver));
  }
  if (found == mode) return {};
  const std::string sentence = fmt::format(
      "the database was made for {} and this is {}; {}", name_of(*found), name_of(mode),
      mode == Mode::production ? "start with a database of its own" : "name another --data folder or --database");
  return fail(ErrorCode::dependency_unavailable, sentence, sentence);
}

}  // namespace gatehouse::adapters::sql
