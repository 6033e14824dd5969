#include "parallel/dataset_fit.h"

#include <fmt/format.h>

namespace howdah::parallel {
namespace {

using dataset::TargetKind;
using model::Task;

TargetKind target_of(Task task) {
  switch (task) {
    case Task::kRegression:
      return TargetKind::kValues;
    case Task::kTagging:
    case Task::kTranslation:
      return TargetKind::kTokens;
    case Task::kLanguageModel:
      return TargetKind::kNone;
    default:
      return TargetKind::kClass;
  }
}

// What the network gives values for, as the dataset counts it.
int64_t outputs_for(Task task, const dataset::Index& index) {
  switch (task) {
    case Task::kRegression:
      return index.target.width;
    case Task::kBinaryClassification:
      return index.classes <= 2 ? 1 : index.classes;
    case Task::kTranslation:
      return index.tokens.target_vocabulary;
    case Task::kLanguageModel:
      return index.tokens.vocabulary;
    default:
      return index.classes;
  }
}

}  // namespace

bool is_unlabelled(const model::Training& training, const dataset::Index& index) {
  return index.target.kind == TargetKind::kNone && training.task != Task::kLanguageModel;
}

Status check_fit(const model::Training& training, const dataset::Index& index, bool asks) {
  const auto refused = [&](const std::string& what) {
    return Status(Code::kInvalidArgument, what).with_peer(index.source);
  };
  const bool unlabelled = asks && is_unlabelled(training, index);
  if (!unlabelled && index.target.kind != target_of(training.task))
    return refused(fmt::format("the dataset's target is not one of {}", task_name(training.task)));
  const int64_t outputs = unlabelled ? training.classes : outputs_for(training.task, index);
  if (index.shape != training.input || outputs != training.classes)
    return refused(
        fmt::format("the network is for records of {} in {} classes, the dataset has {}"
                    " in {}",
                    model::to_string(training.input), training.classes,
                    model::to_string(index.shape), outputs));
  if (index.target.kind == TargetKind::kTokens && index.target.width != training.target_width)
    return refused(fmt::format("the network is for targets of {} tokens, the dataset has {}",
                               training.target_width, index.target.width));
  if (index.target.kind == TargetKind::kValues && training.target_width != training.classes)
    return refused(fmt::format("the network gives {} values, a record has {}", training.classes,
                               training.target_width));
  if (training.streams < 1 || training.batch < training.streams)
    return refused(fmt::format("a batch of {} cannot be divided over {} streams", training.batch,
                               training.streams));
  return Status::ok();
}

}  // namespace howdah::parallel
