// The bytes of a source file from its beginning to its end, decompressed where it is gzip (RFC
// 1952, one member or several).
//
// Not thread-safe. Errors name the file, and the byte of it where it is wrong.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/deadline.h"
#include "base/result.h"
#include "fs/file_systems.h"

namespace howdah::data {

class SourceFile {
 public:
  //   kCorrupt  the file is empty, or is named *.gz and is not gzip
  //   and the errors of FileSystem::open and read_at
  static Result<SourceFile> open(const fs::Location& location, Deadline deadline);
  ~SourceFile();
  SourceFile(SourceFile&&) noexcept;
  SourceFile& operator=(SourceFile&&) noexcept;

  // Fills `into` as far as the content reaches; returns the bytes written, 0 at the end.
  //   kCorrupt   not deflate, cut off, or something else follows the gzip stream
  //   kChecksum  never: a wrong CRC of gzip is kCorrupt, the fault is the file's
  //   and the errors of read_at
  Result<size_t> read(MutableBytes into, Deadline deadline);

  int64_t position() const;  // bytes delivered
  bool compressed() const;
  int64_t stored_bytes() const;  // the file's length
  const std::string& uri() const;

 private:
  struct State;
  explicit SourceFile(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace howdah::data
