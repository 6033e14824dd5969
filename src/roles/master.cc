#include "roles/master.h"

#include <csignal>
#include <thread>
#include <variant>

#include "base/log.h"
#include "job/coordinator.h"
#include "job/journal.h"
#include "monitor/metrics_writer.h"
#include "roles/container_launch.h"
#include "roles/container_sources.h"
#include "roles/control_server.h"
#include "roles/job_report.h"
#include "roles/worker_messages.h"

namespace howdah::roles {
namespace {
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr seconds kFileTimeout{60};

using Incoming = std::variant<ControlEvent, cluster::ContainerEvent>;

job::Cause cause_of(const cluster::Finished& finished) {
  switch (finished.cause) {
    case cluster::ExitCause::kExited:
      return finished.exit_status == 0 ? job::Cause::kNone : job::Cause::kInternal;
    case cluster::ExitCause::kSignal:
      return job::Cause::kUserCode;
    case cluster::ExitCause::kOutOfMemory:
      return job::Cause::kOutOfMemory;
    case cluster::ExitCause::kStopped:
      return job::Cause::kStopped;
    case cluster::ExitCause::kPreempted:
      return job::Cause::kPreempted;
    case cluster::ExitCause::kNodeLost:
      return job::Cause::kLostNode;
    case cluster::ExitCause::kDisk:
    case cluster::ExitCause::kLaunch:
      return job::Cause::kDisk;
  }
  return job::Cause::kInternal;
}

std::optional<job::Event> container_event(const cluster::ContainerEvent& event) {
  if (const auto* granted = std::get_if<cluster::Granted>(&event))
    return job::ContainerGranted{granted->container, granted->host};
  if (const auto* finished = std::get_if<cluster::Finished>(&event))
    return job::ContainerFinished{finished->container, cause_of(*finished), finished->exit_status,
                                  finished->diagnostics};
  if (const auto* waiting = std::get_if<cluster::Waiting>(&event))
    return job::ContainersWait{waiting->reason};
  if (const auto* ended = std::get_if<cluster::Ended>(&event))
    return job::ContainersEnded{ended->why.to_string()};
  return std::nullopt;
}

// SIGTERM and SIGINT as a request to stop. The signals must be blocked in every thread.
class SignalWatch {
 public:
  static sigset_t signals() {
    sigset_t set;
    sigemptyset(&set);
    for (const int signal : {SIGTERM, SIGINT, SIGUSR1}) sigaddset(&set, signal);
    return set;
  }
  explicit SignalWatch(std::function<void(int)> deliver)
      : thread_([deliver = std::move(deliver)] {
          const sigset_t set = signals();
          for (int signal = 0; sigwait(&set, &signal) == 0 && signal != SIGUSR1;) deliver(signal);
        }) {}
  ~SignalWatch() { pthread_kill(thread_.native_handle(), SIGUSR1); }

 private:
  std::jthread thread_;
};

const char* phase_name(job::Phase phase) {
  switch (phase) {
    case job::Phase::kGathering:
      return "waiting";
    case job::Phase::kHalting:
    case job::Phase::kForming:
      return "forming";
    case job::Phase::kTraining:
      return "training";
    case job::Phase::kEnded:
      return "ended";
  }
  return "";
}

class Master {
 public:
  Master(const MasterSetting& setting, JobFolder folder, job::JobSpec spec)
      : setting_(setting),
        folder_(std::move(folder)),
        spec_(std::move(spec)),
        report_(folder_.job_id(), setting.application_id, spec_),
        metrics_(folder_.inside("metrics/train-" + std::to_string(setting.attempt) + ".jsonl")) {
    report_.times.started = setting.started_ms;
    report_.times.master = wall_clock_ms();
  }

  Status prepare(const hadoop::Configuration& configuration,
                 const hadoop::Credentials& credentials);
  Status run();

 private:
  void handle(const Incoming& incoming);
  void handle_worker(const FromWorkerEvent& event);
  void step(const job::Event& event);
  void execute(const std::vector<job::Action>& actions);
  void perform(const job::Action& action);
  void announce(const job::Announce& announce);
  void publish_phase();
  Status finish();
  Status leave_to_successor();
  job::Instant now() const {
    return std::chrono::duration_cast<milliseconds>(Deadline::Clock::now().time_since_epoch());
  }

  const MasterSetting setting_;
  const JobFolder folder_;
  const job::JobSpec spec_;
  JobReport report_;
  monitor::MetricsWriter metrics_;
  Mailbox<Incoming> mailbox_;
  std::unique_ptr<job::Journal> journal_;
  std::unique_ptr<cluster::ContainerSource> source_;
  std::unique_ptr<ControlServer> server_;
  std::optional<WorkerLauncher> launcher_;
  std::optional<job::Coordinator> coordinator_;
  cluster::ContainerSize worker_size_;
  std::string published_phase_;
  std::optional<job::Ending> ending_;
  Status fenced_;  // another attempt took the journal: nothing more may be decided here
};

Status Master::prepare(const hadoop::Configuration& configuration,
                       const hadoop::Credentials& credentials) {
  const Deadline deadline = Deadline::after(kFileTimeout);
  job::JournalSummary former;
  journal_ = HOWDAH_TRY(
      job::Journal::open(folder_.inside("journal"), setting_.attempt, &former, deadline));
  const JobSecrets secrets = HOWDAH_TRY(JobSecrets::from(credentials));
  server_ = HOWDAH_TRY(ControlServer::start(
      secrets, setting_.attempt, [this](ControlEvent event) { mailbox_.post(std::move(event)); }));
  const std::string address =
      net::Address{setting_.host, static_cast<uint16_t>(server_->port())}.to_string();
  source_ = HOWDAH_TRY(open_container_source(setting_, folder_, configuration, credentials,
                                             server_->port(), spec_.resources.workers_max));
  launcher_ = HOWDAH_TRY(
      WorkerLauncher::create(setting_, folder_, credentials, secrets, address, deadline));
  HOWDAH_TRY(folder_.write_master({setting_.attempt, address}, deadline));

  job::CoordinatorOptions options;
  options.streams = spec_.training.streams;
  options.workers_min = spec_.resources.workers_min;
  options.workers_max = spec_.resources.workers_max;
  options.attempt = setting_.attempt;
  options.first_generation = former.last_generation + 1;
  options.first_worker = former.next_worker;
  options.gang_timeout = spec_.resources.gang_timeout;
  coordinator_.emplace(options, now());
  worker_size_.memory_bytes = spec_.resources.memory_bytes;
  worker_size_.cores = spec_.resources.cores;
  return Status::ok();
}

Status Master::run() {
  const SignalWatch signals([this](int) { mailbox_.post(ControlEvent(StopAsked{"a signal"})); });
  std::jthread pump([this](const std::stop_token& stop) {
    while (!stop.stop_requested())
      if (auto event = source_->next(Deadline::after(seconds(5)))) mailbox_.post(std::move(*event));
  });
  execute(coordinator_->start());
  while (!ending_ && fenced_.is_ok()) {
    Deadline next = Deadline::after(seconds(5));
    if (const auto timer = coordinator_->next_timer()) next = next.earlier(*timer - now());
    if (const auto incoming = mailbox_.take(next)) handle(*incoming);
    const auto timer = coordinator_->next_timer();
    if (!ending_ && timer && *timer <= now()) step(job::Tick{});
  }
  const Status status = finish();
  pump.request_stop();
  source_->wake();
  return status;
}

void Master::handle(const Incoming& incoming) {
  if (const auto* container = std::get_if<cluster::ContainerEvent>(&incoming)) {
    if (const auto event = container_event(*container)) step(*event);
    return;
  }
  const ControlEvent& control = std::get<ControlEvent>(incoming);
  if (const auto* message = std::get_if<FromWorkerEvent>(&control))
    handle_worker(*message);
  else if (const auto* ended = std::get_if<SessionEnded>(&control))
    step(job::WorkerDisconnected{ended->worker});
  else if (const auto* stop = std::get_if<StopAsked>(&control))
    step(job::StopRequested{stop->who});
}

void Master::handle_worker(const FromWorkerEvent& event) {
  if (const auto line = report_.note(event.worker, event.message, wall_clock_ms()))
    metrics_.write(*line);
  if (const auto for_followers = report_.event(event.message)) server_->publish(*for_followers);
  if (event.message.has_progress()) source_->set_progress(report_.fraction());
  if (const auto coordinator_event = to_event(event.worker, event.message))
    step(*coordinator_event);
}

void Master::step(const job::Event& event) {
  if (ending_) return;
  execute(coordinator_->step(event, now()));
  publish_phase();
}

void Master::execute(const std::vector<job::Action>& actions) {
  for (const job::Action& action : actions) {
    if (!fenced_.is_ok()) return;
    perform(action);
  }
}

void Master::perform(const job::Action& action) {
  if (const auto* ask = std::get_if<job::AskContainers>(&action))
    source_->ask(ask->count, worker_size_);
  else if (const auto* release = std::get_if<job::ReleaseContainer>(&action))
    source_->release(release->container);
  else if (const auto* launch = std::get_if<job::LaunchWorker>(&action))
    source_->launch(launch->container, launcher_->launch(launch->worker, launch->container));
  else if (const auto* halt = std::get_if<job::SendHalt>(&action))
    server_->send(halt->worker, to_message(*halt));
  else if (const auto* form = std::get_if<job::SendForm>(&action))
    server_->send(form->worker, to_message(*form));
  else if (const auto* done = std::get_if<job::SendFinish>(&action))
    server_->send(done->worker, to_message(*done));
  else if (const auto* announcement = std::get_if<job::Announce>(&action))
    announce(*announcement);
  else if (const auto* end = std::get_if<job::EndJob>(&action))
    ending_ = end->ending;
  else if (const auto* entry = std::get_if<job::WriteJournal>(&action))
    fenced_ = journal_->append(entry->entry, Deadline::after(kFileTimeout));
}

void Master::announce(const job::Announce& announce) {
  const bool warning = announce.level == job::Announce::Level::kWarning;
  if (warning)
    log::warning("{}", announce.text);
  else
    log::info("{}", announce.text);
  control::JobEvent event;
  event.set_at_ms(wall_clock_ms() - report_.times.started);
  event.mutable_announcement()->set_warning(warning);
  event.mutable_announcement()->set_text(announce.text);
  server_->publish(event);
}

void Master::publish_phase() {
  control::JobEvent event;
  event.set_at_ms(wall_clock_ms() - report_.times.started);
  control::Phase& phase = *event.mutable_phase();
  phase.set_name(phase_name(coordinator_->phase()));
  phase.set_waiting(coordinator_->waiting_for());
  if (const auto* generation = coordinator_->generation()) {
    phase.set_workers(static_cast<int>(generation->members.size()));
    phase.set_generation(generation->generation);
  }
  const std::string text = phase.SerializeAsString();
  if (text == published_phase_) return;
  published_phase_ = text;
  server_->publish(event);
}

// The job goes on under another attempt: nobody may hear from this one that it ended.
Status Master::leave_to_successor() {
  metrics_.close(Deadline::after(seconds(10)));
  server_->stop(Deadline::after(seconds(2)));
  return fenced_;
}

Status Master::finish() {
  if (!ending_) {
    log::error("{}", fenced_.to_string());
    if (fenced_.code() == Code::kAborted) return leave_to_successor();
    ending_ =
        job::Ending{job::Outcome::kFailed, job::cause_of(fenced_), fenced_.to_string(), -1, ""};
  }
  report_.times.ended = wall_clock_ms();
  const Deadline deadline = Deadline::after(kFileTimeout);
  if (const auto submitted = folder_.read("submitted", deadline))
    report_.times.submitted = std::atoll(submitted->c_str());
  const std::string summary = report_.summary_json(*ending_, coordinator_->counts());
  log::info("{}", ending_->to_string());
  Status status = folder_.write("summary.json", summary, deadline);
  control::JobEvent event;
  event.set_at_ms(report_.times.ended - report_.times.started);
  event.mutable_ended()->set_summary_json(summary);
  server_->publish(event);
  metrics_.close(Deadline::after(seconds(10)));
  if (const Status closed = journal_->close(deadline); status && fenced_) status = closed;
  const bool succeeded = ending_->outcome == job::Outcome::kSucceeded;
  const Status reported =
      source_->finish(succeeded, ending_->to_string(), Deadline::after(seconds(30)));
  server_->stop(Deadline::after(seconds(2)));
  return status ? reported : status;
}

}  // namespace

Status run_master(const MasterSetting& setting) {
  const sigset_t signals = SignalWatch::signals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  const auto configuration = HOWDAH_TRY(hadoop::Configuration::load_default());
  const auto credentials = HOWDAH_TRY(hadoop::Credentials::from_environment());
  const auto user = HOWDAH_TRY(hadoop::User::current());
  fs::FileSystems files(configuration, user, credentials);
  const Deadline deadline = Deadline::after(kFileTimeout);
  JobFolder folder = HOWDAH_TRY(JobFolder::open(files, setting.job_uri));
  job::JobSpec spec = HOWDAH_TRY(folder.read_spec(deadline));
  Master master(setting, std::move(folder), std::move(spec));
  HOWDAH_TRY(master.prepare(configuration, credentials));
  return master.run();
}

}  // namespace howdah::roles
