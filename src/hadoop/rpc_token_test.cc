// Calls with a token: SASL over a scripted server that knows the token's password, or does not.
#include <gtest/gtest.h>

#include <map>

#include "hadoop/md5.h"
#include "hadoop/rpc_client.h"
#include "hadoop/sasl_wrap.h"
#include "hadoop/scripted_server.h"

namespace howdah::hadoop {
namespace {

using Sasl = proto::RpcSaslProto;
using Request = ScriptedPeer::Request;

const Token kToken{"identifier\x01", "password\x02", "YARN_AM_RM_TOKEN", ""};

Sasl negotiation(const std::string& qop, bool with_simple) {
  Sasl message;
  message.set_state(Sasl::NEGOTIATE);
  auto* token = message.add_auths();
  token->set_method("TOKEN");
  token->set_mechanism("DIGEST-MD5");
  token->set_protocol("");
  token->set_serverid("default");
  token->set_challenge("realm=\"default\",nonce=\"nnn\",qop=\"" + qop +
                       "\",charset=utf-8,cipher=\"3des,rc4,des,rc4-56,rc4-40\",algorithm=md5-sess");
  if (with_simple) {
    auto* simple = message.add_auths();
    simple->set_method("SIMPLE");
    simple->set_mechanism("");
  }
  return message;
}

// The value of key=value or key="value" in a digest response.
std::string directive(const std::string& response, const std::string& name) {
  const size_t at = ("," + response).find("," + name + "=");
  if (at == std::string::npos) return "";
  std::string value = response.substr(at + name.size() + 1);
  if (value.starts_with('"')) return value.substr(1, value.find('"', 1) - 1);
  return value.substr(0, value.find(','));
}

// The server's half of the digest, from RFC 2831's formulas.
struct ServerDigest {
  std::string session_key, expected, proof;

  explicit ServerDigest(const std::string& response) {
    const std::string user = to_base64(kToken.identifier), password = to_base64(kToken.password);
    EXPECT_EQ(directive(response, "username"), user);
    EXPECT_EQ(directive(response, "digest-uri"), "/default");
    const std::string nonces = "nnn:" + directive(response, "nc") + ":" +
                               directive(response, "cnonce") + ":" + directive(response, "qop");
    session_key =
        *md5({*md5({user, ":default:", password}), ":nnn:", directive(response, "cnonce")});
    const std::string tail = directive(response, "qop") == "auth" ? "" : ":" + std::string(32, '0');
    const auto digest = [&](const std::string& method) {
      return to_hex(
          *md5({to_hex(session_key), ":", nonces, ":", to_hex(*md5({method, ":/default", tail}))}));
    };
    expected = digest("AUTHENTICATE");
    proof = digest("");
    EXPECT_EQ(directive(response, "response"), expected);
  }
};

// Plays the handshake up to INITIATE and returns that.
Sasl negotiate(ScriptedPeer& peer, const Sasl& offer) {
  EXPECT_EQ(peer.read_connection_header(), -33);
  Request request;
  EXPECT_TRUE(peer.read_request(&request));
  EXPECT_EQ(request.header.callid(), kSaslCallId);
  EXPECT_EQ(request.header.clientid(), "");
  EXPECT_EQ(request.read<Sasl>().state(), Sasl::NEGOTIATE);
  peer.send(ScriptedPeer::success(kSaslCallId, offer));
  EXPECT_TRUE(peer.read_request(&request));
  EXPECT_EQ(request.header.callid(), kSaslCallId);
  const auto initiate = request.read<Sasl>();
  EXPECT_EQ(initiate.state(), Sasl::INITIATE);
  EXPECT_EQ(initiate.auths_size(), 1);
  EXPECT_FALSE(initiate.auths(0).has_challenge());
  return initiate;
}

std::string sasl_success(const std::string& proof) {
  Sasl message;
  message.set_state(Sasl::SUCCESS);
  message.set_token("rspauth=" + proof);
  return ScriptedPeer::success(kSaslCallId, message);
}

void answer_one_call(ScriptedPeer& peer) {
  Request request;
  ASSERT_TRUE(peer.read_request(&request));
  Text asked;
  request.read_call(&asked);
  peer.send(ScriptedPeer::success(request.header.callid(), asked));
  peer.wait_for_end();
}

RpcOptions options_for(const ScriptedServer& server) {
  RpcOptions options;
  options.protocol = "org.apache.hadoop.yarn.api.ApplicationMasterProtocolPB";
  options.servers = {server.address()};
  options.user = {"alice", ""};
  options.token = kToken;
  options.retry_base = std::chrono::milliseconds(1);
  options.max_retries = 1;
  return options;
}

Status call(RpcClient& client, Text* reply) {
  return client.call("allocate", text("x"), reply, test_deadline());
}

TEST(RpcToken, proves_the_token_and_sends_no_user) {
  ScriptedServer server({[](ScriptedPeer& peer) {
    const Sasl initiate = negotiate(peer, negotiation("auth", true));
    EXPECT_EQ(initiate.auths(0).method(), "TOKEN");
    peer.send(sasl_success(ServerDigest(initiate.token()).proof));
    Request context;
    ASSERT_TRUE(peer.read_request(&context));
    EXPECT_EQ(context.header.callid(), kContextCallId);
    EXPECT_FALSE(context.read<proto::IpcConnectionContextProto>().has_userinfo());
    answer_one_call(peer);
  }});
  RpcClient client(options_for(server));
  Text reply;
  const Status status = call(client, &reply);
  ASSERT_TRUE(status) << status.to_string();
  EXPECT_EQ(reply.effectiveuser(), "x");
}

TEST(RpcToken, refuses_a_server_that_does_not_know_the_password) {
  ScriptedServer server({[](ScriptedPeer& peer) {
    negotiate(peer, negotiation("auth", false));
    peer.send(sasl_success(std::string(32, '0')));
    Request nothing;
    EXPECT_FALSE(peer.read_request(&nothing)) << "the client went on";
  }});
  RpcClient client(options_for(server));
  Text reply;
  EXPECT_EQ(call(client, &reply).code(), Code::kUnauthenticated);
}

TEST(RpcToken, goes_on_as_a_plain_user_where_the_server_lists_simple_only) {
  ScriptedServer server({[](ScriptedPeer& peer) {
    Sasl offer = negotiation("auth", true);
    offer.mutable_auths()->DeleteSubrange(0, 1);
    EXPECT_EQ(negotiate(peer, offer).auths(0).method(), "SIMPLE");
    Request context;
    ASSERT_TRUE(peer.read_request(&context));  // no answer came to the INITIATE
    EXPECT_EQ(context.read<proto::IpcConnectionContextProto>().userinfo().effectiveuser(), "alice");
    answer_one_call(peer);
  }});
  RpcClient client(options_for(server));
  Text reply;
  EXPECT_TRUE(call(client, &reply));
}

TEST(RpcToken, token_only_does_not_fall_back_to_simple) {
  ScriptedServer server({[](ScriptedPeer& peer) {
    EXPECT_EQ(peer.read_connection_header(), -33);
    Request request;
    ASSERT_TRUE(peer.read_request(&request));
    Sasl offer = negotiation("auth", true);
    offer.mutable_auths()->DeleteSubrange(0, 1);
    peer.send(ScriptedPeer::success(kSaslCallId, offer));
    peer.wait_for_end();
  }});
  RpcOptions options = options_for(server);
  options.token_only = true;
  RpcClient client(options);
  Text reply;
  const Status status = call(client, &reply);
  EXPECT_EQ(status.code(), Code::kUnauthenticated);
  EXPECT_EQ(status.message(), "the server accepts SIMPLE only");
}

TEST(RpcToken, without_a_token_says_so) {
  ScriptedServer server({[](ScriptedPeer& peer) { peer.wait_for_end(); }});
  RpcOptions options = options_for(server);
  options.token.reset();
  options.token_only = true;
  RpcClient client(options);
  Text reply;
  EXPECT_EQ(call(client, &reply).code(), Code::kUnauthenticated);
}

TEST(RpcToken, tells_an_expired_token_from_a_refusal) {
  const std::map<std::string, Code> kMeanings{
      {"org.apache.hadoop.security.token.SecretManager$InvalidToken", Code::kTokenExpired},
      {"javax.security.sasl.SaslException", Code::kUnauthenticated},
      {"org.apache.hadoop.security.AccessControlException", Code::kUnauthenticated},
      {"org.apache.hadoop.ipc.StandbyException", Code::kStandby}};
  for (const auto& [java_class, code] : kMeanings) {
    ScriptedServer server({[&java_class = java_class](ScriptedPeer& peer) {
      negotiate(peer, negotiation("auth", false));
      peer.send(ScriptedPeer::failure(kSaslCallId, java_class, "no", true, 15));
      peer.wait_for_end();
    }});
    RpcClient client(options_for(server));
    Text reply;
    EXPECT_EQ(call(client, &reply).code(), code) << java_class;
  }
}

TEST(RpcToken, takes_a_new_token_for_the_next_connection) {
  const auto refuse = [](ScriptedPeer& peer) {
    const Sasl initiate = negotiate(peer, negotiation("auth", false));
    EXPECT_NE(directive(initiate.token(), "username"), to_base64(kToken.identifier));
    peer.send(ScriptedPeer::failure(kSaslCallId,
                                    "org.apache.hadoop.security.token.SecretManager$InvalidToken",
                                    "old", true, 15));
    peer.wait_for_end();
  };
  const auto accept = [](ScriptedPeer& peer) {
    const Sasl initiate = negotiate(peer, negotiation("auth", false));
    peer.send(sasl_success(ServerDigest(initiate.token()).proof));
    Request context;
    ASSERT_TRUE(peer.read_request(&context));
    answer_one_call(peer);
  };
  ScriptedServer server({refuse, accept});
  RpcOptions options = options_for(server);
  options.token->identifier = "old";
  RpcClient client(options);
  Text reply;
  EXPECT_EQ(call(client, &reply).code(), Code::kTokenExpired);
  client.set_token(kToken);
  EXPECT_TRUE(call(client, &reply));
}

// A server that wants integrity or privacy, with the reply cut into several wraps.
void serve_wrapped(ScriptedPeer& peer, const std::string& qop, bool honest) {
  const Sasl initiate = negotiate(peer, negotiation(qop, false));
  const ServerDigest digest(initiate.token());
  peer.send(sasl_success(digest.proof));
  const WrapCipher cipher = qop == "auth-conf" ? WrapCipher::kRc4 : WrapCipher::kNone;
  DigestMd5Wrap wrap(cipher, *DigestMd5Wrap::server_to_client(digest.session_key, cipher),
                     *DigestMd5Wrap::client_to_server(digest.session_key, cipher));
  const auto read = [&](proto::RpcRequestHeaderProto* header) {
    Request request;
    EXPECT_TRUE(peer.read_request(&request));
    EXPECT_EQ(request.header.callid(), kSaslCallId);
    const auto plain = wrap.unwrap(as_bytes(request.read<Sasl>().token()));
    EXPECT_TRUE(plain);
    EXPECT_EQ(load_be32(plain->data()), plain->size() - 4);
    Bytes rest = as_bytes(*plain).subspan(4);
    EXPECT_TRUE(take_delimited(&rest, header));
  };
  proto::RpcRequestHeaderProto header;
  read(&header);
  EXPECT_EQ(header.callid(), kContextCallId);
  read(&header);
  const std::string reply = ScriptedPeer::success(header.callid(), text("wrapped"));
  if (!honest) {
    peer.send(reply);
  } else {
    for (const std::string& part : {reply.substr(0, 3), reply.substr(3, 5), reply.substr(8)}) {
      Sasl message;
      message.set_state(Sasl::WRAP);
      message.set_token(*wrap.wrap(as_bytes(part)));
      peer.send(ScriptedPeer::success(kSaslCallId, message));
    }
  }
  peer.wait_for_end();
}

TEST(RpcToken, wraps_calls_where_the_server_wants_integrity_or_privacy) {
  for (const char* qop : {"auth-int", "auth-conf"}) {
    ScriptedServer server({[qop](ScriptedPeer& peer) { serve_wrapped(peer, qop, true); }});
    RpcClient client(options_for(server));
    Text reply;
    const Status status = call(client, &reply);
    ASSERT_TRUE(status) << qop << ": " << status.to_string();
    EXPECT_EQ(reply.effectiveuser(), "wrapped");
  }
}

TEST(RpcToken, refuses_an_unprotected_reply_on_a_protected_connection) {
  ScriptedServer server({[](ScriptedPeer& peer) { serve_wrapped(peer, "auth-conf", false); }});
  RpcClient client(options_for(server));
  Text reply;
  EXPECT_EQ(call(client, &reply).code(), Code::kCorrupt);
}

TEST(RpcToken, insists_on_the_protection_that_is_asked_for) {
  ScriptedServer server({[](ScriptedPeer& peer) {
    EXPECT_EQ(peer.read_connection_header(), -33);
    Request request;
    ASSERT_TRUE(peer.read_request(&request));
    peer.send(ScriptedPeer::success(kSaslCallId, negotiation("auth", false)));
    peer.wait_for_end();
  }});
  RpcOptions options = options_for(server);
  options.protections = {Protection::kPrivacy};
  RpcClient client(options);
  Text reply;
  EXPECT_EQ(call(client, &reply).code(), Code::kUnauthenticated);
}

}  // namespace
}  // namespace howdah::hadoop
