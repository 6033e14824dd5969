#include "roles/staging.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "dataset/index.h"
#include "model/pretrained.h"
#include "roles/sibling.h"
#include "roles/user_module.h"

namespace howdah::roles {
namespace {
using std::chrono::seconds;

constexpr seconds kFileTimeout{60}, kCopyTimeout{1800};

// Makes or finds the indexed dataset; then spec.data.index names it.
Status index_data(fs::FileSystems& files, job::JobSpec& spec, const std::string& home_uri,
                  const std::string& conf_dir, const Tell& tell) {
  const auto source = files.resolve(spec.data.source);
  if (!source) return source.status().with_operation("data.source");
  spec.data.source = source->uri();
  if (!spec.data.index.empty()) return Status::ok();
  const auto found = source->files->stat(source->path, Deadline::after(kFileTimeout));
  if (!found)
    return (found.status().code() == Code::kNotFound
                ? Status(Code::kNotFound, "there is no such file or directory")
                      .with_peer(source->uri())
                      .with_advice("put the data there, or change data.source")
                : found.status())
        .with_operation("data.source");
  // One for all jobs of a home. A source that changes gets another, so that running jobs keep
  // theirs.
  std::vector<std::string> arguments = {
      "index", "--source", spec.data.source, "--output", home_uri + "/datasets/{fingerprint}",
      "--json"};
  if (spec.data.classes) {
    arguments.push_back("--classes");
    arguments.push_back(std::to_string(*spec.data.classes));
  }
  if (const dataset::Request request = job::request_of(spec); request != dataset::Request{}) {
    arguments.push_back("--request");
    arguments.push_back(request.to_json());
  }
  if (!conf_dir.empty()) {
    arguments.push_back("--conf");
    arguments.push_back(conf_dir);
  }
  const std::string printed = HOWDAH_TRY(run_sibling("howdah-data", arguments));
  const auto report = nlohmann::json::parse(printed, nullptr, false);
  if (!report.is_object() || !report.contains("index"))
    return Status(Code::kInternal, "howdah-data did not say where the indexed dataset is");
  spec.data.index = report.value("index", "");
  if (!report.value("reused", true)) tell("indexed " + spec.data.source);
  return Status::ok();
}

// Whether the weights that training is to begin with fit the network; reads their header only.
Status check_pretrained(fs::FileSystems& files, model::Training& training) {
  model::Pretrained& pretrained = training.pretrained;
  if (!pretrained.given()) return Status::ok();
  const Deadline deadline = Deadline::after(kFileTimeout);
  const auto place = [&](const Status& status) {
    return Status(status.code(), pretrained.weights + ": " + status.message())
        .with_peer(pretrained.where)
        .with_operation("model.pretrained")
        .with_advice(status.advice());
  };
  const auto location = files.resolve(pretrained.weights);
  if (!location) return place(location.status());
  pretrained.weights = location->uri();
  const auto file = location->files->open(location->path, deadline);
  if (!file) return place(file.status());
  const auto stored = model::read_safetensors_header(
      (*file)->length_bytes(), [&](int64_t offset, MutableBytes into) {
        return fs::read_exactly(**file, offset, into, deadline);
      });
  if (!stored) return place(stored.status());
  const auto slots = model::weight_slots(HOWDAH_TRY(model::infer_network(training)));
  return model::match_weights(pretrained, slots, stored->tensors).status();
}

}  // namespace

Result<StagedJob> stage_job(fs::FileSystems& files, job::JobSpec spec, const std::string& conf_dir,
                            const Tell& tell) {
  const Deadline deadline = Deadline::after(kFileTimeout);
  const std::string home_uri = HOWDAH_TRY(resolve_home(files, spec.home));
  spec.home = home_uri;
  const fs::Location home = HOWDAH_TRY(files.resolve(home_uri));
  // World-traversable, so that the runtime below it can be cached by the nodes for all; the jobs
  // themselves are closed.
  const Status made = home.files->mkdir(home.path, 0711, deadline);
  if (!made)
    return made.with_operation("home").with_advice("set `home:` to a folder that you may write to");
  HOWDAH_TRY(index_data(files, spec, home_uri, conf_dir, tell));
  const auto index = dataset::Index::load(files, spec.data.index, deadline);
  if (!index) return index.status().with_operation("data");
  if (spec.answer) {
    const auto trained_on = dataset::Index::load(files, spec.answer->trained_on, deadline);
    if (!trained_on) return trained_on.status().with_operation("answer.trained_on");
    HOWDAH_TRY(job::complete_from_index(spec, *trained_on));
    HOWDAH_TRY(job::choose_part(spec, *index));
  } else {
    HOWDAH_TRY(job::complete_from_index(spec, *index));
    if (spec.training.module) {
      HOWDAH_TRY(look_into_module(spec, conf_dir));
      HOWDAH_TRY(job::check_network(spec.training));
    }
    HOWDAH_TRY(check_pretrained(files, spec.training));
  }

  const std::string job_id = new_job_id(spec.name);
  JobFolder folder = HOWDAH_TRY(JobFolder::at(files, home_uri, job_id));
  JobSecrets secrets = HOWDAH_TRY(JobSecrets::create(job_id));
  StagedJob staged{job_id, home_uri, std::move(folder), std::move(spec), std::move(secrets)};
  const Status written = [&]() -> Status {
    HOWDAH_TRY(staged.folder.create(deadline));
    // A model that is asked stays where the job that trained it has it.
    if (staged.spec.training.module && !staged.spec.answer)
      HOWDAH_TRY(stage_module(files, staged.folder, *staged.spec.training.module,
                              Deadline::after(kCopyTimeout)));
    HOWDAH_TRY(staged.folder.write("job.yaml", job::to_yaml(staged.spec), deadline));
    return staged.folder.write("access.json", staged.secrets.user_json(), deadline);
  }();
  if (!written) {
    [[maybe_unused]] const Status swept = staged.folder.remove(deadline);
    return written.with_operation("stage the job");
  }
  return staged;
}

}  // namespace howdah::roles
