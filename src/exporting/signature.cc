#include "exporting/signature.h"

#include <fmt/format.h>

namespace howdah::exporting {
namespace {

using dataset::ElementType;
using model::Form;
using model::Task;

std::vector<std::string> extents_of(const model::Shape& shape, Form form) {
  std::vector<std::string> extents{"batch"};
  for (const int64_t extent : shape) extents.push_back(std::to_string(extent));
  if (form != Form::kValues) extents[1] = "length";
  return extents;
}

std::string what_it_says(Task task) {
  switch (task) {
    case Task::kBinaryClassification:
      return "the logit of class 1";
    case Task::kRegression:
      return "the values that are asked for";
    case Task::kTagging:
      return "a value a tag, at each token";
    case Task::kTranslation:
    case Task::kLanguageModel:
      return "a value a token of the vocabulary, at each token";
    default:
      return "a value a class, as the last layer gives it; the largest is the answer";
  }
}

}  // namespace

std::string Value::text() const {
  return fmt::format("{} [{}]", dtype, fmt::join(extents, ", "));
}

int64_t longest_of(const TrainedModel& model) {
  const model::Training& training = model.training;
  return training.input[0] - (training.task == Task::kLanguageModel ? 1 : 0);
}

Value input_of(const TrainedModel& model) {
  const model::Training& training = model.training;
  Value value{kInputName, "float32", extents_of(training.input, training.input_form),
              "the features as the dataset has them"};
  if (training.input_form == Form::kTokens) {
    value.dtype = "int64";
    value.meaning = fmt::format("tokens, padded with 0 at the end; {} at most", longest_of(model));
  } else if (model.training.module) {
    value.meaning = "normalized, as the job trained it";
  } else if (model.element == ElementType::kUint8) {
    value.dtype = "uint8";
    value.meaning = "raw pixels, 0 to 255";
  }
  return value;
}

std::vector<Value> inputs_of(const TrainedModel& model) {
  std::vector<Value> inputs{input_of(model)};
  if (!model.training.decoder.empty())
    inputs.push_back({kTargetInputName,
                      "int64",
                      {"batch", "target_length"},
                      "the tokens written so far: 2, then those that follow; padded with 0"});
  return inputs;
}

Value output_of(const TrainedModel& model) {
  const model::Signal signal = model::output_of(model.shapes);
  Value value{kOutputName, "float32", extents_of(signal.shape, signal.form),
              what_it_says(model.training.task)};
  if (!model.training.decoder.empty()) value.extents[1] = "target_length";
  return value;
}

std::string normalization_text(const TrainedModel& model) {
  if (model.training.input_form == Form::kTokens) return {};
  std::string text = model.element == ElementType::kUint8 ? "value / 255" : "";
  const auto& [mean, stddev] = model.training.normalization;
  if (mean.empty()) return text;
  return fmt::format("{}, minus mean [{}], divided by stddev [{}]", text.empty() ? "value" : text,
                     fmt::join(mean, ", "), fmt::join(stddev, ", "));
}

}  // namespace howdah::exporting
