// What stands at the beginning of a SequenceFile.
//
//   "SEQ" version | key class, value class | compressed? | by blocks? | codec class | metadata |
//   sync
//
// Strings are Text. Versions 4 (no codec's name, no metadata), 5 (no metadata) and 6 are read.
// Hadoop: org.apache.hadoop.io.SequenceFile.
#pragma once

#include <array>
#include <string>

#include "base/deadline.h"
#include "base/result.h"
#include "formats/source.h"
#include "formats/stream_codec.h"
#include "formats/writable.h"

namespace howdah::formats {

struct SequenceFileHeader {
  enum class Layout { kPlain, kRecord, kBlock };  // what is compressed: nothing, values, blocks
  static constexpr size_t kSyncBytes = 16;

  Writable key = Writable::kNull, value = Writable::kNull;
  Layout layout = Layout::kPlain;
  Compression compression = Compression::kNone;
  std::array<std::byte, kSyncBytes> sync{};
  int64_t end = 0;  // where records begin
};

// `begin`: the file's first bytes.
//   kCorrupt      no SequenceFile, or `begin` ends within the header
//   kUnsupported  another version, class or codec, which is named
Result<SequenceFileHeader> parse_sequence_file_header(Bytes begin);
// The same of a file, of which no more than 16 MiB are read; errors name it.
Result<SequenceFileHeader> read_sequence_file_header(const SourceFile& file, Deadline deadline);

// A decompressor of one value, or one buffer of a block. `begin`: its first bytes.
//   kCorrupt  they are not of this compression
Result<std::unique_ptr<StreamCodec>> make_sequence_file_codec(Compression compression, Bytes begin);

}  // namespace howdah::formats
