// One compressed piece of a SequenceFile (a value, or a buffer of a block), read from its beginning
// to its end. Holds no more of it than was asked for at once.
//
// What it returns is valid until the next call; 16 bytes behind it can be read. One thread.
// Errors: kCorrupt, without file and byte, which the caller knows.
#pragma once

#include <memory>
#include <vector>

#include "formats/sequence_file_header.h"

namespace howdah::formats {

class SequenceFileStream {
 public:
  SequenceFileStream() = default;  // at its end
  static Result<SequenceFileStream> open(Compression compression, Bytes compressed);

  // Exactly so many bytes.
  //   kCorrupt  the stream ends before, or cannot be decompressed
  Result<Bytes> take(size_t count);
  // A VInt, 0 or more.
  Result<size_t> length();
  Status skip(size_t count);
  // All that is left where it is no more than `limit` bytes; otherwise limit + 1 bytes of it.
  Result<Bytes> rest(size_t limit);
  // Nothing is left.
  //   kCorrupt  something is
  Status finish();

 private:
  // Until `count` bytes are held, or the stream ends.
  Status hold(size_t count);
  size_t held() const { return end_ - begin_; }

  std::unique_ptr<StreamCodec> codec_;  // null at the end
  Bytes compressed_;
  std::vector<std::byte> buffer_;
  size_t begin_ = 0, end_ = 0;  // of what is decompressed and not yet taken
};

}  // namespace howdah::formats
