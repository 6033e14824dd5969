// Who we are to Hadoop: the user's name, tokens, and secrets under an alias.
// Hadoop: UserGroupInformation, security.token.Token, security.Credentials.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace howdah::hadoop {

struct Token {
  std::string identifier;  // raw bytes
  std::string password;    // raw bytes
  std::string kind;        // "HDFS_DELEGATION_TOKEN", "YARN_AM_RM_TOKEN", "NMToken", ...
  std::string service;     // "ip:port", "ha-hdfs:name", or empty
  bool operator==(const Token&) const = default;
};

struct User {
  std::string name;       // the effective user
  std::string real_user;  // the user who acts for them; empty: the same
  // HADOOP_USER_NAME, else the name of the process's user; HADOOP_PROXY_USER acts through it.
  static Result<User> current();
};

// A credentials file ("HDTS"), format 0 (Writable) or 1 (protobuf), read; format 0 written.
class Credentials {
 public:
  //   kCorrupt  not HDTS, an unknown format, a length beyond its limit or the end
  static Result<Credentials> parse(Bytes bytes);
  // The file that HADOOP_TOKEN_FILE_LOCATION names; empty credentials when it is unset.
  static Result<Credentials> from_environment();
  std::string serialize() const;

  void add_token(std::string alias, Token token) { tokens_[std::move(alias)] = std::move(token); }
  void add_secret(std::string alias, std::string secret) {
    secrets_[std::move(alias)] = std::move(secret);
  }
  const Token* find_token(std::string_view kind) const;  // the first of that kind; null when none
  const Token* find_token(std::string_view kind, std::string_view service) const;
  std::optional<std::string> secret(std::string_view alias) const;
  const std::map<std::string, Token, std::less<>>& tokens() const { return tokens_; }
  const std::map<std::string, std::string, std::less<>>& secrets() const { return secrets_; }

 private:
  std::map<std::string, Token, std::less<>> tokens_;
  std::map<std::string, std::string, std::less<>> secrets_;
};

}  // namespace howdah::hadoop
