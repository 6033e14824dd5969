// "scheme://authority/path" taken apart, as Hadoop writes it: no query, no fragment, nothing
// percent-encoded, because HDFS's names may hold any of these characters.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace howdah::fs {

struct Uri {
  std::string scheme;     // lower case; empty: none was written
  std::string authority;  // "host:port", a nameservice, or empty
  std::string path;       // as written; may be relative or empty

  // "hdfs://host:9000/a", "file:/a", "file:///a", "/a", "a/b".
  //   kInvalidArgument  a scheme without a path that is absolute
  static Result<Uri> parse(std::string_view text);
};

}  // namespace howdah::fs
