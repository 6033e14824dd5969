#include "hadoop/credentials.h"

#include <fmt/format.h>
#include <pwd.h>
#include <unistd.h>

#include <array>

#include "base/environment.h"
#include "hadoop/proto/security.pb.h"
#include "hadoop/rpc_frame.h"
#include "hadoop/small_file.h"
#include "hadoop/vint.h"

namespace howdah::hadoop {
namespace {

constexpr std::string_view kMagic = "HDTS";
constexpr std::byte kWritableFormat{0}, kProtobufFormat{1};
constexpr size_t kMaxFileBytes = size_t{16} << 20;
constexpr size_t kMaxFieldBytes = size_t{1} << 20;
constexpr int32_t kMaxEntries = 100'000;

Result<int32_t> read_count(WritableReader* reader) {
  const int32_t count = HOWDAH_TRY(reader->vint());
  if (count < 0 || count > kMaxEntries)
    return Status(Code::kCorrupt, fmt::format("a count of {} entries", count));
  return count;
}

Result<Credentials> parse_writable(Bytes bytes) {
  WritableReader reader(bytes);
  Credentials credentials;
  const auto field = [&reader]() -> Result<std::string> {
    return std::string(HOWDAH_TRY(reader.sized(kMaxFieldBytes)));
  };
  for (int32_t left = HOWDAH_TRY(read_count(&reader)); left > 0; --left) {
    std::string alias = HOWDAH_TRY(field());
    Token token;
    token.identifier = HOWDAH_TRY(field());
    token.password = HOWDAH_TRY(field());
    token.kind = HOWDAH_TRY(field());
    token.service = HOWDAH_TRY(field());
    credentials.add_token(std::move(alias), std::move(token));
  }
  for (int32_t left = HOWDAH_TRY(read_count(&reader)); left > 0; --left) {
    std::string alias = HOWDAH_TRY(field());
    credentials.add_secret(std::move(alias), HOWDAH_TRY(field()));
  }
  if (!reader.rest().empty())
    return Status(Code::kCorrupt, fmt::format("{} bytes after the end", reader.rest().size()));
  return credentials;
}

Result<Credentials> parse_protobuf(Bytes bytes) {
  proto::CredentialsProto message;
  HOWDAH_TRY(take_delimited(&bytes, &message));
  Credentials credentials;
  for (const auto& entry : message.tokens()) {
    const proto::TokenProto& token = entry.token();
    credentials.add_token(
        entry.alias(), Token{token.identifier(), token.password(), token.kind(), token.service()});
  }
  for (const auto& entry : message.secrets()) credentials.add_secret(entry.alias(), entry.secret());
  return credentials;
}

void append_sized(std::string_view text, std::string* to) {
  append_vint(static_cast<int32_t>(text.size()), to);
  to->append(text);
}

}  // namespace

Result<User> User::current() {
  std::string name = environment("HADOOP_USER_NAME");
  if (name.empty()) {
    passwd entry{};
    passwd* found = nullptr;
    std::array<char, 16384> buffer{};
    const int error = ::getpwuid_r(::geteuid(), &entry, buffer.data(), buffer.size(), &found);
    if (error != 0) return Status::from_errno(error, "cannot look up the user's name");
    if (!found)
      return Status(Code::kNotFound, fmt::format("the user id {} has no name", ::geteuid()))
          .with_advice("set HADOOP_USER_NAME");
    name = found->pw_name;
  }
  std::string proxy = environment("HADOOP_PROXY_USER");
  if (proxy.empty()) return User{std::move(name), {}};
  return User{std::move(proxy), std::move(name)};
}

Result<Credentials> Credentials::parse(Bytes bytes) {
  if (bytes.size() < kMagic.size() + 1 || as_text(bytes.first(kMagic.size())) != kMagic)
    return Status(Code::kCorrupt, "no credentials: the bytes do not begin with HDTS");
  const std::byte format = bytes[kMagic.size()];
  const Bytes rest = bytes.subspan(kMagic.size() + 1);
  if (format == kWritableFormat) return parse_writable(rest);
  if (format == kProtobufFormat) return parse_protobuf(rest);
  return Status(Code::kCorrupt,
                fmt::format("credentials of unknown format {}", std::to_integer<int>(format)));
}

Result<Credentials> Credentials::from_environment() {
  const std::string path = environment("HADOOP_TOKEN_FILE_LOCATION");
  if (path.empty()) return Credentials();
  const auto say = [&path](const Status& status) {
    return status.with_operation("read credentials")
        .with_peer(path)
        .with_advice("see HADOOP_TOKEN_FILE_LOCATION");
  };
  const auto content = read_small_file(path, kMaxFileBytes);
  if (!content) return say(content.status());
  auto credentials = parse(as_bytes(*content));
  if (!credentials) return say(credentials.status());
  return credentials;
}

std::string Credentials::serialize() const {
  std::string out(kMagic);
  out.push_back(static_cast<char>(kWritableFormat));
  append_vint(static_cast<int32_t>(tokens_.size()), &out);
  for (const auto& [alias, token] : tokens_) {
    append_sized(alias, &out);
    append_sized(token.identifier, &out);
    append_sized(token.password, &out);
    append_sized(token.kind, &out);
    append_sized(token.service, &out);
  }
  append_vint(static_cast<int32_t>(secrets_.size()), &out);
  for (const auto& [alias, secret] : secrets_) {
    append_sized(alias, &out);
    append_sized(secret, &out);
  }
  return out;
}

const Token* Credentials::find_token(std::string_view kind) const {
  for (const auto& [alias, token] : tokens_)
    if (token.kind == kind) return &token;
  return nullptr;
}

const Token* Credentials::find_token(std::string_view kind, std::string_view service) const {
  for (const auto& [alias, token] : tokens_)
    if (token.kind == kind && token.service == service) return &token;
  return nullptr;
}

std::optional<std::string> Credentials::secret(std::string_view alias) const {
  const auto found = secrets_.find(alias);
  if (found == secrets_.end()) return std::nullopt;
  return found->second;
}

}  // namespace howdah::hadoop
