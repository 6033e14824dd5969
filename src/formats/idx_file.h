// One IDX file: items of one shape, unsigned bytes, compressed or plain. The format of MNIST
// (yann.lecun.com/exdb/mnist): two zero bytes, the element type (0x08), the number of dimensions,
// each dimension as 32 bits big endian, the elements row-major.
//
// Not thread-safe; one pass. Errors name the file and the byte of its (decompressed) content.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "formats/text_stream.h"

namespace howdah::formats {

inline constexpr int64_t kMaxIdxItemBytes = (64 << 20) - int64_t{sizeof(int32_t)};

class IdxFile {
 public:
  // Reads the header. `dimensions`: 3 for images, 1 for labels.
  //   kCorrupt  the file is empty; another magic number, no item, a dimension outside its limits, a
  //             plain file of another length than its header says
  static Result<IdxFile> open(const SourceFile& file, int dimensions, Deadline deadline);

  int64_t items() const { return dimensions_[0]; }
  // Without the number of items: [height, width] of images, empty of labels.
  std::vector<int64_t> item_shape() const { return {dimensions_.begin() + 1, dimensions_.end()}; }
  int64_t item_bytes() const { return item_bytes_; }
  int64_t header_bytes() const { return 4 + 4 * static_cast<int64_t>(dimensions_.size()); }
  const std::string& uri() const { return stream_->uri(); }
  // Then it can only be read from its beginning.
  bool compressed() const { return stream_->compressed(); }
  int64_t stored_position() const { return stream_->stored_position(); }

  // To an item of a file that is not compressed, before the first read.
  Status seek(int64_t item, Deadline deadline);
  // Fills all of `into`.
  //   kCorrupt  the content ends before
  Status read(MutableBytes into, Deadline deadline);
  // After the last item.
  //   kCorrupt  the content goes on, or the checksum at its end is wrong
  Status finish(Deadline deadline);

 private:
  IdxFile(SourceFile file, std::unique_ptr<TextStream> stream, std::vector<int64_t> dimensions,
          int64_t item_bytes)
      : file_(std::move(file)),
        stream_(std::move(stream)),
        dimensions_(std::move(dimensions)),
        item_bytes_(item_bytes),
        position_(header_bytes()) {}
  SourceFile file_;
  std::unique_ptr<TextStream> stream_;
  std::vector<int64_t> dimensions_;
  int64_t item_bytes_;
  int64_t position_;
};

}  // namespace howdah::formats
