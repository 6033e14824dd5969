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
    set_current(&joining);
    auto links = joining.run(deadline);
    set_current(nullptr);
    if (!links) return links.status().with_operation("join");
    acceptor_->expect(plan.generation + 1);
    return PeerGroup::create(plan, options_, segments_, std::move(*links));
  }

  void cancel_join() override {
    MutexLock lock(mutex_);
    if (current_) current_->cancel();
  }

 private:
  void set_current(Joining* joining) {
    MutexLock lock(mutex_);
    current_ = joining;
  }

  const EndpointOptions options_;
  const JobKey key_;
  const std::shared_ptr<SegmentTable> segments_;
  std::unique_ptr<Acceptor> acceptor_;
  Mutex mutex_;
  Joining* current_ HOWDAH_GUARDED_BY(mutex_) = nullptr;
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
