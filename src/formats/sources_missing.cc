#include "formats/sources.h"

namespace howdah::formats {
namespace {

Status missing(const Found& found) {
  return Status(Code::kUnsupported,
                std::string("no reader for ") + prepare::format_name(found.spec.format));
}

}  // namespace

Result<std::unique_ptr<Source>> make_parquet_source(Found found) {
  return missing(found);
}
Result<std::unique_ptr<Source>> make_image_source(Found found) {
  return missing(found);
}
Result<std::unique_ptr<Source>> make_sequence_file_source(Found found) {
  return missing(found);
}

}  // namespace howdah::formats
