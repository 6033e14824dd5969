// The border between the Parquet library's exceptions and our errors.
#pragma once

#include <parquet/exception.h>

#include <exception>
#include <new>
#include <string>

#include "formats/arrow_status.h"

namespace howdah::formats {

// What decoding bytes that are in memory says: they are damaged, unless memory or a feature of the
// library is missing.
inline Status decoding_error(const arrow::Status& status) {
  const Status ours = from_arrow(status);
  if (ours.code() == Code::kOutOfMemory || ours.code() == Code::kUnsupported) return ours;
  return Status(Code::kCorrupt, ours.message());
}

// Calls `decode`, which returns a Result or a Status.
template <typename Decode>
auto guarded(Decode&& decode) -> decltype(decode()) {
  try {
    return decode();
  } catch (const parquet::ParquetStatusException& error) {
    return decoding_error(error.status());
  } catch (const std::bad_alloc&) {
    return Status(Code::kOutOfMemory, "no memory for what the file claims to hold");
  } catch (const std::exception& error) {
    return Status(Code::kCorrupt, error.what());
  }
}

}  // namespace howdah::formats
