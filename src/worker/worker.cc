#include "worker/worker.h"

#include <algorithm>
#include <filesystem>

#include "base/log.h"
#include "dataset/index.h"
#include "train/engine.h"
#include "train/look_into.h"
#include "worker/master_link.h"
#include "worker/texts.h"
#include "worker/training_run.h"

namespace howdah::worker {
namespace {
using std::chrono::seconds;

constexpr seconds kFileTimeout{60}, kModuleTimeout{1800};

void send_broken(MasterLink& link, const TrainingRun& run, uint64_t generation, const Status& why) {
  control::FromWorker message;
  control::Broken& broken = *message.mutable_broken();
  broken.set_generation(generation);
  broken.set_applied(run.applied());
  if (run.suspect()) broken.set_suspect(*run.suspect());
  broken.set_why(why.to_string());
  link.send(message);
}

void send_halted(MasterLink& link, const TrainingRun& run, uint64_t generation) {
  control::FromWorker message;
  message.mutable_halted()->set_generation(generation);
  message.mutable_halted()->set_applied(run.applied());
  link.send(message);
}

void send_failed(MasterLink& link, const Status& why) {
  control::FromWorker message;
  message.mutable_failed()->set_cause(std::string(job::cause_name(job::cause_of(why))));
  message.mutable_failed()->set_message(why.to_string());
  link.send(message);
}

Result<std::optional<TrainingRun::Asked>> asked_of(const job::JobSpec& spec, fs::FileSystems& files,
                                                   const dataset::Index& trained_on) {
  std::optional<TrainingRun::Asked> asked;
  if (!spec.answer) return asked;
  asked.emplace();
  asked->weights = HOWDAH_TRY(files.resolve(spec.answer->weights));
  if (!spec.answer->output.empty()) asked->output = HOWDAH_TRY(files.resolve(spec.answer->output));
  asked->trained_on = &trained_on;
  return asked;
}

// Null: nothing read is kept. On the disk it lies in the container's own folder, which goes with
// the container, in a file that goes with this process.
std::shared_ptr<dataset::RangeCache> cache_of(const job::JobSpec& spec) {
  dataset::CacheBudget budget = spec.data.cache;
  // What is asked about is read once.
  if (spec.answer || budget.memory_bytes + budget.disk_bytes == 0) return nullptr;
  std::error_code none;
  budget.folder = std::filesystem::current_path(none).string();
  return std::make_shared<dataset::RangeCache>(budget);
}

// Obeys the master until it sends us home.
Status obey(MasterLink& link, TrainingRun& run) {
  for (;;) {
    const MasterCommand command = link.take();
    if (const auto* halt = std::get_if<HaltCommand>(&command)) {
      send_halted(link, run, halt->generation);
    } else if (const auto* form = std::get_if<FormCommand>(&command)) {
      // Void by now, or sent again after a break of the line.
      if (form->plan.generation <= std::max(link.halted(), run.generation())) continue;
      const Status status = run.run(form->plan);
      if (status) continue;
      if (status.code() != Code::kAborted) return status;
      log::warning("generation {} broke: {}", form->plan.generation, status.to_string());
      // A halted generation's end is told by the answer to Halt, which waits in the commands.
      if (link.halted() < form->plan.generation)
        send_broken(link, run, form->plan.generation, status);
    } else if (const auto* gone = std::get_if<MasterGone>(&command)) {
      return gone->why;
    } else {
      return Status::ok();
    }
  }
}

}  // namespace

Status run_worker(const WorkerSetting& setting) {
  const Deadline deadline = Deadline::after(kFileTimeout);
  const auto configuration = HOWDAH_TRY(hadoop::Configuration::load_default());
  const auto credentials = HOWDAH_TRY(hadoop::Credentials::from_environment());
  const roles::JobSecrets secrets = HOWDAH_TRY(roles::JobSecrets::from(credentials));
  fs::FileSystems files(configuration, HOWDAH_TRY(hadoop::User::current()), credentials);
  const roles::JobFolder folder = HOWDAH_TRY(roles::JobFolder::open(files, setting.job_uri));
  job::JobSpec spec = HOWDAH_TRY(folder.read_spec(deadline));
  const auto index = HOWDAH_TRY(dataset::Index::load(files, spec.data.index, deadline));
  const auto trained_on =
      spec.answer ? HOWDAH_TRY(dataset::Index::load(files, spec.answer->trained_on, deadline))
                  : index;
  HOWDAH_TRY(job::complete_from_index(spec, trained_on));
  if (spec.answer) HOWDAH_TRY(job::choose_part(spec, index));
  train::configure_engine(spec.training.threads);
  if (spec.training.module)
    HOWDAH_TRY(train::look_into_module(files, spec.training, Deadline::after(kModuleTimeout)));

  comm::EndpointOptions endpoint_options;
  endpoint_options.job_id = folder.job_id();
  endpoint_options.secret = secrets.data_secret;
  endpoint_options.shared_memory = spec.shared_memory;
  const auto endpoint = HOWDAH_TRY(comm::Endpoint::open(endpoint_options));
  parallel::TrainerOptions trainer_options;
  trainer_options.split = spec.data.split;
  trainer_options.trains = !spec.answer;
  trainer_options.reader.cache = cache_of(spec);
  if (spec.training.pretrained.given() && !spec.answer)
    trainer_options.pretrained = HOWDAH_TRY(files.resolve(spec.training.pretrained.weights));
  trainer_options.texts = HOWDAH_TRY(translation_texts(
      spec.training, trained_on,
      HOWDAH_TRY(files.resolve(spec.answer ? spec.answer->trained_on : spec.data.index)),
      deadline));
  const auto trainer = HOWDAH_TRY(parallel::DataParallelTrainer::create(
      spec.training, index, HOWDAH_TRY(files.resolve(spec.data.index)), *endpoint,
      trainer_options));

  // The link may interrupt before the run exists, and the run sends by the link.
  MasterLink* link_of_run = nullptr;
  TrainingRun run(
      setting.worker, spec, folder.inside("checkpoints"), folder.inside("model.safetensors"),
      *endpoint, *trainer,
      [&link_of_run](const control::FromWorker& message) { link_of_run->send(message); },
      HOWDAH_TRY(asked_of(spec, files, trained_on)));
  control::Hello hello;
  hello.set_worker(setting.worker);
  hello.set_container(setting.container);
  hello.set_address(net::Address{setting.host, endpoint->address().port}.to_string());
  hello.set_fingerprint(train::engine_fingerprint());
  const auto link = HOWDAH_TRY(
      MasterLink::open(HOWDAH_TRY(net::Address::parse(setting.master)), folder, secrets, hello,
                       [&run](uint64_t generation) { run.interrupt(generation); }));
  link_of_run = link.get();
  const Status status = obey(*link, run);
  if (!status) send_failed(*link, status);
  link->close();
  return status;
}

}  // namespace howdah::worker
