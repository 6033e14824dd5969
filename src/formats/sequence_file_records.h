// The records of one chunk of a SequenceFile, one after the other.
//
// One thread. The chunk outlives it.
#pragma once

#include <string>

#include "formats/sequence_file_chunker.h"
#include "formats/sequence_file_stream.h"

namespace howdah::formats {

struct SequenceFileRecord {
  // Serialized; valid until the next record, with 16 readable bytes behind each. Of a record that
  // is too long their beginnings alone.
  Bytes key, value;
  int64_t offset = 0;  // of its first byte in the file; in blocks, of the block
  enum class Defect { kNone, kTooLong, kUnreadable } defect = Defect::kNone;
  std::string reason;  // why it is
};

class SequenceFileRecords {
 public:
  // with_values: whether values of blocks are decompressed; without, they are empty.
  SequenceFileRecords(const RawChunk& chunk, const SequenceFileHeader& header,
                      int64_t max_record_bytes, bool with_values);

  // False at the end.
  //   kCorrupt  a block that cannot be read, with the byte of the file where it begins
  Result<bool> next(SequenceFileRecord* record);

 private:
  Result<bool> next_plain(SequenceFileRecord* record);
  Result<bool> next_of_block(SequenceFileRecord* record);
  Status open_block();
  Status take_of_block(SequenceFileRecord* record);
  void decompress_value(SequenceFileRecord* record);
  // Behind a marker, if one stands here.
  void pass_markers();
  Status corrupt(const std::string& what, int64_t offset) const;

  const SequenceFileHeader& header_;
  const int64_t max_record_bytes_;
  const bool with_values_;
  std::vector<std::byte> copy_;  // of a chunk that has no padding
  Bytes rest_;
  int64_t position_;  // of rest_ in the file
  SequenceFileStream value_;
  // Of the block:
  int64_t block_offset_ = 0;
  size_t block_records_ = 0;  // still to come
  bool block_open_ = false;
  std::vector<std::byte> key_begin_, value_begin_;  // of what is passed over
  SequenceFileStream key_lengths_, keys_, value_lengths_, values_;
};

}  // namespace howdah::formats
