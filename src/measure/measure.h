// The measures that a job file may ask for, and which task each of them fits.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/task.h"

namespace howdah::measure {

enum class Task {
  kClassification,        // one of several classes
  kBinaryClassification,  // one of two; class 1 is the positive one
  kTagging,               // a class for each token
  kRegression,            // a number
  kTranslation,           // a text for a text
  kLanguageModel,         // the next token
};
std::string_view task_name(Task task);  // "classification", "binary classification", ...
// classes: as in the data. A classification of two may be measured as a binary one.
Task task_of(model::Task task, std::optional<int64_t> classes);

// What every evaluation of a task reports, beside the loss, in this order. Of a classification that
// is not binary, `precision`, `recall` and `f1` are the means of the classes.
std::vector<std::string> usual_measures(model::Task task);
// Of BLEU and chrF, which need the network to write texts.
bool needs_texts(std::string_view name);
// Whether it is one number; else a list: one a class, or the confusion matrix.
bool is_scalar(std::string_view name);
bool higher_is_better(std::string_view name);  // of a scalar; not of "loss"

// In the job file's order; "top_k" stands for top_1, top_2 and so on.
std::vector<std::string> measures_of(Task task);

// The k of "top_k" names, 0 of any other.
int64_t top_k_of(std::string_view name);

//   kInvalidArgument  an unknown name (the nearest is named), or one that does not fit the task
//                     (what it fits, and what fits the task, is named)
Status check_measure(std::string_view name, Task task);

}  // namespace howdah::measure
