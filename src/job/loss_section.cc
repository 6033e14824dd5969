#include "job/loss_section.h"

#include <fmt/format.h>

#include <algorithm>

namespace howdah::job {
namespace {

using model::Loss;
using model::LossType;

constexpr const char* kKey = "loss";
constexpr double kHighest = 1e6;

const std::vector<LossType> kTypes = {LossType::kCrossEntropy, LossType::kBinaryCrossEntropy,
                                      LossType::kMse,          LossType::kMae,
                                      LossType::kHuber,        LossType::kNll};

std::vector<std::string> names_of(const std::vector<LossType>& types) {
  std::vector<std::string> names;
  for (const LossType type : types) names.emplace_back(model::loss_name(type));
  return names;
}

bool is_of_classes(LossType type) {
  return type == LossType::kCrossEntropy || type == LossType::kNll;
}

std::vector<double> read_weights(YamlSection& keys) {
  std::vector<double> weights;
  const YamlValue* list = keys.list("weights");
  if (!list) return weights;
  for (const YamlValue& item : list->list) {
    YamlValue one;
    one.kind = YamlValue::Kind::kMap;
    one.map.emplace_back("weights", item);
    Status error;
    weights.push_back(YamlSection(&one, kKey, error).number("weights", 1, 0, kHighest));
    if (!error.is_ok()) keys.refuse(item, error.message(), error.advice());
  }
  if (std::all_of(weights.begin(), weights.end(), [](double weight) { return weight == 0; }))
    keys.refuse(*list, "'loss.weights' must not all be 0", "one a class, in the classes' order");
  return weights;
}

void read_options(YamlSection& keys, Loss& loss) {
  if (is_of_classes(loss.type)) {
    loss.weights = read_weights(keys);
    if (keys.has("ignore")) loss.ignore = keys.integer("ignore", 0, 0, 1 << 20);
  }
  if (loss.type == LossType::kCrossEntropy)
    loss.smoothing = keys.number("smoothing", loss.smoothing, 0, 1);
  if (loss.type == LossType::kBinaryCrossEntropy && keys.has("positive_weight")) {
    loss.weights = {keys.number("positive_weight", 1, 0, kHighest)};
    if (loss.weights[0] == 0)
      keys.refuse(*keys.any("positive_weight"), "'loss.positive_weight' must be above 0");
  }
  if (loss.type == LossType::kHuber) {
    loss.delta = keys.number("delta", loss.delta, 0, kHighest);
    if (loss.delta == 0) keys.refuse(*keys.any("delta"), "'loss.delta' must be above 0");
  }
}

// Log-probabilities are what nll is defined for; of other values it falls without end.
void check_last_layer(YamlSection& job, const YamlValue& at, const model::Training& training) {
  const auto& layers = training.decoder.empty() ? training.layers : training.decoder;
  if (training.loss.type != LossType::kNll || layers.empty()) return;
  if (layers.back().type != model::LayerType::kLogSoftmax)
    job.refuse(at, "'nll' takes log-probabilities: the last layer must be log_softmax",
               "or take cross_entropy, which makes them itself");
}

}  // namespace

model::Task read_task(YamlSection& job) {
  std::vector<std::string> names;
  for (const model::Task task : model::tasks()) names.emplace_back(model::task_name(task));
  return model::tasks()[job.choice("task", names, 0)];
}

std::string read_loss(YamlSection& job, model::Training& training) {
  Loss& loss = training.loss;
  loss.type = model::usual_loss(training.task);
  const YamlValue* value = job.any(kKey);
  if (!value) return {};
  const std::vector<std::string> names = names_of(kTypes);
  const auto usual =
      static_cast<size_t>(std::find(kTypes.begin(), kTypes.end(), loss.type) - kTypes.begin());
  const YamlValue* at = value;
  if (value->kind == YamlValue::Kind::kScalar) {
    loss.type = kTypes[job.choice(kKey, names, usual)];
  } else {
    YamlSection keys = job.section(kKey);
    loss.type = kTypes[keys.choice("type", names, usual)];
    if (keys.has("type")) at = keys.any("type");
    read_options(keys, loss);
    keys.finish();
  }
  if (!model::fits(loss.type, training.task))
    job.refuse(*at,
               fmt::format("the loss '{}' does not fit the task {}", model::loss_name(loss.type),
                           model::task_name(training.task)),
               fmt::format("fitting: {}", join(names_of(model::losses_of(training.task)))));
  check_last_layer(job, *at, training);
  return value->place.to_string();
}

Status check_loss(const Loss& loss, model::Task task, int64_t classes, const std::string& place) {
  const auto refused = [&](const std::string& what) {
    return Status(Code::kInvalidArgument, what).with_peer(place);
  };
  if (!is_of_classes(loss.type)) return Status::ok();
  if (!loss.weights.empty() && std::ssize(loss.weights) != classes)
    return refused(fmt::format("'loss.weights' has {} numbers, but there are {} classes",
                               loss.weights.size(), classes))
        .with_advice(task == model::Task::kTagging ? "the first one is of padding" : "");
  if (loss.ignore && *loss.ignore >= classes)
    return refused(
        fmt::format("'loss.ignore' is {}, but the classes go up to {}", *loss.ignore, classes - 1));
  return Status::ok();
}

std::string loss_to_yaml(const Loss& loss) {
  std::string text = fmt::format("{{type: {}", model::loss_name(loss.type));
  if (loss.type == LossType::kCrossEntropy) text += fmt::format(", smoothing: {}", loss.smoothing);
  if (is_of_classes(loss.type)) {
    if (!loss.weights.empty())
      text += fmt::format(", weights: [{}]", fmt::join(loss.weights, ", "));
    if (loss.ignore) text += fmt::format(", ignore: {}", *loss.ignore);
  }
  if (loss.type == LossType::kBinaryCrossEntropy && !loss.weights.empty())
    text += fmt::format(", positive_weight: {}", loss.weights[0]);
  if (loss.type == LossType::kHuber) text += fmt::format(", delta: {}", loss.delta);
  return text + "}";
}

}  // namespace howdah::job
