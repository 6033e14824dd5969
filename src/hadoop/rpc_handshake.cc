#include "hadoop/rpc_handshake.h"

#include "hadoop/exception.h"
#include "hadoop/md5.h"

namespace howdah::hadoop {
namespace {

using Sasl = proto::RpcSaslProto;

constexpr int kFatalUnauthorized = 15;
constexpr int kNoRetryCount = -1;
constexpr char kVersion = 9, kServiceClass = 0;
constexpr char kAuthNone = 0, kAuthSasl = -33;

std::string connection_header(char authentication) {
  return std::string("hrpc") + kVersion + kServiceClass + authentication;
}

std::string context_frame(const HandshakeOptions& options, bool with_user) {
  proto::IpcConnectionContextProto context;
  context.set_protocol(options.protocol);
  if (with_user) {
    context.mutable_userinfo()->set_effectiveuser(options.user.name);
    if (!options.user.real_user.empty())
      context.mutable_userinfo()->set_realuser(options.user.real_user);
  }
  return make_frame(make_request_header(kContextCallId, options.client_id, kNoRetryCount), context);
}

Sasl make_state(Sasl::SaslState state) {
  Sasl message;
  message.set_state(state);
  return message;
}

Result<Sasl> read_sasl(FrameReader& reader, Deadline deadline, std::string* exception) {
  auto frame = reader.next(deadline);
  if (!frame) {
    if (frame.status().code() != Code::kUnavailable) return frame.status();
    return Status(Code::kUnavailable, frame.status().message() + " during authentication")
        .with_advice("if it is running, the token's kind may be wrong for it");
  }
  const RpcResponse response = HOWDAH_TRY(parse_response(*std::move(frame)));
  if (response.failed()) {
    *exception = response.exception;
    const Status status = refusal_of(response);
    if (is_try_elsewhere(response.exception) || is_try_later(response.exception) ||
        status.code() == Code::kTokenExpired)
      return status;
    return Status(Code::kUnauthenticated, status.message()).with_advice(status.advice());
  }
  if (response.call_id != kSaslCallId)
    return Status(Code::kCorrupt, "an answer to a call before authentication was done");
  Bytes body = response.body();
  Sasl message;
  HOWDAH_TRY(take_delimited(&body, &message));
  return message;
}

enum class Method { kSimple, kToken };
struct Choice {
  Method method = Method::kSimple;
  Sasl::SaslAuth authentication;
};

// The first of the server's methods that we can do, as Hadoop's own client chooses.
Result<Choice> choose(const Sasl& negotiation, const HandshakeOptions& options) {
  std::string offered;
  bool wants_token = false;
  for (const Sasl::SaslAuth& authentication : negotiation.auths()) {
    const std::string& method = authentication.method();
    if (method == "TOKEN" && authentication.mechanism() == "DIGEST-MD5") {
      wants_token = true;
      if (options.token) return Choice{Method::kToken, authentication};
    }
    if (method == "SIMPLE" && !options.token_only) return Choice{Method::kSimple, authentication};
    offered += (offered.empty() ? "" : ", ") + method.substr(0, 64);
  }
  const Status refused(Code::kUnauthenticated, offered.empty()
                                                   ? "the server offers no way to authenticate"
                                                   : "the server accepts " + offered + " only");
  if (wants_token && !options.token) return refused.with_advice("there is no token for it");
  return refused;
}

Result<std::unique_ptr<DigestMd5Wrap>> digest_with_token(net::Socket& socket, FrameReader& reader,
                                                         Sasl::SaslAuth authentication,
                                                         const HandshakeOptions& options,
                                                         Deadline deadline,
                                                         std::string* exception) {
  const Token& token = *options.token;
  DigestMd5 digest(to_base64(token.identifier), to_base64(token.password),
                   authentication.protocol() + "/" + authentication.serverid());
  Sasl initiate = make_state(Sasl::INITIATE);
  initiate.set_token(
      HOWDAH_TRY(digest.respond(as_bytes(authentication.challenge()), options.protections)));
  authentication.clear_challenge();
  *initiate.add_auths() = std::move(authentication);
  HOWDAH_TRY(socket.write_all(as_bytes(make_sasl_frame(initiate)), deadline));
  const Sasl success = HOWDAH_TRY(read_sasl(reader, deadline, exception));
  if (success.state() != Sasl::SUCCESS)
    return Status(Code::kCorrupt, "authentication went on where it should have ended");
  HOWDAH_TRY(digest.verify(as_bytes(success.token())));
  return digest.make_wrap();
}

}  // namespace

Status refusal_of(const RpcResponse& response) {
  const Status status = status_of_exception(response.exception, response.message);
  if (response.error_detail != kFatalUnauthorized || status.code() != Code::kPermissionDenied ||
      simple_class_name(response.exception) == "AuthorizationException")
    return status;
  return Status(Code::kUnauthenticated, status.message())
      .with_advice(
          "the cluster does not take a user's word for who they are: a token is needed "
          "(HADOOP_TOKEN_FILE_LOCATION)");
}

std::string make_sasl_frame(const Sasl& message) {
  return make_frame(make_request_header(kSaslCallId, "", kNoRetryCount), message);
}

Result<std::unique_ptr<DigestMd5Wrap>> shake_hands(net::Socket& socket, FrameReader& reader,
                                                   const HandshakeOptions& options,
                                                   Deadline deadline, std::string* exception) {
  const auto send = [&](const std::string& bytes) {
    return socket.write_all(as_bytes(bytes), deadline);
  };
  if (!options.token && !options.token_only) {
    HOWDAH_TRY(send(connection_header(kAuthNone) + context_frame(options, true)));
    return std::unique_ptr<DigestMd5Wrap>();
  }
  if (!options.token)
    return Status(Code::kUnauthenticated, "the server asks for a token and there is none");

  HOWDAH_TRY(send(connection_header(kAuthSasl) + make_sasl_frame(make_state(Sasl::NEGOTIATE))));
  const Sasl negotiation = HOWDAH_TRY(read_sasl(reader, deadline, exception));
  Choice choice;
  if (negotiation.state() == Sasl::NEGOTIATE) {
    choice = HOWDAH_TRY(choose(negotiation, options));
  } else if (negotiation.state() != Sasl::SUCCESS) {
    return Status(Code::kCorrupt, "the server does not answer to NEGOTIATE");
  } else if (options.token_only) {
    return Status(Code::kUnauthenticated, "the server asks for no token where one is due");
  } else {
    HOWDAH_TRY(send(context_frame(options, true)));
    return std::unique_ptr<DigestMd5Wrap>();
  }
  if (choice.method == Method::kSimple) {
    // No reply comes to this INITIATE.
    Sasl initiate = make_state(Sasl::INITIATE);
    *initiate.add_auths() = std::move(choice.authentication);
    HOWDAH_TRY(send(make_sasl_frame(initiate) + context_frame(options, true)));
    return std::unique_ptr<DigestMd5Wrap>();
  }
  auto wrap = HOWDAH_TRY(digest_with_token(socket, reader, std::move(choice.authentication),
                                           options, deadline, exception));
  const std::string context = context_frame(options, false);
  if (!wrap) {
    HOWDAH_TRY(send(context));
    return wrap;
  }
  Sasl wrapped = make_state(Sasl::WRAP);
  wrapped.set_token(HOWDAH_TRY(wrap->wrap(as_bytes(context))));
  HOWDAH_TRY(send(make_sasl_frame(wrapped)));
  return wrap;
}

}  // namespace howdah::hadoop
