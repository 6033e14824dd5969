#include "job/prepare_section_steps.h"

#include <algorithm>

#include "job/prepare_section_values.h"
#include "prepare/limits.h"

namespace howdah::job {
namespace {
using namespace prepare;  // NOLINT: the rules' names
using Kind = YamlValue::Kind;

const std::vector<std::string>& step_words() {
  static const std::vector<std::string> words = {
      "clean", "normalize", "vocabulary", "sentencepiece", "image", "select", "drop", "derive"};
  return words;
}

class StepReader {
 public:
  StepReader(std::string path, std::vector<StepSpec>& steps, Status& error)
      : path_(std::move(path)), steps_(steps), error_(error) {}

  void read(const std::string& word, const YamlPlace& place, const YamlValue& value) {
    const std::string path = path_ + "." + word;
    if (value.kind == Kind::kNull && word != "image")
      return refuse(error_, place, "'" + path + "' is empty");
    if (word == "clean") return read_clean(value, path, steps_, error_);
    if (word == "normalize") return each(value, path, &StepReader::normalize);
    if (word == "vocabulary") return each(value, path, &StepReader::vocabulary);
    if (word == "sentencepiece") return each(value, path, &StepReader::sentencepiece);
    if (word == "image") return each(value, path, &StepReader::image);
    if (word == "select" || word == "drop")
      return add(SelectColumns{read_words(value, path, error_), word == "drop"}, value);
    if (word == "derive") return derive(value, path);
    const auto& rules = clean_words();
    if (std::find(rules.begin(), rules.end(), word) != rules.end())
      return refuse(error_, place, "'" + word + "' is a rule of clean, not a step",
                    "write - clean: {" + word + ": ...}");
    refuse_unknown(error_, place, "step", word, step_words());
  }

 private:
  void add(StepKind kind, const YamlValue& at) {
    steps_.push_back({std::move(kind), "", at.place.to_string()});
  }
  void each(const YamlValue& value, const std::string& path,
            void (StepReader::*read)(YamlSection, const std::string&, const YamlValue&)) {
    each_of(value, [&](const YamlValue& entry) {
      (this->*read)(YamlSection(&entry, path, error_, entry.place), path, entry);
    });
  }

  void normalize(YamlSection keys, const std::string& path, const YamlValue& at) {
    using Method = Normalize::Method;
    Normalize rule;
    rule.columns = read_words(keys, "columns", path, error_);
    rule.method = read_choice(keys, "method", rule.method);
    const bool categories = rule.method == Method::kOneHot || rule.method == Method::kIndex;
    const auto only_with = [&](const char* key, bool fits, const char* methods) {
      if (keys.has(key) && !fits)
        refuse(error_, keys.any(key) ? keys.any(key)->place : at.place,
               "'" + path + "." + key + "' goes with " + methods + ", not " + word_of(rule.method));
    };
    only_with("max_categories", categories, "onehot and index");
    only_with("min_count", categories, "onehot and index");
    only_with("buckets", rule.method == Method::kHash, "hash");
    only_with("quantiles", rule.method == Method::kQuantile, "quantile");
    rule.max_categories = keys.integer("max_categories", 0, 0, kMostCategories);
    rule.min_count = keys.integer("min_count", rule.min_count, 1);
    rule.buckets = keys.integer("buckets", rule.buckets, 1, kMostHashBuckets);
    rule.quantiles = keys.integer("quantiles", rule.quantiles, 2, kMostQuantiles);
    keys.finish();
    add(std::move(rule), at);
  }

  void vocabulary(YamlSection keys, const std::string&, const YamlValue& at) {
    Vocabulary rule;
    rule.column = keys.required_text("column");
    rule.characters = keys.flag("characters", rule.characters);
    rule.lower = keys.flag("lower", rule.lower);
    rule.size = keys.integer("size", rule.size, 3, kMostWords);
    rule.min_count = keys.integer("min_count", rule.min_count, 1);
    rule.length = keys.integer("length", rule.length, 0, kMostTextLength);
    keys.finish();
    add(std::move(rule), at);
  }

  void sentencepiece(YamlSection keys, const std::string&, const YamlValue& at) {
    SentencePiece rule;
    rule.column = keys.required_text("column");
    rule.size = keys.integer("size", rule.size, 8, kMostPieces);
    rule.bpe = keys.choice("type", {"unigram", "bpe"}, 0) == 1;
    rule.sample_records = keys.integer("sample_records", rule.sample_records, 1);
    rule.model = keys.text("model", "");
    keys.finish();
    add(std::move(rule), at);
  }

  void image(YamlSection keys, const std::string&, const YamlValue& at) {
    ImageStandard rule;
    rule.column = keys.text("column", rule.column);
    keys.finish();
    add(std::move(rule), at);
  }

  void derive(const YamlValue& value, const std::string& path) {
    if (value.kind != Kind::kMap)
      return refuse(error_, value.place, "'" + path + "' must be a map of new columns",
                    "write derive: {speed: distance / air_time}");
    for (const auto& [column, expression] : value.map)
      add(DeriveColumn{column, read_word(expression, path + "." + column, error_)}, expression);
  }

  const std::string path_;
  std::vector<StepSpec>& steps_;
  Status& error_;
};

}  // namespace

std::vector<StepSpec> read_steps(const YamlValue& list, const std::string& path, Status& error) {
  std::vector<StepSpec> steps;
  StepReader reader(path, steps, error);
  for (const YamlValue& entry : list.list) {
    if (entry.kind == Kind::kScalar && entry.scalar == "image") {
      YamlValue defaults;
      defaults.place = entry.place;
      reader.read("image", entry.place, defaults);
    } else if (entry.kind != Kind::kMap) {
      refuse(error, entry.place, "a step is a map", "write - clean: {drop_missing: true}");
    } else {
      for (size_t i = 0; i < entry.map.size(); ++i)
        reader.read(entry.map[i].first, entry.key_places[i], entry.map[i].second);
    }
  }
  return steps;
}

}  // namespace howdah::job
