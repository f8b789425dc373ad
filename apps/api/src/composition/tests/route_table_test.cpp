// The table of routes against the contract, and who may call what: case T50 of the security reference. A changed
// permission, a new route or a forgotten guard shows here first.
#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>

#include <fmt/format.h>

#include "auth/token.hpp"
#include "composition/tests/http_calls.hpp"
#include "contracts/generated/operations.hpp"
#include "modules/identity/application/record.hpp"

namespace gatehouse::composition::testing {
namespace {

using http::Access;
using http::Row;

constexpr const char* kMatrix = GATEHOUSE_SOURCE_DIR "/tests/contract/role_matrix.txt";

std::string_view contract_name(Access access) {
  switch (access) {
    case Access::open:
      return "public";
    case Access::reader:
      return "access_token_ok";
    case Access::session:
      return "session";
    case Access::step_up:
      return "step_up";
    case Access::service:
      return "service";
    case Access::staff:
      return "admin";
  }
  return "";
}

/// Rows that take two kinds of callers, so that their stories prove them.
bool proves_itself(const Row& row) {
  static const std::set<std::string> kOwnProof = {"POST /v1/token", "POST /v1/me/mfa/totp",
                                                  "POST /v1/me/mfa/totp/confirm", "POST /v1/oauth/{provider}/authorize",
                                                  "POST /v1/oauth/exchange"};
  return kOwnProof.contains(std::string(row.method) + ' ' + std::string(row.pattern));
}

std::vector<Row> all_rows() {
  auto rows = http::main_rows(true);
  for (const auto& row : http::ops_rows())
    if (row.pattern == "/metrics") rows.push_back(row);
  return rows;
}

const Row* find_row(const std::vector<Row>& rows, const ContractOperation& operation) {
  for (const auto& row : rows)
    if (row.method == operation.method && row.pattern == operation.path) return &row;
  return nullptr;
}

bool is_api(const Row& row) { return row.pattern.starts_with("/v1/") || row.pattern.starts_with("/.well-known/"); }

std::string matrix() {
  const domain::RoleCatalog roles;
  std::ostringstream text;
  text << "# Who may call what, with the built-in roles. Written by test_composition (RouteTable) from the table of\n"
          "# routes; after a change on purpose run it with GATEHOUSE_WRITE_MATRIX=1 and look at the difference.\n";
  for (const auto& row : http::main_rows(false)) {
    if (!is_api(row)) continue;
    std::string line = fmt::format("{:<6} {:<45} {:<16} {:<26}", row.method, row.pattern,
                                   proves_itself(row) ? "by its story" : contract_name(row.access), row.permission);
    if (row.access == Access::staff) {
      for (const std::string role : {"user", "support", "admin"}) {
        const auto held = roles.permissions_of(role);
        const bool may = std::find(held.begin(), held.end(), row.permission) != held.end();
        line += fmt::format(" {}:{:<3}", role, may ? "yes" : "no");
      }
      if (row.recent) line += " step-up";
    }
    text << line.substr(0, line.find_last_not_of(' ') + 1) << '\n';
  }
  return text.str();
}

TEST(RouteTable, has_every_operation_of_the_contract_with_the_same_access) {
  const auto rows = all_rows();
  for (const auto& operation : kContractOperations) {
    const Row* row = find_row(rows, operation);
    ASSERT_NE(row, nullptr) << operation.method << ' ' << operation.path;
    if (proves_itself(*row)) continue;
    EXPECT_EQ(contract_name(row->access), operation.access) << operation.path;
    EXPECT_EQ(row->permission, operation.permission) << operation.path;
    EXPECT_EQ(row->recent, operation.step_up) << operation.path;
  }
}

TEST(RouteTable, has_no_route_that_the_contract_does_not_know) {
  for (const auto& row : http::main_rows(false)) {
    if (!is_api(row)) continue;
    const bool known =
        std::any_of(std::begin(kContractOperations), std::end(kContractOperations),
                    [&](const auto& each) { return each.method == row.method && each.path == row.pattern; });
    EXPECT_TRUE(known) << row.method << ' ' << row.pattern;
  }
}

TEST(RouteTable, every_staff_and_service_row_names_a_permission) {
  for (const auto& row : http::main_rows(false)) {
    const bool needs_one = row.access == Access::staff || row.access == Access::service;
    EXPECT_EQ(row.permission.starts_with("identity."), needs_one) << row.pattern;
  }
}

TEST(RouteTable, T50_matches_the_matrix_of_roles_that_is_checked_in) {
  const std::string now = matrix();
  if (std::getenv("GATEHOUSE_WRITE_MATRIX") != nullptr) std::ofstream(kMatrix) << now;
  std::ifstream file(kMatrix);
  std::stringstream checked_in;
  checked_in << file.rdbuf();
  EXPECT_EQ(checked_in.str(), now);
}

/// The parameters of a pattern, with ids that nothing has.
std::vector<std::pair<std::string, std::string>> nobodys(std::string_view pattern) {
  std::vector<std::pair<std::string, std::string>> params;
  for (const char* name : {"user_id", "session_id", "role"})
    if (pattern.find("{" + std::string(name) + "}") != pattern.npos) params.emplace_back(name, "nobody");
  return params;
}

TEST(RouteTable, T50_what_the_matrix_says_is_what_the_routes_do) {
  World world;
  const Http http(world);
  const domain::RoleCatalog roles;
  world.add_user("user@example.com");
  const std::map<std::string, std::string> tokens = {{"user", world.sign_in("user@example.com").token.expose()},
                                                     {"support", staff_token(world, "support@example.com", "support")},
                                                     {"admin", staff_token(world, "admin@example.com", "admin")}};
  for (const auto& row : http::main_rows(false)) {
    if (row.access != Access::staff) continue;
    for (const auto& [role, token] : tokens) {
      const auto held = roles.permissions_of(role);
      const bool may = std::find(held.begin(), held.end(), row.permission) != held.end();
      const auto answer = http({std::string(row.method), std::string(row.pattern), token, nobodys(row.pattern), "",
                                row.method == "GET" ? "" : "{}"});
      EXPECT_EQ(answer.status != 403, may) << role << ' ' << row.method << ' ' << row.pattern << ": " << answer.code;
    }
    EXPECT_EQ(http({std::string(row.method), std::string(row.pattern), "", nobodys(row.pattern)}).status, 401);
  }
}

TEST(RouteTable, T10_a_token_of_another_kind_is_refused_by_its_kind) {
  World world;
  const Http http(world);
  const std::string challenge =
      auth::new_token(auth::TokenKind::challenge, application::new_id(world.now())).text.expose();
  const std::string mailed = auth::new_token(auth::TokenKind::mailed, application::new_id(world.now())).text.expose();
  const std::string device = auth::new_token(auth::TokenKind::device, application::new_id(world.now())).text.expose();
  const std::string session = staff_token(world, "admin@example.com", "admin");
  for (const auto& row : http::main_rows(false)) {
    if (row.access == Access::open) continue;
    for (const auto& token : {challenge, mailed, device}) {
      const auto answer = http({std::string(row.method), std::string(row.pattern), token, nobodys(row.pattern)});
      EXPECT_EQ(answer.status, 401) << row.pattern;
      EXPECT_EQ(answer.code, "wrong_token_type") << row.pattern;
    }
    if (row.access == Access::service) {
      const auto answer = http({std::string(row.method), std::string(row.pattern), session, nobodys(row.pattern)});
      EXPECT_EQ(answer.code, "wrong_token_type") << row.pattern;
    }
  }
}

}  // namespace
}  // namespace gatehouse::composition::testing
