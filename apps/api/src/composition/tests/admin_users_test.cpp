// People as staff see and change them, over the routes: cases T15 (invitations), T17, T46, T48 and T52 of the security
// reference, idempotency and optimistic concurrency.
#include <set>

#include "composition/tests/http_calls.hpp"
#include "domain/identity/topics.hpp"
#include "modules/identity/application/change_compliance.hpp"
#include "modules/identity/application/create_user.hpp"
#include "modules/identity/application/invitation.hpp"
#include "modules/identity/application/list_users.hpp"
#include "modules/identity/application/update_user.hpp"

namespace gatehouse::composition::testing {
namespace {

namespace json = boost::json;
namespace topics = domain::topics;

struct AdminUsers : ::testing::Test {
  AdminUsers() : http(world), admin(staff_token(world, "admin@example.com", "admin")) {}

  Answer create(const std::string& body, const std::string& key = {}) {
    Call call{"POST", "/v1/admin/users", admin, {}, "", body};
    if (!key.empty()) call.headers.emplace_back("Idempotency-Key", key);
    return http(call);
  }
  Answer get(const std::string& query) { return http({"GET", "/v1/admin/users", admin, {}, query}); }
  Answer patch(const std::string& id, const std::string& body, const std::string& etag = {}) {
    Call call{"PATCH", "/v1/admin/users/{user_id}", admin, {{"user_id", id}}, "", body};
    if (!etag.empty()) call.headers.emplace_back("If-Match", etag);
    return http(call);
  }
  std::int64_t how_many() { return get("").at("total").as_object().at("value").as_int64(); }

  World world;
  Http http;
  std::string admin;
};

TEST_F(AdminUsers, an_invitation_is_mailed_and_its_roles_come_with_its_acceptance) {
  const auto made = create(R"({"email":"Grace@Example.com","name":"Grace","roles":["support"]})");
  ASSERT_EQ(made.status, 201) << made.code;
  const std::string id(made.at("id").as_string());
  EXPECT_EQ(made.header("Location"), world.deps().settings.public_url + "/v1/admin/users/" + id);
  EXPECT_EQ(made.at("roles"), json_of(R"(["user"])"));
  EXPECT_FALSE(made.at("email_verified").as_bool());
  const auto token = world.mailed_token("grace@example.com", "invitation");
  ASSERT_FALSE(token.empty());
  const auto accepted = application::accept_invitation(
      world.deps(), {.token = token, .password = Secret<std::string>("a long pass phrase"), .name = {}}, world.request);
  ASSERT_EQ(code_of(accepted), "ok");
  EXPECT_EQ(http({"GET", "/v1/admin/users/{user_id}", admin, {{"user_id", id}}}).at("roles"),
            json_of(R"(["support","user"])"));
  EXPECT_EQ(world.count_events(*accepted, topics::kUserSignedUp), 1);
}

TEST_F(AdminUsers, T15_of_a_hundred_acceptances_of_one_invitation_one_wins) {
  ASSERT_EQ(create(R"({"email":"grace@example.com"})").status, 201);
  const auto token = world.mailed_token("grace@example.com", "invitation");
  const auto results = at_once(100, [&](int i) {
    return application::accept_invitation(
        world.deps(),
        {.token = token, .password = Secret<std::string>("a long pass phrase " + std::to_string(i)), .name = {}},
        world.request);
  });
  EXPECT_EQ(count_ok(results), 1);
  EXPECT_EQ(count_failed(results, ErrorCode::invalid_token), 99);
  const auto user = world.user("grace@example.com");
  EXPECT_EQ(world.count_audit(user.id, "invitation.accepted"), 1);
  EXPECT_EQ(world.count_events(user.id, topics::kUserSignedUp), 1);
}

TEST_F(AdminUsers, roles_of_an_invitation_are_void_once_its_maker_lost_the_right) {
  const auto other = staff_token(world, "other@example.com", "admin");
  ASSERT_EQ(
      http({"POST", "/v1/admin/users", other, {}, "", R"({"email":"grace@example.com","roles":["support"]})"}).status,
      201);
  ASSERT_EQ(code_of(application::revoke_role(world.deps(), application::operator_caller("test"),
                                             world.user("other@example.com").id, "admin", std::nullopt, world.request)),
            "ok");
  const auto accepted = application::accept_invitation(world.deps(),
                                                       {.token = world.mailed_token("grace@example.com", "invitation"),
                                                        .password = Secret<std::string>("a long pass phrase"),
                                                        .name = {}},
                                                       world.request);
  ASSERT_EQ(code_of(accepted), "ok");
  const auto roles = world.read([&](ports::Tx& tx) { return tx.roles().list(*accepted, world.now()); });
  EXPECT_TRUE(roles && roles->empty());
}

TEST_F(AdminUsers, an_invitation_ends_after_two_days) {
  ASSERT_EQ(create(R"({"email":"grace@example.com"})").status, 201);
  const auto token = world.mailed_token("grace@example.com", "invitation");
  world.clock.advance(std::chrono::hours(48));
  const auto late = application::accept_invitation(
      world.deps(), {.token = token, .password = Secret<std::string>("a long pass phrase"), .name = {}}, world.request);
  EXPECT_EQ(code_of(late), "invalid_token");
}

TEST_F(AdminUsers, T48_what_is_not_the_callers_to_say_is_refused) {
  const auto before = how_many();
  for (const auto* body :
       {R"({"email":"a@example.com","email_verified":true})", R"({"email":"a@example.com","status":"active"})",
        R"({"email":"a@example.com","created_at":"2020-01-01T00:00:00Z"})",
        R"({"email":"a@example.com","Roles":["admin"]})", R"({"email":"a@example.com","password":"x"})",
        R"({"email":"a@example.com","email":"b@example.com"})", R"({"email":["a@example.com"]})",
        R"({"email":"a@example.com","roles":"admin"})", R"({"email":"a@example.com","roles":["nonesuch"]})",
        R"({"email":"a@example.com","id":"../x"})"}) {
    EXPECT_EQ(create(body).status, 400) << body;
  }
  EXPECT_EQ(how_many(), before);
}

TEST_F(AdminUsers, T48_a_caller_without_the_right_gives_no_role_by_invitation) {
  const auto service = world.service("importer", {"identity.users.write"});
  const auto made = application::create_user(world.deps(), service,
                                             {.email = "grace@example.com", .roles = {"support"}}, world.request);
  EXPECT_EQ(code_of(made), "forbidden");
}

TEST_F(AdminUsers, an_address_or_an_id_is_used_once) {
  ASSERT_EQ(create(R"({"email":"grace@example.com","id":"legacy-7"})").status, 201);
  EXPECT_EQ(create(R"({"email":"GRACE@example.com"})").code, "email_taken");
  EXPECT_EQ(create(R"({"email":"hopper@example.com","id":"legacy-7"})").code, "id_taken");
}

TEST_F(AdminUsers, of_sixteen_calls_with_one_idempotency_key_one_is_carried_out) {
  const auto before = how_many();
  const auto answers = at_once(16, [&](int) { return create(R"({"email":"grace@example.com"})", "key-1"); });
  for (const auto& answer : answers) {
    EXPECT_EQ(answer.status, 201) << answer.code;
    EXPECT_EQ(answer.text, answers.front().text);
    EXPECT_EQ(answer.header("Location"), answers.front().header("Location"));
  }
  EXPECT_EQ(how_many(), before + 1);
  EXPECT_EQ(world.count_mails("grace@example.com", "invitation"), 1);
}

TEST_F(AdminUsers, an_idempotency_key_stands_for_one_request_of_one_caller_for_a_day) {
  ASSERT_EQ(create(R"({"email":"grace@example.com"})", "key-1").status, 201);
  EXPECT_EQ(create(R"({"email":"other@example.com"})", "key-1").code, "idempotency_key_reused");
  const auto second = staff_token(world, "second@example.com", "admin");
  Call theirs{
      "POST", "/v1/admin/users", second, {}, "", R"({"email":"third@example.com"})", {{"Idempotency-Key", "key-1"}}};
  EXPECT_EQ(http(theirs).status, 201);
  world.clock.advance(std::chrono::hours(25));
  EXPECT_EQ(create(R"({"email":"grace@example.com"})", "key-1").code, "email_taken");
}

TEST_F(AdminUsers, what_failed_is_not_remembered_and_a_malformed_key_is_refused) {
  EXPECT_EQ(create(R"({"email":"nonsense"})", "key-1").status, 400);
  EXPECT_EQ(create(R"({"email":"nonsense"})", "key-1").status, 400);
  EXPECT_EQ(create(R"({"email":"grace@example.com"})", "key-1").status, 201);
  EXPECT_EQ(create(R"({"email":"x@example.com"})", std::string(256, 'k')).code, "invalid_request");
}

TEST_F(AdminUsers, an_etag_guards_a_change) {
  const auto id = world.add_user("ada@example.com").str();
  const auto seen = http({"GET", "/v1/admin/users/{user_id}", admin, {{"user_id", id}}}).header("ETag");
  const auto renamed = patch(id, R"({"name":"Ada King"})", seen);
  ASSERT_EQ(renamed.status, 200) << renamed.code;
  EXPECT_EQ(renamed.at("name").as_string(), "Ada King");
  EXPECT_EQ(patch(id, R"({"name":"Ada Byron"})", seen).code, "precondition_failed");
  EXPECT_EQ(patch(id, R"({"name":null})", renamed.header("ETag")).at("name"), nullptr);
  EXPECT_EQ(world.count_events(domain::UserId(id), topics::kUserUpdated), 2);
}

TEST_F(AdminUsers, T46_disabling_ends_everything_at_once) {
  const auto id = world.add_user("ada@example.com");
  const auto session = world.sign_in("ada@example.com");
  ASSERT_EQ(patch(id.str(), R"({"status":"disabled","reason":"fraud"})").status, 200);
  EXPECT_FALSE(world.lives(session));
  EXPECT_EQ(code_of(world.try_sign_in("ada@example.com")), "account_disabled");
  EXPECT_EQ(world.count_events(id, topics::kSessionRevoked), 1);
  EXPECT_EQ(world.count_events(id, topics::kUserStatusChanged), 1);
  ASSERT_EQ(patch(id.str(), R"({"status":"active"})").status, 200);
  world.sign_in("ada@example.com");
}

TEST_F(AdminUsers, T17_deleting_ends_everything_and_staff_take_it_back_in_time) {
  const auto id = world.add_user("ada@example.com");
  const auto session = world.sign_in("ada@example.com");
  ASSERT_EQ(http({"DELETE", "/v1/admin/users/{user_id}", admin, {{"user_id", id.str()}}, "reason=asked"}).status, 204);
  EXPECT_FALSE(world.lives(session));
  EXPECT_EQ(world.count_events(id, topics::kUserDeleted), 1);
  EXPECT_EQ(patch(id.str(), R"({"status":"disabled"})").code, "conflict");
  ASSERT_EQ(patch(id.str(), R"({"status":"active"})").status, 200);
  world.sign_in("ada@example.com");
}

TEST_F(AdminUsers, lists_are_paged_filtered_and_counted) {
  for (int i = 0; i < 7; ++i) world.add_user("user" + std::to_string(i) + "@example.com");
  std::set<std::string> seen;
  std::string cursor;
  for (int pages = 0; pages < 10; ++pages) {
    const auto page = get("query=user&limit=3" + (cursor.empty() ? "" : "&cursor=" + cursor));
    ASSERT_EQ(page.status, 200) << page.code;
    EXPECT_EQ(page.at("total"), json_of(R"({"value":7,"exact":true})"));
    for (const auto& item : page.at("items").as_array()) seen.emplace(item.as_object().at("id").as_string());
    if (page.at("next_cursor").is_null()) break;
    cursor = page.at("next_cursor").as_string();
  }
  EXPECT_EQ(seen.size(), 7U);
  EXPECT_EQ(get("role=admin").at("items").as_array().size(), 1U);
  EXPECT_EQ(get("email=USER3@example.com").at("items").as_array().size(), 1U);
  const auto ids = *seen.begin() + "," + *seen.rbegin();
  EXPECT_EQ(get("id=" + ids).at("items").as_array().size(), 2U);
  EXPECT_EQ(get("status=nonesuch").status, 400);
  EXPECT_EQ(get("limit=201").status, 400);
  EXPECT_EQ(get("limit=0").status, 400);
}

TEST_F(AdminUsers, T52_a_cursor_that_is_forged_altered_or_another_lists_is_refused) {
  for (int i = 0; i < 3; ++i) world.add_user("user" + std::to_string(i) + "@example.com");
  const std::string cursor(get("limit=1").at("next_cursor").as_string());
  EXPECT_EQ(get("limit=1&cursor=" + cursor).status, 200);
  EXPECT_EQ(get("limit=1&query=user&cursor=" + cursor).code, "invalid_cursor");
  for (std::size_t i = 0; i < cursor.size(); i += 5) {
    std::string altered = cursor;
    altered[i] = altered[i] == 'A' ? 'B' : 'A';
    EXPECT_EQ(get("limit=1&cursor=" + altered).code, "invalid_cursor") << i;
  }
  EXPECT_EQ(get("cursor=MTIz").code, "invalid_cursor");
  const auto audit = http({"GET", "/v1/admin/audit", admin, {}, "limit=1&cursor=" + cursor});
  EXPECT_EQ(audit.code, "invalid_cursor");
}

TEST_F(AdminUsers, T52_quotes_and_wildcards_are_only_text) {
  const auto before = how_many();
  for (const auto* text : {"'%20OR%201=1--", "%25", "_", "%22", "';DROP%20TABLE%20users;--", "%E2%80%AE"}) {
    const auto found = get(std::string("query=") + text);
    EXPECT_EQ(found.status, 200) << text;
    EXPECT_EQ(found.at("items").as_array().size(), 0U) << text;
  }
  EXPECT_EQ(how_many(), before);
}

TEST_F(AdminUsers, T46_a_confirmed_match_ends_sessions_and_refuses_neutrally) {
  const auto id = world.add_user("ada@example.com");
  const auto session = world.sign_in("ada@example.com");
  const auto change = [&](const std::string& screening) {
    return http({"PATCH",
                 "/v1/admin/users/{user_id}/compliance",
                 admin,
                 {{"user_id", id.str()}},
                 "",
                 R"({"screening":")" + screening + R"(","reference":"case-1","reason":"list hit"})"});
  };
  EXPECT_EQ(change("confirmed_match").code, "illegal_transition");
  ASSERT_EQ(change("pending").status, 200);
  ASSERT_EQ(change("possible_match").status, 200);
  EXPECT_TRUE(world.lives(session));
  EXPECT_EQ(world.caller(session).actor().screening, domain::Screening::pending);
  const auto confirmed = change("confirmed_match");
  ASSERT_EQ(confirmed.status, 200) << confirmed.code;
  EXPECT_EQ(confirmed.at("screening").as_string(), "confirmed_match");
  EXPECT_FALSE(world.lives(session));
  EXPECT_EQ(code_of(world.try_sign_in("ada@example.com")), "account_disabled");
  EXPECT_EQ(world.count_events(id, topics::kComplianceChanged), 3);
}

TEST_F(AdminUsers, screening_in_full_is_for_those_who_may_see_it) {
  const auto id = world.add_user("ada@example.com");
  for (const auto* step : {"pending", "possible_match"}) {
    ASSERT_EQ(http({"PATCH",
                    "/v1/admin/users/{user_id}/compliance",
                    admin,
                    {{"user_id", id.str()}},
                    "",
                    std::string(R"({"screening":")") + step + R"(","reference":"c","reason":"r"})"})
                  .status,
              200);
  }
  const auto shown_to = [&](const std::string& token) {
    return std::string(
        http({"GET", "/v1/admin/users/{user_id}", token, {{"user_id", id.str()}}}).at("screening").as_string());
  };
  EXPECT_EQ(shown_to(admin), "possible_match");
  EXPECT_EQ(shown_to(staff_token(world, "support@example.com", "support")), "pending");
}

}  // namespace
}  // namespace gatehouse::composition::testing
