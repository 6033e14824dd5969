#include "net/socket.h"

#include <gtest/gtest.h>

#include <array>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

namespace howdah::net {
namespace {
using std::chrono::milliseconds;
using std::chrono::seconds;

struct Pair {
  Socket client, server;
};
Pair make_pair() {
  auto listener = Listener::listen({"127.0.0.1", 0});
  EXPECT_TRUE(listener) << listener.status().to_string();
  auto client = Socket::connect(listener->address(), Deadline::after(seconds(5)));
  auto server = listener->accept(Deadline::after(seconds(5)));
  EXPECT_TRUE(client && server);
  return {std::move(*client), std::move(*server)};
}

TEST(Socket, delivers_gathered_parts_in_order_even_when_the_peer_reads_slowly) {
  Pair pair = make_pair();
  const std::string head = "head", body(8 << 20, 'b'), tail = "tail";
  std::string received(head.size() + body.size() + tail.size(), ' ');
  std::jthread reader([&] {
    ASSERT_TRUE(pair.server.read_all(std::as_writable_bytes(std::span(received)),
                                     Deadline::after(seconds(20))));
  });
  const std::array<Bytes, 4> parts{as_bytes(head), Bytes(), as_bytes(body), as_bytes(tail)};
  ASSERT_TRUE(pair.client.write_all(parts, Deadline::after(seconds(20))));
  reader.join();
  EXPECT_EQ(received, head + body + tail);
}

TEST(Socket, gives_up_at_the_deadline_when_the_peer_is_silent) {
  Pair pair = make_pair();
  std::array<std::byte, 1> byte{};
  EXPECT_EQ(pair.client.read_all(byte, Deadline::after(milliseconds(20))).code(),
            Code::kDeadlineExceeded);
}

TEST(Socket, tells_a_closed_peer_from_a_silent_one) {
  Pair pair = make_pair();
  { Socket closed = std::move(pair.server); }
  std::array<std::byte, 1> byte{};
  EXPECT_EQ(pair.client.read_all(byte, Deadline::after(seconds(5))).code(), Code::kUnavailable);
}

TEST(Socket, shutdown_ends_what_another_thread_waits_for) {
  Pair pair = make_pair();
  Status outcome;
  std::jthread reader([&] {
    std::array<std::byte, 1> byte{};
    outcome = pair.client.read_all(byte, Deadline::never());
  });
  pair.client.shutdown();
  reader.join();
  EXPECT_EQ(outcome.code(), Code::kUnavailable);
}

TEST(Socket, names_the_peer_that_refuses) {
  Address nobody;
  {
    auto listener = Listener::listen({"127.0.0.1", 0});
    ASSERT_TRUE(listener);
    nobody = listener->address();
  }
  auto socket = Socket::connect(nobody, Deadline::after(seconds(5)));
  EXPECT_EQ(socket.status().code(), Code::kUnavailable);
  EXPECT_EQ(socket.status().peer(), nobody.to_string());
}

TEST(Socket, a_stop_ends_a_connect_that_gets_no_answer) {
  auto listener = Listener::listen({"127.0.0.1", 0});
  ASSERT_TRUE(listener);
  // A listener whose queue is full drops what comes next: the connect waits in vain.
  std::vector<Socket> queued;
  std::stop_source stop;
  Status outcome;
  for (;;) {
    auto socket =
        Socket::connect(listener->address(), Deadline::after(milliseconds(200)), stop.get_token());
    if (!socket) {
      ASSERT_EQ(socket.status().code(), Code::kDeadlineExceeded);
      break;
    }
    queued.push_back(std::move(*socket));
    ASSERT_LT(queued.size(), 1000u);
  }
  std::jthread connecting([&] {
    outcome = Socket::connect(listener->address(), Deadline::after(seconds(60)), stop.get_token())
                  .status();
  });
  stop.request_stop();
  connecting.join();
  EXPECT_EQ(outcome.code(), Code::kCancelled) << outcome.to_string();
}

TEST(Address, reads_names_v4_and_v6_and_refuses_the_rest) {
  EXPECT_EQ(Address::parse("nn:9000")->port, 9000);
  EXPECT_EQ(Address::parse("[::1]:80")->host, "::1");
  EXPECT_EQ(Address::parse("nn", 8020)->port, 8020);
  for (const char* wrong : {"", ":1", "nn", "nn:", "nn:x", "nn:70000", "::1:80", "[::1"})
    EXPECT_FALSE(Address::parse(wrong)) << wrong;
}

}  // namespace
}  // namespace howdah::net
