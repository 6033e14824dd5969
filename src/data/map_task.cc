#include "data/map_task.h"

#include <arrow/buffer.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "data/batch_bytes.h"
#include "data/chunk_records.h"
#include "data/group_shuffle.h"
#include "data/pair_stream.h"
#include "data/quarantine.h"
#include "data/task_files.h"
#include "mapreduce/routing.h"

namespace howdah::data {
namespace {

using nlohmann::json;

class MapTask {
 public:
  MapTask(Preparation& preparation, int reduces, std::FILE* out, std::stop_token stop)
      : preparation_(preparation),
        pipeline_(preparation.pipeline()),
        round_(preparation.round()),
        writes_(pipeline_.ready_to_write()),
        results_(preparation.new_results()),
        out_(out),
        stop_(std::move(stop)) {
    for (int r = 0; r < reduces; ++r) prefixes_.push_back(mapreduce::key_prefix_for(r, reduces));
  }

  Status read(const std::vector<formats::Portion>& portions) {
    for (const formats::Portion& portion : portions) {
      auto reader = HOWDAH_TRY(preparation_.source().read(portion, Deadline::never()));
      while (auto chunk = HOWDAH_TRY(reader->next(Deadline::never()))) {
        if (stop_.stop_requested()) return Status(Code::kCancelled, "the task was stopped");
        HOWDAH_TRY(take(*chunk));
      }
    }
    return Status::ok();
  }

  Status finish() {
    if (needs_) {
      HOWDAH_TRY(emit(PairKey(prefixes_[0], PairKind::kNeeds), needs_->to_json()));
    } else {
      std::string bytes;
      results_->write_to(bytes);
      HOWDAH_TRY(emit(PairKey(prefixes_[0], PairKind::kResults), bytes));
    }
    return out_.flush();
  }

  // Told to the reducers: trying again would not help.
  Status fail(const Status& status) {
    HOWDAH_TRY(emit(at_chunk(PairKind::kError, current_), to_json(status)));
    return out_.flush();
  }

 private:
  Status take(const formats::RawChunk& chunk) {
    current_ = chunk.id;
    formats::TableSchema needs;
    auto records = HOWDAH_TRY(parse_chunk(preparation_.source(), preparation_.schema(), chunk,
                                          *results_, preparation_.rounds() == 0, &needs));
    if (!records) {
      if (needs_) return needs_->widen(needs);
      needs_ = std::move(needs);
      return Status::ok();
    }
    if (needs_) return Status::ok();  // all that is learnt now will be learnt again
    HOWDAH_TRY(pipeline_.read(round_, 0, *records, *results_));
    HOWDAH_TRY(emit_quarantine(chunk.id));
    HOWDAH_TRY(emit_groups());
    return writes_ ? emit_slices(*records) : Status::ok();
  }

  Status emit_quarantine(formats::ChunkId chunk) {
    const auto records = std::exchange(results_->quarantined, {});
    if (records.empty()) return Status::ok();
    return emit(at_chunk(PairKind::kQuarantine, chunk),
                quarantine_lines(records, preparation_.source()));
  }

  Status emit_groups() {
    for (size_t item = 0; item < results_->groups.size(); ++item) {
      for (const transform::GroupEntry& entry : results_->groups[item]) {
        std::string bytes;
        write_entry(entry, bytes);
        HOWDAH_TRY(
            emit(PairKey(prefixes_[bucket_of(entry.key) % prefixes_.size()], PairKind::kGroup)
                     .add(static_cast<uint32_t>(item))
                     .add(entry.key.high)
                     .add(entry.key.low),
                 bytes));
      }
      results_->groups[item].clear();
    }
    return Status::ok();
  }

  Status emit_slices(const transform::Records& records) {
    const auto batch = HOWDAH_TRY(pipeline_.output_columns(records.batch));
    for (const PieceSlice& slice : HOWDAH_TRY(cut(records, batch, preparation_.pieces()))) {
      if (preparation_.was_written(slice.piece)) continue;
      const auto bytes = HOWDAH_TRY(to_bytes(*slice.batch));
      HOWDAH_TRY(emit(
          PairKey(prefixes_[static_cast<size_t>(slice.piece) % prefixes_.size()], PairKind::kSlice)
              .add(static_cast<uint32_t>(slice.piece))
              .add(static_cast<uint32_t>(records.chunk.file))
              .add(static_cast<uint32_t>(records.chunk.ordinal)),
          {reinterpret_cast<const char*>(bytes->data()), static_cast<size_t>(bytes->size())}));
    }
    return Status::ok();
  }

  // For the first reducer, in the order of the data.
  PairKey at_chunk(PairKind kind, formats::ChunkId chunk) const {
    return PairKey(prefixes_[0], kind)
        .add(static_cast<uint32_t>(chunk.file))
        .add(static_cast<uint32_t>(chunk.ordinal));
  }

  Status emit(const PairKey& key, std::string_view value) { return out_.write(key.bytes(), value); }

  Preparation& preparation_;
  const Pipeline& pipeline_;
  const Pipeline::Round round_;
  const bool writes_;
  std::unique_ptr<RoundResults> results_;
  std::optional<formats::TableSchema> needs_;
  formats::ChunkId current_;
  std::vector<std::string> prefixes_;
  PairWriter out_;
  const std::stop_token stop_;
};

// Of the data or of the job file, and not of this node or this moment.
bool is_final(const Status& status) {
  switch (status.code()) {
    case Code::kInvalidArgument:
    case Code::kCorrupt:
    case Code::kUnsupported:
    case Code::kPermissionDenied:
    case Code::kNotFound:
      return true;
    default:
      return false;
  }
}

Result<std::string> read_line(std::FILE* in) {
  std::string line;
  for (int c = std::fgetc(in); c != EOF && c != '\n'; c = std::fgetc(in))
    line += static_cast<char>(c);
  if (std::ferror(in)) return Status::from_errno(errno, "the task's input could not be read");
  return line;
}

}  // namespace

std::string portions_line(const std::vector<formats::Portion>& portions) {
  json line = json::array();
  for (const formats::Portion& portion : portions)
    line.push_back(
        {portion.file, portion.first_chunk, portion.chunks, portion.bytes, portion.offset_bytes});
  return line.dump();
}

Result<std::vector<formats::Portion>> portions_of(const std::string& line) {
  const json list = json::parse(line, nullptr, false);
  std::vector<formats::Portion> portions;
  if (!list.is_array()) return Status(Code::kCorrupt, "the task's input names no portions");
  for (const json& entry : list) {
    if (!entry.is_array() || entry.size() != 5 ||
        !std::all_of(entry.begin(), entry.end(), [](const json& v) { return v.is_number(); }))
      return Status(Code::kCorrupt, "the task's input names no portions");
    portions.push_back({entry[0].get<int32_t>(), entry[1].get<int32_t>(), entry[2].get<int32_t>(),
                        entry[3].get<int64_t>(), entry[4].get<int64_t>()});
  }
  return portions;
}

Status run_map_task(Preparation& preparation, int reduces, std::FILE* in, std::FILE* out,
                    std::stop_token stop) {
  MapTask task(preparation, reduces, out, std::move(stop));
  while (true) {
    const std::string line = HOWDAH_TRY(read_line(in));
    if (line.empty() && std::feof(in)) break;
    if (line.empty()) continue;
    const auto portions = HOWDAH_TRY(portions_of(line));
    for (const formats::Portion& portion : portions)
      if (portion.file < 0 ||
          static_cast<size_t>(portion.file) >= preparation.source().files().size())
        return Status(Code::kCorrupt, "the task's input names a file that is not there");
    const Status status = task.read(portions);
    if (!status) return is_final(status) ? task.fail(status) : status;
  }
  return task.finish();
}

}  // namespace howdah::data
