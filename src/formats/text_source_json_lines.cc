#include "formats/text_source.h"

namespace howdah::formats {
Result<std::unique_ptr<Source>> make_json_lines_source(Found, const ChunkerOptions&, Encoding) {
  return Status(Code::kUnsupported, "no reader for jsonl");
}
}  // namespace howdah::formats
