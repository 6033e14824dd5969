#include "fs/uri.h"

#include <algorithm>
#include <cctype>

namespace howdah::fs {
namespace {

// The length of "scheme" where the text starts with "scheme:"; 0 where it does not. A colon after a
// slash is part of a path.
size_t scheme_length(std::string_view text) {
  const size_t colon = text.find(':');
  if (colon == std::string_view::npos || colon == 0) return 0;
  const auto allowed = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) || c == '+' || c == '-' || c == '.';
  };
  const std::string_view scheme = text.substr(0, colon);
  const bool good = std::isalpha(static_cast<unsigned char>(scheme[0])) &&
                    std::all_of(scheme.begin(), scheme.end(), allowed);
  return good ? colon : 0;
}

}  // namespace

Result<Uri> Uri::parse(std::string_view text) {
  Uri uri;
  std::string_view rest = text;
  if (const size_t length = scheme_length(text); length > 0) {
    for (const char c : text.substr(0, length))
      uri.scheme += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    rest.remove_prefix(length + 1);
    if (rest.starts_with("//")) {
      rest.remove_prefix(2);
      const size_t slash = std::min(rest.find('/'), rest.size());
      uri.authority = rest.substr(0, slash);
      rest.remove_prefix(slash);
      if (rest.empty()) rest = "/";
    }
    if (!rest.starts_with('/')) {
      return Status(Code::kInvalidArgument, "'" + std::string(text) + "' is no URI of a file")
          .with_advice("write " + uri.scheme + "://authority/path");
    }
  }
  uri.path = rest;
  return uri;
}

}  // namespace howdah::fs
