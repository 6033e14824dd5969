// What a network is trained to say of a record, as the job file's `task:` names it.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

namespace howdah::model {

enum class Task {
  kImageClassification,   // an image is of one of several classes
  kClassification,        // a row of a table is of one of several classes
  kBinaryClassification,  // a row is of class 1, or not: one output, a logit
  kRegression,            // numbers of a row
  kTextClassification,    // a text is of one of several classes
  kTagging,               // each token has one of several tags
  kTranslation,           // a text gives a text
  kLanguageModel,         // a text's beginning gives its next token
};
std::string_view task_name(Task task);  // "image_classification"
const std::vector<Task>& tasks();       // in this order

// Whether its records are texts, rows of a table.
bool is_of_text(Task task);
bool is_of_table(Task task);

}  // namespace howdah::model
