#include <algorithm>

#include "comm/joining.h"

namespace howdah::comm {
namespace {

class WorkerEndpoint : public Endpoint {
 public:
  explicit WorkerEndpoint(const EndpointOptions& options)
      : options_(options),
        key_{options.job_id, options.secret},
        segments_(std::make_shared<SegmentTable>(options.shared_memory)) {}

  Status open() {
    acceptor_ = HOWDAH_TRY(Acceptor::open(options_.bind_host, key_, options_.shared_memory));
    return Status::ok();
  }

  net::Address address() const override { return {options_.bind_host, acceptor_->address().port}; }

  Result<std::shared_ptr<SharedFloats>> allocate(size_t count) override {
    return std::shared_ptr<SharedFloats>(HOWDAH_TRY(segments_->allocate(count)));
  }

  Result<std::unique_ptr<Group>> join(const GroupPlan& plan, Deadline deadline) override {
    const auto layout = Layout::of(plan);
    if (!layout) return layout.status().with_operation("join");
    acceptor_->expect(plan.generation);
    Joining joining(plan, key_, options_.shared_memory, *acceptor_);
    HOWDAH_TRY(begin(joining, plan.generation));
    auto links = joining.run(deadline);
    end();
    if (!links) return links.status().with_operation("join");
    acceptor_->expect(plan.generation + 1);
    return PeerGroup::create(plan, options_, segments_, std::move(*links));
  }

  void cancel_join(uint64_t up_to_generation) override {
    MutexLock lock(mutex_);
    cancelled_up_to_ = std::max(cancelled_up_to_, up_to_generation);
    if (current_ && current_generation_ <= up_to_generation) current_->cancel();
  }

 private:
  Status begin(Joining& joining, uint64_t generation) {
    MutexLock lock(mutex_);
    if (generation <= cancelled_up_to_)
      return Status(Code::kCancelled, "the join was cancelled").with_operation("join");
    current_ = &joining;
    current_generation_ = generation;
    return Status::ok();
  }
  void end() {
    MutexLock lock(mutex_);
    current_ = nullptr;
  }

  const EndpointOptions options_;
  const JobKey key_;
  const std::shared_ptr<SegmentTable> segments_;
  std::unique_ptr<Acceptor> acceptor_;
  Mutex mutex_;
  Joining* current_ HOWDAH_GUARDED_BY(mutex_) = nullptr;
  uint64_t current_generation_ HOWDAH_GUARDED_BY(mutex_) = 0;
  uint64_t cancelled_up_to_ HOWDAH_GUARDED_BY(mutex_) = 0;
};

}  // namespace

Result<std::unique_ptr<Endpoint>> Endpoint::open(const EndpointOptions& options) {
  if (options.secret.empty())
    return Status(Code::kInvalidArgument, "an endpoint needs the job's secret");
  auto endpoint = std::make_unique<WorkerEndpoint>(options);
  HOWDAH_TRY(endpoint->open());
  return std::unique_ptr<Endpoint>(std::move(endpoint));
}

}  // namespace howdah::comm
