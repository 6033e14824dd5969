#include "job/answer_section.h"

#include <fmt/format.h>

#include "dataset/part_names.h"
#include "job/yaml_text.h"

namespace howdah::job {
std::optional<AnswerSpec> read_answer(YamlSection keys) {
  if (!keys.present()) return std::nullopt;
  AnswerSpec answer;
  answer.weights = keys.required_text("weights");
  answer.trained_on = keys.required_text("trained_on");
  answer.part = static_cast<dataset::Part>(
      keys.choice("part", {dataset::kPartNames.begin(), dataset::kPartNames.end()},
                  static_cast<size_t>(answer.part)));
  answer.output = keys.text("output", "");
  keys.finish();
  return answer;
}

std::string answer_to_yaml(const AnswerSpec& answer) {
  std::string text =
      fmt::format("answer:\n  weights: {}\n  trained_on: {}\n  part: {}\n", quoted(answer.weights),
                  quoted(answer.trained_on), dataset::part_name(answer.part));
  if (!answer.output.empty()) text += fmt::format("  output: {}\n", quoted(answer.output));
  return text;
}

}  // namespace howdah::job
