// How an RPC connection begins: the header, SASL where it is wanted, the context.
// Hadoop: ipc.Client.Connection.setupIOstreams, security.SaslRpcClient.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/deadline.h"
#include "base/result.h"
#include "hadoop/credentials.h"
#include "hadoop/rpc_frame.h"
#include "hadoop/sasl_digest_md5.h"
#include "net/socket.h"

namespace howdah::hadoop {

struct HandshakeOptions {
  std::string protocol;
  std::string client_id;
  User user;
  std::optional<Token> token;
  bool token_only = false;
  std::vector<Protection> protections;
};

// Afterwards calls may be sent. Null where messages travel as they are.
//
// With neither a token nor token_only, SASL is not asked for: the user's name goes in the context,
// and a server that wants more refuses the first call (refusal_of).
//   kUnauthenticated  the server refuses us, wants what we have not, or fails to prove itself
//   kTokenExpired, kStandby  the server's word
// *exception: Java's class where the server answered with an exception.
Result<std::unique_ptr<DigestMd5Wrap>> shake_hands(net::Socket& socket, FrameReader& reader,
                                                   const HandshakeOptions& options,
                                                   Deadline deadline, std::string* exception);

// What a failed reply means, where it may be about who we are.
Status refusal_of(const RpcResponse& response);

// The frame under SASL's call id.
std::string make_sasl_frame(const proto::RpcSaslProto& message);

}  // namespace howdah::hadoop
