#include "dataset/plan.h"

#include <fmt/core.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <numeric>
#include <span>

#include "base/digest.h"
#include "dataset/part_names.h"
#include "dataset/random.h"

namespace howdah::dataset {
namespace {

constexpr int kMaxStreams = 1 << 16;
constexpr int kMaxWindowChunks = 1 << 12;

// Keeps the draws for different purposes apart, whatever the seeds are.
enum class Draw : uint64_t { kMembership = 1, kChunks = 2, kWindow = 3, kBuckets = 4 };

int64_t multiply_divide(int64_t a, int64_t b, int64_t divisor) {
  return static_cast<int64_t>(static_cast<__int128>(a) * b / divisor);
}

// A share of all 64-bit hashes, exact in double: a product with a power of two does not round.
uint64_t share_of_hashes(double share) {
  if (share >= 1.0 - 1e-9) return std::numeric_limits<uint64_t>::max();
  return static_cast<uint64_t>(std::ldexp(share, 53)) << 11;
}

// The hashes [begin, end] that belong to a part.
struct Membership {
  bool all = false, none = false;
  uint64_t seed = 0, begin = 0, end = 0;

  Membership(const PlanOptions& options, const Partition& partition) : seed(options.split.seed) {
    if (partition.name != kPartNames[0]) {
      all = true;
      return;
    }
    const uint64_t train = share_of_hashes(options.split.train);
    const uint64_t rest = share_of_hashes(options.split.train + options.split.validation);
    constexpr uint64_t kEnd = std::numeric_limits<uint64_t>::max();
    const uint64_t from = options.part == Part::kTrain        ? 0
                          : options.part == Part::kValidation ? train
                                                              : rest;
    const uint64_t to = options.part == Part::kTrain        ? train
                        : options.part == Part::kValidation ? rest
                                                            : kEnd;
    none = from >= to;
    all = from == 0 && to == kEnd;
    begin = from;
    end = to == kEnd ? kEnd : to - 1;
  }
  bool contains(int64_t identity) const {
    if (all || none) return all;
    const uint64_t hash =
        hash_of(seed, static_cast<uint64_t>(Draw::kMembership), static_cast<uint64_t>(identity));
    return hash >= begin && hash <= end;
  }
  int64_t count(const Chunk& chunk) const {
    if (all || none) return all ? chunk.records : 0;
    int64_t members = 0;
    for (int64_t i = 0; i < chunk.records; ++i) members += contains(chunk.first_record + i) ? 1 : 0;
    return members;
  }
};

Status check(const PlanOptions& options, int64_t epoch) {
  const auto invalid = [](std::string message) {
    return Status(Code::kInvalidArgument, std::move(message)).with_operation("plan an epoch");
  };
  const Split& split = options.split;
  // Written so that a NaN is refused.
  if (!(split.train >= 0 && split.validation >= 0 && split.train + split.validation <= 1 + 1e-9)) {
    return invalid(fmt::format("a split into {} train and {} validation", split.train,
                               split.validation))
        .with_advice("shares are at least 0 and sum up to 1 at most");
  }
  if (options.streams < 1 || options.streams > kMaxStreams) {
    return invalid(fmt::format("{} streams, where 1 to {} can be", options.streams, kMaxStreams));
  }
  if (options.batch < 1) return invalid(fmt::format("a batch of {} records", options.batch));
  if (options.window_chunks < 1 || options.window_chunks > kMaxWindowChunks) {
    return invalid(fmt::format("a shuffle window of {} chunks, where 1 to {} can be",
                               options.window_chunks, kMaxWindowChunks));
  }
  if (epoch < 0) return invalid(fmt::format("epoch {}", epoch));
  return Status::ok();
}

}  // namespace

const Partition* partition_of(const Index& index, const PlanOptions& options) {
  const Partition* own =
      options.part == Part::kTrain ? nullptr : index.partition(part_name(options.part));
  return own ? own : index.partition(kPartNames[0]);
}

bool has_part(const Index& index, const Split& split, Part part) {
  if (part != Part::kTrain && index.partition(part_name(part))) return true;
  const Partition* train = index.partition(kPartNames[0]);
  return train && !Membership({.part = part, .split = split}, *train).none;
}

bool is_member(const PlanOptions& options, const Partition& partition, int64_t identity) {
  return Membership(options, partition).contains(identity);
}

struct EpochPlan::Layout {
  // What windows need of the index's chunks, in the epoch's order.
  struct Placed {
    int chunk = 0;
    int64_t first_record = 0, chunk_records = 0;
    int64_t begin = 0;  // of its members, in the epoch's sequence
    int64_t members = 0;
  };
  PlanOptions options;
  Membership membership;
  int64_t epoch = 0, steps = 0, records = 0;
  std::vector<Placed> placed;  // chunks without a member are left out

  int64_t stream_begin(int64_t stream) const {
    return multiply_divide(stream, records, options.streams);
  }
  // The last placed chunk that begins at or before the position in the epoch's sequence.
  size_t chunk_at(int64_t position) const {
    const auto after =
        std::upper_bound(placed.begin(), placed.end(), position,
                         [](int64_t wanted, const Placed& chunk) { return wanted < chunk.begin; });
    return static_cast<size_t>(after - placed.begin()) - 1;
  }
  // Those members of a chunk that lie in [from, to) of the epoch's sequence.
  ChunkUse use(const Placed& chunk, int64_t from, int64_t to) const {
    ChunkUse use{chunk.chunk, {}};
    const int64_t skip = std::max<int64_t>(0, from - chunk.begin);
    const int64_t end = std::min(chunk.members, to - chunk.begin);
    use.records.reserve(static_cast<size_t>(end - skip));
    int64_t member = 0;
    for (int64_t i = 0; i < chunk.chunk_records && member < end; ++i) {
      if (!membership.contains(chunk.first_record + i)) continue;
      if (member++ >= skip) use.records.push_back(static_cast<int32_t>(i));
    }
    return use;
  }
};

EpochPlan::EpochPlan()
    : layout_(std::make_shared<const Layout>(Layout{
          .options = {}, .membership = Membership(PlanOptions{}, Partition{}), .placed = {}})) {}
EpochPlan::EpochPlan(std::shared_ptr<const Layout> layout) : layout_(std::move(layout)) {}

Result<EpochPlan> EpochPlan::make(const Index& index, const PlanOptions& options, int64_t epoch) {
  HOWDAH_TRY(check(options, epoch));
  const Partition* partition = partition_of(index, options);
  if (partition == nullptr) {
    return Status(Code::kInvalidArgument, "the dataset has no partition \"train\"")
        .with_operation("plan an epoch");
  }
  auto layout = std::make_shared<Layout>(Layout{.options = options,
                                                .membership = Membership(options, *partition),
                                                .epoch = epoch,
                                                .placed = {}});
  layout->placed.reserve(partition->chunks.size());
  for (size_t i = 0; i < partition->chunks.size(); ++i) {
    const Chunk& chunk = partition->chunks[i];
    const int64_t members = layout->membership.count(chunk);
    if (members == 0) continue;
    layout->placed.push_back({static_cast<int>(i), chunk.first_record, chunk.records, 0, members});
  }
  if (options.shuffle) {
    SplitMix64 random(hash_of(options.seed, static_cast<uint64_t>(Draw::kChunks), epoch));
    random.shuffle(std::span(layout->placed));
  }
  for (Layout::Placed& chunk : layout->placed) {
    chunk.begin = layout->records;
    layout->records += chunk.members;
  }
  if (layout->records < options.streams) {
    return Status(Code::kInvalidArgument,
                  layout->records == 0
                      ? fmt::format("no record in the {} part", part_name(options.part))
                      : fmt::format("{} records in the {} part, fewer than the {} streams",
                                    layout->records, part_name(options.part), options.streams))
        .with_operation("plan an epoch")
        .with_advice(layout->records == 0 ? "change the split, or add records"
                                          : "ask for fewer streams, or add records");
  }
  layout->steps = (layout->records - 1) / options.batch + 1;
  return EpochPlan(std::move(layout));
}

int64_t EpochPlan::epoch() const {
  return layout_->epoch;
}
int64_t EpochPlan::steps() const {
  return layout_->steps;
}
int64_t EpochPlan::records() const {
  return layout_->records;
}

int64_t EpochPlan::records_of(int stream) const {
  return layout_->stream_begin(stream + 1) - layout_->stream_begin(stream);
}

std::pair<int64_t, int64_t> EpochPlan::records_at(int stream, int64_t step) const {
  const int64_t records = records_of(stream);
  return {multiply_divide(step, records, layout_->steps),
          multiply_divide(step + 1, records, layout_->steps)};
}

int64_t EpochPlan::step_at(int stream, int64_t position) const {
  // The last step that begins at or before it: t * n / S <= position, with the quotient rounded
  // down, is t * n < (position + 1) * S.
  const __int128 end = static_cast<__int128>(position + 1) * layout_->steps;
  return static_cast<int64_t>((end - 1) / records_of(stream));
}

int64_t EpochPlan::batch_at(int64_t step) const {
  int64_t batch = 0;
  for (int stream = 0; stream < layout_->options.streams; ++stream) {
    const auto [begin, end] = records_at(stream, step);
    batch += end - begin;
  }
  return batch;
}

int EpochPlan::window_count(int stream) const {
  const int64_t begin = layout_->stream_begin(stream), end = layout_->stream_begin(stream + 1);
  if (begin == end) return 0;
  const size_t uses = layout_->chunk_at(end - 1) - layout_->chunk_at(begin) + 1;
  const auto window = static_cast<size_t>(layout_->options.window_chunks);
  return static_cast<int>((uses + window - 1) / window);
}

int EpochPlan::window_at(int stream, int64_t position) const {
  const int64_t begin = layout_->stream_begin(stream);
  const size_t use = layout_->chunk_at(begin + position) - layout_->chunk_at(begin);
  const size_t uses =
      layout_->chunk_at(layout_->stream_begin(stream + 1) - 1) - layout_->chunk_at(begin) + 1;
  const auto count = static_cast<size_t>(window_count(stream));
  // The last window that begins at or before it, as window() cuts them.
  return static_cast<int>(((use + 1) * count - 1) / uses);
}

EpochPlan::Window EpochPlan::window(int stream, int number) const {
  const Layout& layout = *layout_;
  const int64_t begin = layout.stream_begin(stream), end = layout.stream_begin(stream + 1);
  // As alike as they can be: a small last one would be badly shuffled.
  const size_t first = layout.chunk_at(begin), uses = layout.chunk_at(end - 1) - first + 1;
  const auto count = static_cast<size_t>(window_count(stream)), at = static_cast<size_t>(number);
  const size_t from = first + uses * at / count, to = first + uses * (at + 1) / count;

  Window window;
  window.first = std::max(begin, layout.placed[from].begin) - begin;
  size_t records = 0;
  for (size_t i = from; i < to; ++i) {
    window.uses.push_back(layout.use(layout.placed[i], begin, end));
    records += window.uses.back().records.size();
  }
  window.order.resize(records);
  std::iota(window.order.begin(), window.order.end(), 0);
  if (layout.options.shuffle) {
    SplitMix64 random(hash_of(layout.options.seed, static_cast<uint64_t>(Draw::kWindow),
                              layout.epoch, stream, number));
    random.shuffle(std::span(window.order));
  }
  window.stream = stream;
  if (layout.options.bucketing)
    window.bucket_seed = hash_of(layout.options.seed, static_cast<uint64_t>(Draw::kBuckets),
                                 layout.epoch, stream, number);
  return window;
}

std::string EpochPlan::digest() const {
  Sha256 sha;
  static_assert(std::endian::native == std::endian::little);
  const auto add = [&sha](int64_t number) { sha.update(std::as_bytes(std::span(&number, 1))); };
  sha.update(as_bytes("howdah epoch plan 2\n"));
  add(layout_->epoch);
  add(layout_->steps);
  add(layout_->options.streams);
  if (layout_->options.bucketing) sha.update(as_bytes("by length\n"));
  const auto add_all = [&](const std::vector<int32_t>& numbers) {
    add(static_cast<int64_t>(numbers.size()));
    sha.update(std::as_bytes(std::span(numbers)));
  };
  for (int stream = 0; stream < layout_->options.streams; ++stream) {
    const int windows = window_count(stream);
    add(records_of(stream));
    add(windows);
    for (int number = 0; number < windows; ++number) {
      const Window window = this->window(stream, number);
      add(static_cast<int64_t>(window.uses.size()));
      for (const ChunkUse& use : window.uses) {
        add(use.chunk);
        add_all(use.records);
      }
      add_all(window.order);
    }
  }
  return sha.hex();
}

}  // namespace howdah::dataset
