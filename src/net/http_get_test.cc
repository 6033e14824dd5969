#include "net/http_get.h"

#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

#include "net/socket.h"

namespace howdah::net {
namespace {
using std::chrono::milliseconds;
using std::chrono::seconds;

// Answers each connection with the next of the given texts, and closes it.
class ScriptedWeb {
 public:
  explicit ScriptedWeb(std::vector<std::string> answers)
      : listener_(std::move(*Listener::listen({"127.0.0.1", 0}))),
        thread_([this, answers = std::move(answers)] {
          for (const std::string& answer : answers) {
            auto socket = listener_.accept(Deadline::after(seconds(20)));
            if (!socket) return;
            std::string request;
            std::array<std::byte, 1> byte{};
            while (!request.ends_with("\r\n\r\n") &&
                   socket->read_all(byte, Deadline::after(seconds(20))))
              request += static_cast<char>(byte[0]);
            requests_.push_back(request);
            (void)socket->write_all(as_bytes(answer), Deadline::after(seconds(20)));
          }
        }) {}
  std::string url(const std::string& target = "/") const {
    return "http://" + listener_.address().to_string() + target;
  }
  std::vector<std::string> requests() {
    thread_.join();
    return requests_;
  }

 private:
  Listener listener_;
  std::vector<std::string> requests_;
  std::jthread thread_;
};

Result<std::string> get(const std::string& url, HttpLimits limits = {}) {
  return http_get(url, limits, Deadline::after(seconds(20)));
}

TEST(HttpGet, reads_a_counted_a_chunked_and_an_endless_body) {
  ScriptedWeb web(
      {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello and more",
       "HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n3\r\nhel\r\n2;x=y\r\nlo\r\n"
       "0\r\nTrailer: x\r\n\r\n",
       "HTTP/1.0 200 OK\n\nhello"});
  for (int i = 0; i < 3; ++i) {
    const auto body = get(web.url("/a?b=c"));
    ASSERT_TRUE(body) << body.status().to_string();
    EXPECT_EQ(*body, "hello");
  }
  EXPECT_TRUE(web.requests()[0].starts_with("GET /a?b=c HTTP/1.1\r\nHost: 127.0.0.1:"));
}

TEST(HttpGet, follows_redirects_and_ends_a_circle) {
  ScriptedWeb there({"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nthere"});
  ScriptedWeb web({"HTTP/1.1 302 Found\r\nLocation: /b\r\n\r\n",
                   "HTTP/1.1 307 There\r\nLocation: " + there.url("/x") + "\r\n\r\n"});
  EXPECT_EQ(*get(web.url("/a")), "there");
  EXPECT_TRUE(web.requests()[1].starts_with("GET /b "));

  ScriptedWeb circle(std::vector<std::string>(9, "HTTP/1.1 302 Found\r\nLocation: /b\r\n\r\n"));
  EXPECT_EQ(get(circle.url()).status().code(), Code::kCorrupt);
  for (int i = 0; i < 4; ++i) (void)get(circle.url(), {100, 0});
}

TEST(HttpGet, does_not_follow_a_redirect_out_of_plain_http) {
  ScriptedWeb web({"HTTP/1.1 302 Found\r\nLocation: https://host/x\r\n\r\n",
                   "HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\n\r\n"});
  EXPECT_EQ(get(web.url()).status().code(), Code::kUnsupported);
  EXPECT_EQ(get(web.url()).status().code(), Code::kInvalidArgument);
}

TEST(HttpGet, gives_a_refusal_its_code_and_the_first_line_of_its_words) {
  ScriptedWeb web({"HTTP/1.1 404 Not Found\r\nContent-Length: 22\r\n\r\nno such log\nstack trace",
                   "HTTP/1.1 401 Unauthorized\r\nContent-Length: 6\r\n\r\n<html>",
                   "HTTP/1.1 503 Busy\r\n\r\n"});
  const auto missing = get(web.url());
  EXPECT_EQ(missing.status().code(), Code::kNotFound);
  EXPECT_EQ(missing.status().message(), "HTTP 404 Not Found: no such log");
  const auto stranger = get(web.url());
  EXPECT_EQ(stranger.status().code(), Code::kUnauthenticated);
  EXPECT_EQ(stranger.status().message(), "HTTP 401 Unauthorized");
  EXPECT_EQ(get(web.url()).status().code(), Code::kUnavailable);
}

TEST(HttpGet, refuses_a_body_beyond_its_limit) {
  ScriptedWeb web(
      {"HTTP/1.1 200 OK\r\nContent-Length: 999999999999\r\n\r\n" + std::string(4096, 'x')});
  EXPECT_EQ(get(web.url(), {1000, 4}).status().code(), Code::kCorrupt);
}

TEST(HttpGet, refuses_what_is_no_http) {
  const std::vector<std::string> answers{
      "SSH-2.0-OpenSSH\r\n\r\n",
      "HTTP/1.1 abc\r\n\r\n",
      "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
      "HTTP/1.1 200 OK\r\nA: " + std::string(100'000, 'a') + "\r\n\r\n",
      "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
      "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nabc\r\n",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n",
      "HTTP/1.1 200",
      ""};
  ScriptedWeb web(answers);
  for (size_t i = 0; i < answers.size(); ++i)
    EXPECT_EQ(get(web.url()).status().code(), Code::kCorrupt) << answers[i].substr(0, 60);
}

TEST(HttpGet, gives_up_at_its_deadline) {
  auto listener = Listener::listen({"127.0.0.1", 0});
  ASSERT_TRUE(listener);
  EXPECT_EQ(
      http_get("http://" + listener->address().to_string(), {}, Deadline::after(milliseconds(20)))
          .status()
          .code(),
      Code::kDeadlineExceeded);
}

TEST(HttpUrl, takes_plain_urls_only) {
  EXPECT_EQ(HttpUrl::parse("http://h:1/a?b#c")->target, "/a?b");
  EXPECT_EQ(HttpUrl::parse("http://h?b")->target, "/?b");
  EXPECT_EQ(HttpUrl::parse("http://h")->server.port, 80);
  for (const char* wrong :
       {"h:1", "ftp://h/", "http://", "http://a@h/", "http://h/a b", "http://h/a\r\nX: y"})
    EXPECT_EQ(HttpUrl::parse(wrong).status().code(), Code::kInvalidArgument) << wrong;
}

TEST(HttpUrl, escapes_a_value) {
  EXPECT_EQ(url_escape("a b&c/d-é"), "a%20b%26c%2Fd-%C3%A9");
}

}  // namespace
}  // namespace howdah::net
