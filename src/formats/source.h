// A source of raw records: files of one format, cut into chunks.
//
// A chunk is what one call parses: some 8 MiB of text, a row group, a run of images. Where chunks
// are cut depends on the files alone, never on who reads them: (file, ordinal) names the same
// records on one machine and in any mapper. A portion is what can be read independently: a range of
// chunks of one file. Files that hold one image each share a chunk, which is named after the first.
//
// read is I/O and sequential, parse is computation and thread-safe: one thread reads ahead, all
// cores parse.
#pragma once

#include <arrow/type_fwd.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/deadline.h"
#include "base/result.h"
#include "formats/table_schema.h"
#include "fs/file_systems.h"
#include "prepare/source_spec.h"

namespace howdah::formats {

// Part of every plan: another number gives other chunks, and so another order of... nothing else.
inline constexpr int64_t kChunkBytes = 8 << 20;

struct SourceFile {
  fs::Location location;
  std::string name;  // relative to the source's folder: "2013/flights-1.csv"; in reports
  int64_t length_bytes = 0;
  int64_t modified_ms = 0;
  std::string folders = {};  // between the source and the file: "region=eu/month=3/"
};

struct ChunkId {
  int32_t file = 0;     // into Source::files()
  int32_t ordinal = 0;  // within the file
  auto operator<=>(const ChunkId&) const = default;
};

struct Portion {
  int32_t file = 0;
  int32_t first_chunk = 0;
  int32_t chunks = -1;  // -1: all to the end, their number is not known before (compressed files)
  int64_t bytes = 0;    // of the file, roughly: for balance and progress
  int64_t offset_bytes = 0;  // where in the file: for locality
};

// What parse() needs of a chunk of a format that is no text: a row group's columns, say.
struct ChunkContent {
  virtual ~ChunkContent() = default;
};

// Bytes of one chunk, not yet looked at.
struct RawChunk {
  ChunkId id;
  std::shared_ptr<arrow::Buffer>
      bytes;  // whole records; empty for formats that parse from the file
  std::shared_ptr<const ChunkContent> content;  // of the source's own kind; null for text
  int64_t first_byte = 0;                       // of `bytes` in the (decompressed) file
  int64_t read_bytes = 0;                       // of the file as it lies there: for progress
  // The chunk's last record, not in `bytes`: beyond max_record_bytes, and passed over by the
  // reader.
  struct TooLong {
    int64_t offset = 0, length_bytes = 0;  // in the (decompressed) file
    std::string content;                   // its beginning
  };
  std::optional<TooLong> too_long;
};

struct BadRecord {
  int64_t row = 0;      // position in the chunk, counting bad ones
  int64_t offset = 0;   // of its first byte in the (decompressed) file; row formats: the row
  std::string rule;     // "ragged_row" | "type_error" | "encoding" | "too_long" | "unreadable"
  std::string reason;   // "7 fields where 19 are due"
  std::string content;  // its beginning, at most 4 KiB, valid UTF-8
};

struct ParsedChunk {
  ChunkId id;
  std::shared_ptr<arrow::RecordBatch> batch;  // of the schema asked for
  std::vector<uint32_t> rows;  // of each row of the batch: its position in the chunk; ascending
  int64_t rows_read = 0;       // bad ones and pruned ones included
  // Not looked at, because the spec's `filter` lets none of them through.
  int64_t rows_pruned = 0;
  int64_t values_become_missing = 0;  // wrong types, where the spec says so
  std::vector<BadRecord> bad;
  // The chunk does not fit into the schema asked for: `batch` is null, and this is what it needs
  // (widen with it and parse again). Never for given types.
  std::optional<TableSchema> needs;
};

// Reads the chunks of one portion, in order. One thread.
class ChunkReader {
 public:
  virtual ~ChunkReader() = default;
  // Nothing at the end.
  //   kCorrupt  truncated or broken compression, a record beyond max_record_bytes that cannot be
  //             skipped...; the message names file and byte
  virtual Result<std::optional<RawChunk>> next(Deadline deadline) = 0;
};

class FolderColumns;

class Source {
 public:
  // Lists and checks: at least one file, one format. Files are sorted by name. Hidden ones (".x",
  // "_x") are left out, as Hadoop does; empty files are fine. Folders' names like "region=eu" are
  // columns (folder_columns.h).
  //   kNotFound         no such file, nothing matches
  //   kInvalidArgument  files of several formats, nested Parquet columns, duplicate header names,
  //                     a column asked for that is not there (the nearest is named)
  static Result<std::unique_ptr<Source>> open(fs::FileSystems& files,
                                              const prepare::SourceSpec& spec, Deadline deadline);
  virtual ~Source() = default;

  const std::vector<SourceFile>& files() const { return files_; }
  prepare::Format format() const { return spec_.format; }  // never kAuto
  const prepare::SourceSpec& spec() const { return spec_; }
  int64_t total_bytes() const;
  // Where the record at this position in the chunk lies.
  virtual const SourceFile& file_of(ChunkId chunk, int64_t row) const;
  // What a chunk takes while it is there as bytes and as columns, roughly: for how many may be in
  // flight. After survey() or portions().
  virtual int64_t chunk_memory_bytes() const { return 4 * kChunkBytes; }

  // Names from headers, types from the first chunk: a start. Deterministic, but only a lower bound
  // of what all chunks need.
  virtual Result<TableSchema> survey(Deadline deadline) = 0;
  // All portions in order, the finest that the format allows, but at most max_bytes each (a
  // mapper's share: whole chunks).
  virtual Result<std::vector<Portion>> portions(int64_t max_bytes, Deadline deadline) = 0;
  // Thread-safe, also parse.
  virtual Result<std::unique_ptr<ChunkReader>> read(const Portion& portion, Deadline deadline) = 0;
  // Bad records are handed back, not judged; kCorrupt only where nothing more can be read.
  virtual Result<ParsedChunk> parse(const RawChunk& chunk, const TableSchema& schema) = 0;

 protected:
  // Where survey() finds nothing to read.
  Status no_records() const;
  // The folders' names say what the column is: it is not looked for in the files.
  bool in_folders(const std::string& column) const;

  std::vector<SourceFile> files_;
  prepare::SourceSpec spec_;
  std::shared_ptr<const FolderColumns> folders_;  // null: the folders' names say nothing
};

}  // namespace howdah::formats
