// Calls of one protocol of a Hadoop daemon: RPC version 9, protobuf engine.
// Hadoop: ipc.Client, ProtobufRpcEngine2, security.SaslRpcClient, io.retry.RetryInvocationHandler.
//
// Thread-safe: calls of several threads share one connection and may be answered out of order. It
// connects at the first call and again after a break; pings every 60 s while a call waits.
#pragma once

#include <google/protobuf/message_lite.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/deadline.h"
#include "base/result.h"
#include "hadoop/credentials.h"
#include "hadoop/protection.h"
#include "net/address.h"

namespace howdah::hadoop {

struct RpcOptions {
  std::string protocol;  // "org.apache.hadoop.hdfs.protocol.ClientProtocol"
  uint64_t protocol_version = 1;
  std::vector<net::Address> servers;  // one, or the members of an HA pair in any order
  User user;                          // sent in the context with SIMPLE; not with a token
  std::optional<Token> token;         // then DIGEST-MD5, where the server lists TOKEN
  // The server forces tokens even on a cluster without security (ResourceManager's scheduler,
  // NodeManagers): then the context carries no user and SIMPLE is not tried.
  bool token_only = false;
  // With a token: what we accept, the most wanted first (hadoop.rpc.protection). By default
  // whatever the server offers, the lightest first.
  std::vector<Protection> protections{Protection::kAuthentication, Protection::kIntegrity,
                                      Protection::kPrivacy};
  std::chrono::milliseconds connect_timeout{20'000};
  // Silence on the connection while a call waits, after which the connection is given up. A server
  // that is alive but busy answers pings with nothing: the call's own deadline is the last word.
  std::chrono::milliseconds call_timeout{60'000};
  // A ping keeps the way to the server open while a call waits; no answer comes to it.
  std::chrono::milliseconds ping_interval{60'000};
  // A call that failed by the connection (not by the server's exception) is repeated with the same
  // client id and call id, on the next server, until its deadline or this many times.
  int max_retries = 10;
  std::chrono::milliseconds retry_base{50};  // doubled each time, with jitter, up to 5 s
};

class RpcClient {
 public:
  explicit RpcClient(RpcOptions options);
  ~RpcClient();
  RpcClient(RpcClient&&) noexcept;

  // Errors carry the method as operation and the server's address as peer. The exception's Java
  // class decides the code (FileNotFoundException kNotFound, AccessControlException
  // kPermissionDenied, SafeModeException kSafeMode, StandbyException kStandby and retried
  // elsewhere, InvalidToken kTokenExpired, FileAlreadyExistsException kAlreadyExists,
  // PathIsNotEmptyDirectoryException and AlreadyBeingCreatedException kFailedPrecondition,
  // LeaseExpiredException kAborted, NSQuotaExceededException and DSQuotaExceededException
  // kQuotaExceeded, unknown ones kInternal); the message is the exception's first line without the
  // stack trace.
  //   kUnavailable, kDeadlineExceeded   the connection; kUnauthenticated  SASL refused us
  //   kCorrupt                          the server broke the protocol, or a limit
  Status call(const std::string& method, const google::protobuf::MessageLite& request,
              google::protobuf::MessageLite* response, Deadline deadline);

  // As above, and where the server answered with an exception, its Java class in *exception (else
  // empty): for the rules of one protocol, e.g. ApplicationMasterNotRegisteredException.
  Status call(const std::string& method, const google::protobuf::MessageLite& request,
              google::protobuf::MessageLite* response, Deadline deadline, std::string* exception);

  // Replaces the token for connections to come (a rolled AMRM token).
  void set_token(Token token);
  // Ends all calls with kCancelled, for good.
  void shutdown();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace howdah::hadoop
