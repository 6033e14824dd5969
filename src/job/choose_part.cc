#include <fmt/format.h>

#include <algorithm>

#include "dataset/part_names.h"
#include "job/job_spec.h"

namespace howdah::job {

dataset::Request request_of(const JobSpec& spec) {
  dataset::Request request = spec.data.request;
  if (!spec.answer) return request;
  request.learned = spec.answer->trained_on;
  request.labelled =
      spec.answer->output.empty() || request.target_kind == dataset::TargetKind::kNone;
  return request;
}

Status choose_part(JobSpec& spec, const dataset::Index& data) {
  model::Training& training = spec.training;
  if (data.shape != training.input || data.classes > training.classes)
    return Status(Code::kInvalidArgument,
                  fmt::format("the model was trained on records of {} in {} classes, these have {}"
                              " in {}",
                              model::to_string(training.input), training.classes,
                              model::to_string(data.shape), data.classes))
        .with_peer(data.source)
        .with_advice("prepare the data as those that it was trained on");
  if (spec.answer->output.empty() && data.target.kind == dataset::TargetKind::kNone &&
      training.task != model::Task::kLanguageModel)
    return Status(Code::kInvalidArgument, "nothing there says what is to be found of a record")
        .with_peer(data.source)
        .with_advice("howdah predict asks about such data");
  // Data of their own are asked about as a whole, where they do not come divided.
  const bool other = spec.data.index != spec.answer->trained_on;
  if (other && !data.partition(dataset::part_name(spec.answer->part))) {
    spec.answer->part = dataset::Part::kTrain;
    spec.data.split.train = 1;
    spec.data.split.validation = 0;
  }
  dataset::PlanOptions options;
  options.part = spec.answer->part;
  options.split = spec.data.split;
  options.seed = training.seed;
  options.shuffle = false;
  if (!dataset::has_part(data, options.split, options.part))
    return Status(Code::kInvalidArgument,
                  fmt::format("there is no {} part", dataset::part_name(options.part)))
        .with_peer(data.source)
        .with_advice("name another one: --part train");
  const auto plan = HOWDAH_TRY(dataset::EpochPlan::make(data, options, 0));
  const auto records = static_cast<int>(std::min<int64_t>(plan.records(), training.streams));
  training.streams = std::min(training.streams, records);
  spec.resources.workers_max = std::min(spec.resources.workers_max, training.streams);
  spec.resources.workers_min = std::min(spec.resources.workers_min, spec.resources.workers_max);
  return Status::ok();
}

}  // namespace howdah::job
