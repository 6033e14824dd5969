// Folders of image files. A chunk is a run of files, as they are listed, that are reckoned to fill
// it; its id names the first of them, and a record's position in the chunk is its file's in the
// run. The files are opened by whoever parses the chunk: waiting for many small files is shared as
// well.
#include <algorithm>
#include <chrono>
#include <utility>

#include "formats/image_source.h"

namespace howdah::formats {
namespace {

// Positions in a chunk are small, and so is what one call does.
constexpr size_t kMostFiles = 4096;
constexpr auto kReading = std::chrono::minutes(5);  // of one file

class OneChunk : public ChunkReader {
 public:
  explicit OneChunk(RawChunk chunk) : chunk_(std::move(chunk)) {}
  Result<std::optional<RawChunk>> next(Deadline) override { return std::exchange(chunk_, {}); }

 private:
  std::optional<RawChunk> chunk_;
};

class FolderSource : public ImageSource {
 public:
  FolderSource(Found found, int64_t chunk_bytes) : ImageSource(std::move(found)) {
    int64_t held = chunk_bytes;
    for (size_t i = 0; i < files_.size(); ++i) {
      const int64_t next = weight(files_[i].length_bytes);
      if (held > chunk_bytes - next || i - begins_.back() == kMostFiles) {
        begins_.push_back(i);
        held = 0;
      }
      held += next;
    }
    begins_.push_back(files_.size());
  }

  Result<std::vector<Portion>> portions(int64_t, Deadline) override {
    std::vector<Portion> portions;
    for (size_t run = 0; run + 1 < begins_.size(); ++run)
      portions.push_back({static_cast<int32_t>(begins_[run]), 0, 1, stored_bytes(run), 0});
    return portions;
  }

  Result<std::unique_ptr<ChunkReader>> read(const Portion& portion, Deadline) override {
    const auto run = run_of(portion.file);
    if (!run || portion.first_chunk != 0) return of_another_source(portion);
    RawChunk chunk;
    chunk.id = {portion.file, 0};
    chunk.read_bytes = stored_bytes(*run);
    return std::unique_ptr<ChunkReader>(new OneChunk(std::move(chunk)));
  }

  Result<ParsedChunk> parse(const RawChunk& chunk, const TableSchema& schema) override {
    const auto run = run_of(chunk.id.file);
    if (!run) return of_another_source({chunk.id.file, 0, 1, 0, 0});
    ImageBatch batch(schema, spec_);
    std::vector<std::byte> content;
    for (size_t i = begins_[*run]; i < begins_[*run + 1]; ++i) {
      const SourceFile& file = files_[i];
      ImageSample sample;
      sample.name = file.name;
      sample.label = folder_label(file.name);
      std::string reason;
      if (file.length_bytes > spec_.max_record_bytes) {
        reason = std::to_string(file.length_bytes) + " bytes where max_record_bytes allows " +
                 std::to_string(spec_.max_record_bytes);
        sample.rule = "too_long";
        sample.reason = reason;
      } else {
        HOWDAH_TRY(read_file(file, content));
        sample.image = content;
      }
      HOWDAH_TRY(batch.add(sample));
    }
    return batch.finish(chunk.id);
  }

  const SourceFile& file_of(ChunkId chunk, int64_t row) const override {
    return files_[std::min(static_cast<size_t>(chunk.file + row), files_.size() - 1)];
  }

 private:
  std::optional<size_t> run_of(int32_t first_file) const {
    if (first_file < 0) return std::nullopt;
    const auto found =
        std::lower_bound(begins_.begin(), begins_.end() - 1, static_cast<size_t>(first_file));
    if (found == begins_.end() - 1 || *found != static_cast<size_t>(first_file))
      return std::nullopt;
    return static_cast<size_t>(found - begins_.begin());
  }
  int64_t stored_bytes(size_t run) const {
    int64_t bytes = 0;
    for (size_t i = begins_[run]; i < begins_[run + 1]; ++i) bytes += files_[i].length_bytes;
    return bytes;
  }
  static Status read_file(const SourceFile& file, std::vector<std::byte>& content) {
    content.resize(static_cast<size_t>(file.length_bytes));
    if (content.empty()) return Status::ok();
    const Deadline deadline = Deadline::after(kReading);
    const auto input = file.location.files->open(file.location.path, deadline);
    if (!input) return input.status().with_operation("open").with_peer(file.location.uri());
    size_t done = 0;
    while (done < content.size()) {
      const auto read = (*input)->read_at(static_cast<int64_t>(done),
                                          MutableBytes(content).subspan(done), deadline);
      if (!read) return read.status().with_operation("read").with_peer(file.location.uri());
      if (*read == 0)
        return Status(Code::kCorrupt, "the file ends at byte " + std::to_string(done) +
                                          ", and had " + std::to_string(content.size()) +
                                          " when it was listed")
            .with_operation("read")
            .with_peer(file.location.uri());
      done += *read;
    }
    return Status::ok();
  }

  std::vector<size_t> begins_;  // of the runs, and the number of files
};

}  // namespace

Result<std::unique_ptr<Source>> make_folder_source(Found found, int64_t chunk_bytes) {
  return std::unique_ptr<Source>(new FolderSource(std::move(found), chunk_bytes));
}

}  // namespace howdah::formats
