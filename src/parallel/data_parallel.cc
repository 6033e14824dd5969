#include "parallel/data_parallel.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>

#include "dataset/random.h"
#include "parallel/dataset_fit.h"
#include "train/engine.h"

namespace howdah::parallel {
namespace {

using Clock = std::chrono::steady_clock;

// Data often lie by class: within so many bytes of a stream they are mixed.
constexpr int64_t kWindowBytes = 16 << 20;

int window_chunks(const dataset::Index& index) {
  const dataset::Partition* train = index.partition("train");
  if (train == nullptr || train->chunks.empty()) return dataset::PlanOptions{}.window_chunks;
  const int64_t bytes = std::max<int64_t>(1, train->records * index.record_bytes()) /
                        static_cast<int64_t>(train->chunks.size());
  return static_cast<int>(std::clamp<int64_t>(kWindowBytes / std::max<int64_t>(1, bytes), 4, 64));
}

// What the job's tree makes of a value that every stream has.
float sum_of_equal(float value, int streams) {
  if (streams == 1) return value;
  const auto left = static_cast<int>(std::bit_floor(static_cast<unsigned>(streams - 1)));
  // The tree's left side is full: a power of two, by which multiplying is exact.
  return value * static_cast<float>(left) + sum_of_equal(value, streams - left);
}

}  // namespace

dataset::PlanOptions plan_options(const model::Training& training, const dataset::Index& index,
                                  const dataset::Split& split, dataset::Part part) {
  dataset::PlanOptions options;
  options.part = part;
  options.split = split;
  options.seed = training.seed;
  options.streams = training.streams;
  options.batch = training.batch;
  options.shuffle = part == dataset::Part::kTrain;
  if (options.shuffle) options.window_chunks = window_chunks(index);
  options.bucketing = options.shuffle && training.bucketing && is_of_text(training.task);
  return options;
}

Result<std::unique_ptr<DataParallelTrainer>> DataParallelTrainer::create(
    const model::Training& training, const dataset::Index& index, const fs::Location& folder,
    comm::Endpoint& endpoint, const TrainerOptions& options) {
  HOWDAH_TRY(check_fit(training, index, !options.trains));
  int64_t steps_per_epoch = 1;
  if (options.trains)
    steps_per_epoch =
        HOWDAH_TRY(
            dataset::EpochPlan::make(
                index, plan_options(training, index, options.split, dataset::Part::kTrain), 0))
            .steps();
  train::configure_engine(training.threads);
  auto layout = std::make_unique<const train::Layout>(HOWDAH_TRY(train::Layout::of(training)));
  auto network = HOWDAH_TRY(train::Network::create(training, *layout, index.element));
  return std::unique_ptr<DataParallelTrainer>(
      new DataParallelTrainer(training, index, folder, endpoint, options, std::move(layout),
                              std::move(network), steps_per_epoch));
}

DataParallelTrainer::DataParallelTrainer(const model::Training& training,
                                         const dataset::Index& index, const fs::Location& folder,
                                         comm::Endpoint& endpoint, const TrainerOptions& options,
                                         std::unique_ptr<const train::Layout> layout,
                                         std::unique_ptr<train::Network> network,
                                         int64_t steps_per_epoch)
    : training_(training),
      index_(index),
      folder_(folder),
      endpoint_(endpoint),
      options_(options),
      layout_(std::move(layout)),
      steps_per_epoch_(steps_per_epoch),
      network_(std::move(network)),
      optimizer_(training.optimizer, training.regularization, *layout_),
      batches_(index_, folder, plan_options(training, index, options.split, dataset::Part::kTrain),
               options.reader, steps_per_epoch,
               [this](const dataset::RecordBatch& records, int stream, int64_t step) {
                 return network_->prepare(records, dataset::hash_of(training_.seed, stream, step));
               }),
      tree_(*layout_, training.streams, [this](size_t count) -> Result<std::span<float>> {
        memory_.push_back(HOWDAH_TRY(endpoint_.allocate(count)));
        const std::span<float> floats = memory_.back()->floats();
        std::fill(floats.begin(), floats.end(), 0.0F);
        return floats;
      }) {}

DataParallelTrainer::~DataParallelTrainer() = default;

// ---- a generation begins ----

Result<int64_t> DataParallelTrainer::enter(std::unique_ptr<comm::Group> group,
                                           const StateSource& source, Deadline deadline) {
  std::unique_ptr<comm::Group> former;
  {
    const MutexLock lock(mutex_);
    former = std::exchange(group_, std::move(group));
    interrupted_ = group_->plan().generation <= interrupted_up_to_;
  }
  former.reset();  // waits until none of its threads touches the gradients any more
  tickets_.clear();
  auto start = join(source, deadline);
  // The others must not wait for a member that cannot go on.
  if (!start.is_ok()) group_->abort(start.status());
  return start;
}

Result<int64_t> DataParallelTrainer::join(const StateSource& source, Deadline deadline) {
  const comm::GroupPlan& plan = group_->plan();
  if (plan.streams != training_.streams)
    return Status(Code::kInternal, fmt::format("a generation of {} streams in a job of {}",
                                               plan.streams, training_.streams));
  HOWDAH_TRY(check_alive());
  streams_ = plan.members[static_cast<size_t>(plan.rank)].streams;
  HOWDAH_TRY(tree_.carry(streams_.begin, streams_.end));
  if (!source.holder_rank && plan.rank == 0) HOWDAH_TRY(load_from_storage(source, deadline));
  HOWDAH_TRY(synchronize(source.holder_rank.value_or(0),
                         source.holder_rank ? source.start_step : -1, deadline));
  if (options_.trains) HOWDAH_TRY(batches_.carry(streams_.begin, streams_.end, applied_));
  return applied_.load();
}

// ---- a step ----

Result<StepReport> DataParallelTrainer::step(Deadline deadline) {
  if (group_ == nullptr)
    return Status(Code::kFailedPrecondition, "no generation was entered").with_operation("step");
  StepReport report;
  report.step = applied_;
  report.epoch = report.step / steps_per_epoch_;
  if (plan_.steps() == 0 || plan_.epoch() != report.epoch)
    plan_ = HOWDAH_TRY(dataset::EpochPlan::make(
        index_, plan_options(training_, index_, options_.split, dataset::Part::kTrain),
        report.epoch));
  report.records = plan_.batch_at(report.step % steps_per_epoch_);

  tickets_.clear();
  Status done = compute(report, deadline);
  const auto computed = Clock::now();
  if (done.is_ok()) done = collect(deadline);
  if (!done.is_ok()) return give_up(done);
  const auto summed = Clock::now();
  HOWDAH_TRY(apply(report));
  report.time.communicate = summed - computed;
  report.time.update = Clock::now() - summed;
  return report;
}

Status DataParallelTrainer::compute(StepReport& report, Deadline deadline) {
  tree_.begin_step([this](int bucket) { start_sum(bucket); });
  for (int stream = streams_.begin; stream < streams_.end; ++stream)
    HOWDAH_TRY(compute_stream(stream, report, deadline));
  return Status::ok();
}

Status DataParallelTrainer::compute_stream(int stream, StepReport& report, Deadline deadline) {
  HOWDAH_TRY(check_alive());
  const auto begin = Clock::now();
  const StreamBatches::Batch& batch = *HOWDAH_TRY(batches_.batch(stream, interrupted_, deadline));
  const auto read = Clock::now();
  report.time.wait += read - begin;
  if (batch.records.records == 0) {
    tree_.skip_stream(stream, network_->buffers());
    return Status::ok();
  }
  tree_.begin_stream(stream);
  const train::Network::Observers observers{
      [this](const train::SampleSums& sums, std::span<const float> buffers) {
        tree_.forward_done(sums, buffers);
      },
      [this](int parameter, const float* values) { tree_.gradient(parameter, values); }};
  HOWDAH_TRY(network_->backward(batch.records,
                                dataset::hash_of(training_.seed, stream, report.step), observers,
                                batch.prepared.get()));
  report.time.compute += Clock::now() - read;
  return Status::ok();
}

// The bucket of this worker's sums is complete, while the backward pass goes on.
void DataParallelTrainer::start_sum(int bucket) {
  if (group_->plan().members.size() == 1) return;  // our one subtree is the sum
  const auto [begin, end] = layout_->buckets[static_cast<size_t>(bucket)];
  const auto parts = tree_.parts(bucket);
  tickets_.push_back(group_->start_allreduce(
      parts, tree_.sum().subspan(static_cast<size_t>(begin), static_cast<size_t>(end - begin))));
}

Status DataParallelTrainer::collect(Deadline deadline) {
  while (!tickets_.empty()) {
    HOWDAH_TRY(group_->wait(tickets_.front(), deadline));
    tickets_.erase(tickets_.begin());
  }
  return Status::ok();
}

Status DataParallelTrainer::apply(StepReport& report) {
  const std::span<const float> sum = tree_.sum();
  const auto at = [&](int64_t index) { return sum[static_cast<size_t>(index)]; };
  const auto sums = train::SampleSums::of(sum.subspan(static_cast<size_t>(layout_->sums())));
  report.loss = sums.mean_loss();
  report.correct = sums.correct;
  report.answers = sums.answers;
  const double limit = training_.course.on_nan.explodes_above;
  if (!std::isfinite(report.loss) || (limit > 0 && report.loss > limit))
    return Status(Code::kNumeric, fmt::format("the loss of step {} (epoch {}) is {}", report.step,
                                              report.epoch + 1, report.loss))
        .with_operation("train")
        .with_advice("lower the learning rate, or look for outliers in the data");
  report.penalty = optimizer_.penalty(network_->weights());
  report.learning_rate =
      model::rate(training_.schedule, report.step, steps_per_epoch_, total_steps(), plateau_) *
      course_.rate;
  optimizer_.apply(network_->weights(), sum.first(static_cast<size_t>(layout_->weights)),
                   sums.divisor > 0 ? sums.divisor : 1, report.learning_rate);
  const std::span<float> buffers = network_->buffers();
  for (const train::Buffer& buffer : layout_->buffers) {
    for (int64_t i = buffer.offset; i < buffer.offset + buffer.count; ++i) {
      float& value = buffers[static_cast<size_t>(i)];
      const float of_all = at(layout_->tail_buffers() + i);
      // What no stream changed stays: a mean of equal values may be another one.
      if (of_all != sum_of_equal(value, training_.streams))
        value = of_all / static_cast<float>(training_.streams);
    }
  }
  batches_.commit();
  ++applied_;
  return Status::ok();
}

// The generation cannot go on: nobody shall wait for us, and no thread use our gradients.
Status DataParallelTrainer::give_up(const Status& why) {
  group_->abort(why);
  for (const auto ticket : tickets_)
    static_cast<void>(group_->wait(ticket, Deadline::never()).is_ok());
  tickets_.clear();
  return why;
}

Status DataParallelTrainer::check_alive() const {
  if (interrupted_)
    return Status(Code::kAborted, "the generation was ended").with_operation("train");
  if (const auto lost = group_->suspect())
    return Status(Code::kAborted, "a member was lost")
        .with_operation("train")
        .with_peer(
            fmt::format("worker {}", group_->plan().members[static_cast<size_t>(*lost)].worker));
  return Status::ok();
}

void DataParallelTrainer::interrupt(uint64_t generation, const Status& why) {
  const MutexLock lock(mutex_);
  interrupted_up_to_ = std::max(interrupted_up_to_, generation);
  if (group_ == nullptr || group_->plan().generation > interrupted_up_to_) return;
  interrupted_ = true;
  group_->abort(why.code() == Code::kAborted ? why : Status(Code::kAborted, why.to_string()));
}

std::optional<int> DataParallelTrainer::suspect() const {
  const MutexLock lock(mutex_);
  return group_ == nullptr ? std::nullopt : group_->suspect();
}

}  // namespace howdah::parallel
