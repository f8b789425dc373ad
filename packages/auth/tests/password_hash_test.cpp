#include "auth/password_hash.hpp"

#include <gtest/gtest.h>

#include "auth/crypto/constant_time.hpp"
#include "auth/password_strength.hpp"
#include "auth/tests/support.hpp"

namespace gatehouse::auth {
namespace {

constexpr Argon2Params kCheap{.memory_kib = 64, .iterations = 1};
const std::string kSalt(16, 's');

Secret<std::string> secret(std::string text) { return Secret<std::string>(std::move(text)); }

TEST(PasswordHash, agrees_with_the_reference_vectors) {
  int judged = 0;
  const boost::json::value vectors = read_vectors("kdf/argon2_phc_vectors.json");
  for (const boost::json::value& vector : vectors.at("vectors").as_array()) {
    if (vector.at("type") != "argon2_id" || vector.at("m_kib").as_int64() > 65'536) continue;
    const std::string phc = text_of(vector, "encoded");
    const auto right = verify_password(phc, secret(text_of(vector, "password")));
    const auto wrong = verify_password(phc, secret(text_of(vector, "password") + 'x'));
    ASSERT_TRUE(right && wrong) << phc;
    EXPECT_TRUE(*right) << phc;
    EXPECT_FALSE(*wrong) << phc;
    ++judged;
  }
  EXPECT_EQ(judged, 7);
}

TEST(PasswordHash, verifies_what_it_hashed) {
  const auto phc = hash_password(secret("correct horse"), kCheap);
  ASSERT_TRUE(phc.has_value());
  EXPECT_TRUE(phc->starts_with("$argon2id$v=19$m=64,t=1,p=1$"));
  EXPECT_TRUE(*verify_password(*phc, secret("correct horse")));
  EXPECT_FALSE(*verify_password(*phc, secret("Correct horse")));
  EXPECT_FALSE(*verify_password(*phc, secret("correct horse ")));
  EXPECT_FALSE(*verify_password(*phc, secret("")));
  EXPECT_NE(*phc, *hash_password(secret("correct horse"), kCheap));
}

TEST(PasswordHash, t53_every_byte_counts) {
  const std::string stem(72, 'a');
  const auto phc = hash_password(secret(stem + "tail"), kCheap);
  EXPECT_FALSE(*verify_password(*phc, secret(stem + "tall")));
  EXPECT_FALSE(*verify_password(*phc, secret(stem)));
  const std::string with_nul("pass\0word", 9);
  const auto nul = hash_password(secret(with_nul), kCheap);
  EXPECT_TRUE(*verify_password(*nul, secret(with_nul)));
  EXPECT_FALSE(*verify_password(*nul, secret("pass")));
  for (const std::size_t size : {64u, 128u, 256u}) {
    const auto longer = hash_password(secret(std::string(size, 'z')), kCheap);
    EXPECT_TRUE(*verify_password(*longer, secret(std::string(size, 'z'))));
    EXPECT_FALSE(*verify_password(*longer, secret(std::string(size - 1, 'z'))));
  }
}

TEST(PasswordHash, t53_nfc_and_nfd_sign_in_alike) {
  const auto composed = normalize_password(secret("caf\xc3\xa9 au lait"));
  const auto decomposed = normalize_password(secret("cafe\xcc\x81 au lait"));
  ASSERT_TRUE(composed && decomposed);
  EXPECT_TRUE(*verify_password(*hash_password(*composed, kCheap), *decomposed));
}

TEST(PasswordHash, one_computation_answers_for_two_rows) {
  const auto account = compute_password_hash(secret("first"), kSalt, kCheap);
  const auto pending = compute_password_hash(secret("second"), account->salt, account->params);
  const auto tried = compute_password_hash(secret("second"), account->salt, account->params);
  EXPECT_FALSE(same_password_hash(*account, *tried));
  EXPECT_TRUE(same_password_hash(*pending, *tried));
  EXPECT_TRUE(same_password_hash(*parse_password_hash(to_phc(*pending)), *tried));
}

TEST(PasswordHash, reads_back_what_it_writes) {
  const auto hash = compute_password_hash(secret("x"), kSalt, kCheap);
  const auto again = parse_password_hash(to_phc(*hash));
  ASSERT_TRUE(again.has_value());
  EXPECT_EQ(again->params, kCheap);
  EXPECT_EQ(again->salt, kSalt);
  EXPECT_TRUE(equal_in_constant_time(again->digest, hash->digest));
}

TEST(PasswordHash, reads_no_hostile_or_sloppy_string) {
  const std::string tail = "$c29tZXNhbHRzb21lc2FsdA$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";
  const auto reads = [&](const std::string& head) { return parse_password_hash(head + tail).has_value(); };
  EXPECT_TRUE(reads("$argon2id$v=19$m=65536,t=2,p=1"));
  for (const char* head : {"$argon2id$v=19$m=4294967295,t=2,p=1",
                           "$argon2id$v=19$m=262145,t=2,p=1",
                           "$argon2id$v=19$m=65536,t=17,p=1",
                           "$argon2id$v=19$m=65536,t=2,p=17",
                           "$argon2id$v=19$m=7,t=2,p=1",
                           "$argon2id$v=19$m=64,t=2,p=16",
                           "$argon2id$v=19$m=065536,t=2,p=1",
                           "$argon2id$v=19$m=+65536,t=2,p=1",
                           "$argon2id$v=19$m=-1,t=2,p=1",
                           "$argon2id$v=19$m=65536,t=0,p=1",
                           "$argon2id$v=19$m=65536,t=2,p=0",
                           "$argon2id$v=19$t=2,m=65536,p=1",
                           "$argon2id$v=19$m=65536,t=2",
                           "$argon2id$v=19$m=65536,t=2,p=1,data=AAAA",
                           "$argon2id$v=16$m=65536,t=2,p=1",
                           "$argon2id$m=65536,t=2,p=1",
                           "$argon2i$v=19$m=65536,t=2,p=1",
                           "$2b$10",
                           "",
                           "$argon2id$v=19$m=18446744073709551617,t=2,p=1"})
    EXPECT_FALSE(reads(head)) << head;
  const std::string head = "$argon2id$v=19$m=65536,t=2,p=1";
  for (const char* other : {"$c29tZQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc", "$c29tZXNhbHQ$AAAA",
                            "$c29tZXNhbHQ=$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc", "$c29tZXNhbHQ", "$$",
                            "$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc$",
                            "$c29tZXNhbHR$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"})
    EXPECT_FALSE(parse_password_hash(head + other)) << other;
  EXPECT_EQ(verify_password("$argon2id$nonsense", secret("x")).error().code, ErrorCode::internal_error);
}

TEST(PasswordHash, asks_for_a_new_hash_when_costs_change) {
  const std::string phc = *hash_password(secret("x"), kCheap);
  EXPECT_FALSE(needs_rehash(phc, kCheap));
  EXPECT_TRUE(needs_rehash(phc, {.memory_kib = 128, .iterations = 1}));
  EXPECT_TRUE(needs_rehash(phc, {.memory_kib = 64, .iterations = 2}));
  EXPECT_TRUE(needs_rehash("$2b$10$x", kCheap));
  EXPECT_TRUE(needs_rehash("$argon2id$v=19$m=256,t=2,p=2$c29tZXNhbHQ$bQk8UB/VmZZF4Oo79iDXuL5/0ttZwg2f/5U52iv1cDc",
                           {.memory_kib = 256, .iterations = 2}));
}

TEST(Argon2id, refuses_parameters_that_are_a_bug) {
  EXPECT_THROW(argon2id("x", "short", kCheap), std::invalid_argument);
  EXPECT_THROW(argon2id("x", kSalt, {.memory_kib = 4, .iterations = 1}), std::invalid_argument);
  EXPECT_THROW(argon2id("x", kSalt, {.memory_kib = 64, .iterations = 0}), std::invalid_argument);
  EXPECT_EQ(argon2id("x", kSalt, kCheap)->size(), 32u);
}

}  // namespace
}  // namespace gatehouse::auth
