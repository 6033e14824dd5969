#include "net/http_get.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <utility>

#include "net/socket.h"

namespace howdah::net {
namespace {

constexpr size_t kMaxHeadBytes = 64 << 10;
constexpr size_t kMaxChunkLineBytes = 1024;
constexpr size_t kMaxWordsBytes = 200;
constexpr size_t kPartBytes = 16 << 10;
constexpr std::string_view kScheme = "http://";

Status broken(const char* why) {
  return Status(Code::kCorrupt, std::string("no valid HTTP: ") + why);
}

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return result;
}

std::string_view trim(std::string_view text) {
  const size_t begin = text.find_first_not_of(" \t\r");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r") - begin + 1);
}

struct Head {
  int status = 0;
  std::string reason;
  std::map<std::string, std::string, std::less<>> fields;  // names in lower case
  std::string_view field(std::string_view name) const {
    const auto found = fields.find(name);
    return found == fields.end() ? std::string_view() : found->second;
  }
};

// The bytes of a connection, by lines and by counts.
class Reader {
 public:
  Reader(Socket socket, Deadline deadline) : socket_(std::move(socket)), deadline_(deadline) {}

  // Without its line end.
  Result<std::string> line(size_t limit_bytes) {
    for (;;) {
      const size_t end = buffer_.find('\n', begin_);
      if (end != std::string::npos && end - begin_ <= limit_bytes) {
        std::string text(trim(std::string_view(buffer_).substr(begin_, end - begin_)));
        begin_ = end + 1;
        return text;
      }
      if (buffer_.size() - begin_ > limit_bytes) return broken("a line is too long");
      if (HOWDAH_TRY(fill()) == 0) return broken("it ends within a line");
    }
  }

  // At most `count` bytes, good until the next call; empty at the end of the connection.
  Result<std::string_view> some(uint64_t count) {
    if (begin_ == buffer_.size() && HOWDAH_TRY(fill()) == 0) return std::string_view();
    const size_t length = std::min<uint64_t>(count, buffer_.size() - begin_);
    const std::string_view part = std::string_view(buffer_).substr(begin_, length);
    begin_ += length;
    return part;
  }

  Status write(std::string_view text) { return socket_.write_all(as_bytes(text), deadline_); }

 private:
  // Drops what was read, and appends what comes.
  Result<size_t> fill() {
    buffer_.erase(0, std::exchange(begin_, 0));
    const size_t kept = buffer_.size();
    buffer_.resize(kept + kPartBytes);
    const auto count =
        socket_.read_some(std::as_writable_bytes(std::span(buffer_)).subspan(kept), deadline_);
    buffer_.resize(kept + (count ? *count : 0));
    return count;
  }

  Socket socket_;
  Deadline deadline_;
  std::string buffer_;
  size_t begin_ = 0;
};

Result<Head> read_head(Reader& reader) {
  Head head;
  const std::string first = HOWDAH_TRY(reader.line(kMaxHeadBytes));
  if (!first.starts_with("HTTP/1.") || first.size() < 12) return broken("no status line");
  const auto [end, error] = std::from_chars(first.data() + 9, first.data() + 12, head.status);
  if (error != std::errc() || end != first.data() + 12 || head.status < 100)
    return broken("no status line");
  head.reason = trim(std::string_view(first).substr(12));
  for (size_t bytes = first.size();;) {
    const std::string line = HOWDAH_TRY(reader.line(kMaxHeadBytes));
    if (line.empty()) return head;
    bytes += line.size();
    if (bytes > kMaxHeadBytes) return broken("the head is too long");
    const size_t colon = line.find(':');
    if (colon == std::string::npos) return broken("a header without a colon");
    head.fields.emplace(lower(trim(std::string_view(line).substr(0, colon))),
                        trim(std::string_view(line).substr(colon + 1)));
  }
}

// Delivers exactly `count` bytes.
Status read_counted(Reader& reader, uint64_t count, const HttpSink& sink) {
  while (count > 0) {
    const std::string_view part = HOWDAH_TRY(reader.some(count));
    if (part.empty()) return broken("it ends within the body");
    HOWDAH_TRY(sink(part));
    count -= part.size();
  }
  return Status::ok();
}

Status read_chunked(Reader& reader, const HttpSink& sink) {
  for (;;) {
    const std::string line = HOWDAH_TRY(reader.line(kMaxChunkLineBytes));
    uint64_t length = 0;
    const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), length, 16);
    if (error != std::errc() || (end != line.data() + line.size() && *end != ';' && *end != ' '))
      return broken("no chunk length");
    if (length == 0) return Status::ok();  // trailers are nothing to us
    HOWDAH_TRY(read_counted(reader, length, sink));
    if (!HOWDAH_TRY(reader.line(kMaxChunkLineBytes)).empty()) return broken("a chunk is too long");
  }
}

Status read_body(Reader& reader, const Head& head, const HttpSink& sink) {
  if (head.status == 204 || head.status == 304) return Status::ok();
  if (lower(head.field("transfer-encoding")).ends_with("chunked"))
    return read_chunked(reader, sink);
  if (const std::string_view text = head.field("content-length"); !text.empty()) {
    uint64_t length = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), length);
    if (error != std::errc() || end != text.data() + text.size())
      return broken("no content length");
    return read_counted(reader, length, sink);
  }
  for (;;) {
    const std::string_view part = HOWDAH_TRY(reader.some(UINT64_MAX));
    if (part.empty()) return Status::ok();
    HOWDAH_TRY(sink(part));
  }
}

Code code_of(int status) {
  switch (status) {
    case 401:
      return Code::kUnauthenticated;
    case 403:
      return Code::kPermissionDenied;
    case 404:
      return Code::kNotFound;
    case 429:
    case 502:
    case 503:
    case 504:
      return Code::kUnavailable;
    default:
      return Code::kInternal;
  }
}

Status refusal(Reader& reader, const Head& head) {
  std::string words;
  // Whatever of the body can be read helps; that it cannot changes nothing.
  (void)read_body(reader, head, [&](std::string_view part) {
    words += part.substr(0, kMaxWordsBytes - words.size());
    return words.size() < kMaxWordsBytes ? Status::ok() : Status(Code::kCancelled, "enough");
  });
  const std::string_view line = trim(std::string_view(words).substr(0, words.find('\n')));
  std::string message = "HTTP " + std::to_string(head.status) + " " + head.reason;
  if (!line.empty() && !line.starts_with('<')) message += ": " + std::string(line);
  return Status(code_of(head.status), std::move(message));
}

bool is_redirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

// The body goes to the sink, or where to ask instead is returned.
Result<std::optional<std::string>> get_once(const HttpUrl& url, const HttpSink& sink,
                                            Deadline deadline) {
  Reader reader(HOWDAH_TRY(Socket::connect(url.server, deadline)), deadline);
  HOWDAH_TRY(reader.write("GET " + url.target + " HTTP/1.1\r\nHost: " + url.server.to_string() +
                          "\r\nAccept: text/plain, */*\r\nConnection: close\r\n\r\n"));
  Head head = HOWDAH_TRY(read_head(reader));
  while (head.status < 200) head = HOWDAH_TRY(read_head(reader));
  if (is_redirect(head.status)) {
    const std::string_view location = head.field("location");
    if (location.empty()) return broken("a redirect to nowhere");
    if (location.starts_with('/') && !location.starts_with("//"))
      return std::optional(std::string(kScheme) + url.server.to_string() + std::string(location));
    return std::optional(std::string(location));
  }
  if (head.status >= 300) return refusal(reader, head);
  HOWDAH_TRY(read_body(reader, head, sink));
  return std::optional<std::string>();
}

}  // namespace

Result<HttpUrl> HttpUrl::parse(std::string_view url) {
  const auto refuse = [&](Code code, const char* why) {
    return Status(code, "'" + std::string(url.substr(0, 200)) + "' " + why);
  };
  if (url.starts_with("https://")) return refuse(Code::kUnsupported, "needs TLS");
  if (!url.starts_with(kScheme)) return refuse(Code::kInvalidArgument, "is no http:// URL");
  for (const char c : url) {
    if (static_cast<unsigned char>(c) <= ' ' || c == 127)
      return refuse(Code::kInvalidArgument, "holds a blank or control character");
  }
  url = url.substr(0, url.find('#'));
  const std::string_view rest = url.substr(kScheme.size());
  const size_t path = rest.find_first_of("/?");
  const std::string_view authority = rest.substr(0, path);
  if (authority.find('@') != std::string_view::npos)
    return refuse(Code::kInvalidArgument, "names a user");
  HttpUrl result;
  result.server = HOWDAH_TRY(Address::parse(authority, 80));
  result.target = path == std::string_view::npos ? "/" : std::string(rest.substr(path));
  if (result.target.starts_with('?')) result.target.insert(0, "/");
  return result;
}

Status http_get(const std::string& url, const HttpLimits& limits, const HttpSink& sink,
                Deadline deadline) {
  size_t bytes = 0;
  const HttpSink counted = [&](std::string_view part) {
    bytes += part.size();
    if (bytes > limits.body_bytes)
      return Status(Code::kCorrupt,
                    "the answer is longer than " + std::to_string(limits.body_bytes) + " bytes");
    return sink(part);
  };
  std::string next = url;
  for (int redirects = 0;; ++redirects) {
    const auto parsed = HttpUrl::parse(next);
    if (!parsed) return parsed.status().with_operation("GET").with_peer(url);
    auto elsewhere = get_once(*parsed, counted, deadline);
    if (!elsewhere) return elsewhere.status().with_operation("GET").with_peer(next);
    if (!*elsewhere) return Status::ok();
    if (redirects == limits.redirects)
      return broken("too many redirects").with_operation("GET").with_peer(url);
    next = **elsewhere;
  }
}

Result<std::string> http_get(const std::string& url, const HttpLimits& limits, Deadline deadline) {
  std::string body;
  HOWDAH_TRY(http_get(
      url, limits,
      [&](std::string_view part) {
        body += part;
        return Status::ok();
      },
      deadline));
  return body;
}

std::string url_escape(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string result;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '.' || c == '_' || c == '~';
    if (plain) {
      result += c;
    } else {
      result += '%';
      result += kDigits[byte >> 4];
      result += kDigits[byte & 15];
    }
  }
  return result;
}

}  // namespace howdah::net
