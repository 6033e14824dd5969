#include "model/task.h"

namespace howdah::model {

std::string_view task_name(Task task) {
  switch (task) {
    case Task::kImageClassification:
      return "image_classification";
    case Task::kClassification:
      return "classification";
    case Task::kBinaryClassification:
      return "binary_classification";
    case Task::kRegression:
      return "regression";
    case Task::kTextClassification:
      return "text_classification";
    case Task::kTagging:
      return "tagging";
    case Task::kTranslation:
      return "translation";
    case Task::kLanguageModel:
      return "language_model";
  }
  return "";
}

const std::vector<Task>& tasks() {
  static const std::vector<Task> all = {Task::kImageClassification,  Task::kClassification,
                                        Task::kBinaryClassification, Task::kRegression,
                                        Task::kTextClassification,   Task::kTagging,
                                        Task::kTranslation,          Task::kLanguageModel};
  return all;
}

bool is_of_text(Task task) {
  return task == Task::kTextClassification || task == Task::kTagging ||
         task == Task::kTranslation || task == Task::kLanguageModel;
}

bool is_of_table(Task task) {
  return task == Task::kClassification || task == Task::kBinaryClassification ||
         task == Task::kRegression;
}

}  // namespace howdah::model
