// Finishing a flow by its code: sign-in of a bearer client, linking, proving oneself again, unlinking. T03, T04.
#include "auth/pkce.hpp"
#include "composition/tests/http_calls.hpp"
#include "composition/tests/provider_world.hpp"
#include "domain/identity/topics.hpp"
#include "modules/identity/application/mailbox.hpp"
#include "modules/identity/application/my_accounts.hpp"
#include "modules/identity/application/my_sessions.hpp"
#include "modules/identity/application/not_me.hpp"

namespace gatehouse::composition::testing {
namespace {

using application::AccountLinked;
using application::ExchangeOutcome;
using application::Reauthenticated;
using application::SignInOutcome;
using enum domain::OAuthIntent;

const std::string kAda = "ada@example.com";
const std::string kBob = "bob@example.com";

struct ProviderLink : ::testing::Test {
  ProviderLink() {
    world.add_user(kAda);
    world.add_user(kBob);
    ada = world.sign_in(kAda);
  }
  const SignedIn* session_of(const Result<ExchangeOutcome>& result) {
    const auto* outcome = result ? std::get_if<SignInOutcome>(&*result) : nullptr;
    return outcome == nullptr ? nullptr : std::get_if<SignedIn>(outcome);
  }
  domain::Account link(const SignedIn& session, const ports::ProviderIdentity& who,
                       const std::string& provider = "google") {
    const auto caller = world.caller(session);
    const auto result = world.exchange(world.code_for(who, domain::OAuthIntent::link, &caller, provider), &caller);
    EXPECT_EQ(code_of(result), "ok");
    const auto* linked = result ? std::get_if<AccountLinked>(&*result) : nullptr;
    EXPECT_NE(linked, nullptr);
    return linked == nullptr ? domain::Account() : linked->account;
  }
  std::string newest_code(const std::string& to) {
    const auto mails = application::list_mailbox(world.deps(), to, std::nullopt);
    for (const auto& mail : *mails) {
      if (mail.message.template_name != "sign_in_code") continue;
      const auto at = mail.message.text.find_first_of("0123456789");
      for (auto from = at; from != std::string::npos; from = mail.message.text.find_first_of("0123456789", from)) {
        auto to_end = from;
        while (to_end < mail.message.text.size() &&
               std::isdigit(static_cast<unsigned char>(mail.message.text[to_end])) != 0)
          ++to_end;
        if (to_end - from == 6) return mail.message.text.substr(from, 6);
        from = to_end;
      }
    }
    return {};
  }
  ProviderWorld world;
  SignedIn ada;
};

TEST_F(ProviderLink, a_bearer_client_signs_in_with_the_code_and_its_verifier_once_of_sixteen) {
  const auto code = world.code_for(somebody("g1", "new@example.com"));
  ASSERT_TRUE(code.starts_with("gthx_"));
  EXPECT_EQ(world.count_users(), 2u) << "nothing is made before the exchange";
  EXPECT_EQ(code_of(world.exchange(code, nullptr, std::string(43, 'x'))), "invalid_state");
  EXPECT_EQ(code_of(application::exchange_provider_code(world.deps(), {.code = code, .code_verifier = {}}, nullptr,
                                                        world.request)),
            "invalid_request");
  const auto results = at_once(16, [&](int) { return world.exchange(code); });
  EXPECT_EQ(count_ok(results), 1);
  EXPECT_EQ(count_failed(results, ErrorCode::invalid_state), 15);
  EXPECT_EQ(world.count_events(world.user("new@example.com").id, domain::topics::kUserSignedIn), 1);
}

TEST_F(ProviderLink, a_code_is_good_for_two_minutes) {
  const auto code = world.code_for(somebody("g1", "new@example.com"));
  world.clock.advance(std::chrono::minutes(2));
  EXPECT_EQ(code_of(world.exchange(code)), "invalid_state");
}

TEST_F(ProviderLink, a_refusal_is_told_before_there_is_a_code) {
  world.providers.google.people["x"] = somebody("g1", kAda);
  const auto finished = world.finish(world.begin_for(sign_in, nullptr), "x");
  EXPECT_EQ(finished->location, kAppReturn + "?error=account_exists");
}

TEST_F(ProviderLink, linking_takes_effect_only_in_the_exchange_and_is_told) {
  const auto caller = world.caller(ada);
  const auto code = world.code_for(somebody("g1", "elsewhere@example.com", false), domain::OAuthIntent::link, &caller);
  EXPECT_EQ(world.count_accounts(caller.user_id()), 0u);
  const auto result = world.exchange(code, &caller);
  ASSERT_EQ(code_of(result), "ok");
  EXPECT_EQ(std::get<AccountLinked>(*result).account.provider, "google");
  EXPECT_EQ(world.count_events(caller.user_id(), domain::topics::kAccountLinked), 1);
  EXPECT_EQ(world.count_audit(caller.user_id(), domain::audit_actions::kAccountLinked), 1);
  EXPECT_EQ(world.count_mails(kAda, "account_linked"), 1);
  EXPECT_EQ(world.enter(somebody("g1", "elsewhere@example.com", false)).session.user_id, caller.user_id());
}

TEST_F(ProviderLink, T03_a_spent_proof_links_nothing_more_nor_after_unlinking) {
  const auto caller = world.caller(ada);
  const auto code = world.code_for(somebody("g1", kAda), domain::OAuthIntent::link, &caller);
  const auto linked = world.exchange(code, &caller);
  ASSERT_EQ(code_of(linked), "ok");
  EXPECT_EQ(code_of(world.exchange(code, &caller)), "invalid_state");
  ASSERT_EQ(code_of(application::unlink_my_account(world.deps(), caller, std::get<AccountLinked>(*linked).account.id,
                                                   world.request)),
            "ok");
  EXPECT_EQ(code_of(world.exchange(code, &caller)), "invalid_state");
  EXPECT_EQ(world.count_accounts(caller.user_id()), 0u);
}

TEST_F(ProviderLink, T04_nobody_finishes_anothers_link) {
  const auto as_ada = world.caller(ada);
  const auto bob = world.sign_in(kBob);
  const auto as_bob = world.caller(bob);
  const auto code = world.code_for(somebody("g1", kAda), domain::OAuthIntent::link, &as_ada);
  EXPECT_EQ(code_of(world.exchange(code, &as_bob)), "invalid_state");
  EXPECT_EQ(code_of(world.exchange(code, nullptr)), "no_session");
  // Nor another session of the same person, which did not ask for it.
  const auto other = world.sign_in(kAda);
  const auto as_other = world.caller(other);
  EXPECT_EQ(code_of(world.exchange(code, &as_other)), "invalid_state");
  EXPECT_EQ(world.count_accounts(as_ada.user_id()) + world.count_accounts(as_bob.user_id()), 0u);
  EXPECT_EQ(code_of(world.exchange(code, &as_ada)), "ok");
}

TEST_F(ProviderLink, a_link_dies_with_the_session_that_asked_for_it) {
  const auto caller = world.caller(ada);
  const auto flow = world.begin_for(domain::OAuthIntent::link, &caller);
  world.providers.google.people["c"] = somebody("g1", kAda);
  const auto code = world.code_for(somebody("g2", kAda), domain::OAuthIntent::link, &caller);
  ASSERT_EQ(code_of(application::sign_out(world.deps(), caller, world.request)), "ok");
  EXPECT_EQ(error_in(world.finish(flow, "c")->location), "no_session");
  EXPECT_EQ(code_of(world.exchange(code, &caller)), "no_session");
  EXPECT_EQ(world.count_accounts(caller.user_id()), 0u);
}

TEST_F(ProviderLink, what_is_linked_belongs_to_one_person_and_linking_again_changes_nothing) {
  const auto linked = link(ada, somebody("g1", kAda));
  EXPECT_EQ(link(ada, somebody("g1", kAda)).id, linked.id);
  const auto bob = world.sign_in(kBob);
  const auto as_bob = world.caller(bob);
  const auto code = world.code_for(somebody("g1", kAda), domain::OAuthIntent::link, &as_bob);
  EXPECT_EQ(code_of(world.exchange(code, &as_bob)), "account_linked_elsewhere");
  EXPECT_EQ(world.count_mails(kAda, "account_linked"), 1);
}

TEST_F(ProviderLink, who_says_this_was_not_me_is_rid_of_what_was_linked) {
  link(ada, somebody("g1", "mallory@example.com"));
  const auto token = world.mailed_token(kAda, "account_linked");
  ASSERT_EQ(code_of(application::report_not_me(world.deps(), token, world.request)), "ok");
  EXPECT_EQ(world.count_accounts(ada.session.user_id), 0u);
  EXPECT_FALSE(world.lives(ada));
  // What somebody signed up with stays theirs.
  const auto only = world.enter(somebody("g2", "only@example.com"));
  const auto caller = world.caller(only);
  link(only, somebody("h2", "mallory@example.com", true, "https://github.com"), "github");
  ASSERT_EQ(code_of(application::report_not_me(world.deps(), world.mailed_token("only@example.com", "account_linked"),
                                               world.request)),
            "ok");
  EXPECT_EQ(world.enter(somebody("g2", "only@example.com")).session.user_id, caller.user_id());
  EXPECT_EQ(
      error_in(world.arrive(somebody("h2", "mallory@example.com", true, "https://github.com"), "github").location), "");
  EXPECT_NE(world.user("mallory@example.com").id, caller.user_id());
}

TEST_F(ProviderLink, the_last_way_in_is_never_unlinked_not_even_by_two_at_once) {
  for (int round = 0; round < 4; ++round) {
    const std::string email = "only" + std::to_string(round) + "@example.com";
    const auto who = somebody("s" + std::to_string(round), email);
    const auto session = world.enter(who);
    auto hub = somebody("h" + std::to_string(round), email, true, "https://github.com");
    link(session, hub, "github");
    const auto caller = world.caller(session);
    const auto accounts = *application::my_accounts(world.deps(), caller);
    ASSERT_EQ(accounts.size(), 2u);
    const auto results = at_once(2, [&](int i) {
      return application::unlink_my_account(world.deps(), caller, accounts[static_cast<std::size_t>(i)].id,
                                            world.request);
    });
    EXPECT_EQ(count_ok(results), 1);
    EXPECT_EQ(count_failed(results, ErrorCode::last_credential), 1);
    EXPECT_EQ(world.count_accounts(caller.user_id()), 1u);
    EXPECT_EQ(world.count_mails(email, "account_unlinked"), 1);
    EXPECT_EQ(world.count_events(caller.user_id(), domain::topics::kAccountUnlinked), 1);
  }
}

TEST_F(ProviderLink, an_account_of_a_provider_that_is_gone_is_no_way_in) {
  const auto session = world.enter(somebody("s1", "only@example.com"));
  link(session, somebody("h1", "only@example.com", true, "https://github.com"), "github");
  const auto caller = world.caller(session);
  world.providers.disabled = "github";
  const auto accounts = *application::my_accounts(world.deps(), caller);
  const auto as_ada = world.caller(ada);
  for (const auto& account : accounts)
    EXPECT_EQ(code_of(application::unlink_my_account(world.deps(), as_ada, account.id, world.request)), "not_found");
  for (const auto& account : accounts) {
    const auto result = application::unlink_my_account(world.deps(), caller, account.id, world.request);
    EXPECT_EQ(code_of(result), account.provider == "github" ? "ok" : "last_credential") << account.provider;
  }
}

TEST_F(ProviderLink, proving_oneself_again_needs_a_fresh_login_of_the_linked_account) {
  link(ada, somebody("g1", kAda));
  const auto caller = world.caller(ada);
  world.clock.advance(std::chrono::minutes(20));
  auto who = somebody("g1", kAda);
  who.auth_time = world.now() - std::chrono::minutes(20);
  EXPECT_EQ(code_of(world.exchange(world.code_for(who, reauthenticate, &caller), &caller)), "invalid_provider_token");
  EXPECT_EQ(world.providers.google.last.fresh_login, ports::FreshLogin::required);
  who.auth_time.reset();
  EXPECT_EQ(code_of(world.exchange(world.code_for(who, reauthenticate, &caller), &caller)), "invalid_provider_token");
  auto stranger = somebody("g2", kAda);
  stranger.auth_time = world.now();
  EXPECT_EQ(code_of(world.exchange(world.code_for(stranger, reauthenticate, &caller), &caller)),
            "wrong_provider_account");
  who.auth_time = world.now();
  const auto result = world.exchange(world.code_for(who, reauthenticate, &caller), &caller);
  ASSERT_EQ(code_of(result), "ok");
  const auto& renewed = std::get<Reauthenticated>(*result).renewed;
  EXPECT_EQ(renewed.session.id, ada.session.id);
  EXPECT_GT(renewed.session.authenticated_at, ada.session.authenticated_at + std::chrono::minutes(19));
  EXPECT_EQ(renewed.session.amr, std::vector<std::string>{"fed"});
  EXPECT_FALSE(world.lives(ada)) << "the old token is dead";
  EXPECT_TRUE(world.lives(renewed));
}

TEST_F(ProviderLink, a_provider_that_cannot_prove_a_fresh_login_needs_a_mailed_code_besides) {
  link(ada, somebody("h1", kAda, true, "https://github.com"), "github");
  const auto caller = world.caller(ada);
  world.clock.advance(std::chrono::minutes(20));
  const auto who = somebody("h1", kAda, true, "https://github.com");
  const auto result = world.exchange(world.code_for(who, reauthenticate, &caller, "github"), &caller);
  ASSERT_EQ(code_of(result), "ok");
  const auto& issued = std::get<application::ChallengeIssued>(std::get<SignInOutcome>(*result));
  EXPECT_EQ(issued.methods, std::vector<std::string>{"emailed_code"});
  EXPECT_TRUE(world.lives(ada)) << "the session goes on until it is proved";
  const auto code = newest_code(kAda);
  const auto results = at_once(16, [&](int) { return world.answer(issued.id.expose(), "emailed_code", code); });
  ASSERT_EQ(count_ok(results), 1);
  for (const auto& each : results) {
    if (!each) continue;
    const auto& renewed = std::get<SignedIn>(*each);
    EXPECT_EQ(renewed.session.id, ada.session.id) << "renewed, not made";
    EXPECT_EQ(renewed.session.acr, domain::Acr::aal1);
    EXPECT_GT(renewed.session.authenticated_at, ada.session.authenticated_at + std::chrono::minutes(19));
    EXPECT_TRUE(world.lives(renewed));
  }
  EXPECT_FALSE(world.lives(ada));
  const auto sessions = world.read([&](ports::Tx& tx) { return tx.sessions().list(caller.user_id(), world.now()); });
  EXPECT_EQ(sessions->size(), 1u);
}

TEST_F(ProviderLink, with_a_second_factor_proving_oneself_again_asks_for_it_too) {
  link(ada, somebody("g1", kAda));
  const auto factor = world.enroll(kAda);
  const auto session = world.caller(factor.session);
  world.clock.advance(std::chrono::minutes(20));
  auto who = somebody("g1", kAda);
  who.auth_time = world.now();
  const auto result = world.exchange(world.code_for(who, reauthenticate, &session), &session);
  ASSERT_EQ(code_of(result), "ok");
  const auto& issued = std::get<application::ChallengeIssued>(std::get<SignInOutcome>(*result));
  const auto answered = world.answer(issued.id.expose(), "totp", world.code(factor));
  ASSERT_EQ(code_of(answered), "ok");
  EXPECT_EQ(std::get<SignedIn>(*answered).session.acr, domain::Acr::aal2);
  EXPECT_EQ(std::get<SignedIn>(*answered).session.id, factor.session.session.id);
}

// -- over the table of routes
// -------------------------------------------------------------------------------------------

struct ProviderLinkHttp : ProviderLink {
  ProviderLinkHttp() : http(world.deps()) {}
  Answer authorize(const std::string& token, const std::string& intent) {
    return http({"POST",
                 "/v1/oauth/{provider}/authorize",
                 token,
                 {{"provider", "google"}},
                 "",
                 R"({"redirect_to":")" + kAppReturn + R"(","intent":")" + intent + R"(","code_challenge":")" +
                     auth::code_challenge(kVerifier) + "\"}"});
  }
  Http http;
};

TEST_F(ProviderLinkHttp, linking_and_unlinking_need_a_recent_proof) {
  EXPECT_EQ(authorize("", "link").code, "no_session");
  const auto token = ada.token.expose();
  EXPECT_EQ(authorize(token, "link").status, 200);
  world.clock.advance(std::chrono::minutes(16));
  EXPECT_EQ(authorize(token, "link").code, "reauthentication_required");
  EXPECT_EQ(authorize(token, "reauthenticate").status, 200);
  EXPECT_EQ(http({"DELETE", "/v1/me/accounts/{account_id}", token, {{"account_id", "x"}}}).code,
            "reauthentication_required");
  EXPECT_EQ(authorize("", "sign_in").status, 200);
  EXPECT_EQ(authorize("", "nothing").code, "invalid_request");
}

TEST_F(ProviderLinkHttp, a_bearer_client_gets_its_tokens_in_the_body) {
  const auto code = world.code_for(somebody("g1", "new@example.com"));
  const auto answer = http(
      {"POST", "/v1/oauth/exchange", "", {}, "", R"({"code":")" + code + R"(","code_verifier":")" + kVerifier + "\"}"});
  ASSERT_EQ(answer.status, 200) << answer.code;
  EXPECT_EQ(answer.at("status").as_string(), "signed_in");
  EXPECT_TRUE(answer.at("session").as_object().contains("token"));
  EXPECT_TRUE(answer.cookies.empty());
  const auto token = std::string(answer.at("session").at("token").as_string());
  const auto mine = http({"GET", "/v1/me/accounts", token});
  ASSERT_EQ(mine.at("items").as_array().size(), 1u);
  EXPECT_EQ(mine.at("items").as_array().front().at("provider").as_string(), "google");
}

TEST_F(ProviderLinkHttp, T10_no_other_token_is_an_exchange_code_nor_the_reverse) {
  const auto exchange = [&](const std::string& code) {
    return http({"POST", "/v1/oauth/exchange", "", {}, "", R"({"code":")" + code + "\"}"}).code;
  };
  const auto code = world.code_for(somebody("g1", "new@example.com"));
  EXPECT_EQ(exchange(ada.token.expose()), "invalid_state");
  EXPECT_EQ(exchange(ada.device_token->expose()), "invalid_state");
  const auto flow = world.begin();
  EXPECT_EQ(exchange(flow.state), "invalid_state");
  EXPECT_EQ(http({"GET", "/v1/session", code}).status, 401);
}

}  // namespace
}  // namespace gatehouse::composition::testing
