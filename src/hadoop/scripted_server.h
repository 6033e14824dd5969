// For tests: a TCP server on loopback that speaks Hadoop's RPC as a test tells it to, byte by byte
// where it must be wrong.
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "hadoop/rpc_client.h"
#include "hadoop/rpc_frame.h"
#include "net/socket.h"

namespace howdah::hadoop {

inline Deadline test_deadline() {
  return Deadline::after(std::chrono::seconds(20));
}

using Text = proto::UserInformationProto;  // any message will do

inline Text text(const std::string& content) {
  Text message;
  message.set_effectiveuser(content);
  return message;
}

// The server's end of one connection.
class ScriptedPeer {
 public:
  explicit ScriptedPeer(net::Socket socket) : socket_(std::move(socket)), reader_(socket_) {}

  struct Request {
    proto::RpcRequestHeaderProto header;
    std::string body;  // after the header

    // The method and the request of a call.
    template <typename Message>
    std::string read_call(Message* message) const {
      Bytes rest = as_bytes(body);
      proto::RequestHeaderProto call;
      EXPECT_TRUE(take_delimited(&rest, &call));
      EXPECT_TRUE(take_delimited(&rest, message));
      return call.methodname();
    }
    template <typename Message>
    Message read() const {
      Bytes rest = as_bytes(body);
      Message message;
      EXPECT_TRUE(take_delimited(&rest, &message));
      return message;
    }
  };

  // "hrpc", the version, the service class; returns the authentication byte.
  int read_connection_header() {
    std::string header(7, ' ');
    EXPECT_TRUE(socket_.read_all(std::as_writable_bytes(std::span(header)), test_deadline()));
    EXPECT_EQ(header.substr(0, 6), std::string("hrpc\x09\x00", 6));
    return header[6];
  }
  // False at the end of the stream.
  bool read_request(Request* request) {
    auto frame = reader_.next(test_deadline());
    if (!frame) return false;
    Bytes rest = as_bytes(*frame);
    EXPECT_TRUE(take_delimited(&rest, &request->header));
    request->body = as_text(rest);
    return true;
  }
  // The header and the context of a plain connection.
  proto::IpcConnectionContextProto greet() {
    EXPECT_EQ(read_connection_header(), 0);
    Request context;
    EXPECT_TRUE(read_request(&context));
    EXPECT_EQ(context.header.callid(), kContextCallId);
    return context.read<proto::IpcConnectionContextProto>();
  }

  static std::string success(int32_t call_id, const google::protobuf::MessageLite& message) {
    proto::RpcResponseHeaderProto header;
    header.set_callid(static_cast<uint32_t>(call_id));
    header.set_status(proto::RpcResponseHeaderProto::SUCCESS);
    std::string content;
    append_delimited(header, &content);
    append_delimited(message, &content);
    return framed(content);
  }
  static std::string failure(int32_t call_id, const std::string& java_class,
                             const std::string& message, bool fatal = false, uint32_t detail = 1) {
    proto::RpcResponseHeaderProto header;
    header.set_callid(static_cast<uint32_t>(call_id));
    header.set_status(fatal ? proto::RpcResponseHeaderProto::FATAL
                            : proto::RpcResponseHeaderProto::ERROR);
    header.set_exceptionclassname(java_class);
    header.set_errormsg(message);
    header.set_errordetail(detail);
    std::string content;
    append_delimited(header, &content);
    return framed(content);
  }
  static std::string framed(const std::string& content) {
    std::string frame(4, '\0');
    store_be32(frame.data(), static_cast<uint32_t>(content.size()));
    return frame + content;
  }

  void send(std::string_view bytes) {
    EXPECT_TRUE(socket_.write_all(as_bytes(bytes), test_deadline()));
  }
  // Waits until the client has gone.
  void wait_for_end() {
    Request ignored;
    while (read_request(&ignored)) {
    }
  }

 private:
  net::Socket socket_;
  FrameReader reader_;
};

// Plays the scripts, one for each connection in turn; then refuses by closing.
class ScriptedServer {
 public:
  using Script = std::function<void(ScriptedPeer&)>;

  explicit ScriptedServer(std::vector<Script> scripts) {
    auto listener = net::Listener::listen({"127.0.0.1", 0});
    EXPECT_TRUE(listener) << listener.status().to_string();
    listener_ = std::move(*listener);
    acceptor_ = std::jthread([this, scripts = std::move(scripts)] {
      for (size_t next = 0;; ++next) {
        auto socket = listener_.accept(Deadline::never());
        if (!socket) return;
        if (next >= scripts.size()) continue;
        players_.emplace_back([script = scripts[next], socket = std::move(*socket)]() mutable {
          ScriptedPeer peer(std::move(socket));
          script(peer);
        });
      }
    });
  }
  ~ScriptedServer() { listener_.shutdown(); }

  const net::Address& address() const { return listener_.address(); }

 private:
  net::Listener listener_;
  std::vector<std::jthread> players_;
  std::jthread acceptor_;  // last: ends first, and with it the growth of players_
};

// Answers every call with its own request.
inline void echo(ScriptedPeer& peer) {
  peer.greet();
  ScriptedPeer::Request request;
  while (peer.read_request(&request)) {
    if (request.header.callid() < 0) continue;
    Text asked;
    request.read_call(&asked);
    peer.send(ScriptedPeer::success(request.header.callid(), asked));
  }
}

// An address of this machine where nobody listens.
inline net::Address dead_address() {
  return net::Listener::listen({"127.0.0.1", 0})->address();
}

// For one user, without a token.
inline RpcOptions plain_options(const std::vector<net::Address>& servers) {
  RpcOptions options;
  options.protocol = "org.apache.hadoop.hdfs.protocol.ClientProtocol";
  options.servers = servers;
  options.user = {"alice", ""};
  options.retry_base = std::chrono::milliseconds(1);
  return options;
}

}  // namespace howdah::hadoop
