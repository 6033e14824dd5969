#include "measure/measure.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/nearest.h"

namespace howdah::measure {
namespace {

constexpr std::array kTasks = {Task::kClassification, Task::kBinaryClassification,
                               Task::kTagging,        Task::kRegression,
                               Task::kTranslation,    Task::kLanguageModel};

using Tasks = unsigned;  // a bit for each

constexpr Tasks bit(Task task) {
  return 1u << static_cast<unsigned>(task);
}

constexpr Tasks kBinary = bit(Task::kBinaryClassification);
constexpr Tasks kClasses = bit(Task::kClassification) | kBinary | bit(Task::kTagging);
constexpr Tasks kTokens = bit(Task::kLanguageModel);
constexpr Tasks kNumbers = bit(Task::kRegression);
constexpr Tasks kTexts = bit(Task::kTranslation);
constexpr std::string_view kTopK = "top_k";

enum class Kind { kRises, kFalls, kList };  // a number, and which way is better; or several

struct Entry {
  std::string_view name;
  Tasks fits;
  Kind kind = Kind::kRises;
};

constexpr Entry kMeasures[] = {
    {"accuracy", kClasses | kTokens | kTexts},
    {kTopK, bit(Task::kClassification) | kTokens},
    {"precision", kBinary},
    {"recall", kBinary},
    {"f1", kBinary},
    {"precision_macro", kClasses},
    {"recall_macro", kClasses},
    {"f1_macro", kClasses},
    {"precision_micro", kClasses},
    {"recall_micro", kClasses},
    {"f1_micro", kClasses},
    {"precision_weighted", kClasses},
    {"recall_weighted", kClasses},
    {"f1_weighted", kClasses},
    {"precision_per_class", kClasses, Kind::kList},
    {"recall_per_class", kClasses, Kind::kList},
    {"f1_per_class", kClasses, Kind::kList},
    {"confusion_matrix", kClasses, Kind::kList},
    {"roc_auc", kBinary},
    {"pr_auc", kBinary},
    {"mse", kNumbers, Kind::kFalls},
    {"rmse", kNumbers, Kind::kFalls},
    {"mae", kNumbers, Kind::kFalls},
    {"r2", kNumbers},
    {"perplexity", kTokens | kTexts, Kind::kFalls},
    {"bleu", kTexts},
    {"chrf", kTexts},
    {"chrf++", kTexts},
};

const Entry* entry_of(std::string_view name) {
  const std::string_view entry_name = top_k_of(name) > 0 ? kTopK : name;
  const auto* const entry =
      std::find_if(std::begin(kMeasures), std::end(kMeasures),
                   [&](const Entry& candidate) { return candidate.name == entry_name; });
  return entry == std::end(kMeasures) ? nullptr : entry;
}

std::string listed(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

std::string tasks_of(Tasks fits) {
  std::vector<std::string> names;
  for (const Task task : kTasks)
    if ((fits & bit(task)) != 0) names.emplace_back(task_name(task));
  return listed(names);
}

}  // namespace

std::string_view task_name(Task task) {
  switch (task) {
    case Task::kClassification:
      return "classification";
    case Task::kBinaryClassification:
      return "binary classification";
    case Task::kTagging:
      return "tagging";
    case Task::kRegression:
      return "regression";
    case Task::kTranslation:
      return "translation";
    case Task::kLanguageModel:
      return "language model";
  }
  return "";
}

Task task_of(model::Task task, std::optional<int64_t> classes) {
  switch (task) {
    case model::Task::kBinaryClassification:
      return Task::kBinaryClassification;
    case model::Task::kRegression:
      return Task::kRegression;
    case model::Task::kTagging:
      return Task::kTagging;
    case model::Task::kTranslation:
      return Task::kTranslation;
    case model::Task::kLanguageModel:
      return Task::kLanguageModel;
    default:
      return classes == 2 ? Task::kBinaryClassification : Task::kClassification;
  }
}

std::vector<std::string> usual_measures(model::Task task) {
  switch (task) {
    case model::Task::kBinaryClassification:
      return {"accuracy", "precision", "recall", "f1", "roc_auc", "pr_auc"};
    case model::Task::kRegression:
      return {"mse", "rmse", "mae", "r2"};
    case model::Task::kTagging:
      return {"accuracy", "f1_macro"};
    case model::Task::kTranslation:
    case model::Task::kLanguageModel:
      return {"perplexity", "accuracy"};
    default:
      return {"accuracy", "precision", "recall", "f1"};
  }
}

bool needs_texts(std::string_view name) {
  return name == "bleu" || name.starts_with("chrf");
}

bool is_scalar(std::string_view name) {
  const Entry* const entry = entry_of(name);
  return entry && entry->kind != Kind::kList;
}

bool higher_is_better(std::string_view name) {
  const Entry* const entry = entry_of(name);
  return entry && entry->kind == Kind::kRises;
}

std::vector<std::string> measures_of(Task task) {
  std::vector<std::string> names;
  for (const Entry& entry : kMeasures)
    if ((entry.fits & bit(task)) != 0) names.emplace_back(entry.name);
  return names;
}

int64_t top_k_of(std::string_view name) {
  constexpr std::string_view kPrefix = "top_";
  if (!name.starts_with(kPrefix)) return 0;
  int64_t k = 0;
  const char* const begin = name.data() + kPrefix.size();
  const char* const end = name.data() + name.size();
  if (begin == end || *begin < '1' || *begin > '9') return 0;  // written the one way
  const auto [stopped, error] = std::from_chars(begin, end, k);
  return error == std::errc() && stopped == end ? k : 0;
}

Status check_measure(std::string_view name, Task task) {
  const Entry* const entry = entry_of(name);
  const std::string task_text(task_name(task));
  if (name == kTopK)
    return Status(Code::kInvalidArgument, "the measure 'top_k' needs its number")
        .with_advice("write top_5, for example");
  if (!entry) {
    const Status unknown(Code::kInvalidArgument, "unknown measure '" + std::string(name) + "'");
    std::vector<std::string> all;
    for (const Entry& known : kMeasures) all.emplace_back(known.name);
    const std::string fitting = nearest(name, measures_of(task));
    const std::string near = fitting.empty() ? nearest(name, all) : fitting;
    return unknown.with_advice(near.empty() ? "for " + task_text + ": " + listed(measures_of(task))
                                            : "did you mean '" + near + "'?");
  }
  if ((entry->fits & bit(task)) == 0)
    return Status(Code::kInvalidArgument, "the measure '" + std::string(name) +
                                              "' does not fit the task: it is for " +
                                              tasks_of(entry->fits) + ", not for " + task_text)
        .with_advice("for " + task_text + ": " + listed(measures_of(task)));
  return Status::ok();
}

}  // namespace howdah::measure
