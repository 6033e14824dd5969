#include "worker/inspect_command.h"

#include <cerrno>

#include "dataset/index.h"
#include "job/job_spec.h"
#include "train/engine.h"
#include "train/look_into.h"

namespace howdah::worker {
namespace {

constexpr std::chrono::minutes kTimeout{10};

}  // namespace

Status run_inspect(const InspectCommand& command, std::FILE* out) {
  auto configuration = HOWDAH_TRY(command.conf.empty() ? hadoop::Configuration::load_default()
                                                       : hadoop::Configuration::load(command.conf));
  hadoop::answer_soon(configuration);
  fs::FileSystems files(std::move(configuration), HOWDAH_TRY(hadoop::User::current()),
                        HOWDAH_TRY(hadoop::Credentials::from_environment()));
  const Deadline deadline = Deadline::after(kTimeout);
  job::JobSpec spec = HOWDAH_TRY(job::parse_job(command.job, "the job"));
  model::Training& training = spec.training;
  if (!training.module)
    return Status(Code::kInvalidArgument, "the job's model is no module of the user's");
  training.input = command.input;
  training.vocabulary = command.vocabulary;
  training.classes = spec.data.classes.value_or(0);
  train::configure_engine(1);
  const auto placed = [&](const Status& status) { return status.with_peer(training.module->file); };
  if (command.index.empty()) {
    HOWDAH_TRY(placed(train::look_into_module(files, training, deadline)));
  } else {
    const auto index = HOWDAH_TRY(dataset::Index::load(files, command.index, deadline));
    HOWDAH_TRY(job::complete_from_index(spec, index));
    HOWDAH_TRY(placed(train::look_into_module(files, training, deadline)));
    HOWDAH_TRY(placed(train::try_module(training, index.element)));
  }
  const std::string told = "{\"sha256\":\"" + training.module->sha256 +
                           "\",\"parts\":" + model::parts_to_json(training.module->parts) + "}\n";
  if (std::fputs(("\n" + told).c_str(), out) < 0 || std::fflush(out) != 0)
    return Status::from_errno(errno, "standard output cannot be written");
  return Status::ok();
}

}  // namespace howdah::worker
