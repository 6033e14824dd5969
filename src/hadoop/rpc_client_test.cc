#include "hadoop/rpc_client.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <latch>

#include "hadoop/md5.h"
#include "hadoop/scripted_server.h"

namespace howdah::hadoop {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Text = proto::UserInformationProto;  // any message will do

Text text(const std::string& content) {
  Text message;
  message.set_effectiveuser(content);
  return message;
}

RpcOptions options_for(const std::vector<net::Address>& servers) {
  RpcOptions options;
  options.protocol = "org.apache.hadoop.hdfs.protocol.ClientProtocol";
  options.servers = servers;
  options.user = {"alice", ""};
  options.retry_base = milliseconds(1);
  return options;
}

// Answers every call with its own request.
void echo(ScriptedPeer& peer) {
  peer.greet();
  ScriptedPeer::Request request;
  while (peer.read_request(&request)) {
    if (request.header.callid() < 0) continue;
    Text asked;
    request.read_call(&asked);
    peer.send(ScriptedPeer::success(request.header.callid(), asked));
  }
}

net::Address dead_address() {
  return net::Listener::listen({"127.0.0.1", 0})->address();
}

TEST(RpcClient, sends_user_and_method_and_returns_the_reply) {
  ScriptedServer server({[](ScriptedPeer& peer) {
    const auto context = peer.greet();
    EXPECT_EQ(context.userinfo().effectiveuser(), "alice");
    EXPECT_FALSE(context.userinfo().has_realuser());
    EXPECT_EQ(context.protocol(), "org.apache.hadoop.hdfs.protocol.ClientProtocol");
    ScriptedPeer::Request request;
    ASSERT_TRUE(peer.read_request(&request));
    EXPECT_EQ(request.header.clientid().size(), 16u);
    EXPECT_EQ(request.header.retrycount(), 0);
    Text asked;
    EXPECT_EQ(request.read_call(&asked), "getFileInfo");
    peer.send(ScriptedPeer::success(request.header.callid(), text("re: " + asked.effectiveuser())));
    peer.wait_for_end();
  }});
  RpcClient client(options_for({server.address()}));
  Text reply;
  ASSERT_TRUE(client.call("getFileInfo", text("/a"), &reply, test_deadline()));
  EXPECT_EQ(reply.effectiveuser(), "re: /a");
}

TEST(RpcClient, sends_the_real_user_of_a_proxy) {
  ScriptedServer server({[](ScriptedPeer& peer) {
    const auto context = peer.greet();
    EXPECT_EQ(context.userinfo().effectiveuser(), "bob");
    EXPECT_EQ(context.userinfo().realuser(), "oozie");
  }});
  RpcOptions options = options_for({server.address()});
  options.user = {"bob", "oozie"};
  options.max_retries = 0;
  RpcClient client(options);
  Text reply;
  EXPECT_FALSE(client.call("m", text(""), &reply, test_deadline()));
}

TEST(RpcClient, many_threads_share_one_connection) {
  ScriptedServer server({echo});
  RpcClient client(options_for({server.address()}));
  std::vector<std::jthread> callers;
  for (int thread = 0; thread < 8; ++thread)
    callers.emplace_back([&client, thread] {
      for (int i = 0; i < 200; ++i) {
        const std::string asked = std::to_string(thread) + "/" + std::to_string(i);
        Text reply;
        const Status status = client.call("m", text(asked), &reply, test_deadline());
        ASSERT_TRUE(status) << status.to_string();
        ASSERT_EQ(reply.effectiveuser(), asked);
      }
    });
}

TEST(RpcClient, hands_replies_out_of_order_to_their_callers) {
  ScriptedServer server({[](ScriptedPeer& peer) {
    peer.greet();
    std::vector<std::pair<int32_t, Text>> asked;
    for (int i = 0; i < 3; ++i) {
      ScriptedPeer::Request request;
      ASSERT_TRUE(peer.read_request(&request));
      Text message;
      request.read_call(&message);
      asked.emplace_back(request.header.callid(), message);
    }
    std::string replies;
    for (auto entry = asked.rbegin(); entry != asked.rend(); ++entry)
      replies += ScriptedPeer::success(entry->first, entry->second);
    peer.send(replies);
    peer.wait_for_end();
  }});
  RpcClient client(options_for({server.address()}));
  std::vector<std::jthread> callers;
  for (const char* asked : {"a", "b", "c"})
    callers.emplace_back([&client, asked] {
      Text reply;
      ASSERT_TRUE(client.call("m", text(asked), &reply, test_deadline()));
      EXPECT_EQ(reply.effectiveuser(), asked);
    });
}

TEST(RpcClient, ends_a_call_at_its_deadline_and_drops_the_reply_that_comes_late) {
  std::promise<void> timed_out;
  ScriptedServer server({[&](ScriptedPeer& peer) {
    peer.greet();
    ScriptedPeer::Request late, next;
    ASSERT_TRUE(peer.read_request(&late));
    timed_out.get_future().wait();
    ASSERT_TRUE(peer.read_request(&next));
    peer.send(ScriptedPeer::success(late.header.callid(), text("late")) +
              ScriptedPeer::success(next.header.callid(), text("next")));
    peer.wait_for_end();
  }});
  RpcClient client(options_for({server.address()}));
  Text reply;
  const Status status = client.call("slow", text(""), &reply, Deadline::after(milliseconds(50)));
  EXPECT_EQ(status.code(), Code::kDeadlineExceeded);
  EXPECT_EQ(status.operation(), "slow");
  EXPECT_EQ(status.peer(), server.address().to_string());
  timed_out.set_value();
  ASSERT_TRUE(client.call("m", text(""), &reply, test_deadline()));
  EXPECT_EQ(reply.effectiveuser(), "next");
}

TEST(RpcClient, drops_a_reply_to_a_call_that_nobody_made) {
  ScriptedServer server({[](ScriptedPeer& peer) {
    peer.greet();
    ScriptedPeer::Request request;
    ASSERT_TRUE(peer.read_request(&request));
    peer.send(ScriptedPeer::success(4711, text("wrong")) +
              ScriptedPeer::success(request.header.callid(), text("right")));
    peer.wait_for_end();
  }});
  RpcClient client(options_for({server.address()}));
  Text reply;
  ASSERT_TRUE(client.call("m", text(""), &reply, test_deadline()));
  EXPECT_EQ(reply.effectiveuser(), "right");
}

TEST(RpcClient, translates_a_java_exception_and_keeps_the_connection) {
  ScriptedServer server({[](ScriptedPeer& peer) {
    peer.greet();
    ScriptedPeer::Request request;
    ASSERT_TRUE(peer.read_request(&request));
    peer.send(ScriptedPeer::failure(request.header.callid(), "java.io.FileNotFoundException",
                                    "File does not exist: /a\n\tat org.apache.X(X.java:1)\n"));
    ASSERT_TRUE(peer.read_request(&request));
    peer.send(ScriptedPeer::success(request.header.callid(), text("fine")));
    peer.wait_for_end();
  }});
  RpcClient client(options_for({server.address()}));
  Text reply;
  std::string exception;
  const Status status = client.call("open", text("/a"), &reply, test_deadline(), &exception);
  EXPECT_EQ(status.code(), Code::kNotFound);
  EXPECT_EQ(status.message(), "File does not exist: /a");
  EXPECT_EQ(status.operation(), "open");
  EXPECT_EQ(status.peer(), server.address().to_string());
  EXPECT_EQ(exception, "java.io.FileNotFoundException");
  EXPECT_TRUE(client.call("m", text(""), &reply, test_deadline(), &exception));
  EXPECT_EQ(exception, "");
}

TEST(RpcClient, repeats_after_a_break_with_the_same_client_and_call_id) {
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
  RpcClient client(options_for({server.address()}));
  Text reply;
  ASSERT_TRUE(client.call("create", text(""), &reply, test_deadline()));
  EXPECT_EQ(reply.effectiveuser(), "again");
}

TEST(RpcClient, goes_to_the_other_server_when_the_first_is_standby_or_dead) {
  ScriptedServer standby({[](ScriptedPeer& peer) {
    peer.greet();
    ScriptedPeer::Request request;
    while (peer.read_request(&request))
      peer.send(ScriptedPeer::failure(request.header.callid(),
                                      "org.apache.hadoop.ipc.StandbyException",
                                      "Operation category READ is not supported in state standby"));
  }});
  ScriptedServer active({echo});
  RpcClient client(options_for({standby.address(), dead_address(), active.address()}));
  Text reply;
  for (const char* asked : {"first", "second"}) {
    const Status status = client.call("m", text(asked), &reply, test_deadline());
    ASSERT_TRUE(status) << status.to_string();
    EXPECT_EQ(reply.effectiveuser(), asked);
  }
}

TEST(RpcClient, says_standby_when_there_is_no_other) {
  ScriptedServer standby({[](ScriptedPeer& peer) {
    peer.greet();
    ScriptedPeer::Request request;
    ASSERT_TRUE(peer.read_request(&request));
    peer.send(ScriptedPeer::failure(request.header.callid(),
                                    "org.apache.hadoop.ipc.StandbyException", "standby"));
    peer.wait_for_end();
  }});
  RpcClient client(options_for({standby.address()}));
  Text reply;
  EXPECT_EQ(client.call("m", text(""), &reply, test_deadline()).code(), Code::kStandby);
}

TEST(RpcClient, waits_and_repeats_when_the_server_says_later) {
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
  RpcClient client(options_for({server.address()}));
  Text reply;
  ASSERT_TRUE(client.call("m", text(""), &reply, test_deadline()));
  EXPECT_EQ(reply.effectiveuser(), "now");
}

TEST(RpcClient, names_the_server_that_refuses_and_what_to_look_at) {
  RpcOptions options = options_for({dead_address()});
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

TEST(RpcClient, does_not_wait_for_a_repetition_that_its_deadline_forbids) {
  RpcOptions options = options_for({dead_address()});
  options.retry_base = seconds(60);
  RpcClient client(options);
  Text reply;
  const Deadline soon = Deadline::after(seconds(2));
  EXPECT_EQ(client.call("m", text(""), &reply, soon).code(), Code::kUnavailable);
  EXPECT_FALSE(soon.expired());
}

TEST(RpcClient, refuses_a_message_beyond_the_limit_without_allocating_it) {
  for (const std::string& length : {std::string("\x7f\xff\xff\xff", 4),  // 2 GiB
                                    std::string("\xff\xff\xff\xfe", 4),  // -2
                                    std::string("HTTP/1.1 400 Bad", 16)}) {
    ScriptedServer server({[&length](ScriptedPeer& peer) {
      peer.greet();
      ScriptedPeer::Request request;
      ASSERT_TRUE(peer.read_request(&request));
      peer.send(length);
      peer.wait_for_end();
    }});
    RpcClient client(options_for({server.address()}));
    Text reply;
    EXPECT_EQ(client.call("m", text(""), &reply, test_deadline()).code(), Code::kCorrupt);
  }
}

TEST(RpcClient, refuses_what_is_no_reply) {
  for (const std::string& reply_bytes :
       {ScriptedPeer::framed(""), ScriptedPeer::framed("\x7f"),
        ScriptedPeer::framed("\x02\xff\xff"),
        ScriptedPeer::framed(std::string("\x04\x08\x00\x10\x00\x50", 6))}) {
    ScriptedServer server({[&reply_bytes](ScriptedPeer& peer) {
      peer.greet();
      ScriptedPeer::Request request;
      ASSERT_TRUE(peer.read_request(&request));
      peer.send(reply_bytes);
      peer.wait_for_end();
    }});
    RpcClient client(options_for({server.address()}));
    Text reply;
    EXPECT_EQ(client.call("m", text(""), &reply, test_deadline()).code(), Code::kCorrupt);
  }
}

TEST(RpcClient, a_fatal_answer_ends_the_call_with_its_reason) {
  ScriptedServer server({[](ScriptedPeer& peer) {
    peer.greet();
    peer.send(ScriptedPeer::failure(-1, "org.apache.hadoop.security.AccessControlException",
                                    "SIMPLE authentication is not enabled.  Available:[TOKEN]",
                                    true, 15));
    peer.wait_for_end();
  }});
  RpcClient client(options_for({server.address()}));
  Text reply;
  const Status status = client.call("m", text(""), &reply, test_deadline());
  EXPECT_EQ(status.code(), Code::kUnauthenticated);
  EXPECT_EQ(status.message(), "SIMPLE authentication is not enabled.  Available:[TOKEN]");
  EXPECT_NE(status.advice(), "");
}

TEST(RpcClient, gives_a_silent_server_up_and_goes_to_the_other) {
  ScriptedServer frozen({[](ScriptedPeer& peer) {
    peer.greet();
    peer.wait_for_end();
  }});
  ScriptedServer active({echo});
  RpcOptions options = options_for({frozen.address(), active.address()});
  options.call_timeout = milliseconds(50);
  RpcClient client(options);
  Text reply;
  ASSERT_TRUE(client.call("m", text("x"), &reply, test_deadline()));
  EXPECT_EQ(reply.effectiveuser(), "x");
}

TEST(RpcClient, pings_while_a_call_waits) {
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
  RpcOptions options = options_for({server.address()});
  options.ping_interval = milliseconds(5);
  RpcClient client(options);
  Text reply;
  ASSERT_TRUE(client.call("m", text(""), &reply, test_deadline()));
}

TEST(RpcClient, shutdown_ends_waiting_calls_and_refuses_new_ones) {
  std::latch received(3);
  ScriptedServer server({[&](ScriptedPeer& peer) {
    peer.greet();
    ScriptedPeer::Request request;
    while (peer.read_request(&request)) received.count_down();
  }});
  RpcClient client(options_for({server.address()}));
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

TEST(RpcClient, shutdown_ends_the_pause_between_two_tries) {
  std::promise<void> connected;
  ScriptedServer server({[&](ScriptedPeer&) { connected.set_value(); }});
  RpcOptions options = options_for({server.address()});
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
