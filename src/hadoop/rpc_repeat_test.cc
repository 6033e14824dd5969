// What a client does when the server breaks off, is the standby, falls silent or is not there.
#include <gtest/gtest.h>

#include <future>
#include <latch>

#include "hadoop/rpc_client.h"
#include "hadoop/scripted_server.h"

namespace howdah::hadoop {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(RpcRepeat, repeats_after_a_break_with_the_same_client_and_call_id) {
  std::string client_id;
  int32_t call_id = -1;
  ScriptedServer server({[&](ScriptedPeer& peer) {
                           peer.greet();
                           ScriptedPeer::Request request;
                           ASSERT_TRUE(peer.read_request(&request));
                           client_id = request.header.clientid();
                           call_id = request.header.callid();
                           // The end comes in the middle of a reply.
                           peer.send(std::string("\0\0\0\x20\x01\x02", 6));
                         },
                         [&](ScriptedPeer& peer) {
                           peer.greet();
                           ScriptedPeer::Request request;
                           ASSERT_TRUE(peer.read_request(&request));
                           EXPECT_EQ(request.header.clientid(), client_id);
                           EXPECT_EQ(request.header.callid(), call_id);
                           EXPECT_EQ(request.header.retrycount(), 1);
                           peer.send(ScriptedPeer::success(call_id, text("again")));
                           peer.wait_for_end();
                         }});
  RpcClient client(plain_options({server.address()}));
  Text reply;
  ASSERT_TRUE(client.call("create", text(""), &reply, test_deadline()));
  EXPECT_EQ(reply.effectiveuser(), "again");
}

TEST(RpcRepeat, goes_to_the_other_server_when_the_first_is_standby_or_dead) {
  ScriptedServer standby({[](ScriptedPeer& peer) {
    peer.greet();
    ScriptedPeer::Request request;
    while (peer.read_request(&request))
      peer.send(ScriptedPeer::failure(request.header.callid(),
                                      "org.apache.hadoop.ipc.StandbyException",
                                      "Operation category READ is not supported in state standby"));
  }});
  ScriptedServer active({echo});
  RpcClient client(plain_options({standby.address(), dead_address(), active.address()}));
  Text reply;
  for (const char* asked : {"first", "second"}) {
    const Status status = client.call("m", text(asked), &reply, test_deadline());
    ASSERT_TRUE(status) << status.to_string();
    EXPECT_EQ(reply.effectiveuser(), asked);
  }
}

TEST(RpcRepeat, says_standby_when_there_is_no_other) {
  ScriptedServer standby({[](ScriptedPeer& peer) {
    peer.greet();
    ScriptedPeer::Request request;
    ASSERT_TRUE(peer.read_request(&request));
    peer.send(ScriptedPeer::failure(request.header.callid(),
                                    "org.apache.hadoop.ipc.StandbyException", "standby"));
    peer.wait_for_end();
  }});
  RpcClient client(plain_options({standby.address()}));
  Text reply;
  EXPECT_EQ(client.call("m", text(""), &reply, test_deadline()).code(), Code::kStandby);
}

TEST(RpcRepeat, waits_and_repeats_when_the_server_says_later) {
  ScriptedServer server({[](ScriptedPeer& peer) {
    peer.greet();
    ScriptedPeer::Request request;
    for (int i = 0; i < 3; ++i) {
      ASSERT_TRUE(peer.read_request(&request));
      if (i < 2)
        peer.send(ScriptedPeer::failure(request.header.callid(),
                                        "org.apache.hadoop.ipc.RetriableException", "too busy"));
    }
    EXPECT_EQ(request.header.retrycount(), 2);
    peer.send(ScriptedPeer::success(request.header.callid(), text("now")));
    peer.wait_for_end();
  }});
  RpcClient client(plain_options({server.address()}));
  Text reply;
  ASSERT_TRUE(client.call("m", text(""), &reply, test_deadline()));
  EXPECT_EQ(reply.effectiveuser(), "now");
}

TEST(RpcRepeat, names_the_server_that_refuses_and_what_to_look_at) {
  RpcOptions options = plain_options({dead_address()});
  options.max_retries = 2;
  RpcClient client(options);
  Text reply;
  const Status status = client.call("getFileInfo", text(""), &reply, test_deadline());
  EXPECT_EQ(status.code(), Code::kUnavailable);
  EXPECT_EQ(
      status.to_string(),
      "getFileInfo " + options.servers[0].to_string() +
          ": cannot connect: Connection refused; is the NameNode running at this address? see "
          "fs.defaultFS");
}

TEST(RpcRepeat, does_not_wait_for_a_repetition_that_its_deadline_forbids) {
  RpcOptions options = plain_options({dead_address()});
  options.retry_base = seconds(60);
  RpcClient client(options);
  Text reply;
  const Deadline soon = Deadline::after(seconds(2));
  EXPECT_EQ(client.call("m", text(""), &reply, soon).code(), Code::kUnavailable);
  EXPECT_FALSE(soon.expired());
}

TEST(RpcRepeat, gives_a_silent_server_up_and_goes_to_the_other) {
  ScriptedServer frozen({[](ScriptedPeer& peer) {
    peer.greet();
    peer.wait_for_end();
  }});
  ScriptedServer active({echo});
  RpcOptions options = plain_options({frozen.address(), active.address()});
  options.call_timeout = milliseconds(50);
  RpcClient client(options);
  Text reply;
  ASSERT_TRUE(client.call("m", text("x"), &reply, test_deadline()));
  EXPECT_EQ(reply.effectiveuser(), "x");
}

TEST(RpcRepeat, pings_while_a_call_waits) {
  ScriptedServer server({[](ScriptedPeer& peer) {
    peer.greet();
    ScriptedPeer::Request call, ping;
    ASSERT_TRUE(peer.read_request(&call));
    for (int i = 0; i < 3; ++i) {
      ASSERT_TRUE(peer.read_request(&ping));
      EXPECT_EQ(ping.header.callid(), kPingCallId);
      EXPECT_EQ(ping.body, "");
    }
    peer.send(ScriptedPeer::success(call.header.callid(), text("done")));
    peer.wait_for_end();
  }});
  RpcOptions options = plain_options({server.address()});
  options.ping_interval = milliseconds(5);
  RpcClient client(options);
  Text reply;
  ASSERT_TRUE(client.call("m", text(""), &reply, test_deadline()));
}

TEST(RpcRepeat, shutdown_ends_waiting_calls_and_refuses_new_ones) {
  std::latch received(3);
  ScriptedServer server({[&](ScriptedPeer& peer) {
    peer.greet();
    ScriptedPeer::Request request;
    while (peer.read_request(&request)) received.count_down();
  }});
  RpcClient client(plain_options({server.address()}));
  std::vector<std::jthread> callers;
  for (int i = 0; i < 3; ++i)
    callers.emplace_back([&client] {
      Text reply;
      EXPECT_EQ(client.call("m", text(""), &reply, Deadline::never()).code(), Code::kCancelled);
    });
  received.wait();
  client.shutdown();
  callers.clear();
  Text reply;
  EXPECT_EQ(client.call("m", text(""), &reply, Deadline::never()).code(), Code::kCancelled);
}

TEST(RpcRepeat, shutdown_ends_the_pause_between_two_tries) {
  std::promise<void> connected;
  ScriptedServer server({[&](ScriptedPeer&) { connected.set_value(); }});
  RpcOptions options = plain_options({server.address()});
  options.retry_base = seconds(60);
  RpcClient client(options);
  std::jthread caller([&client] {
    Text reply;
    const Status status = client.call("m", text(""), &reply, Deadline::never());
    EXPECT_FALSE(status);
  });
  connected.get_future().wait();
  client.shutdown();
}

}  // namespace
}  // namespace howdah::hadoop
