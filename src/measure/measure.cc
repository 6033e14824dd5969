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

struct Entry {
  std::string_view name;
  Tasks fits;
};

constexpr Entry kMeasures[] = {
    {"accuracy", kClasses | kTokens},
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
    {"precision_per_class", kClasses},
    {"recall_per_class", kClasses},
    {"f1_per_class", kClasses},
    {"confusion_matrix", kClasses},
    {"roc_auc", kBinary},
    {"pr_auc", kBinary},
    {"mse", kNumbers},
    {"rmse", kNumbers},
    {"mae", kNumbers},
    {"r2", kNumbers},
    {"perplexity", kTokens | kTexts},
    {"bleu", kTexts},
    {"chrf", kTexts},
    {"chrf++", kTexts},
};

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
  const std::string_view entry_name = top_k_of(name) > 0 ? kTopK : name;
  const auto* const entry =
      std::find_if(std::begin(kMeasures), std::end(kMeasures),
                   [&](const Entry& candidate) { return candidate.name == entry_name; });
  const std::string task_text(task_name(task));
  if (name == kTopK)
    return Status(Code::kInvalidArgument, "the measure 'top_k' needs its number")
        .with_advice("write top_5, for example");
  if (entry == std::end(kMeasures)) {
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
