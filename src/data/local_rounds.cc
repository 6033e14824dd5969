#include "data/local_rounds.h"

#include <fmt/format.h>
#include <sys/resource.h>

#include <atomic>
#include <chrono>

#include "base/temporary_file.h"
#include "data/chunk_records.h"
#include "data/group_shuffle.h"
#include "data/ordered_flow.h"
#include "data/quantity.h"
#include "data/spool.h"

namespace howdah::data {
namespace {

using transform::Records;

// One item of a flow: a chunk of the source, or what the spool holds under its number.
struct FlowItem {
  formats::RawChunk chunk;
  size_t number = 0;  // counted from 0
};
struct FlowResult {
  std::vector<DroppedRecord> quarantined;
  std::vector<PieceSlice> slices;
};

// Reads the portions of a source one after the other.
class ChunkSequence {
 public:
  ChunkSequence(formats::Source& source, std::vector<formats::Portion> portions)
      : source_(source), portions_(std::move(portions)) {}
  Result<std::optional<FlowItem>> next() {
    while (reader_ || at_ < portions_.size()) {
      if (!reader_) reader_ = HOWDAH_TRY(source_.read(portions_[at_++], Deadline::never()));
      auto chunk = HOWDAH_TRY(reader_->next(Deadline::never()));
      if (chunk) return std::optional(FlowItem{std::move(*chunk), 0});
      reader_.reset();
    }
    return std::optional<FlowItem>();
  }

 private:
  formats::Source& source_;
  std::vector<formats::Portion> portions_;
  size_t at_ = 0;
  std::unique_ptr<formats::ChunkReader> reader_;
};

// Resident whatever the limit: the program with its libraries, a chunk for each thread as bytes and
// as columns, and row groups while they are encoded.
constexpr int64_t kFixedBytes = 160 << 20;

int64_t peak_memory_bytes() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss * 1024;
}

class LocalRun {
 public:
  LocalRun(Preparation& preparation, const RunLimits& limits, const TellProgress& tell)
      : preparation_(preparation),
        limits_(limits),
        memory_bytes_(std::max(limits.memory_bytes - kFixedBytes, limits.memory_bytes / 4)),
        tell_(tell) {
    flow_.threads = limits.threads;
    const int64_t by_memory = memory_bytes_ / 4 / preparation.source().chunk_memory_bytes();
    flow_.window = static_cast<size_t>(
        std::clamp<int64_t>(by_memory, limits.threads + 1, 4 * limits.threads + 2));
    flow_.stop = limits.stop;
  }

  Result<Report> run() {
    const auto started = std::chrono::steady_clock::now();
    while (!preparation_.pipeline().ready_to_write()) HOWDAH_TRY(learn());
    HOWDAH_TRY(preparation_.plan_pieces(Deadline::never()));
    const auto results = HOWDAH_TRY(write());
    Report::Run run;
    run.on = "local";
    run.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
    run.peak_memory_bytes = peak_memory_bytes();
    return preparation_.finish(*results, std::move(run), Deadline::never());
  }

 private:
  using Flow = OrderedFlow<FlowItem, FlowResult>;

  // The next reading of the data: from the source, or from the spool.
  Result<Flow::Next> next_items(const char* phase) {
    done_bytes_ = 0;
    auto number = std::make_shared<size_t>(0);
    if (spool_) {
      const auto size = static_cast<int64_t>(spool_->size());
      return Flow::Next([this, number, size, phase]() -> Result<std::optional<FlowItem>> {
        const int64_t total = preparation_.source().total_bytes();
        tell_({phase, static_cast<int64_t>(*number) * total / std::max<int64_t>(1, size), total});
        if (static_cast<int64_t>(*number) == size) return std::optional<FlowItem>();
        return std::optional(FlowItem{{}, (*number)++});
      });
    }
    auto portions = HOWDAH_TRY(preparation_.source().portions(int64_t{1} << 30, Deadline::never()));
    auto sequence = std::make_shared<ChunkSequence>(preparation_.source(), std::move(portions));
    return Flow::Next([this, sequence, number, phase]() -> Result<std::optional<FlowItem>> {
      auto item = HOWDAH_TRY(sequence->next());
      const int64_t total = preparation_.source().total_bytes();
      if (item) {
        item->number = (*number)++;
        // Readers of neighbouring portions read a little twice.
        done_bytes_ = std::min(done_bytes_ + item->chunk.read_bytes, total);
      }
      tell_({phase, done_bytes_, total});
      return item;
    });
  }

  // Null where the chunk does not fit into the schema.
  Result<std::optional<Records>> records_of(FlowItem&& item, RoundResults& results, bool keep) {
    if (spool_) return std::optional(HOWDAH_TRY(spool_->get(item.number, keep)));
    formats::TableSchema needs;
    auto records = HOWDAH_TRY(parse_chunk(preparation_.source(), preparation_.schema(), item.chunk,
                                          results, preparation_.rounds() == 0, &needs));
    item.chunk.bytes.reset();  // the columns hold all
    if (!records) {
      const std::lock_guard lock(needs_mutex_);
      if (needs_)
        HOWDAH_TRY(needs_->widen(needs));
      else
        needs_ = std::move(needs);
    }
    return records;
  }

  Status learn() {
    Pipeline& pipeline = preparation_.pipeline();
    const Pipeline::Round round = preparation_.round();
    std::vector<std::unique_ptr<RoundResults>> results;
    for (int t = 0; t < limits_.threads; ++t) results.push_back(preparation_.new_results());
    std::vector<std::unique_ptr<GroupShuffle>> shuffles(pipeline.items());
    int groupings = 0;
    for (const char act : round.tail) groupings += act == 'g';
    for (size_t k = 0; k < round.tail.size(); ++k)
      if (round.tail[k] == 'g')
        shuffles[round.ready + k] =
            std::make_unique<GroupShuffle>(memory_bytes_ / 8 / groupings, temporary_folder());

    needs_.reset();
    const size_t from = spool_ ? applied_ : 0;
    const bool keep = spool_ && round.ready == from;  // the spool stays as it is
    auto next_spool =
        keep ? nullptr : std::make_unique<Spool>(memory_bytes_ / 3, temporary_folder());
    const auto work = [&](FlowItem&& item, int thread) -> Result<FlowResult> {
      RoundResults& mine = *results[static_cast<size_t>(thread)];
      FlowResult result;
      const size_t number = item.number;
      auto records = HOWDAH_TRY(records_of(std::move(item), mine, keep));
      if (!records) return result;
      HOWDAH_TRY(pipeline.read(round, from, *records, mine));
      for (size_t i = 0; i < shuffles.size(); ++i)
        if (shuffles[i]) HOWDAH_TRY(shuffles[i]->add(mine.groups[i]));
      result.quarantined = std::exchange(mine.quarantined, {});
      if (!keep) HOWDAH_TRY(next_spool->put(number, std::move(*records)));
      return result;
    };
    const auto deliver = [&](FlowResult&& result) -> Status {
      return preparation_.quarantine(result.quarantined);
    };
    HOWDAH_TRY(Flow::run(flow_, HOWDAH_TRY(next_items("reading")), work, deliver));
    if (needs_) return preparation_.widen(*needs_);

    for (size_t t = 1; t < results.size(); ++t) HOWDAH_TRY(results[0]->merge(*results[t]));
    std::vector<DropList> drops(pipeline.items());
    for (size_t i = 0; i < shuffles.size(); ++i)
      if (shuffles[i])
        drops[i] = HOWDAH_TRY(shuffles[i]->judge(*pipeline.grouping(i), limits_.threads));
    if (!keep) spool_ = std::move(next_spool);
    applied_ = round.ready;
    return preparation_.finish_round(*results[0], std::move(drops), Deadline::never());
  }

  // Several readings where the files of one would take too much memory.
  Result<std::unique_ptr<RoundResults>> write() {
    const auto& pieces = preparation_.pieces().pieces();
    const int64_t each = preparation_.writer_options().row_group_bytes * 2;
    const auto open_at_once =
        static_cast<size_t>(std::clamp<int64_t>(memory_bytes_ / 2 / each, 4, 256));
    auto all = preparation_.new_results();
    for (size_t begin = 0; begin < pieces.size();) {
      size_t end = begin, partitions = 0;
      while (end < pieces.size() && partitions <= open_at_once) {
        if (end == begin || !(pieces[end].partition == pieces[end - 1].partition)) ++partitions;
        if (partitions <= open_at_once) ++end;
      }
      HOWDAH_TRY(write_pieces(static_cast<int32_t>(begin), static_cast<int32_t>(end),
                              end < pieces.size(), begin == 0 ? all.get() : nullptr));
      begin = end;
    }
    return all;
  }

  Status write_pieces(int32_t begin, int32_t end, bool more, RoundResults* all) {
    const Pipeline& pipeline = preparation_.pipeline();
    const Pipeline::Round round = preparation_.round();
    std::vector<std::unique_ptr<RoundResults>> results;
    for (int t = 0; t < limits_.threads; ++t) results.push_back(preparation_.new_results());
    PieceWriters::Options options;
    options.folder = preparation_.work().location();
    options.schema = HOWDAH_TRY(pipeline.output_schema());
    options.writer = preparation_.writer_options();
    options.threads = limits_.threads;
    options.queued_bytes = memory_bytes_ / 8;
    options.written = [this](const WrittenPiece& piece) { return preparation_.wrote(piece); };
    PieceWriters writers(preparation_.pieces(), std::move(options));

    const size_t from = spool_ ? applied_ : 0;
    const auto work = [&](FlowItem&& item, int thread) -> Result<FlowResult> {
      RoundResults& mine = *results[static_cast<size_t>(thread)];
      FlowResult result;
      auto records = HOWDAH_TRY(records_of(std::move(item), mine, more));
      if (!records) return Status(Code::kInternal, "the source changed while it was read");
      HOWDAH_TRY(pipeline.read(round, from, *records, mine));
      result.quarantined = std::exchange(mine.quarantined, {});
      const auto batch = HOWDAH_TRY(pipeline.output_columns(records->batch));
      result.slices = HOWDAH_TRY(cut(*records, batch, preparation_.pieces()));
      return result;
    };
    const auto deliver = [&](FlowResult&& result) -> Status {
      if (all) HOWDAH_TRY(preparation_.quarantine(result.quarantined));
      for (PieceSlice& slice : result.slices)
        if (slice.piece >= begin && slice.piece < end && !preparation_.was_written(slice.piece))
          HOWDAH_TRY(writers.add(std::move(slice)));
      return Status::ok();
    };
    HOWDAH_TRY(Flow::run(flow_, HOWDAH_TRY(next_items("writing")), work, deliver));
    HOWDAH_TRY(writers.finish());
    for (const auto& mine : results)
      if (all) HOWDAH_TRY(all->merge(*mine));
    return Status::ok();
  }

  Preparation& preparation_;
  const RunLimits& limits_;
  const int64_t memory_bytes_;  // for what grows with the data
  const TellProgress& tell_;
  FlowLimits flow_;
  std::unique_ptr<Spool> spool_;
  size_t applied_ = 0;  // items of the pipeline that the spool's records have gone through
  int64_t done_bytes_ = 0;
  std::mutex needs_mutex_;
  std::optional<formats::TableSchema> needs_;
};

}  // namespace

Result<Report> run_locally(Preparation& preparation, const RunLimits& limits,
                           const TellProgress& tell) {
  const formats::Source& source = preparation.source();
  const int64_t longest = std::max(limits.memory_bytes / 4, prepare::SourceSpec().max_record_bytes);
  if (source.spec().max_record_bytes > longest)
    return Status(Code::kInvalidArgument,
                  fmt::format("records of up to {} do not fit into a memory of {}",
                              bytes_text(source.spec().max_record_bytes),
                              bytes_text(limits.memory_bytes)))
        .with_operation("max_record")
        .with_peer(source.spec().where)
        .with_advice(fmt::format("give --memory \"{}\", or let max_record be smaller",
                                 bytes_text(4 * source.spec().max_record_bytes)));
  return LocalRun(preparation, limits, tell).run();
}

}  // namespace howdah::data
