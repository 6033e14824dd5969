#include "cli/answer_verbs.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cli/find_job.h"
#include "dataset/part_names.h"
#include "fs/path.h"

namespace howdah::cli {
namespace {

constexpr std::chrono::seconds kTimeout{60};

// The name of the checkpoint that did best in a validation.
Result<std::string> best_checkpoint(const roles::JobFolder& folder) {
  const fs::Location best = folder.inside("checkpoints/best.json");
  const auto text = fs::read_file(*best.files, best.path, 1 << 16, Deadline::after(kTimeout));
  if (text.status().code() == Code::kNotFound)
    return Status(Code::kNotFound, "the job did not look for a best checkpoint")
        .with_peer(best.uri())
        .with_advice("its job file says so by: checkpoint: {best: {measure: accuracy}}");
  if (!text) return text.status();
  const auto json = nlohmann::json::parse(*text, nullptr, false);
  if (!json.is_object() || !json.contains("step") || !json["step"].is_number_unsigned())
    return Status(Code::kCorrupt, "does not name a step").with_peer(best.uri());
  return fmt::format("step-{}", json["step"].get<uint64_t>());
}

// Of the job itself, or of one of its checkpoints.
Result<std::string> weights_of(const roles::JobFolder& folder, const std::string& asked) {
  const std::string checkpoint = asked == "best" ? HOWDAH_TRY(best_checkpoint(folder)) : asked;
  std::string name = "model.safetensors";
  if (!checkpoint.empty())
    name = fmt::format("checkpoints/{}{}/{}", checkpoint.starts_with("step-") ? "" : "step-",
                       checkpoint, name);
  const fs::Location weights = folder.inside(name);
  const auto there = weights.files->stat(weights.path, Deadline::after(kTimeout));
  if (there) return weights.uri();
  if (there.status().code() != Code::kNotFound) return there.status();
  return Status(Code::kNotFound, checkpoint.empty() ? "the job has no model (yet)"
                                                    : "the job has no such checkpoint")
      .with_peer(weights.uri())
      .with_advice(checkpoint.empty()
                       ? "see how it stands: howdah status " + folder.job_id()
                       : "see which there are: howdah fs ls " + folder.inside("checkpoints").uri());
}

Status check_output(Context& context, const std::string& output) {
  const auto folder = HOWDAH_TRY(context.files->resolve(output));
  const auto entries = folder.files->list(folder.path, Deadline::after(kTimeout));
  if (entries && !entries->empty())
    return Status(Code::kAlreadyExists, "is there already, and not empty")
        .with_operation("--output")
        .with_peer(folder.uri())
        .with_advice("name a folder that does not exist yet");
  if (!entries && entries.status().code() != Code::kNotFound) return entries.status();
  const Status made = folder.files->mkdir(folder.path, 0755, Deadline::after(kTimeout));
  return made ? made : made.with_operation("--output").with_peer(folder.uri());
}

}  // namespace

void add_answer_verbs(CLI::App& app, JobRequest& request) {
  const auto add = [&](const std::string& verb, const std::string& what) {
    CLI::App* sub = app.add_subcommand(verb, what);
    sub->callback([&request, verb] { request.verb = verb; });
    sub->add_option("job", request.job, "a job id or an application id")
        ->required()
        ->type_name("JOB");
    sub->add_option("--data", request.data, "other data than the job's: prepared as those were")
        ->type_name("URI");
    sub->add_option("--part", request.part, "of the data; default: test, or all of other data")
        ->check(CLI::IsMember(dataset::kPartNames));
    sub->add_option("--checkpoint", request.checkpoint,
                    "of this step, or the best one, instead of the job's model")
        ->type_name("STEP|best");
    sub->add_option("--workers", request.workers, "how many; default: as many as the job had")
        ->check(CLI::Range(1, 1024))
        ->type_name("N");
    sub->add_option("--on", request.on, "where: yarn or local")
        ->check(CLI::IsMember({"yarn", "local"}))
        ->capture_default_str();
    sub->add_option("--home", request.home, "default: .howdah in your home directory");
    sub->add_flag("--json", request.json, "end with the content of summary.json");
    return sub;
  };
  add("evaluate", "measure a job's model on data");
  add("predict", "write what a job's model says of each record")
      ->add_option("--output", request.output, "a folder that does not exist yet")
      ->required()
      ->type_name("URI");
}

Result<job::JobSpec> answering_job(const JobRequest& request, Context& context) {
  const auto folder = HOWDAH_TRY(find_job(context, request.home, request.job));
  job::JobSpec spec = HOWDAH_TRY(folder.read_spec(Deadline::after(kTimeout)));
  if (spec.answer)
    return Status(Code::kInvalidArgument, "the job asked a model itself, it trained none")
        .with_peer(request.job);
  job::AnswerSpec answer;
  answer.weights = HOWDAH_TRY(weights_of(folder, request.checkpoint));
  answer.trained_on = spec.data.index;
  if (const auto part = dataset::part_from_name(request.part)) answer.part = *part;
  if (!request.output.empty()) {
    answer.output = HOWDAH_TRY(context.files->resolve(request.output)).uri();
    HOWDAH_TRY(check_output(context, answer.output));
  }
  if (!request.data.empty()) {
    spec.data.source = HOWDAH_TRY(context.files->resolve(request.data)).uri();
    spec.data.index.clear();
  }
  if (request.workers > 0) {
    spec.resources.workers_min = spec.resources.workers_max = request.workers;
    spec.training.streams = std::max(spec.training.streams, request.workers);
  }
  spec.name = fmt::format("{}-{}", spec.name.substr(0, 90), request.verb);
  spec.answer = std::move(answer);
  return spec;
}

}  // namespace howdah::cli
