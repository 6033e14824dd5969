// The client's side of SASL's DIGEST-MD5 (RFC 2831), as Hadoop authenticates with tokens: over RPC
// with the digest URI "/default", over DataTransfer with "hdfs/0".
//
// One object a handshake; not thread-safe.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "hadoop/protection.h"
#include "hadoop/sasl_wrap.h"

namespace howdah::hadoop {

class DigestMd5 {
 public:
  // User and password as they go into the digest: for a token the base64 of its identifier and of
  // its password.
  DigestMd5(std::string user, std::string password, std::string digest_uri);
  // With the client's nonce fixed, for the published vectors.
  DigestMd5(std::string user, std::string password, std::string digest_uri, std::string cnonce);

  // The answer to the server's challenge, with the first of `accepted` that the server offers.
  //   kCorrupt          no digest challenge, or without a nonce
  //   kUnauthenticated  no protection, cipher or algorithm in common
  Result<std::string> respond(Bytes challenge, std::span<const Protection> accepted);
  // The server's proof that it knows the password too.
  //   kUnauthenticated  it does not
  Status verify(Bytes final_token) const;

  // After verify(). Null with kAuthentication: messages travel as they are.
  Protection protection() const { return protection_; }
  Result<std::unique_ptr<DigestMd5Wrap>> make_wrap() const;

 private:
  Result<std::string> digest(std::string_view method) const;

  std::string user_, password_, digest_uri_, cnonce_;
  std::string realm_, nonce_, session_key_;  // session_key_: H(A1), 16 raw bytes
  Protection protection_ = Protection::kAuthentication;
  WrapCipher cipher_ = WrapCipher::kNone;
};

}  // namespace howdah::hadoop
