#include "hadoop/rpc_client.h"

#include <gtest/gtest.h>

#include <future>

#include "hadoop/scripted_server.h"

namespace howdah::hadoop {
namespace {

using std::chrono::milliseconds;

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
  RpcClient client(plain_options({server.address()}));
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
  RpcOptions options = plain_options({server.address()});
  options.user = {"bob", "oozie"};
  options.max_retries = 0;
  RpcClient client(options);
  Text reply;
  EXPECT_FALSE(client.call("m", text(""), &reply, test_deadline()));
}

TEST(RpcClient, many_threads_share_one_connection) {
  ScriptedServer server({echo});
  RpcClient client(plain_options({server.address()}));
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
  RpcClient client(plain_options({server.address()}));
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
  RpcClient client(plain_options({server.address()}));
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
  RpcClient client(plain_options({server.address()}));
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
  RpcClient client(plain_options({server.address()}));
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
    RpcClient client(plain_options({server.address()}));
    Text reply;
    EXPECT_EQ(client.call("m", text(""), &reply, test_deadline()).code(), Code::kCorrupt);
  }
}

TEST(RpcClient, refuses_a_request_that_the_server_would_hang_up_on) {
  RpcClient client(plain_options({dead_address()}));
  Text reply;
  EXPECT_EQ(
      client.call("m", text(std::string(kMaxMessageBytes, 'x')), &reply, test_deadline()).code(),
      Code::kInvalidArgument);
}

TEST(RpcClient, carries_a_reply_of_many_megabytes) {
  const std::string large(20 << 20, 'x');
  ScriptedServer server({[&large](ScriptedPeer& peer) {
    peer.greet();
    ScriptedPeer::Request request;
    ASSERT_TRUE(peer.read_request(&request));
    peer.send(ScriptedPeer::success(request.header.callid(), text(large)));
    peer.wait_for_end();
  }});
  RpcClient client(plain_options({server.address()}));
  Text reply;
  ASSERT_TRUE(client.call("m", text(""), &reply, test_deadline()));
  EXPECT_EQ(reply.effectiveuser(), large);
}

TEST(RpcClient, ends_within_its_deadline_when_the_server_takes_no_bytes) {
  std::promise<void> done;
  ScriptedServer server({[&done](ScriptedPeer& peer) {
    peer.greet();
    ScriptedPeer::Request request;
    ASSERT_TRUE(peer.read_request(&request));
    peer.send(ScriptedPeer::success(request.header.callid(), text("here")));
    done.get_future().wait();
  }});
  RpcClient client(plain_options({server.address()}));
  Text reply;
  // Connected, so that the deadline is that of the writing.
  ASSERT_TRUE(client.call("m", text(""), &reply, test_deadline()).is_ok());
  EXPECT_EQ(
      client.call("m", text(std::string(32 << 20, 'x')), &reply, Deadline::after(milliseconds(100)))
          .code(),
      Code::kDeadlineExceeded);
  done.set_value();
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
    RpcClient client(plain_options({server.address()}));
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
  RpcClient client(plain_options({server.address()}));
  Text reply;
  const Status status = client.call("m", text(""), &reply, test_deadline());
  EXPECT_EQ(status.code(), Code::kUnauthenticated);
  EXPECT_EQ(status.message(), "SIMPLE authentication is not enabled.  Available:[TOKEN]");
  EXPECT_NE(status.advice(), "");
}

}  // namespace
}  // namespace howdah::hadoop
