#include "observability/log.hpp"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>

namespace gatehouse::observability {
namespace {

/// Collects the lines that are logged while it lives.
class Captured {
 public:
  explicit Captured(Level level = Level::debug) {
    configure_logging({level, [this](std::string_view line) { lines.emplace_back(line); }});
  }
  ~Captured() { configure_logging({}); }
  Captured(const Captured&) = delete;
  Captured& operator=(const Captured&) = delete;

  boost::json::object only() const {
    EXPECT_EQ(lines.size(), 1u);
    return boost::json::parse(lines.at(0)).as_object();
  }
  std::vector<std::string> lines;
};

TEST(Log, writes_one_json_object_a_line) {
  const Captured log;
  gatehouse::observability::log(Level::warning, "mail_delivered",
                                {{"mail_id", "m1"}, {"attempts", 2}, {"late", true}, {"ratio", 0.5}});
  const auto line = log.only();
  EXPECT_EQ(line.at("level").as_string(), "warning");
  EXPECT_EQ(line.at("event").as_string(), "mail_delivered");
  EXPECT_EQ(line.at("mail_id").as_string(), "m1");
  EXPECT_EQ(line.at("attempts").as_int64(), 2);
  EXPECT_EQ(line.at("late").as_bool(), true);
  EXPECT_EQ(line.at("ratio").as_double(), 0.5);
  const std::string ts(line.at("ts").as_string());
  EXPECT_EQ(ts.size(), 27u);
  EXPECT_EQ(ts.back(), 'Z');
  EXPECT_FALSE(line.contains("request_id"));
}

TEST(Log, no_value_can_forge_a_line_or_command_a_terminal) {
  for (const std::string& value : std::initializer_list<std::string>{
           "a\r\n{\"event\":\"forged\"}", "\x1b[31mred\x1b[0m", "\x1b]0;title\x07", std::string("a\0b", 3),
           "\xc2\x9b"
           "31m",
           "\xe2\x80\xae"
           "txt.exe",
           "\"},{\"x\":\"", "\\", "\xff\xfe\xc0\xaf", "\xed\xa0\x80", "\xf0\x9f\x98\x80", "%n%s{}"}) {
    const Captured log;
    gatehouse::observability::log(Level::info, "sign_in", {{"user_agent", value}});
    ASSERT_EQ(log.lines.size(), 1u);
    const std::string& line = log.lines[0];
    for (const char c : line) EXPECT_TRUE(static_cast<unsigned char>(c) >= 0x20 && c != 0x7f) << value;
    EXPECT_EQ(line.find("\xc2\x9b"), line.npos);
    EXPECT_EQ(line.find("\xe2\x80\xae"), line.npos);
    const auto parsed = boost::json::parse(line).as_object();
    EXPECT_EQ(parsed.at("event").as_string(), "sign_in");
    EXPECT_EQ(parsed.size(), 4u);
  }
}

TEST(Log, keeps_ordinary_text_as_it_is) {
  const Captured log;
  gatehouse::observability::log(Level::info, "e", {{"v", "Zo\xc3\xab \xf0\x9f\x98\x80 \"quoted\" \\ /"}});
  EXPECT_EQ(log.only().at("v").as_string(), "Zo\xc3\xab \xf0\x9f\x98\x80 \"quoted\" \\ /");
}

TEST(Log, cuts_long_values) {
  const Captured log;
  gatehouse::observability::log(Level::info, "e", {{"v", std::string(100 * 1024, '\x1b')}});
  EXPECT_LT(log.lines.at(0).size(), 20000u);
  EXPECT_TRUE(log.only().at("v").as_string().ends_with("[cut]"));
}

TEST(Log, names_the_request_that_is_worked_on) {
  const Captured log;
  {
    const TraceScope outer("r1", "00-a-b-01");
    {
      const TraceScope inner("r2", "");
      gatehouse::observability::log(Level::info, "e");
    }
    gatehouse::observability::log(Level::info, "e");
  }
  ASSERT_EQ(log.lines.size(), 2u);
  EXPECT_EQ(boost::json::parse(log.lines[0]).at("request_id").as_string(), "r2");
  EXPECT_EQ(boost::json::parse(log.lines[1]).at("request_id").as_string(), "r1");
  EXPECT_EQ(boost::json::parse(log.lines[1]).at("traceparent").as_string(), "00-a-b-01");
}

TEST(Log, leaves_out_what_is_below_its_level) {
  const Captured log(Level::warning);
  gatehouse::observability::log(Level::info, "e");
  EXPECT_FALSE(log_enabled(Level::info));
  EXPECT_TRUE(log_enabled(Level::error));
  EXPECT_TRUE(log.lines.empty());
  EXPECT_EQ(level_from("warning"), Level::warning);
  EXPECT_EQ(level_from("loud"), std::nullopt);
}

TEST(Log, access_lines_hold_the_template) {
  const Captured log;
  log_access({.method = "GET",
              .route = "/v1/me/sessions/{id}",
              .status = 404,
              .micros = 12,
              .client_network = "192.0.2.1",
              .code = "not_found",
              .request_id = "r",
              .traceparent = "t"});
  const auto line = log.only();
  EXPECT_EQ(line.at("event").as_string(), "request");
  EXPECT_EQ(line.at("route").as_string(), "/v1/me/sessions/{id}");
  EXPECT_EQ(line.at("status").as_int64(), 404);
  EXPECT_EQ(line.at("code").as_string(), "not_found");
  EXPECT_EQ(line.at("request_id").as_string(), "r");
}

}  // namespace
}  // namespace gatehouse::observability
