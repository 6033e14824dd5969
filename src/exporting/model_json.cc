#include "exporting/model_json.h"

#include <charconv>
#include <nlohmann/json.hpp>

#include "exporting/signature.h"
#include "job/layers_section.h"

namespace howdah::exporting {
namespace {

using nlohmann::ordered_json;

ordered_json scalar(const job::YamlValue& value) {
  const std::string& text = value.scalar;
  if (value.quoted) return text;
  if (text == "true" || text == "false") return text == "true";
  for (int i = 0; i < 2; ++i) {
    int64_t whole = 0;
    double number = 0;
    const char *begin = text.data(), *end = begin + text.size();
    const auto result =
        i == 0 ? std::from_chars(begin, end, whole) : std::from_chars(begin, end, number);
    if (result.ec != std::errc() || result.ptr != end) continue;
    if (i == 0) return whole;
    return number;
  }
  return text;
}

ordered_json to_json(const job::YamlValue& value) {
  ordered_json json;
  switch (value.kind) {
    case job::YamlValue::Kind::kNull:
      break;
    case job::YamlValue::Kind::kScalar:
      return scalar(value);
    case job::YamlValue::Kind::kList:
      json = ordered_json::array();
      for (const auto& one : value.list) json.push_back(to_json(one));
      break;
    case job::YamlValue::Kind::kMap:
      json = ordered_json::object();
      for (const auto& [key, one] : value.map) json[key] = to_json(one);
      break;
  }
  return json;
}

Result<ordered_json> layers(const std::vector<model::Layer>& list) {
  const auto tree =
      HOWDAH_TRY(job::parse_yaml("layers:\n" + job::layers_to_yaml(list), "model.json"));
  return to_json(*tree.find("layers"));
}

ordered_json described(const Value& value) {
  return {{"name", value.name},
          {"dtype", value.dtype},
          {"shape", value.extents},
          {"meaning", value.meaning}};
}

// How a text becomes tokens: by the file beside, in which token n is the n-th line, from 0.
ordered_json tokens_of(const TrainedModel& model) {
  const dataset::Tokens& tokens = model.tokens;
  const bool begun = model.training.task == model::Task::kLanguageModel;
  ordered_json json{{"tokenizer", dataset::tokenizer_name(tokens.tokenizer)},
                    {"lowercase", tokens.lowercase},
                    {"vocabulary", tokens.vocabulary},
                    {"file", tokens.file},
                    {"length", longest_of(model)},
                    {"begins_with_2", begun}};
  if (tokens.target_vocabulary == 0) return json;
  json["target_vocabulary"] = tokens.target_vocabulary;
  json["target_file"] = tokens.target_file;
  json["target_length"] = model.training.target_width - 1;
  return json;
}

// A column of categories holds codes: 0 for none or another one, then 1, 2, ... in their order.
ordered_json columns_of(const TrainedModel& model) {
  ordered_json json = ordered_json::array();
  for (const dataset::Column& column : model.columns) {
    json.push_back({{"name", column.name}});
    if (!column.categories.empty()) json.back()["categories"] = column.categories;
  }
  return json;
}

}  // namespace

Result<std::string> model_json(const TrainedModel& model) {
  const model::Training& training = model.training;
  ordered_json json{{"howdah_model", 1},
                    {"job", model.job_name},
                    {"task", model::task_name(training.task)},
                    {"input", described(input_of(model))}};
  if (const auto inputs = inputs_of(model); inputs.size() > 1)
    json[inputs[1].name] = described(inputs[1]);
  json["output"] = described(output_of(model));
  json["normalization"] = {{"divided_by", model.element == dataset::ElementType::kUint8 ? 255 : 1},
                           {"mean", training.normalization.mean},
                           {"stddev", training.normalization.stddev}};
  json["class_names"] = model.class_names;
  if (!model.target_names.empty()) json["target_names"] = model.target_names;
  if (model.tokens.vocabulary > 0) json["tokens"] = tokens_of(model);
  if (!model.columns.empty()) json["columns"] = columns_of(model);
  json["layers"] = HOWDAH_TRY(layers(training.layers));
  if (!training.decoder.empty()) json["decoder"] = HOWDAH_TRY(layers(training.decoder));
  return json.dump(2, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace howdah::exporting
