#include "hadoop/sasl_digest_md5.h"

#include <gtest/gtest.h>

#include <array>

#include "hadoop/md5.h"

namespace howdah::hadoop {
namespace {

constexpr std::array kAuthentication{Protection::kAuthentication};
constexpr std::array kPrivacy{Protection::kPrivacy};

TEST(Md5, agrees_with_rfc_1321_and_rfc_2202) {
  EXPECT_EQ(to_hex(*md5({"message digest"})), "f96b697d7cb7938d525a2f31aaf161d0");
  EXPECT_EQ(to_hex(*md5({"message", " ", "digest"})), "f96b697d7cb7938d525a2f31aaf161d0");
  EXPECT_EQ(to_hex(*hmac_md5("Jefe", {"what do ya want ", "for nothing?"})),
            "750c783e6ab0b503eaa86e310a5db738");
  EXPECT_EQ(to_hex(*hmac_md5(std::string(80, '\xaa'),
                             {"Test Using Larger Than Block-Size Key - Hash Key First"})),
            "6b1ab7fe4bd7bf8f0b62e6ce61b9d0cd");
  EXPECT_EQ(to_base64("any carnal pleas"), "YW55IGNhcm5hbCBwbGVhcw==");
}

// RFC 2831, section 4: the IMAP example.
constexpr std::string_view kRfcChallenge =
    "realm=\"elwood.innosoft.com\",nonce=\"OA6MG9tEQGm2hh\",qop=\"auth\","
    "algorithm=md5-sess,charset=utf-8";
DigestMd5 rfc_digest() {
  return {"chris", "secret", "imap/elwood.innosoft.com", "OA6MHXh6VqTrRk"};
}

TEST(DigestMd5, agrees_with_the_example_of_rfc_2831) {
  DigestMd5 digest = rfc_digest();
  const auto response = digest.respond(as_bytes(kRfcChallenge), kAuthentication);
  ASSERT_TRUE(response);
  EXPECT_EQ(*response,
            "charset=utf-8,username=\"chris\",realm=\"elwood.innosoft.com\","
            "nonce=\"OA6MG9tEQGm2hh\",nc=00000001,cnonce=\"OA6MHXh6VqTrRk\","
            "digest-uri=\"imap/elwood.innosoft.com\",maxbuf=65536,"
            "response=d388dad90d4bbd760a152321f2143af7,qop=auth");
  EXPECT_TRUE(digest.verify(as_bytes("rspauth=ea40f60335c427b5527b84dbabcdfffd")));
  EXPECT_EQ(digest.protection(), Protection::kAuthentication);
  EXPECT_EQ(*digest.make_wrap(), nullptr);
}

TEST(DigestMd5, believes_no_server_without_the_right_proof) {
  DigestMd5 digest = rfc_digest();
  EXPECT_EQ(digest.verify(as_bytes("rspauth=")).code(), Code::kUnauthenticated);
  ASSERT_TRUE(digest.respond(as_bytes(kRfcChallenge), kAuthentication));
  for (const char* wrong : {"", "rspauth=", "rspauth=ea40f60335c427b5527b84dbabcdfffe",
                            "rspauth=d388dad90d4bbd760a152321f2143af7"})
    EXPECT_EQ(digest.verify(as_bytes(wrong)).code(), Code::kUnauthenticated) << wrong;
}

TEST(DigestMd5, uses_a_fresh_nonce_each_time) {
  DigestMd5 a("u", "p", "/default"), b("u", "p", "/default");
  EXPECT_NE(*a.respond(as_bytes(kRfcChallenge), kAuthentication),
            *b.respond(as_bytes(kRfcChallenge), kAuthentication));
}

TEST(DigestMd5, takes_the_first_accepted_protection_that_the_server_offers) {
  const std::string challenge =
      "realm=\"default\",nonce=\"n\",qop=\"auth-int, auth-conf\",charset=utf-8,"
      "cipher=\"3des,rc4,des,rc4-56,rc4-40\",algorithm=md5-sess";
  DigestMd5 digest("u", "p", "/default");
  constexpr std::array kWanted{Protection::kAuthentication, Protection::kPrivacy,
                               Protection::kIntegrity};
  const auto response = digest.respond(as_bytes(challenge), kWanted);
  ASSERT_TRUE(response);
  EXPECT_TRUE(response->ends_with(",qop=auth-conf,cipher=\"rc4\"")) << *response;
  EXPECT_EQ(digest.protection(), Protection::kPrivacy);

  DigestMd5 strict("u", "p", "/default");
  EXPECT_EQ(strict.respond(as_bytes(challenge), kAuthentication).status().code(),
            Code::kUnauthenticated);
}

TEST(DigestMd5, refuses_malformed_challenges) {
  for (const char* wrong : {"", "nonce", "=", "nonce=\"a", "nonce=\"a\\",
                            "realm=\"x\",algorithm=md5-sess", "nonce=\"a\" realm"})
    EXPECT_EQ(rfc_digest().respond(as_bytes(wrong), kAuthentication).status().code(),
              Code::kCorrupt)
        << wrong;
  EXPECT_EQ(
      rfc_digest().respond(as_bytes("nonce=\"a\",algorithm=md5"), kAuthentication).status().code(),
      Code::kUnauthenticated);
  EXPECT_EQ(
      rfc_digest().respond(as_bytes(std::string(100'000, ',')), kAuthentication).status().code(),
      Code::kCorrupt);
}

TEST(DigestMd5, refuses_privacy_without_a_cipher_in_common) {
  EXPECT_EQ(
      rfc_digest()
          .respond(as_bytes("nonce=\"a\",algorithm=md5-sess,qop=\"auth-conf\",cipher=\"des\""),
                   kPrivacy)
          .status()
          .code(),
      Code::kUnauthenticated);
}

struct WrapPair {
  DigestMd5Wrap client, server;
};
WrapPair make_pair(WrapCipher cipher) {
  const std::string session_key(16, 'k');
  const auto out = *DigestMd5Wrap::client_to_server(session_key, cipher);
  const auto in = *DigestMd5Wrap::server_to_client(session_key, cipher);
  return {DigestMd5Wrap(cipher, out, in), DigestMd5Wrap(cipher, in, out)};
}

TEST(DigestMd5Wrap, carries_messages_both_ways_in_sequence) {
  for (const WrapCipher cipher : {WrapCipher::kNone, WrapCipher::kRc4}) {
    WrapPair pair = make_pair(cipher);
    for (const std::string message : {"one", "", "three"}) {
      const auto there = pair.client.wrap(as_bytes(message));
      ASSERT_TRUE(there);
      EXPECT_EQ(there->size(), message.size() + 16);
      EXPECT_EQ(*pair.server.unwrap(as_bytes(*there)), message);
      EXPECT_EQ(*pair.client.unwrap(as_bytes(*pair.server.wrap(as_bytes(message)))), message);
    }
  }
}

// Computed with Python's hmac and hashlib over the RFC's formulas.
TEST(DigestMd5Wrap, lays_integrity_out_as_rfc_2831_says) {
  WrapPair pair = make_pair(WrapCipher::kNone);
  EXPECT_EQ(to_hex(*pair.client.wrap(as_bytes("hello"))),
            "68656c6c6f21b9bca88ab9487f95a3000100000000");
}

TEST(DigestMd5Wrap, hides_what_it_carries_with_rc4) {
  WrapPair pair = make_pair(WrapCipher::kRc4);
  EXPECT_EQ(to_hex(*pair.client.wrap(as_bytes("hello"))),
            "2d38da3553543e6b041a1cbbf54bea000100000000");
}

TEST(DigestMd5Wrap, refuses_changed_repeated_and_short_messages) {
  for (const WrapCipher cipher : {WrapCipher::kNone, WrapCipher::kRc4}) {
    WrapPair pair = make_pair(cipher);
    const std::string wrapped = *pair.client.wrap(as_bytes("message"));
    for (size_t i = 0; i < wrapped.size(); ++i) {
      WrapPair other = make_pair(cipher);
      std::string changed = wrapped;
      changed[i] = static_cast<char>(changed[i] ^ 1);
      EXPECT_EQ(other.server.unwrap(as_bytes(changed)).status().code(), Code::kCorrupt) << i;
    }
    EXPECT_TRUE(pair.server.unwrap(as_bytes(wrapped)));
    EXPECT_EQ(pair.server.unwrap(as_bytes(wrapped)).status().code(), Code::kCorrupt);
    EXPECT_EQ(pair.server.unwrap(as_bytes(wrapped.substr(0, 15))).status().code(), Code::kCorrupt);
  }
}

TEST(Protection, is_read_from_the_words_of_the_configuration) {
  const std::vector<std::string> words{"privacy", "Integrity", "authentication"};
  EXPECT_EQ(
      *parse_protections("hadoop.rpc.protection", words),
      (std::vector{Protection::kPrivacy, Protection::kIntegrity, Protection::kAuthentication}));
  const std::vector<std::string> wrong{"private"};
  EXPECT_EQ(parse_protections("hadoop.rpc.protection", wrong).status().code(),
            Code::kInvalidArgument);
}

}  // namespace
}  // namespace howdah::hadoop
