// Cuts a SequenceFile into chunks of whole records or blocks, at its sync markers, as Hadoop cuts
// its splits: chunk k holds what follows the markers that begin in [k * chunk_bytes, (k + 1) *
// chunk_bytes) of the file, up to the next marker beyond. What follows the header belongs to chunk
// 0.
//
// There is a chunk k wherever the file has more than k * chunk_bytes bytes; it is empty where no
// marker begins in it. Its bytes are the file's, markers included, but records that are passed over
// are cut (held_record_bytes). One thread.
// Hadoop: SequenceFile.Reader.sync, mapred.SequenceFileRecordReader.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "formats/sequence_file_header.h"
#include "formats/source.h"

namespace howdah::formats {

inline constexpr size_t kSyncMarkerBytes = 4 + SequenceFileHeader::kSyncBytes;
// The length that says: here is a marker, not a record.
inline constexpr uint32_t kSyncEscape = 0xffffffff;

// Of a record's key and value, how many bytes a chunk holds: all, unless it is beyond
// max_record_bytes and too large to be carried along.
int64_t held_record_bytes(int64_t length_bytes, int64_t max_record_bytes);

struct SequenceFileChunkerOptions {
  int64_t chunk_bytes = kChunkBytes;
  int64_t max_record_bytes = 64 << 20;
};

class SequenceFileChunker : public ChunkReader {
 public:
  static Result<std::unique_ptr<SequenceFileChunker>> open(
      const SourceFile& file, const SequenceFileHeader& header, const Portion& portion,
      const SequenceFileChunkerOptions& options, Deadline deadline);

  //   kCorrupt      cut off, a length that cannot be, no marker where one is due
  //   kUnsupported  more than 1 GiB without a marker
  Result<std::optional<RawChunk>> next(Deadline deadline) override;

 private:
  SequenceFileChunker(const SourceFile& file, const SequenceFileHeader& header,
                      const Portion& portion, const SequenceFileChunkerOptions& options);
  Status corrupt(const std::string& what) const;
  const std::byte* here() const;
  Status new_buffer(size_t rest_bytes);
  Status read_more(int64_t bytes, Deadline deadline);
  // At least so many bytes behind position_ are in the buffer.
  Status need(int64_t bytes, Deadline deadline);
  void advance(int64_t bytes);
  Status find_first_marker(Deadline deadline);
  Status gather(int64_t end, Deadline deadline);
  Status pass_record(Deadline deadline);
  Status pass_block(Deadline deadline);

  const std::string uri_;
  const SequenceFileHeader header_;
  const SequenceFileChunkerOptions options_;
  const int64_t length_;  // as it was listed
  const int32_t file_, end_chunk_;
  int32_t next_chunk_;
  bool begun_ = false;
  std::unique_ptr<fs::InputFile> input_;
  // The chunk as it grows, then what was read ahead: size_ bytes, of which at_ belong to the chunk.
  std::shared_ptr<arrow::ResizableBuffer> buffer_;
  size_t at_ = 0, size_ = 0;
  int64_t position_ = 0;  // of the byte at at_ in the file
  int64_t reported_ = 0;  // as read
};

}  // namespace howdah::formats
