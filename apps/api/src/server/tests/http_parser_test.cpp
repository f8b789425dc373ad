#include "server/http_parser.hpp"

#include <gtest/gtest.h>

namespace gatehouse::server {
namespace {

struct Parsed {
  Progress progress;
  Head head;
  Refusal refusal;
};

Parsed parse(std::string_view text, HeadLimits limits = {}) {
  HeadParser parser(limits);
  Parsed out;
  out.progress = parser.parse(text, out.head);
  out.refusal = parser.refusal();
  return out;
}

ErrorCode refused(std::string_view text, HeadLimits limits = {}) {
  const auto parsed = parse(text, limits);
  EXPECT_EQ(parsed.progress, Progress::refused) << text;
  return parsed.refusal.code;
}

TEST(HttpParser, reads_a_head) {
  const auto parsed = parse("GET /a/b?c=d HTTP/1.1\r\nHost: example.com:80\r\nX-Empty:\r\nX-Y: \t v w \t\r\n\r\nrest");
  ASSERT_EQ(parsed.progress, Progress::complete);
  EXPECT_EQ(parsed.head.method, "GET");
  EXPECT_EQ(parsed.head.path, "/a/b");
  EXPECT_EQ(parsed.head.query, "c=d");
  EXPECT_EQ(parsed.head.host, "example.com:80");
  ASSERT_EQ(parsed.head.fields.size(), 3u);
  EXPECT_EQ(parsed.head.fields[1].second, "");
  EXPECT_EQ(parsed.head.fields[2].second, "v w");
  EXPECT_TRUE(parsed.head.keep_alive);
}

TEST(HttpParser, waits_for_the_rest_however_the_bytes_come) {
  const std::string text = "\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n";
  HeadParser parser({});
  Head head;
  for (std::size_t size = 1; size < text.size(); ++size)
    ASSERT_EQ(parser.parse(std::string_view(text).substr(0, size), head), Progress::incomplete) << size;
  ASSERT_EQ(parser.parse(text, head), Progress::complete);
  EXPECT_EQ(head.size, text.size());
  ASSERT_EQ(parser.parse(std::string_view(text).substr(2), head), Progress::complete);
}

TEST(HttpParser, refuses_lines_that_two_readers_could_end_differently) {
  for (const auto* text : {"GET / HTTP/1.1\nHost: a\n\n", "GET / HTTP/1.1\r\nHost: a\nX: y\r\n\r\n",
                           "GET / HTTP/1.1\r\nHost: a\rX: y\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\n X: folded\r\n\r\n",
                           "GET / HTTP/1.1\r\nHost: a\r\n\tX: folded\r\n\r\n", "GET / HTTP/1.1\r\r\nHost: a\r\n\r\n",
                           "GET / HTTP/1.1\r\nHost: a\r\n\n", "\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"})
    EXPECT_EQ(refused(text), ErrorCode::invalid_request) << text;
}

TEST(HttpParser, refuses_malformed_request_lines) {
  for (const auto* text :
       {"GET  / HTTP/1.1\r\nHost: a\r\n\r\n", "GET /\r\nHost: a\r\n\r\n", "GET / HTTP/1.1 \r\nHost: a\r\n\r\n",
        "GET / http/1.1\r\nHost: a\r\n\r\n", "GET / HTTP/1.\r\nHost: a\r\n\r\n", "G@T / HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n", "GET a HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET * HTTP/1.1\r\nHost: a\r\n\r\n", "GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /\xc3\xa4 HTTP/1.1\r\nHost: a\r\n\r\n", "GET ftp://a/ HTTP/1.1\r\nHost: a\r\n\r\n", "\x16\x03\x01\x02"})
    EXPECT_EQ(refused(text), ErrorCode::invalid_request) << text;
  EXPECT_EQ(refused("GET / HTTP/2.0\r\nHost: a\r\n\r\n"), ErrorCode::http_version_not_supported);
  EXPECT_EQ(refused("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), ErrorCode::http_version_not_supported);
}

TEST(HttpParser, refuses_malformed_fields) {
  for (const auto* field : {"Name : v", ": v", "Na me: v", "Name",
                            "Name: a\x01"
                            "b",
                            "Name: a\x7f"
                            "b",
                            "N\xc3\xa4me: v", "Name@: v"})
    EXPECT_EQ(refused("GET / HTTP/1.1\r\nHost: a\r\n" + std::string(field) + "\r\n\r\n"), ErrorCode::invalid_request)
        << field;
  std::string nul = "GET / HTTP/1.1\r\nHost: a\r\nX: a?b\r\n\r\n";
  nul[nul.find('?')] = '\0';
  EXPECT_EQ(refused(nul), ErrorCode::invalid_request);
}

TEST(HttpParser, wants_exactly_one_host_that_is_a_host) {
  EXPECT_EQ(refused("GET / HTTP/1.1\r\n\r\n"), ErrorCode::invalid_request);
  EXPECT_EQ(refused("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n"), ErrorCode::invalid_request);
  for (const auto* host : {"", "a b", "a,b", "a/b", "user@a", "a:b", "a:123456", "[::1", "[g]", ":80", "a%00"})
    EXPECT_EQ(refused("GET / HTTP/1.1\r\nHost: " + std::string(host) + "\r\n\r\n"), ErrorCode::invalid_request) << host;
  for (const auto* host : {"localhost", "a.example:8443", "[::1]:8080", "127.0.0.1"})
    EXPECT_EQ(parse("GET / HTTP/1.1\r\nHost: " + std::string(host) + "\r\n\r\n").progress, Progress::complete) << host;
}

TEST(HttpParser, takes_an_absolute_target_of_the_same_host_only) {
  const auto parsed = parse("GET http://A.example/x?y HTTP/1.1\r\nHost: a.example\r\n\r\n");
  ASSERT_EQ(parsed.progress, Progress::complete);
  EXPECT_EQ(parsed.head.path, "/x");
  EXPECT_EQ(parsed.head.query, "y");
  EXPECT_EQ(refused("GET http://evil/x HTTP/1.1\r\nHost: a.example\r\n\r\n"), ErrorCode::invalid_request);
  EXPECT_EQ(refused("GET http://u@a.example/x HTTP/1.1\r\nHost: a.example\r\n\r\n"), ErrorCode::invalid_request);
}

TEST(HttpParser, refuses_ambiguous_framing) {
  const auto with = [](std::string_view fields, std::string_view version = "1.1") {
    return refused("POST / HTTP/" + std::string(version) + "\r\nHost: a\r\n" + std::string(fields) + "\r\n");
  };
  for (const auto* fields :
       {"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
        "Content-Length: 5\r\nContent-Length: 5\r\n", "Content-Length: 5, 5\r\n", "Content-Length: +5\r\n",
        "Content-Length: -1\r\n", "Content-Length: 5 \x01\r\n", "Content-Length: 0x5\r\n", "Content-Length:\r\n",
        "Content-Length: 99999999999999999999999\r\n", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked, chunked\r\n", "Transfer-Encoding: gzip, chunked\r\n", "Transfer-Encoding:\r\n"})
    EXPECT_EQ(with(fields), ErrorCode::invalid_request) << fields;
  EXPECT_EQ(with("Transfer-Encoding: chunked\r\n", "1.0"), ErrorCode::invalid_request);
  EXPECT_EQ(with("Transfer-Encoding: xchunked\r\n"), ErrorCode::not_implemented);
  EXPECT_EQ(with("Transfer-Encoding: gzip\r\n"), ErrorCode::not_implemented);
}

TEST(HttpParser, refuses_what_is_too_large) {
  const HeadLimits limits{1024, 5, 256};
  EXPECT_EQ(refused("GET /" + std::string(300, 'a') + " HTTP/1.1\r\nHost: a\r\n\r\n", limits), ErrorCode::uri_too_long);
  EXPECT_EQ(refused("GET /" + std::string(400, 'a'), limits), ErrorCode::uri_too_long);
  EXPECT_EQ(refused("GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(2000, 'a'), limits), ErrorCode::headers_too_large);
  EXPECT_EQ(refused("GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(2000, 'a') + "\r\n\r\n", limits),
            ErrorCode::headers_too_large);
  EXPECT_EQ(refused("GET / HTTP/1.1\r\nHost: a\r\nA: 1\r\nA: 1\r\nA: 1\r\nA: 1\r\nA: 1\r\n\r\n", limits),
            ErrorCode::headers_too_large);
}

TEST(HttpParser, says_whether_the_connection_stays) {
  EXPECT_FALSE(parse("GET / HTTP/1.1\r\nHost: a\r\nConnection: x, Close\r\n\r\n").head.keep_alive);
  EXPECT_FALSE(parse("GET / HTTP/1.0\r\n\r\n").head.keep_alive);
  EXPECT_TRUE(
      parse("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nExpect: 100-Continue\r\n\r\n").head.expects_continue);
  EXPECT_EQ(refused("POST / HTTP/1.1\r\nHost: a\r\nExpect: magic\r\n\r\n"), ErrorCode::invalid_request);
}

struct Decoded {
  Progress progress = Progress::incomplete;
  std::string body;
  std::string left;
  ErrorCode code{};
};

Decoded decode(std::string_view text, std::size_t step, std::size_t limit = 64) {
  ChunkedDecoder decoder(limit);
  Decoded out;
  while (!text.empty() && out.progress == Progress::incomplete) {
    std::string_view part = text.substr(0, step);
    const auto size = part.size();
    out.progress = decoder.feed(part, out.body);
    text.remove_prefix(size - part.size());
  }
  out.left = text;
  out.code = decoder.refusal().code;
  return out;
}

TEST(ChunkedDecoder, joins_chunks_however_the_bytes_come) {
  for (const std::size_t step : {1u, 2u, 3u, 7u, 1000u}) {
    const auto out = decode("5\r\nhello\r\n6;name=\"v\"\r\n world\r\n0\r\nX-Sum: 1\r\n\r\nGET", step);
    EXPECT_EQ(out.progress, Progress::complete) << step;
    EXPECT_EQ(out.body, "hello world");
    EXPECT_EQ(out.left, "GET");
  }
}

TEST(ChunkedDecoder, refuses_malformed_chunks) {
  for (const auto* text : {"5\nhello\r\n",
                           "5\r\nhello\n",
                           "5\r\nhelloX\r\n",
                           "x\r\n",
                           "\r\n",
                           "-1\r\n",
                           "0x5\r\nhello\r\n",
                           " 5\r\nhello\r\n",
                           "5 \r\nhello\r\n",
                           "100000000\r\n",
                           "000000005\r\nhello\r\n",
                           "5;a\x01\r\n",
                           "5;a\rb\r\nhello\r\n",
                           "0\r\nContent-Length: 5\r\n\r\n",
                           "0\r\nTransfer-Encoding: chunked\r\n\r\n",
                           "0\r\nHost: b\r\n\r\n",
                           "0\r\nAuthorization: x\r\n\r\n",
                           "0\r\nbad\r\n\r\n",
                           "0\r\n folded: x\r\n\r\n",
                           "0\r\nA: b\n\r\n"})
    for (const std::size_t step : {1u, 1000u}) {
      const auto out = decode(text, step);
      EXPECT_EQ(out.progress, Progress::refused) << text;
      EXPECT_EQ(out.code, ErrorCode::invalid_request) << text;
    }
}

TEST(ChunkedDecoder, refuses_more_than_the_limit_and_too_much_chaff) {
  EXPECT_EQ(decode("41\r\n" + std::string(65, 'a'), 1000).code, ErrorCode::body_too_large);
  EXPECT_EQ(decode("ffffffff\r\n", 1000).code, ErrorCode::body_too_large);
  EXPECT_EQ(decode("1;" + std::string(5000, 'a'), 100).code, ErrorCode::body_too_large);
  std::string trailers = "0\r\n";
  for (int i = 0; i < 1000; ++i) trailers += "X-Chaff: yes\r\n";
  EXPECT_EQ(decode(trailers, 1000).code, ErrorCode::body_too_large);
}

}  // namespace
}  // namespace gatehouse::server
