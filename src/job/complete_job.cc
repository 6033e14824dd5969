#include "job/complete_job.h"

#include <fmt/format.h>

#include <algorithm>

#include "job/loss_section.h"
#include "job/metrics_section.h"
#include "measure/measure.h"
#include "model/fill.h"

namespace howdah::job {

using dataset::TargetKind;
using model::Task;

void expand_zoo(JobSpec& job, int64_t classes) {
  if (!job.zoo) return;
  if (job.zoo->classes == 0) job.zoo->classes = classes;
  if (job.zoo->classes == 0) return;
  job.training.layers = model::zoo_layers(*job.zoo, job.zoo->classes);
  job.training.decoder = model::zoo_decoder(*job.zoo, job.zoo->classes);
}

std::vector<MetricSpec> watched_measures(const model::Training& training) {
  std::vector<MetricSpec> watched;
  const auto usual = measure::usual_measures(training.task);
  const auto add = [&](bool waits, const model::Schedule::Measure& measure, const char* who) {
    if (waits && measure.name != "loss" &&
        std::find(usual.begin(), usual.end(), measure.name) == usual.end())
      watched.push_back({measure.name, who});
  };
  add(training.schedule.type == model::ScheduleType::kPlateau, training.schedule.plateau.measure,
      "learning_rate.measure");
  add(training.course.stop_early.on, training.course.stop_early.measure, "stop_early.measure");
  add(training.course.best.on, training.course.best.measure, "checkpoint.best.measure");
  return watched;
}

namespace {

// Who waits for the validation's figures needs a validation part.
Status check_validation(const model::Training& training, const dataset::Index& index,
                        const dataset::Split& split) {
  if (dataset::has_part(index, split, dataset::Part::kValidation)) return Status::ok();
  const auto refused = [&](const std::string& who, const std::string& otherwise) {
    return Status(Code::kInvalidArgument, who + ", but there is no validation part")
        .with_peer(index.source)
        .with_advice("give 'data.split.validation', or " + otherwise);
  };
  if (training.schedule.type == model::ScheduleType::kPlateau)
    return refused("the learning rate waits for a plateau", "choose another schedule");
  if (training.course.stop_early.on)
    return refused("'stop_early' is by validation", "leave it out");
  if (training.course.best.on) return refused("'checkpoint.best' is by validation", "leave it out");
  return Status::ok();
}

// Whether the records are such as the task is about.
Status check_records(const model::Training& training, const dataset::Index& index) {
  const auto refused = [&](std::string what) {
    return Status(Code::kInvalidArgument, std::move(what))
        .with_operation("data")
        .with_peer(index.source)
        .with_advice("name another 'task', or other data");
  };
  const Task task = training.task;
  const bool texts = index.tokens.vocabulary > 0, table = !index.columns.empty();
  if (texts != is_of_text(task) || table != is_of_table(task))
    return refused(fmt::format("the dataset is of {}, and the task is {}",
                               texts   ? "texts"
                               : table ? "a table"
                                       : "images",
                               task_name(task)));
  const bool written = index.tokens.target_vocabulary > 0;
  const TargetKind due = task == Task::kRegression      ? TargetKind::kValues
                         : task == Task::kLanguageModel ? TargetKind::kNone
                         : task == Task::kTagging || task == Task::kTranslation
                             ? TargetKind::kTokens
                             : TargetKind::kClass;
  if (index.target.kind != due || written != (task == Task::kTranslation))
    return refused(fmt::format("the dataset's target is not one of {}", task_name(task)));
  if (task == Task::kBinaryClassification && index.classes != 2)
    return refused(
        fmt::format("a binary classification is of two classes, the data have {}", index.classes));
  return Status::ok();
}

// What the last layer gives a value for.
int64_t outputs_of(const JobSpec& spec, const dataset::Index& index) {
  switch (spec.training.task) {
    case Task::kBinaryClassification:
      return 1;
    case Task::kRegression:
      return index.target.width;
    case Task::kTranslation:
      return index.tokens.target_vocabulary;
    case Task::kLanguageModel:
      return index.tokens.vocabulary;
    default:
      return spec.data.classes.value_or(index.classes);
  }
}

// Of images with values in [0, 1], of tables as they are.
void take_normalization(JobSpec& spec, const dataset::Index& index) {
  model::Normalization& normalization = spec.training.normalization;
  normalization = {};
  if (!spec.data.standardize) return;
  const double unit = index.element == dataset::ElementType::kUint8 ? 255 : 1;
  for (const double mean : index.mean) normalization.mean.push_back(mean / unit);
  for (const double deviation : index.stddev)
    normalization.stddev.push_back(deviation > 0 ? deviation / unit : 1);
}

// What layers leave to the data.
Status fill_layers(model::Training& training, const dataset::Index& index) {
  model::fill_vocabulary(training.layers, index.tokens.vocabulary);
  model::fill_vocabulary(training.decoder, index.tokens.target_vocabulary);
  HOWDAH_TRY(model::check_vocabulary(training.layers, index.tokens.vocabulary));
  HOWDAH_TRY(model::check_vocabulary(training.decoder, index.tokens.target_vocabulary));
  std::vector<model::DataColumn> columns;
  for (const dataset::Column& column : index.columns)
    columns.push_back({column.name, column.categories.empty()
                                        ? 0
                                        : static_cast<int64_t>(column.categories.size()) + 1});
  return model::fill_columns(training.layers, columns);
}

}  // namespace

Status complete_from_index(JobSpec& spec, const dataset::Index& index) {
  model::Training& training = spec.training;
  HOWDAH_TRY(check_records(training, index));
  if (spec.data.classes && *spec.data.classes < index.classes)
    return Status(Code::kInvalidArgument,
                  "'data.classes' is " + std::to_string(*spec.data.classes) +
                      ", but the labels go up to " + std::to_string(index.classes - 1))
        .with_peer(index.source);
  if (index.partition("validation")) {  // the source comes divided
    spec.data.split.train = 1;
    spec.data.split.validation = 0;
  }
  training.input = index.shape;
  training.input_form = is_of_text(training.task) ? model::Form::kTokens : model::Form::kValues;
  training.vocabulary = index.tokens.vocabulary;
  training.classes = outputs_of(spec, index);
  training.target_width = index.target.width;
  expand_zoo(spec, training.classes);
  HOWDAH_TRY(fill_layers(training, index));
  take_normalization(spec, index);
  // A binary classification has one output for two classes.
  const int64_t classes = training.task == Task::kBinaryClassification ? 2 : training.classes;
  HOWDAH_TRY(check_metrics(spec.metrics, training.task, classes));
  HOWDAH_TRY(check_metrics(watched_measures(training), training.task, classes));
  HOWDAH_TRY(check_loss(training.loss, training.task, classes, spec.loss_place));
  HOWDAH_TRY(check_validation(training, index, spec.data.split));
  if (training.augmentation.fill_mean) training.augmentation.fill = index.mean;
  HOWDAH_TRY(model::check_augmentation(training.augmentation, training.input,
                                       index.element == dataset::ElementType::kUint8));
  // What a user's module holds is found out for these data, as soon as they are known.
  if (training.module && training.module->parts.empty()) return Status::ok();
  return check_network(training);
}

Status check_network(const model::Training& training) {
  const auto shapes = HOWDAH_TRY(model::infer_network(training));
  return model::check_groups(training.optimizer, model::parameter_names(shapes));
}

}  // namespace howdah::job
