#include "adapters/storage/postgres/joined_insert.hpp"

#include <gtest/gtest.h>

namespace gatehouse::adapters::postgres {
namespace {

TEST(JoinedInsert, joins_nothing_but_rows_that_the_caller_gives_whole) {
  EXPECT_TRUE(adds_one_row("INSERT INTO t (a, b) VALUES (?1, ?2)"));
  EXPECT_TRUE(adds_one_row("INSERT INTO t (a, b, c) VALUES (?1, 0, ?1)"));
  for (const char* other :
       {"INSERT INTO t (a) VALUES (?1) ON CONFLICT (a) DO NOTHING", "INSERT INTO t (a) VALUES (?1) RETURNING a",
        "INSERT INTO t (a) VALUES (lower(?1))", "INSERT INTO t (a) VALUES ((SELECT 1))",
        "INSERT INTO t (a) SELECT a FROM u", "INSERT INTO t (a) VALUES (now())", "UPDATE t SET a = ?1", "COMMIT", ""})
    EXPECT_FALSE(adds_one_row(other)) << other;
}

TEST(JoinedInsert, rows_of_a_table_come_together_and_keep_their_order) {
  const std::vector<std::string_view> inserts{"b", "a", "b", "c", "a"};
  EXPECT_EQ(joining_order(inserts), (std::vector<std::size_t>{0, 2, 1, 4, 3}));
  EXPECT_TRUE(joining_order({}).empty());
}

TEST(JoinedInsert, placeholders_count_on_through_all_of_them) {
  EXPECT_EQ(join_inserts("INSERT INTO a (x, y, z) VALUES (?1, ?2, ?1)\n"
                         "INSERT INTO a (x, y, z) VALUES (?1, ?2, ?1)\n"
                         "INSERT INTO b (x) VALUES (?1)\n"
                         "INSERT INTO c (x, y) VALUES (?1, 0)"),
            "WITH t0 AS (INSERT INTO a (x, y, z) VALUES (?1, ?2, ?1), (?3, ?4, ?3)), "
            "t1 AS (INSERT INTO b (x) VALUES (?5)) INSERT INTO c (x, y) VALUES (?6, 0)");
  EXPECT_EQ(join_inserts("INSERT INTO a (x) VALUES (?1)\nINSERT INTO a (x) VALUES (?1)"),
            "INSERT INTO a (x) VALUES (?1), (?2)");
  EXPECT_EQ(join_inserts("INSERT INTO a (x) VALUES (?1)"), "INSERT INTO a (x) VALUES (?1)");
}

}  // namespace
}  // namespace gatehouse::adapters::postgres
