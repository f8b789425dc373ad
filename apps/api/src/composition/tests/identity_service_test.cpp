// The C++ header and the TypeScript interface are one: the same methods, by the same names.
#include "modules/identity/identity_service.hpp"

#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include "composition/tests/fixture.hpp"

namespace gatehouse::composition::testing {
namespace {

std::string between(const std::string& file, const std::string& begin, const std::string& end) {
  std::ifstream stream(GATEHOUSE_SOURCE_DIR + ("/" + file));
  std::stringstream text;
  text << stream.rdbuf();
  const std::string all = text.str();
  const auto from = all.find(begin);
  EXPECT_NE(from, std::string::npos) << file;
  return all.substr(from + begin.size(), all.find(end, from) - from - begin.size());
}

std::string without_comments(const std::string& text) {
  return std::regex_replace(text, std::regex("//[^\n]*|/\\*[\\s\\S]*?\\*/"), "");
}

std::set<std::string> names(const std::string& text, const std::regex& pattern) {
  std::set<std::string> found;
  for (std::sregex_iterator it(text.begin(), text.end(), pattern), end; it != end; ++it) found.insert((*it)[1]);
  return found;
}

std::string snake_case(const std::string& name) {
  std::string snake;
  for (const char c : name) {
    if (c >= 'A' && c <= 'Z') snake += '_';
    snake += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return snake;
}

TEST(IdentityService, has_the_methods_of_the_typescript_interface) {
  const auto typescript =
      without_comments(between("packages/contracts/api/identity.ts", "export interface IdentityService {", "\n}"));
  std::set<std::string> wanted;
  for (const auto& name : names(typescript, std::regex("\n\\s+([a-zA-Z]+)\\("))) wanted.insert(snake_case(name));
  const auto header = without_comments(
      between("apps/api/src/modules/identity/identity_service.hpp", "class IdentityService {", " private:"));
  const auto declared = names(header, std::regex("[>a-z\\]] ([a-z_]+)\\("));
  EXPECT_EQ(declared, wanted);
  EXPECT_GT(wanted.size(), 50U);
}

TEST(IdentityService, serves_the_domains_own_seven) {
  World world;
  application::IdentityService identity(world.deps());
  const auto ada = world.add_user("ada@example.com");
  const auto outcome = identity.sign_in_with_credentials(
      {.email = "ada@example.com", .password = Secret<std::string>(kPassword), .client_id = "", .device_token = {}},
      world.request);
  ASSERT_EQ(code_of(outcome), "ok");
  const auto& signed_in = std::get<SignedIn>(*outcome);
  const auto actor = identity.get_actor_by_session_token(signed_in.token.expose());
  ASSERT_TRUE(actor && *actor);
  EXPECT_EQ((*actor)->user_id, ada);
  const auto op = application::operator_caller("test");
  EXPECT_EQ(code_of(identity.assign_role(op, ada, {.role = "support"}, world.request)), "ok");
  EXPECT_TRUE(identity.with_token(signed_in.token.expose())->has_permission("identity.users.read"));
  EXPECT_EQ(identity.list_user_sessions(op, ada)->size(), 1U);
  EXPECT_EQ(code_of(identity.revoke_session(op, signed_in.session.id, std::nullopt, world.request)), "ok");
  const auto gone = identity.get_actor_by_session_token(signed_in.token.expose());
  EXPECT_TRUE(gone && !*gone);
  EXPECT_FALSE(identity.list_roles().empty());
}

}  // namespace
}  // namespace gatehouse::composition::testing
