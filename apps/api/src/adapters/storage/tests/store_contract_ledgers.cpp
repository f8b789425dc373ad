#include "adapters/storage/tests/store_contract.hpp"

namespace gatehouse::adapters::storage {
namespace {

using domain::EventId;
using domain::MailState;
using domain::UserId;

class LedgersContract : public StoreContract {
 protected:
  void add(const domain::OutboxEvent& event) {
    write([&](Tx& tx) { return tx.outbox().add(event); });
  }
  void add(const domain::MailMessage& mail) {
    write([&](Tx& tx) { return tx.mails().add(mail); });
  }
  std::vector<domain::OutboxEvent> events(std::int64_t after = 0, const std::string& topic = {}) {
    return read([&](Tx& tx) { return tx.outbox().list(after, topic, 100); });
  }
  domain::MailMessage mail(const domain::MailId& id) {
    return *read([&](Tx& tx) { return tx.mails().find(id); });
  }
};
INSTANTIATE_TEST_SUITE_P(Stores, LedgersContract, testing::ValuesIn(contract_databases()),
                         [](const auto& kind) { return kind.param; });

TEST_P(LedgersContract, events_get_a_global_sequence_and_a_version_of_their_subject) {
  const UserId ada("ada"), bob("bob");
  add(new_event(ada, "identity.user.signed_up"));
  add(new_event(bob, "identity.user.signed_up"));
  add(new_event(std::nullopt, "identity.audit.checkpoint"));
  add(new_event(ada, "identity.user.signed_in"));
  seal();
  add(new_event(ada, "identity.user.signed_in"));
  seal();
  const auto got = events();
  ASSERT_EQ(got.size(), 5u);
  for (std::size_t i = 0; i < got.size(); ++i) EXPECT_EQ(got[i].sequence, static_cast<std::int64_t>(i + 1));
  EXPECT_EQ(got[0].userversion, 1);
  EXPECT_EQ(got[1].userversion, 1);
  EXPECT_EQ(got[2].userversion, std::nullopt);
  EXPECT_EQ(got[3].userversion, 2);
  EXPECT_EQ(got[4].userversion, 3);
  EXPECT_EQ(got[0].data, R"({"email":"ada@example.com"})");
  EXPECT_EQ(got[0].subject, ada);
  EXPECT_FALSE(got[0].traceparent.empty());
  EXPECT_EQ(events(3).size(), 2u);
  EXPECT_EQ(events(0, "identity.user.signed_in").size(), 2u);
  EXPECT_EQ(events(4, "identity.user.signed_in").size(), 1u);
}

TEST_P(LedgersContract, events_of_many_writers_at_once_have_no_gap_in_either_count) {
  std::vector<domain::OutboxEvent> mine;
  mine.reserve(kAtOnce);
  for (int i = 0; i < kAtOnce; ++i) mine.push_back(new_event(UserId("ada"), "identity.user.signed_in"));
  at_once([&](Tx& tx, int i) -> Result<bool> {
    GH_CHECK(tx.outbox().add(mine[static_cast<std::size_t>(i)]));
    return true;
  });
  seal();
  const auto got = events();
  ASSERT_EQ(got.size(), static_cast<std::size_t>(kAtOnce));
  for (std::size_t i = 0; i < got.size(); ++i) {
    EXPECT_EQ(got[i].sequence, static_cast<std::int64_t>(i + 1));
    EXPECT_EQ(got[i].userversion, static_cast<std::int64_t>(i + 1));
  }
}

TEST_P(LedgersContract, event_data_is_not_readable_in_the_database) {
  add(new_event(UserId("ada"), "identity.user.signed_up"));
  must(database().raw([&](sql::Connection& connection) -> Result<> {
    const auto row = connection.query_one({"test.data", "SELECT data FROM outbox_events"}, {});
    EXPECT_EQ(row->blob(0).find("ada@example.com"), std::string::npos);
    return {};
  }));
}

TEST_P(LedgersContract, published_events_are_not_listed_again_and_go_with_time) {
  for (int i = 0; i < 3; ++i) add(new_event(UserId("ada"), "identity.user.signed_in"));
  seal();
  EXPECT_EQ(read([](Tx& tx) { return tx.outbox().count_unpublished(); }), 3);
  EXPECT_EQ(read([](Tx& tx) { return tx.outbox().oldest_unpublished(); }), kNow);
  const auto waiting = read([](Tx& tx) { return tx.outbox().list_unpublished(0, 2); });
  ASSERT_EQ(waiting.size(), 2u);
  write([&](Tx& tx) { return tx.outbox().mark_published({waiting[0].event_id, waiting[1].event_id}, kNow + 1s); });
  write([&](Tx& tx) { return tx.outbox().mark_published({}, kNow + 1s); });
  EXPECT_EQ(read([](Tx& tx) { return tx.outbox().list_unpublished(0, 10); }).size(), 1u);
  EXPECT_EQ(events().at(0).published_at, kNow + 1s);
  EXPECT_EQ(write([](Tx& tx) { return tx.outbox().remove_published_before(kNow + 1s, 10); }), 0);
  EXPECT_EQ(write([](Tx& tx) { return tx.outbox().remove_published_before(kNow + 2s, 10); }), 2);
  add(new_event(UserId("ada"), "identity.user.signed_in"));
  seal();
  EXPECT_EQ(events().back().sequence, 4);
  EXPECT_EQ(events().back().userversion, 4) << "counts on, also after older ones went";
}

TEST_P(LedgersContract, an_erased_users_events_are_tombstones_of_the_same_id) {
  const auto event = new_event(UserId("ada"), "identity.user.signed_up");
  add(event);
  add(new_event(UserId("bob"), "identity.user.signed_up"));
  seal();
  EXPECT_EQ(write([](Tx& tx) { return tx.outbox().erase_user(UserId("ada")); }), 1);
  const auto got = events();
  EXPECT_EQ(got[0].event_id, event.event_id);
  EXPECT_EQ(got[0].data, R"({"erased":true,"user_id":"ada"})");
  EXPECT_NE(got[1].data.find("email"), std::string::npos);
}

TEST_P(LedgersContract, one_of_many_at_once_receives_an_event) {
  EXPECT_EQ(at_once([](Tx& tx, int) { return tx.outbox().receive("evt-1", "accounts.user.role_required", kNow); }), 1);
}

TEST_P(LedgersContract, a_received_event_counts_once_until_it_is_forgotten) {
  const auto receive = [](Tx& tx) { return tx.outbox().receive("evt-1", "accounts.user.role_required", kNow); };
  EXPECT_TRUE(write(receive));
  EXPECT_EQ(write([](Tx& tx) { return tx.outbox().remove_received_before(kNow, 10); }), 0);
  EXPECT_FALSE(write(receive));
  EXPECT_EQ(write([](Tx& tx) { return tx.outbox().remove_received_before(kNow + 1s, 10); }), 1);
  EXPECT_TRUE(write(receive));
}

TEST_P(LedgersContract, a_mail_comes_back_as_it_was_and_its_body_is_sealed) {
  auto mail_in = new_mail("Ada@Example.com");
  mail_in.user_id = UserId("ada");
  add(mail_in);
  const auto got = mail(mail_in.id);
  EXPECT_EQ(got.user_id, mail_in.user_id);
  EXPECT_EQ(got.to, mail_in.to);
  EXPECT_EQ(got.template_name, mail_in.template_name);
  EXPECT_EQ(got.subject, mail_in.subject);
  EXPECT_EQ(got.text, mail_in.text);
  EXPECT_EQ(got.html, mail_in.html);
  EXPECT_EQ(got.state, MailState::queued);
  EXPECT_EQ(got.attempts, 0);
  EXPECT_EQ(got.expires_at, mail_in.expires_at);
  EXPECT_FALSE(got.provider_id || got.last_error);
  EXPECT_FALSE(read([](Tx& tx) { return tx.mails().find(domain::MailId("none")); }));
  must(database().raw([&](sql::Connection& connection) -> Result<> {
    const auto row = connection.query_one({"test.body", "SELECT body_text, body_html FROM mail_messages"}, {});
    EXPECT_EQ(row->blob(0).find("link"), std::string::npos);
    EXPECT_EQ(row->blob(1).find("link"), std::string::npos);
    return {};
  }));
}

TEST_P(LedgersContract, one_of_many_at_once_claims_a_mail_until_its_lease_ends) {
  const auto mail_in = new_mail("ada@example.com");
  add(mail_in);
  const auto claim = [](Tx& tx, Timestamp now) -> Result<bool> {
    GH_TRY(const auto claimed, tx.mails().claim_due(now, 30s, 10));
    return !claimed.empty();
  };
  EXPECT_FALSE(write([&](Tx& tx) { return claim(tx, kNow - Duration(1)); })) << "not due yet";
  EXPECT_EQ(at_once([&](Tx& tx, int) { return claim(tx, kNow); }), 1);
  EXPECT_FALSE(write([&](Tx& tx) { return claim(tx, kNow + 30s - Duration(1)); }));
  EXPECT_TRUE(write([&](Tx& tx) { return claim(tx, kNow + 30s); })) << "its worker died";
}

TEST_P(LedgersContract, a_delivered_mail_is_not_due_and_loses_its_body) {
  const auto mail_in = new_mail("ada@example.com");
  add(mail_in);
  auto claimed = write([](Tx& tx) { return tx.mails().claim_due(kNow, 30s, 10); }).at(0);
  EXPECT_EQ(claimed.text, mail_in.text);
  claimed.state = MailState::sent;
  claimed.attempts = 1;
  claimed.provider_id = "re_1";
  claimed.last_error = "slow";
  write([&](Tx& tx) { return tx.mails().save_delivery(claimed, true); });
  EXPECT_TRUE(write([](Tx& tx) { return tx.mails().claim_due(kNow + 1h, 30s, 10); }).empty());
  const auto got = *read([](Tx& tx) { return tx.mails().find_by_provider_id("re_1"); });
  EXPECT_EQ(got.id, mail_in.id);
  EXPECT_EQ(got.state, MailState::sent);
  EXPECT_EQ(got.attempts, 1);
  EXPECT_EQ(got.last_error, "slow");
  EXPECT_TRUE(got.text.empty() && got.html.empty());
  EXPECT_EQ(read([](Tx& tx) { return tx.mails().count_queued(); }), 0);
}

TEST_P(LedgersContract, mails_are_listed_newest_first_by_any_filter) {
  auto first = new_mail("ada@example.com");
  auto second = new_mail("bob@example.com");
  second.user_id = UserId("bob");
  auto third = new_mail("ADA@example.com");
  third.state = MailState::failed;
  for (const auto* mail_in : {&first, &second, &third}) add(*mail_in);
  const auto list = [&](const ports::MailFilter& filter) {
    std::vector<domain::MailId> found;
    ports::PageRequest page{1, std::nullopt};
    do {
      const auto got = read([&](Tx& tx) { return tx.mails().list(filter, page); });
      for (const auto& item : got.items) found.push_back(item.id);
      page.after = got.next;
    } while (page.after);
    return found;
  };
  using Ids = std::vector<domain::MailId>;
  EXPECT_EQ(list({}), (Ids{third.id, second.id, first.id}));
  EXPECT_EQ(list({.to = "Ada@Example.com"}), (Ids{third.id, first.id}));
  EXPECT_EQ(read([](Tx& tx) { return tx.mails().count({.to = "Ada@Example.com"}); }).value, 2);
  EXPECT_EQ(list({.user_id = UserId("bob")}), Ids{second.id});
  EXPECT_EQ(list({.state = MailState::failed}), Ids{third.id});
  EXPECT_EQ(list({.after_id = second.id}), Ids{third.id});
}

TEST_P(LedgersContract, mails_to_an_address_are_counted_since_a_time) {
  for (int i = 0; i < 3; ++i) {
    auto mail_in = new_mail("Ada@example.com");
    mail_in.created_at = kNow - std::chrono::minutes(10 * i);
    if (i == 1) mail_in.template_name = "reset_password";
    add(mail_in);
  }
  const auto count = [&](const std::string& name, Timestamp since) {
    return read([&](Tx& tx) { return tx.mails().count_to("ada@example.com", name, since); });
  };
  EXPECT_EQ(count("", kNow - 1h), 3);
  EXPECT_EQ(count("", kNow - 10min), 2);
  EXPECT_EQ(count("reset_password", kNow - 1h), 1);
}

TEST_P(LedgersContract, mails_go_with_their_user_with_time_or_all) {
  auto of_ada = new_mail("ada@example.com");
  of_ada.user_id = UserId("ada");
  auto failed = new_mail("bob@example.com");
  failed.state = MailState::failed;
  add(of_ada);
  add(failed);
  add(new_mail("cyd@example.com"));
  EXPECT_EQ(write([](Tx& tx) { return tx.mails().erase_user(UserId("ada")); }), 1);
  EXPECT_EQ(write([](Tx& tx) { return tx.mails().remove_before(kNow + 1h, 10); }), 1) << "a queued one stays";
  EXPECT_EQ(write([](Tx& tx) { return tx.mails().remove_all(); }), 1);
}

TEST_P(LedgersContract, a_webhook_counts_once_until_it_is_forgotten) {
  EXPECT_EQ(at_once([](Tx& tx, int) { return tx.mails().receive_webhook("wh_1", kNow); }), 1);
  write([](Tx& tx) { return tx.mails().remove_before(kNow + 1h, 10); });
  EXPECT_TRUE(write([](Tx& tx) { return tx.mails().receive_webhook("wh_1", kNow); }));
}

}  // namespace
}  // namespace gatehouse::adapters::storage
