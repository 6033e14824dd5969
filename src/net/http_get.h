// One document over plain HTTP/1.1: what web pages of Hadoop's daemons offer, with a limit on
// everything that the peer sends.
//
// A connection a call. Bodies by Content-Length, chunked, or up to the end of the connection.
//   kInvalidArgument   the URL is none
//   kUnsupported       https, or a redirect there
//   kNotFound 404, kUnauthenticated 401, kPermissionDenied 403, kUnavailable 429, 502, 503, 504,
//   kInternal          any other status but 2xx; the message has the first line of its body
//   kCorrupt           the peer broke the protocol, or a limit
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/deadline.h"
#include "base/result.h"
#include "net/address.h"

namespace howdah::net {

struct HttpUrl {
  Address server;
  std::string target;  // path and query, "/" at least
  static Result<HttpUrl> parse(std::string_view url);
};

struct HttpLimits {
  size_t body_bytes = size_t{16} << 20;
  int redirects = 4;
};

// Takes the body's next part; an error ends the transfer with it.
using HttpSink = std::function<Status(std::string_view part)>;

Status http_get(const std::string& url, const HttpLimits& limits, const HttpSink& sink,
                Deadline deadline);
Result<std::string> http_get(const std::string& url, const HttpLimits& limits, Deadline deadline);

// For a value in a URL's query: everything but letters, digits and "-._~" as %HH.
std::string url_escape(std::string_view text);

}  // namespace howdah::net
