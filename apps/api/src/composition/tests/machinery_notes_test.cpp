// What the audit log says of keys and of what the service depends on, and sealed values that move to new data keys.
#include "composition/tests/fixture.hpp"
#include "modules/identity/application/note_machinery.hpp"
#include "modules/identity/application/provider_identity_json.hpp"
#include "modules/identity/application/reseal.hpp"

namespace gatehouse::composition::testing {
namespace {

namespace actions = domain::audit_actions;

std::vector<std::string> actions_told(World& world, std::string_view of) {
  std::vector<std::string> told;
  const auto rows = world.read([](ports::Tx& tx) { return tx.audit().read_from(1, 10'000); });
  for (const auto& row : rows.value())
    if (row.action.starts_with(of)) told.push_back(row.action);
  return told;
}

TEST(MachineryNotes, an_outage_is_one_row_as_it_begins_and_one_as_it_ends_however_many_see_it) {
  World world;
  EXPECT_FALSE(application::note_outage_ended(world.deps(), "vault").value());
  int noted = 0;
  for (int process = 0; process < 16; ++process)
    noted += application::note_outage_began(world.deps(), "vault", "sealed").value() ? 1 : 0;
  EXPECT_EQ(noted, 1);
  world.clock.advance(std::chrono::seconds(90));
  noted = 0;
  for (int process = 0; process < 16; ++process)
    noted += application::note_outage_ended(world.deps(), "vault").value() ? 1 : 0;
  EXPECT_EQ(noted, 1);
  EXPECT_EQ(actions_told(world, "dependency."),
            (std::vector<std::string>{std::string(actions::kOutageBegan), std::string(actions::kOutageEnded)}));
  const auto rows = world.read([](ports::Tx& tx) { return tx.audit().read_from(1, 10'000); });
  EXPECT_NE(rows->back().details.find("\"seconds\":90"), std::string::npos) << rows->back().details;
}

TEST(MachineryNotes, every_step_of_a_signing_key_has_its_row) {
  World world;
  EXPECT_EQ(
      actions_told(world, "key."),
      (std::vector<std::string>{std::string(actions::kSigningKeyCreated), std::string(actions::kSigningKeyActivated),
                                std::string(actions::kSigningKeyCreated), std::string(actions::kSigningKeyActivated)}));
  ASSERT_TRUE(world.core->key_manager().rotate(world.now(), adapters::keys::RotateMode::at_once_and_revoke_old));
  const auto told = actions_told(world, "key.");
  EXPECT_EQ((std::vector<std::string>(told.begin() + 4, told.end())),
            (std::vector<std::string>{
                std::string(actions::kSigningKeyCreated), std::string(actions::kSigningKeyRetired),
                std::string(actions::kSigningKeyWithdrawn), std::string(actions::kSigningKeyActivated)}));
}

TEST(Reseal, moves_every_kind_of_value_once_and_leaves_what_opens_with_no_key) {
  World world;
  world.add_user("ada@example.com");
  const auto factor = world.enroll("ada@example.com");
  const auto user = world.user("ada@example.com");
  // Nothing stores provider tokens in this test's flow, so one is put there.
  domain::Account account;
  account.id = domain::AccountId("account-1");
  account.user_id = user.id;
  account.provider = "google";
  account.issuer = "https://accounts.google.com";
  account.subject = "1";
  account.created_at = world.now();
  const std::string context = std::string(application::kAccountTokensContext) + account.issuer + "\n" + account.subject;
  account.sealed_tokens =
      world.deps().cipher.seal(ports::DataPurpose::provider_token, context, "refresh-token").value();
  ASSERT_TRUE(world.deps().store.write([&](ports::Tx& tx) { return tx.accounts().add(account); }));
  const auto find = [](const std::vector<application::ResealedKind>& all, std::string_view name) {
    return *std::find_if(all.begin(), all.end(), [&](const auto& kind) { return kind.name == name; });
  };

  ASSERT_GE(world.core->keyring().renew_data_keys().value(), 5);
  const auto first = application::reseal_everything(world.deps());
  ASSERT_TRUE(first) << first.error().cause;
  for (const auto* name : {"signing_keys", "totp_secrets", "provider_tokens", "mail_texts", "mail_htmls", "event_data",
                           "audit_personal"}) {
    EXPECT_GT(find(*first, name).moved, 0) << name;
    EXPECT_EQ(find(*first, name).unreadable, 0) << name;
  }
  const auto second = application::reseal_everything(world.deps()).value();
  for (const auto& kind : second) EXPECT_EQ(kind.moved, 0) << kind.name;

  const auto kept = world.read([&](ports::Tx& tx) { return tx.accounts().list(user.id); });
  EXPECT_EQ(
      world.deps().cipher.open(ports::DataPurpose::provider_token, context, *kept->front().sealed_tokens)->expose(),
      "refresh-token");
  const auto challenge = world.challenge("ada@example.com");
  EXPECT_TRUE(world.answer(challenge, "totp", world.code(factor, 1)));

  ASSERT_TRUE(world.deps().store.write([&](ports::Tx& tx) -> Result<> {
    GH_TRY(const auto all, tx.sealed_values().list(ports::SealedKind::provider_tokens, "", 1));
    GH_TRY([[maybe_unused]] const bool done,
           tx.sealed_values().replace(ports::SealedKind::provider_tokens, all.front(), "damaged"));
    return {};
  }));
  EXPECT_EQ(find(application::reseal_everything(world.deps()).value(), "provider_tokens").unreadable, 1);
}

}  // namespace
}  // namespace gatehouse::composition::testing
