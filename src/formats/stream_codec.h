// Decompression of a file from its beginning to its end, as Hadoop's codecs write it.
//
// The codec is chosen by the file's name, as Hadoop does, and checked by its first bytes:
//   .gz, .tgz      gzip, one member or several (RFC 1952); zeros may follow
//   .deflate       zlib (RFC 1950), Hadoop's DefaultCodec
//   .bz2           one stream or several
//   .zst, .zstd    one frame or several
//   .lz4           the frame format, or Hadoop's blocks (Lz4Codec)
//   .snappy, .sz   the framing format, or Hadoop's blocks (SnappyCodec)
#pragma once

#include <memory>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"

namespace howdah::formats {

enum class Compression { kNone, kGzip, kDeflate, kBzip2, kZstd, kLz4, kSnappy };
const char* compression_name(Compression compression);  // "gzip", ...

// By the end of the name.
Compression compression_of(std::string_view file_name);
// The name without the compression's ending: "a.csv" of "a.csv.gz". "a.tgz" stays as it is.
std::string_view without_compression(std::string_view file_name);
// By the first bytes, where they can be nothing else: names of files are sometimes wrong.
Compression compression_by_magic(Bytes first_bytes);

// One direction, one file, one thread.
class StreamCodec {
 public:
  virtual ~StreamCodec() = default;
  struct Step {
    size_t consumed = 0, produced = 0;
  };
  // Consumes some and produces some; nothing of both where it needs more input. Never holds more
  // than one block of the format.
  //   kCorrupt  with what is wrong; what comes before it was consumed and delivered by the steps
  //             before, as far as the library tells: the caller knows file and byte
  virtual Result<Step> step(Bytes in, MutableBytes out) = 0;
  // The file may end here: between members, with nothing left to deliver.
  virtual bool may_end() const = 0;
};

// `first_bytes`: some, at least 10 where the file has them. compression is not kNone.
//   kCorrupt  the bytes are not of this compression
Result<std::unique_ptr<StreamCodec>> make_stream_codec(Compression compression, Bytes first_bytes);

// The parts of it.
Result<std::unique_ptr<StreamCodec>> make_zlib_codec(bool gzip);
Result<std::unique_ptr<StreamCodec>> make_arrow_codec(Compression compression);
std::unique_ptr<StreamCodec> make_snappy_frame_codec();
std::unique_ptr<StreamCodec> make_hadoop_block_codec(Compression compression);  // lz4, snappy

}  // namespace howdah::formats
