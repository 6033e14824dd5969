// Sources of text: files cut into chunks at line ends. One class a format parses the chunks.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "formats/line_chunker.h"
#include "formats/sources.h"
#include "formats/text_encoding.h"

namespace howdah::formats {

// Tests cut smaller chunks; the product always kChunkBytes.
Result<std::unique_ptr<Source>> make_text_source(Found found, int64_t chunk_bytes);
Result<std::unique_ptr<Source>> make_csv_source(Found found, const ChunkerOptions& options,
                                                Encoding encoding);
Result<std::unique_ptr<Source>> make_json_lines_source(Found found, const ChunkerOptions& options,
                                                       Encoding encoding);
Result<std::unique_ptr<Source>> make_line_source(Found found, const ChunkerOptions& options,
                                                 Encoding encoding);

class TextSource : public Source {
 public:
  TextSource(Found found, const ChunkerOptions& options, Encoding encoding);

  Result<std::vector<Portion>> portions(int64_t max_bytes, Deadline deadline) override;
  Result<std::unique_ptr<ChunkReader>> read(const Portion& portion, Deadline deadline) override;

 protected:
  // Called before a portion of the file is read: what parsing needs beside the chunk.
  virtual Status prepare_file(int32_t, Deadline) { return Status::ok(); }
  const SourceFile& file(int32_t index) const { return files_[static_cast<size_t>(index)]; }
  bool can_split(const SourceFile& file) const;
  // The first chunk of the first file that has one; nothing where all files are empty.
  Result<std::optional<RawChunk>> first_chunk(Deadline deadline);
  // What the job file says about a column: its type, or nothing known yet.
  TableColumn column_named(const std::string& name) const;

  ChunkerOptions chunker_;
  Encoding encoding_;
};

// A column that is asked for and not among `names`; the nearest one is named.
Status no_such_column(const std::string& name, const std::vector<std::string>& names,
                      const SourceFile& file);

}  // namespace howdah::formats
