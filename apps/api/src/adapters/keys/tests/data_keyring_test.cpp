#include "adapters/keys/data_keyring.hpp"

#include <filesystem>
#include <fstream>
#include <thread>

#include <gtest/gtest.h>

#include "adapters/clock/system_clock.hpp"
#include "adapters/keys/local/key_encryption_key.hpp"
#include "adapters/keys/tests/fake_store.hpp"
#include "auth/crypto/aead.hpp"
#include "auth/crypto/random.hpp"
#include "auth/encoding.hpp"

namespace gatehouse::adapters::keys {
namespace {

using ports::DataPurpose;
using testing::FakeStore;

class DataKeyringTest : public ::testing::Test {
 protected:
  FakeStore store;
  SystemClock clock;
  LocalKeyWrap wrap{auth::new_aead_key()};
};

TEST_F(DataKeyringTest, opens_what_was_sealed_in_its_place_and_nowhere_else) {
  DataKeyring keyring(store, wrap, clock);
  ASSERT_TRUE(keyring.start());
  const auto sealed = keyring.seal(DataPurpose::totp_secret, "user-1", "JBSWY3DPEHPK3PXP");
  ASSERT_TRUE(sealed);
  EXPECT_EQ(sealed->find("JBSWY3DP"), std::string::npos);
  EXPECT_EQ(keyring.open(DataPurpose::totp_secret, "user-1", *sealed)->expose(), "JBSWY3DPEHPK3PXP");
  EXPECT_EQ(keyring.open(DataPurpose::totp_secret, "user-2", *sealed).error().code, ErrorCode::internal_error);
  EXPECT_EQ(keyring.open(DataPurpose::mail_body, "user-1", *sealed).error().code, ErrorCode::internal_error);
}

TEST_F(DataKeyringTest, any_altered_byte_is_noticed) {
  DataKeyring keyring(store, wrap, clock);
  const auto sealed = keyring.seal(DataPurpose::mail_body, "m1", "hello").value();
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    std::string altered = sealed;
    altered[i] = static_cast<char>(altered[i] ^ 1);
    EXPECT_FALSE(keyring.open(DataPurpose::mail_body, "m1", altered)) << i;
    EXPECT_FALSE(keyring.open(DataPurpose::mail_body, "m1", sealed.substr(0, i))) << i;
  }
}

TEST_F(DataKeyringTest, another_process_reads_it_and_makes_the_same_hashes) {
  DataKeyring first(store, wrap, clock), second(store, wrap, clock);
  ASSERT_TRUE(first.start());
  ASSERT_TRUE(second.start());
  const auto sealed = first.seal(DataPurpose::personal_data, "e1", "ada@example.com").value();
  EXPECT_EQ(second.open(DataPurpose::personal_data, "e1", sealed)->expose(), "ada@example.com");
  EXPECT_EQ(first.keyed_hash("throttle", "ada"), second.keyed_hash("throttle", "ada"));
  EXPECT_NE(first.keyed_hash("throttle", "ada"), first.keyed_hash("other", "ada"));
  EXPECT_NE(first.keyed_hash("a", "bc"), first.keyed_hash("ab", "c"));
}

TEST_F(DataKeyringTest, sixteen_starters_agree_on_one_key_a_purpose) {
  std::vector<std::thread> starters;
  for (int i = 0; i < 16; ++i) {
    starters.emplace_back([&] {
      DataKeyring keyring(store, wrap, clock);
      EXPECT_TRUE(keyring.start());
      EXPECT_TRUE(keyring.seal(DataPurpose::totp_secret, "u", "x"));
    });
  }
  for (auto& starter : starters) starter.join();
  EXPECT_EQ(store.rows.data_keys.size(), 2u);
}

TEST_F(DataKeyringTest, a_call_after_the_first_of_a_purpose_asks_nobody) {
  DataKeyring keyring(store, wrap, clock);
  const auto sealed = keyring.seal(DataPurpose::totp_secret, "u", "x").value();
  store.away = true;
  EXPECT_TRUE(keyring.seal(DataPurpose::totp_secret, "u", "y"));
  EXPECT_TRUE(keyring.open(DataPurpose::totp_secret, "u", sealed));
  EXPECT_EQ(keyring.seal(DataPurpose::mail_body, "m", "y").error().code, ErrorCode::dependency_unavailable);
}

TEST_F(DataKeyringTest, a_wrong_key_encryption_key_is_refused_at_start) {
  DataKeyring keyring(store, wrap, clock);
  ASSERT_TRUE(keyring.start());
  LocalKeyWrap other(auth::new_aead_key());
  DataKeyring wrong(store, other, clock);
  const auto started = wrong.start();
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().code, ErrorCode::internal_error);
  EXPECT_EQ(started.error().detail.find('\n'), std::string::npos);
  EXPECT_NE(started.error().detail.find("not the key"), std::string::npos);
}

TEST_F(DataKeyringTest, renewed_keys_seal_new_values_and_old_values_still_open) {
  DataKeyring keyring(store, wrap, clock);
  ASSERT_TRUE(keyring.start());
  const std::string hash = keyring.keyed_hash("throttle", "ada");
  const auto old_value = keyring.seal(DataPurpose::totp_secret, "u", "old").value();
  EXPECT_EQ(keyring.renew_data_keys().value(), 1);
  EXPECT_TRUE(keyring.is_outdated(DataPurpose::totp_secret, old_value).value());
  const auto new_value = keyring.seal(DataPurpose::totp_secret, "u", "new").value();
  EXPECT_FALSE(keyring.is_outdated(DataPurpose::totp_secret, new_value).value());
  EXPECT_EQ(keyring.open(DataPurpose::totp_secret, "u", old_value)->expose(), "old");
  EXPECT_EQ(keyring.keyed_hash("throttle", "ada"), hash);
}

TEST_F(DataKeyringTest, a_running_process_takes_up_what_another_renewed) {
  DataKeyring server(store, wrap, clock), command_line(store, wrap, clock);
  ASSERT_TRUE(server.start());
  const auto old_value = server.seal(DataPurpose::totp_secret, "u", "old").value();
  ASSERT_TRUE(command_line.renew_data_keys());
  ASSERT_TRUE(server.refresh());
  EXPECT_TRUE(server.is_outdated(DataPurpose::totp_secret, old_value).value());
  EXPECT_EQ(server.open(DataPurpose::totp_secret, "u", old_value)->expose(), "old");
}

TEST_F(DataKeyringTest, after_the_start_it_opens_everything_without_asking_anybody) {
  std::string sealed;
  {
    DataKeyring before(store, wrap, clock);
    sealed = before.seal(DataPurpose::mail_body, "m", "x").value();
    ASSERT_TRUE(before.renew_data_keys());
  }
  DataKeyring keyring(store, wrap, clock);
  ASSERT_TRUE(keyring.start());
  const int reads = store.reads;
  EXPECT_TRUE(keyring.open(DataPurpose::mail_body, "m", sealed));
  EXPECT_TRUE(keyring.seal(DataPurpose::mail_body, "m", "y"));
  EXPECT_EQ(store.reads, reads);
}

TEST_F(DataKeyringTest, moves_to_a_new_key_encryption_key_at_once_beside_a_process_that_has_the_old) {
  LocalKeyWrap newer(auth::new_aead_key()), other(auth::new_aead_key());
  DataKeyring running(store, wrap, clock);
  ASSERT_TRUE(running.start());
  const auto sealed = running.seal(DataPurpose::totp_secret, "u", "x").value();
  DataKeyring moved(store, newer, clock);
  EXPECT_EQ(moved.start().error().code, ErrorCode::internal_error);
  EXPECT_EQ(moved.adopt_from(other).error().code, ErrorCode::invalid_request);
  EXPECT_EQ(moved.adopt_from(wrap).value(), 2);
  EXPECT_EQ(moved.adopt_from(wrap).value(), 0);
  ASSERT_TRUE(moved.start());
  EXPECT_EQ(moved.open(DataPurpose::totp_secret, "u", sealed)->expose(), "x");
  EXPECT_FALSE(DataKeyring(store, wrap, clock).start());
  // The running one goes on with the data keys it has, and makes none that its successors couldn't open.
  EXPECT_TRUE(running.refresh());
  EXPECT_EQ(
      moved.open(DataPurpose::totp_secret, "u", running.seal(DataPurpose::totp_secret, "u", "y").value())->expose(),
      "y");
  EXPECT_EQ(running.seal(DataPurpose::mail_body, "m", "z").error().code, ErrorCode::dependency_unavailable);
}

class KeyFileTest : public ::testing::Test {
 protected:
  KeyFileTest() : folder(std::filesystem::temp_directory_path() / ("gatehouse-kek-" + auth::random_token(9))) {
    std::filesystem::create_directory(folder);
  }
  ~KeyFileTest() override { std::filesystem::remove_all(folder); }
  std::filesystem::path folder;
  FakeStore store;
};

TEST_F(KeyFileTest, sixteen_starters_agree_on_the_development_key) {
  std::vector<std::string> seen(16);
  std::vector<std::thread> starters;
  for (auto& key : seen)
    starters.emplace_back([&] { key = development_key_encryption_key(folder / "kek", store).value().expose(); });
  for (auto& starter : starters) starter.join();
  for (const auto& key : seen) EXPECT_EQ(auth::hex_encode(key), auth::hex_encode(seen.front()));
  EXPECT_EQ(std::filesystem::status(folder / "kek").permissions(), std::filesystem::perms(0600));
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder), {}), 1);
}

TEST_F(KeyFileTest, is_never_made_anew_for_an_encrypted_database) {
  store.rows.facts["kek_check"] = "local:whatever";
  const auto key = development_key_encryption_key(folder / "kek", store);
  ASSERT_FALSE(key);
  EXPECT_NE(key.error().detail.find("is gone"), std::string::npos);
  EXPECT_FALSE(std::filesystem::exists(folder / "kek"));
}

TEST_F(KeyFileTest, a_file_open_to_others_or_without_a_key_is_refused) {
  ASSERT_TRUE(development_key_encryption_key(folder / "kek", store));
  std::filesystem::permissions(folder / "kek", std::filesystem::perms(0644));
  EXPECT_FALSE(development_key_encryption_key(folder / "kek", store));
  std::filesystem::permissions(folder / "kek", std::filesystem::perms(0600));
  EXPECT_TRUE(development_key_encryption_key(folder / "kek", store));
  std::ofstream(folder / "kek") << "not a key\n";
  EXPECT_FALSE(development_key_encryption_key(folder / "kek", store));
}

TEST(KeyEncryptionKey, is_32_bytes_in_base64) {
  const std::string good = auth::base64_encode(std::string(32, 'k'));
  EXPECT_EQ(parse_key_encryption_key(Secret<std::string>(" " + good + "\n"))->expose(), std::string(32, 'k'));
  for (const std::string& bad : {std::string(), std::string("short"), auth::base64_encode(std::string(31, 'k')),
                                 auth::base64_encode(std::string(33, 'k')), good + good})
    EXPECT_FALSE(parse_key_encryption_key(Secret<std::string>(bad)));
}

}  // namespace
}  // namespace gatehouse::adapters::keys
