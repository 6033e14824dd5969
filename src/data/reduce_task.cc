#include "data/reduce_task.h"

#include <arrow/buffer.h>
#include <arrow/record_batch.h>

#include <nlohmann/json.hpp>

#include "data/batch_bytes.h"
#include "data/group_shuffle.h"
#include "data/pair_stream.h"
#include "data/task_files.h"

namespace howdah::data {
namespace {

using transform::GroupEntry;

// Entries of one key that are held at once; a key that is more frequent than this is a mistake in
// the keys, and would take the task's memory.
constexpr size_t kMostOfOneKey = 20'000'000;

class ReduceTask {
 public:
  ReduceTask(Preparation& preparation, int reducer, fs::Location folder)
      : preparation_(preparation),
        reducer_(reducer),
        folder_(std::move(folder)),
        results_(preparation.new_results()),
        drops_(preparation.pipeline().items()) {}

  Status take(const Pair& pair) {
    PairKeyReader key = HOWDAH_TRY(PairKeyReader::create(pair.key));
    if (key.kind() != PairKind::kGroup && !group_.empty()) HOWDAH_TRY(judge());
    switch (key.kind()) {
      case PairKind::kError:
        if (error_) error_ = status_from_json(pair.value);
        return Status::ok();
      case PairKind::kNeeds:
        return take_needs(pair.value);
      case PairKind::kGroup:
        return take_group(key, pair);
      case PairKind::kQuarantine:
        return append(quarantine_, quarantine_file(reducer_), pair.value);
      case PairKind::kResults: {
        has_results_ = true;
        statistics::ByteReader bytes(pair.value);
        return results_->merge(bytes);
      }
      case PairKind::kSlice:
        return take_slice(key, pair.value);
    }
    return Status(Code::kCorrupt, "the task's input holds an unknown kind of pair");
  }

  Status finish() {
    if (!group_.empty()) HOWDAH_TRY(judge());
    HOWDAH_TRY(close_piece());
    for (auto* file : {&quarantine_, &written_})
      if (*file) HOWDAH_TRY((*file)->close(Deadline::never()));
    if (!error_) HOWDAH_TRY(write(error_file(reducer_), to_json(error_)));
    if (needs_) HOWDAH_TRY(write(needs_file(reducer_), needs_->to_json()));
    for (size_t item = 0; item < drops_.size(); ++item) {
      if (drops_[item].size() == 0) continue;
      std::string bytes;
      drops_[item].finish();
      drops_[item].write_to(bytes);
      HOWDAH_TRY(write(drops_file(reducer_, item), bytes));
    }
    if (!has_results_) return Status::ok();
    std::string bytes;
    results_->write_to(bytes);
    return write(results_file(reducer_), bytes);
  }

 private:
  Status take_needs(const std::string& text) {
    const auto needs = HOWDAH_TRY(formats::TableSchema::from_json(text));
    if (needs_) return needs_->widen(needs);
    needs_ = needs;
    return Status::ok();
  }

  Status take_group(PairKeyReader& key, const Pair& pair) {
    const size_t item = HOWDAH_TRY(key.u32());
    if (item >= drops_.size() || !preparation_.pipeline().grouping(item))
      return Status(Code::kCorrupt, "a group belongs to no step");
    statistics::ByteReader bytes(pair.value);
    GroupEntry entry = HOWDAH_TRY(read_entry(bytes));
    if (!group_.empty() && (item != group_item_ || entry.key != group_.front().key))
      HOWDAH_TRY(judge());
    if (group_.size() >= kMostOfOneKey)
      return Status(Code::kInvalidArgument, "more than 20,000,000 records have one key")
          .with_peer(preparation_.pipeline().item_name(item));
    group_item_ = item;
    group_.push_back(std::move(entry));
    return Status::ok();
  }

  Status judge() {
    judge_groups(*preparation_.pipeline().grouping(group_item_), group_, drops_[group_item_]);
    group_.clear();
    return Status::ok();
  }

  Status take_slice(PairKeyReader& key, const std::string& bytes) {
    const auto number = static_cast<int32_t>(HOWDAH_TRY(key.u32()));
    const auto& pieces = preparation_.pieces().pieces();
    if (number < 0 || static_cast<size_t>(number) >= pieces.size())
      return Status(Code::kCorrupt, "rows belong to no file");
    if (number != piece_) {
      HOWDAH_TRY(close_piece());
      piece_ = number;
      schema_ = HOWDAH_TRY(preparation_.pipeline().output_schema());
      writer_ =
          HOWDAH_TRY(formats::FileWriter::create(*folder_.files, path(piece_file(number)), schema_,
                                                 preparation_.writer_options(), Deadline::never()));
    }
    const auto batch = HOWDAH_TRY(batch_from_bytes(schema_, arrow::Buffer::FromString(bytes)));
    return writer_->write(*batch);
  }

  Status close_piece() {
    if (!writer_) return Status::ok();
    const Piece& piece = preparation_.pieces().pieces()[static_cast<size_t>(piece_)];
    const auto written = HOWDAH_TRY(writer_->close());
    writer_.reset();
    if (written.rows != piece.rows)
      return Status(Code::kInternal, "an output file has " + std::to_string(written.rows) +
                                         " rows where " + std::to_string(piece.rows) +
                                         " were counted")
          .with_peer(piece.path);
    return append(written_, written_file(reducer_),
                  to_line({piece_, piece.path, written.rows, written.bytes, written.sha256}));
  }

  Status append(std::unique_ptr<fs::OutputFile>& file, const std::string& name,
                const std::string& text) {
    if (!file) file = HOWDAH_TRY(folder_.files->create(path(name), {}, Deadline::never()));
    return file->write(as_bytes(text), Deadline::never());
  }
  Status write(const std::string& name, const std::string& content) {
    std::unique_ptr<fs::OutputFile> file;
    HOWDAH_TRY(append(file, name, content));
    return file->close(Deadline::never());
  }
  std::string path(const std::string& name) const { return folder_.path + "/" + name; }

  Preparation& preparation_;
  const int reducer_;
  const fs::Location folder_;
  std::unique_ptr<RoundResults> results_;
  bool has_results_ = false;
  Status error_;
  std::optional<formats::TableSchema> needs_;
  std::vector<DropList> drops_;
  std::vector<GroupEntry> group_;
  size_t group_item_ = 0;
  std::unique_ptr<fs::OutputFile> quarantine_, written_;
  int32_t piece_ = -1;
  std::shared_ptr<arrow::Schema> schema_;
  std::unique_ptr<formats::FileWriter> writer_;
};

}  // namespace

Status run_reduce_task(Preparation& preparation, int reducer, const fs::Location& folder,
                       std::FILE* in, std::stop_token stop) {
  HOWDAH_TRY(folder.files->mkdir(folder.path, 0755, Deadline::never()));
  ReduceTask task(preparation, reducer, folder);
  PairReader pairs(in);
  while (auto pair = HOWDAH_TRY(pairs.next())) {
    if (stop.stop_requested()) return Status(Code::kCancelled, "the task was stopped");
    HOWDAH_TRY(task.take(*pair));
  }
  return task.finish();
}

}  // namespace howdah::data
