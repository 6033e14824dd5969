// One IDX file: items of one shape, unsigned bytes, gzip or plain. The format of MNIST
// (yann.lecun.com/exdb/mnist): two zero bytes, the element type (0x08), the number of dimensions,
// each dimension as 32 bits big endian, the elements row-major.
//
// Not thread-safe; one pass. Errors name the file and the byte of its (decompressed) content.
#pragma once

#include <cstdint>
#include <vector>

#include "data/source_file.h"

namespace howdah::data {

class IdxFile {
 public:
  // Reads the header. `dimensions`: 3 for images, 1 for labels.
  //   kCorrupt  another magic number, no item, a dimension outside its limits, a plain file of
  //             another length than its header says
  static Result<IdxFile> open(const fs::Location& location, int dimensions, Deadline deadline);

  int64_t items() const { return dimensions_[0]; }
  // Without the number of items: [height, width] of images, empty of labels.
  std::vector<int64_t> item_shape() const { return {dimensions_.begin() + 1, dimensions_.end()}; }
  int64_t item_bytes() const { return item_bytes_; }
  int64_t header_bytes() const { return 4 + 4 * static_cast<int64_t>(dimensions_.size()); }
  const std::string& uri() const { return source_.uri(); }

  // Fills all of `into`.
  //   kCorrupt  the content ends before
  Status read(MutableBytes into, Deadline deadline);
  // After the last item.
  //   kCorrupt  the content goes on, or the checksum at its end is wrong
  Status finish(Deadline deadline);

 private:
  IdxFile(SourceFile source, std::vector<int64_t> dimensions, int64_t item_bytes)
      : source_(std::move(source)), dimensions_(std::move(dimensions)), item_bytes_(item_bytes) {}
  SourceFile source_;
  std::vector<int64_t> dimensions_;
  int64_t item_bytes_;
};

}  // namespace howdah::data
