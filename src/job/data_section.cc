#include "job/data_section.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "job/augmentation_section.h"
#include "job/yaml_text.h"

namespace howdah::job {
namespace {

using dataset::Request;
using dataset::TargetKind;
using dataset::Tokenizer;
using model::Task;

// In the order of dataset::Tokenizer, without the one that words and tags ask for.
const std::vector<std::string> kTokenizers = {"words", "characters", "sentencepiece"};

void read_split(YamlSection split, const YamlValue* at, dataset::Split& into) {
  into.train = split.number("train", 0.9, 0, 1);
  into.validation = split.number("validation", 1 - into.train, 0, 1);
  into.seed = static_cast<uint64_t>(split.integer("seed", 0, 0));
  if (split.present() && std::abs(into.train + into.validation - 1) > 1e-9)
    split.refuse(*at, "'data.split' must add up to 1",
                 "the test records are a partition of their own");
  if (into.train <= 0) split.refuse(*at, "'data.split.train' must be above 0");
  split.finish();
}

void read_cache(YamlSection cache, dataset::CacheBudget& into) {
  into.memory_bytes = cache.size_bytes("memory", into.memory_bytes, 0);
  into.disk_bytes = cache.size_bytes("disk", into.disk_bytes, 0);
  cache.finish();
}

void read_preprocess(YamlSection& keys, DataSpec& data) {
  const YamlValue* steps = keys.list("preprocess");
  if (!steps) return;
  for (const YamlValue& step : steps->list) {
    Status error;
    YamlSection one(&step, "data.preprocess", error);
    YamlSection normalize = one.section("normalize");
    if (normalize.present())
      data.standardize = normalize.choice("method", {"unit", "standard"}, 0) == 1;
    normalize.finish();
    one.not_built_yet({"clean"});
    one.finish();
    if (!error.is_ok()) keys.refuse(step, error.message(), error.advice());
  }
}

// Keys that say something for other tasks only.
void refuse_others(YamlSection& keys, Task task, const std::vector<std::string>& others,
                   const std::string& advice) {
  for (const std::string& key : others)
    if (const YamlValue* found = keys.any(key))
      keys.refuse(*found, fmt::format("'data.{}' does not go with task: {}", key, task_name(task)),
                  advice);
}

std::vector<std::string> read_names(YamlSection& keys, const std::string& key) {
  std::vector<std::string> names;
  const YamlValue* found = keys.any(key);
  if (!found) return names;
  if (found->kind == YamlValue::Kind::kScalar) return {found->scalar};
  if (found->kind != YamlValue::Kind::kList || found->list.empty()) {
    keys.refuse(*found, fmt::format("'data.{}' must be a list of columns", key));
    return names;
  }
  for (const YamlValue& name : found->list) {
    if (name.kind != YamlValue::Kind::kScalar || name.scalar.empty())
      keys.refuse(name, fmt::format("'data.{}' must be a list of columns", key));
    else if (std::find(names.begin(), names.end(), name.scalar) != names.end())
      keys.refuse(name, fmt::format("'data.{}' names '{}' twice", key, name.scalar));
    else
      names.push_back(name.scalar);
  }
  return names;
}

void read_target(YamlSection& keys, Task task, Request& request) {
  if (task == Task::kRegression) {
    request.targets = read_names(keys, "target");
  } else {
    request.targets = {keys.text("target", "")};
    if (request.targets.front().empty()) request.targets.clear();
  }
  if (!request.targets.empty()) return;
  if (task == Task::kTranslation)
    keys.required_text("target");  // says that it is missing
  else
    request.targets = {"label"};
}

void read_table(YamlSection& keys, Task task, Request& request) {
  refuse_others(keys, task, {"text", "tokens", "augment"}, "tables have 'features' and a 'target'");
  request.records = Request::Records::kTable;
  request.target_kind = task == Task::kRegression ? TargetKind::kValues : TargetKind::kClass;
  read_target(keys, task, request);
  request.features = read_names(keys, "features");
  for (const std::string& target : request.targets)
    if (std::find(request.features.begin(), request.features.end(), target) !=
        request.features.end())
      keys.refuse(*keys.any("features"),
                  fmt::format("'data.features' names the target '{}'", target));
}

void read_tokens(YamlSection tokens, model::Training& training, Request& request) {
  const Task task = training.task;
  if (task == Task::kTagging) {
    request.tokenizer = Tokenizer::kBlanks;
    if (const YamlValue* tokenizer = tokens.any("tokenizer"))
      tokens.refuse(*tokenizer, "'data.tokens.tokenizer' does not go with task: tagging",
                    "each tag stands for a word, and words are parted by blanks");
  } else {
    request.tokenizer = static_cast<Tokenizer>(tokens.choice("tokenizer", kTokenizers, 0));
  }
  request.vocabulary = tokens.integer("vocabulary", request.vocabulary,
                                      dataset::kReservedTokens + 1, dataset::kMaxVocabulary);
  request.length = tokens.integer("length", request.length, 1, dataset::kMaxTextTokens);
  if (request.tokenizer != Tokenizer::kSentencepiece)
    request.min_count = tokens.integer("min_count", request.min_count, 1);
  else if (const YamlValue* least = tokens.any("min_count"))
    tokens.refuse(*least, "'data.tokens.min_count' does not go with tokenizer: sentencepiece",
                  "leave it out: what is rare becomes smaller parts");
  if (task == Task::kTranslation)
    request.target_length =
        tokens.integer("target_length", request.length, 2, dataset::kMaxTextTokens);
  else if (const YamlValue* length = tokens.any("target_length"))
    tokens.refuse(
        *length,
        fmt::format("'data.tokens.target_length' does not go with task: {}", task_name(task)),
        "it is of the text that a translation writes");
  request.lowercase = tokens.flag("lowercase", request.lowercase);
  training.bucketing = tokens.flag("bucketing", training.bucketing);
  tokens.finish();
}

void read_texts(YamlSection& keys, model::Training& training, Request& request) {
  const Task task = training.task;
  refuse_others(keys, task, {"features", "augment", "preprocess"},
                "texts have a 'text', a 'target' and 'tokens'");
  request.records = Request::Records::kTexts;
  request.text = keys.required_text("text");
  request.target_kind = task == Task::kTextClassification ? TargetKind::kClass
                        : task == Task::kLanguageModel    ? TargetKind::kNone
                                                          : TargetKind::kTokens;
  if (task == Task::kLanguageModel)
    refuse_others(keys, task, {"target"}, "a language model finds a text's own next token");
  else
    read_target(keys, task, request);
  read_tokens(keys.section("tokens"), training, request);
}

std::string names_text(const std::vector<std::string>& names) {
  std::vector<std::string> all;
  for (const std::string& name : names) all.push_back(quoted(name));
  return fmt::format("[{}]", join(all));
}

std::string request_text(const Request& request, const model::Training& training) {
  if (request.records == Request::Records::kImages) return "";
  std::string text;
  if (!request.text.empty()) text += fmt::format("  text: {}\n", quoted(request.text));
  if (request.targets.size() == 1)
    text += fmt::format("  target: {}\n", quoted(request.targets.front()));
  if (request.targets.size() > 1)
    text += fmt::format("  target: {}\n", names_text(request.targets));
  if (!request.features.empty())
    text += fmt::format("  features: {}\n", names_text(request.features));
  if (request.records != Request::Records::kTexts) return text;
  text += "  tokens: {";
  if (request.tokenizer != Tokenizer::kBlanks)
    text += fmt::format("tokenizer: {}, ", tokenizer_name(request.tokenizer));
  if (request.tokenizer != Tokenizer::kSentencepiece)
    text += fmt::format("min_count: {}, ", request.min_count);
  if (training.task == Task::kTranslation)
    text += fmt::format("target_length: {}, ", request.target_length);
  return text + fmt::format("vocabulary: {}, length: {}, lowercase: {}, bucketing: {}}}\n",
                            request.vocabulary, request.length, request.lowercase,
                            training.bucketing);
}

}  // namespace

DataSpec read_data(YamlSection keys, bool prepared, model::Training& training) {
  const Task task = training.task;
  DataSpec data;
  data.source = prepared ? keys.text("source", "") : keys.required_text("source");
  data.index = keys.text("index", "");
  if (is_of_table(task)) {
    read_table(keys, task, data.request);
  } else if (is_of_text(task)) {
    read_texts(keys, training, data.request);
  } else {
    refuse_others(keys, task, {"text", "target", "features", "tokens"},
                  "it is of images with labels; say which: task: text_classification, ...");
    keys.choice("format", {"idx"}, 0);
    training.augmentation = read_augmentation(keys.section("augment"));
  }
  const bool classes = task == Task::kImageClassification || task == Task::kClassification ||
                       task == Task::kTextClassification;
  if (!classes)
    refuse_others(keys, task, {"classes"}, "leave it out");
  else if (keys.has("classes"))
    data.classes = keys.integer("classes", 2, 2, 1 << 20);
  read_split(keys.section("split"), keys.any("split"), data.split);
  read_cache(keys.section("cache"), data.cache);
  if (!is_of_text(task)) read_preprocess(keys, data);
  keys.finish();
  return data;
}

std::string data_to_yaml(const DataSpec& data, const model::Training& training) {
  const bool images = data.request.records == Request::Records::kImages;
  std::string text = fmt::format("data:\n  source: {}\n", quoted(data.source));
  if (images) text += "  format: idx\n";
  if (!data.index.empty()) text += fmt::format("  index: {}\n", quoted(data.index));
  if (data.classes) text += fmt::format("  classes: {}\n", *data.classes);
  text += request_text(data.request, training);
  text += fmt::format("  split: {{train: {}, validation: {}, seed: {}}}\n", data.split.train,
                      data.split.validation, data.split.seed);
  text += fmt::format("  cache: {{memory: {}, disk: {}}}\n", size_text(data.cache.memory_bytes),
                      size_text(data.cache.disk_bytes));
  if (data.request.records != Request::Records::kTexts)
    text += fmt::format("  preprocess:\n    - normalize: {{method: {}}}\n",
                        data.standardize ? "standard" : "unit");
  if (training.augmentation.any())
    text += fmt::format("  augment: {}\n", augmentation_to_yaml(training.augmentation));
  return text;
}

}  // namespace howdah::job
