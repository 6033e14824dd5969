#include "hadoop/sasl_digest_md5.h"

#include <algorithm>
#include <map>

#include "hadoop/md5.h"

namespace howdah::hadoop {
namespace {

// RFC 2831: a challenge has less than 2048 bytes.
constexpr size_t kMaxTokenBytes = 4096;
constexpr size_t kCnonceBytes = 24;
constexpr std::string_view kFirstUse = "00000001";

std::string_view qop_name(Protection protection) {
  switch (protection) {
    case Protection::kIntegrity:
      return "auth-int";
    case Protection::kPrivacy:
      return "auth-conf";
    default:
      return "auth";
  }
}

using Directives = std::map<std::string, std::string, std::less<>>;

// key=value, key="value with \" and \\", separated by commas and blanks. The first of a name wins.
Result<Directives> parse_directives(std::string_view text) {
  const Status malformed(Code::kCorrupt, "a malformed digest challenge");
  if (text.size() > kMaxTokenBytes) return malformed;
  Directives directives;
  const auto skip = [&text](std::string_view characters) {
    text.remove_prefix(std::min(text.find_first_not_of(characters), text.size()));
  };
  for (skip(", \t\r\n"); !text.empty(); skip(", \t\r\n")) {
    const size_t equals = text.find('=');
    if (equals == std::string_view::npos || equals == 0) return malformed;
    std::string name(text.substr(0, equals)), value;
    text.remove_prefix(equals + 1);
    if (text.starts_with('"')) {
      size_t at = 1;
      for (; at < text.size() && text[at] != '"'; ++at) {
        if (text[at] == '\\' && ++at == text.size()) return malformed;
        value.push_back(text[at]);
      }
      if (at >= text.size()) return malformed;
      text.remove_prefix(at + 1);
    } else {
      value = text.substr(0, text.find_first_of(", \t\r\n"));
      text.remove_prefix(value.size());
    }
    directives.emplace(std::move(name), std::move(value));
  }
  return directives;
}

bool lists(std::string_view list, std::string_view wanted) {
  while (!list.empty()) {
    const size_t end = std::min(list.find_first_of(", "), list.size());
    if (list.substr(0, end) == wanted) return true;
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return false;
}

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out.push_back('\\');
    out.push_back(c);
  }
  return out + "\"";
}

std::string find(const Directives& directives, std::string_view name, std::string_view fallback) {
  const auto found = directives.find(name);
  return found == directives.end() ? std::string(fallback) : found->second;
}

}  // namespace

DigestMd5::DigestMd5(std::string user, std::string password, std::string digest_uri)
    : DigestMd5(std::move(user), std::move(password), std::move(digest_uri),
                to_base64(random_bytes(kCnonceBytes))) {}

DigestMd5::DigestMd5(std::string user, std::string password, std::string digest_uri,
                     std::string cnonce)
    : user_(std::move(user)),
      password_(std::move(password)),
      digest_uri_(std::move(digest_uri)),
      cnonce_(std::move(cnonce)) {}

Result<std::string> DigestMd5::respond(Bytes challenge, std::span<const Protection> accepted) {
  const Directives directives = HOWDAH_TRY(parse_directives(as_text(challenge)));
  nonce_ = find(directives, "nonce", "");
  realm_ = find(directives, "realm", "");
  if (nonce_.empty()) return Status(Code::kCorrupt, "a digest challenge without a nonce");
  if (const std::string algorithm = find(directives, "algorithm", ""); algorithm != "md5-sess")
    return Status(Code::kUnauthenticated, "the server asks for the algorithm '" + algorithm + "'");

  const std::string offered = find(directives, "qop", "auth");
  const auto chosen = std::ranges::find_if(
      accepted, [&](Protection protection) { return lists(offered, qop_name(protection)); });
  if (chosen == accepted.end())
    return Status(Code::kUnauthenticated, "the server offers the protections '" + offered +
                                              "' and none of them is accepted here")
        .with_advice("see hadoop.rpc.protection");
  protection_ = *chosen;
  if (protection_ == Protection::kPrivacy) {
    const std::string ciphers = find(directives, "cipher", "");
    if (!lists(ciphers, "rc4"))
      return Status(Code::kUnauthenticated,
                    "the server offers the ciphers '" + ciphers + "' and not rc4");
    cipher_ = WrapCipher::kRc4;
  }

  const std::string secret = HOWDAH_TRY(md5({user_, ":", realm_, ":", password_}));
  session_key_ = HOWDAH_TRY(md5({secret, ":", nonce_, ":", cnonce_}));
  std::string response = "charset=utf-8,username=" + quoted(user_);
  if (directives.contains("realm")) response += ",realm=" + quoted(realm_);
  response += ",nonce=" + quoted(nonce_) + ",nc=" + std::string(kFirstUse) +
              ",cnonce=" + quoted(cnonce_) + ",digest-uri=" + quoted(digest_uri_) +
              ",maxbuf=65536,response=" + HOWDAH_TRY(digest("AUTHENTICATE")) +
              ",qop=" + std::string(qop_name(protection_));
  if (cipher_ == WrapCipher::kRc4) response += ",cipher=\"rc4\"";
  return response;
}

Result<std::string> DigestMd5::digest(std::string_view method) const {
  const bool bare = protection_ == Protection::kAuthentication;
  const std::string zeros = bare ? "" : ":" + std::string(32, '0');
  const std::string a2 = to_hex(HOWDAH_TRY(md5({method, ":", digest_uri_, zeros})));
  return to_hex(HOWDAH_TRY(md5({to_hex(session_key_), ":", nonce_, ":", kFirstUse, ":", cnonce_,
                                ":", qop_name(protection_), ":", a2})));
}

Status DigestMd5::verify(Bytes final_token) const {
  const Directives directives = HOWDAH_TRY(parse_directives(as_text(final_token)));
  if (session_key_.empty() || find(directives, "rspauth", "") != HOWDAH_TRY(digest("")))
    return Status(Code::kUnauthenticated, "the server does not know the token's password")
        .with_advice("another process may have taken the server's address");
  return Status::ok();
}

Result<std::unique_ptr<DigestMd5Wrap>> DigestMd5::make_wrap() const {
  if (protection_ == Protection::kAuthentication) return std::unique_ptr<DigestMd5Wrap>();
  return std::make_unique<DigestMd5Wrap>(
      cipher_, HOWDAH_TRY(DigestMd5Wrap::client_to_server(session_key_, cipher_)),
      HOWDAH_TRY(DigestMd5Wrap::server_to_client(session_key_, cipher_)));
}

}  // namespace howdah::hadoop
