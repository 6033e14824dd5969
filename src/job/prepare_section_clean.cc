#include <limits>

#include "job/prepare_section_steps.h"
#include "job/prepare_section_values.h"
#include "prepare/limits.h"

namespace howdah::job {
namespace {
using namespace prepare;  // NOLINT: the rules' names
using Kind = YamlValue::Kind;

constexpr int64_t kMost = std::numeric_limits<int64_t>::max();
constexpr double kLargest = std::numeric_limits<double>::max();

// Reads the rules of one `clean:` map.
class CleanReader {
 public:
  CleanReader(std::string path, std::vector<StepSpec>& steps, Status& error)
      : path_(std::move(path)), steps_(steps), error_(error) {}

  void read(const std::string& word, const YamlPlace& place, const YamlValue& value) {
    path_of_rule_ = path_ + "." + word;
    if (value.kind == Kind::kNull && word != "drop_duplicates" && word != "drop_missing")
      return refuse(error_, place, "'" + path_of_rule_ + "' is empty");
    if (word == "drop_missing") return drop_missing(value);
    if (word == "fill_missing") return fill_missing(value);
    if (word == "drop_duplicates") return drop_duplicates(value);
    if (word == "near_duplicates") return each(value, &CleanReader::near_duplicates);
    if (word == "outliers") return each(value, &CleanReader::outliers);
    if (word == "rules") return rules(value);
    if (word == "dates") return each(value, &CleanReader::dates);
    if (word == "text_length") return each(value, &CleanReader::text_length);
    if (word == "text") return each(value, &CleanReader::text);
    if (word == "label_noise") return label_noise(value);
    refuse_unknown(error_, place, "rule of clean", word, clean_words());
  }

 private:
  void add(StepKind kind, const YamlValue& at) {
    steps_.push_back({std::move(kind), "", at.place.to_string()});
  }
  YamlSection section(const YamlValue& value) {
    return YamlSection(&value, path_of_rule_, error_, value.place);
  }
  Columns words(YamlSection& keys, const std::string& key) {
    return read_words(keys, key, path_of_rule_, error_);
  }
  void each(const YamlValue& value, void (CleanReader::*read)(const YamlValue&)) {
    each_of(value, [&](const YamlValue& entry) { (this->*read)(entry); });
  }

  void drop_missing(const YamlValue& value) {
    if (as_flag(value) == false) return;
    DropMissing rule;
    if (value.kind == Kind::kMap) {
      YamlSection keys = section(value);
      rule.columns = words(keys, "columns");
      rule.only_if_all = keys.flag("only_if_all", false);
      keys.finish();
    } else if (value.kind != Kind::kNull && as_flag(value) != true) {
      rule.columns = read_words(value, path_of_rule_, error_);
    }
    add(std::move(rule), value);
  }

  void drop_duplicates(const YamlValue& value) {
    if (as_flag(value) == false) return;
    DropDuplicates rule;
    if (value.kind == Kind::kMap) {
      YamlSection keys = section(value);
      rule.keys = words(keys, "keys");
      keys.finish();
    } else if (value.kind != Kind::kNull && as_flag(value) != true) {
      rule.keys = read_words(value, path_of_rule_, error_);
    }
    add(std::move(rule), value);
  }

  // mean | [{columns, method, value, by}] | {columns, method, value, by} | {column: method or
  // constant}
  void fill_missing(const YamlValue& value) {
    each_of(value, [&](const YamlValue& entry) {
      if (entry.kind == Kind::kMap && !entry.find("method") && !entry.find("columns"))
        return fill_each(entry);
      FillMissing rule;
      if (entry.kind == Kind::kScalar) {
        if (!fill_method(entry, rule.method))
          refuse_unknown(error_, entry.place, "method of fill_missing", entry.scalar,
                         words_of<FillMissing::Method>());
      } else {
        YamlSection keys = section(entry);
        rule.columns = words(keys, "columns");
        const auto fallback =
            keys.has("value") ? FillMissing::Method::kConstant : FillMissing::Method::kMean;
        rule.method = read_choice(keys, "method", fallback);
        rule.value = keys.text("value", "");
        rule.by = keys.text("by", "");
        if (rule.method == FillMissing::Method::kConstant && !keys.has("value"))
          keys.refuse(entry, "'" + path_of_rule_ + ".value' is missing");
        keys.finish();
      }
      add(std::move(rule), entry);
    });
  }
  void fill_each(const YamlValue& map) {
    for (const auto& [column, value] : map.map) {
      FillMissing rule;
      rule.columns = {column};
      if (!fill_method(value, rule.method)) {
        rule.method = FillMissing::Method::kConstant;
        rule.value = read_word(value, path_of_rule_ + "." + column, error_);
      }
      add(std::move(rule), value);
    }
  }
  // In quotes a word is a constant: "mean".
  static bool fill_method(const YamlValue& value, FillMissing::Method& method) {
    const auto& names = words_of<FillMissing::Method>();
    if (value.kind != Kind::kScalar || value.quoted) return false;
    for (size_t i = 1; i < names.size(); ++i)
      if (value.scalar == names[i]) {
        method = static_cast<FillMissing::Method>(i);
        return true;
      }
    return false;
  }

  void near_duplicates(const YamlValue& value) {
    DropNearDuplicates rule;
    YamlSection keys = section(value);
    rule.column = keys.required_text("column");
    rule.threshold = keys.number("threshold", rule.threshold, 0, 1);
    if (keys.has("shingle_words") && keys.has("shingle_characters"))
      keys.refuse(*keys.any("shingle_characters"),
                  "shingles are made of words or of characters, not of both");
    if (keys.has("shingle_characters")) rule.shingle_words = 0;
    rule.shingle_words =
        static_cast<int>(keys.integer("shingle_words", rule.shingle_words, 1, kMostShingle));
    rule.shingle_characters = static_cast<int>(
        keys.integer("shingle_characters", rule.shingle_characters, 1, kMostShingle));
    rule.permutations =
        static_cast<int>(keys.integer("permutations", rule.permutations, 1, kMostPermutations));
    rule.seed = static_cast<uint64_t>(keys.integer("seed", 1, 0));
    keys.finish();
    add(std::move(rule), value);
  }

  void outliers(const YamlValue& value) {
    Outliers rule;
    YamlSection keys = section(value);
    rule.columns = words(keys, "columns");
    rule.method = read_choice(keys, "method", rule.method);
    rule.action = read_choice(keys, "action", rule.action);
    const bool bounded =
        rule.method == Outliers::Method::kQuantile || rule.method == Outliers::Method::kRange;
    if (bounded && keys.has("factor"))
      keys.refuse(
          *keys.any("factor"),
          "'" + path_of_rule_ + ".factor' does not go with the method " + word_of(rule.method),
          "give 'low' and 'high'");
    rule.factor = keys.number("factor", rule.factor, 0, 1e300);
    if (keys.any("low")) rule.low = keys.number("low", 0, -kLargest, kLargest);
    if (keys.any("high")) rule.high = keys.number("high", 0, -kLargest, kLargest);
    keys.finish();
    add(std::move(rule), value);
  }

  void rules(const YamlValue& value) {
    each_of(value, [&](const YamlValue& entry) {
      add(KeepWhere{read_word(entry, path_of_rule_, error_)}, entry);
    });
  }

  void dates(const YamlValue& value) {
    DateRange rule;
    YamlSection keys = section(value);
    rule.columns = words(keys, "columns");
    rule.from = keys.text("from", "");
    rule.to = keys.text("to", "");
    rule.become_missing = keys.flag("become_missing", false);
    keys.finish();
    add(std::move(rule), value);
  }

  void text_length(const YamlValue& value) {
    TextLength rule;
    YamlSection keys = section(value);
    rule.columns = words(keys, "columns");
    rule.min_characters = keys.integer("min", rule.min_characters, 0);
    rule.max_characters = keys.integer("max", kMost, 0);
    keys.finish();
    add(std::move(rule), value);
  }

  void text(const YamlValue& value) {
    CleanText rule;
    YamlSection keys = section(value);
    rule.columns = words(keys, "columns");
    rule.unicode = read_choice(keys, "unicode", rule.unicode);
    rule.letter_case = read_choice(keys, "case", rule.letter_case);
    rule.strip_html = keys.flag("strip_html", rule.strip_html);
    rule.collapse_whitespace = keys.flag("collapse_whitespace", rule.collapse_whitespace);
    keys.finish();
    add(std::move(rule), value);
  }

  void label_noise(const YamlValue& value) {
    LabelNoise rule;
    if (value.kind == Kind::kScalar) {
      rule.label = value.scalar;
    } else {
      YamlSection keys = section(value);
      rule.label = keys.required_text("label");
      rule.drop = keys.flag("drop", false);
      keys.finish();
    }
    add(std::move(rule), value);
  }

  const std::string path_;
  std::string path_of_rule_;
  std::vector<StepSpec>& steps_;
  Status& error_;
};

}  // namespace

const std::vector<std::string>& clean_words() {
  static const std::vector<std::string> words = {
      "drop_missing", "fill_missing", "drop_duplicates", "near_duplicates",
      "outliers",     "rules",        "dates",           "text_length",
      "text",         "label_noise"};
  return words;
}

void read_clean(const YamlValue& clean, const std::string& path,
                std::vector<prepare::StepSpec>& steps, Status& error) {
  if (clean.kind != Kind::kMap || clean.map.empty())
    return refuse(error, clean.place, "'" + path + "' must be a map of rules",
                  "write clean: {drop_missing: true}");
  CleanReader reader(path, steps, error);
  for (size_t i = 0; i < clean.map.size(); ++i)
    reader.read(clean.map[i].first, clean.key_places[i], clean.map[i].second);
}

}  // namespace howdah::job
