#include "prepare/words.h"

#include <set>
#include <type_traits>

namespace howdah::prepare {
namespace {
using Words = std::vector<std::string>;

constexpr size_t kShownColumns = 3;
constexpr size_t kShownBytes = 60;

std::string shortened(const std::string& text) {
  if (text.size() <= kShownBytes) return text;
  size_t end = kShownBytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return text.substr(0, end) + "...";
}

std::string list(const Columns& columns) {
  if (columns.empty()) return {};
  std::string text;
  const size_t shown = columns.size() > kShownColumns + 1 ? kShownColumns : columns.size();
  for (size_t i = 0; i < shown; ++i) text += (i ? ", " : "") + shortened(columns[i]);
  if (shown < columns.size()) text += ", and " + std::to_string(columns.size() - shown) + " more";
  return text;
}

std::string called(const std::string& name, const std::string& what) {
  return what.empty() ? name : name + "(" + what + ")";
}

struct Title {
  std::string operator()(const DropMissing& rule) const {
    return called("clean.drop_missing", list(rule.columns));
  }
  std::string operator()(const FillMissing& rule) const {
    return called("clean.fill_missing", list(rule.columns));
  }
  std::string operator()(const DropDuplicates& rule) const {
    return called("clean.drop_duplicates", list(rule.keys));
  }
  std::string operator()(const DropNearDuplicates& rule) const {
    return called("clean.near_duplicates", shortened(rule.column));
  }
  std::string operator()(const Outliers& rule) const {
    return called("clean.outliers", list(rule.columns));
  }
  std::string operator()(const KeepWhere& rule) const {
    return called("clean.rules", shortened(rule.expression));
  }
  std::string operator()(const DateRange& rule) const {
    return called("clean.dates", list(rule.columns));
  }
  std::string operator()(const TextLength& rule) const {
    return called("clean.text_length", list(rule.columns));
  }
  std::string operator()(const CleanText& rule) const {
    return called("clean.text", list(rule.columns));
  }
  std::string operator()(const LabelNoise& rule) const {
    return called("clean.label_noise", shortened(rule.label));
  }
  std::string operator()(const Normalize& rule) const {
    return called("normalize." + word_of(rule.method), list(rule.columns));
  }
  std::string operator()(const Vocabulary& rule) const {
    return called("vocabulary", shortened(rule.column));
  }
  std::string operator()(const SentencePiece& rule) const {
    return called("sentencepiece", shortened(rule.column));
  }
  std::string operator()(const ImageStandard& rule) const {
    return called("image", shortened(rule.column));
  }
  std::string operator()(const SelectColumns& rule) const {
    return called(rule.drop ? "drop" : "select", list(rule.columns));
  }
  std::string operator()(const DeriveColumn& rule) const {
    return called("derive", shortened(rule.name));
  }
};

}  // namespace

template <>
const Words& words_of<Format>() {
  static const Words words = {"auto",    "csv",    "tsv", "jsonl", "text",
                              "parquet", "images", "tar", "idx",   "sequencefile"};
  return words;
}
template <>
const Words& words_of<ColumnType>() {
  static const Words words = {"bool", "int64", "float64", "string", "date", "timestamp"};
  return words;
}
template <>
const Words& words_of<BadRecordAction>() {
  static const Words words = {"drop", "quarantine", "fail"};
  return words;
}
template <>
const Words& words_of<SplitSpec::By>() {
  static const Words words = {"record", "stratify", "group", "time"};
  return words;
}
template <>
const Words& words_of<PartitionSpec::Level::Kind>() {
  static const Words words = {"value", "hash", "range"};
  return words;
}
template <>
const Words& words_of<OutputFormat>() {
  static const Words words = {"parquet", "csv", "jsonl", "text", "tar"};
  return words;
}
template <>
const Words& words_of<FillMissing::Method>() {
  static const Words words = {"constant", "mean", "median", "mode"};
  return words;
}
template <>
const Words& words_of<Outliers::Method>() {
  static const Words words = {"zscore", "iqr", "mad", "quantile", "range"};
  return words;
}
template <>
const Words& words_of<Outliers::Action>() {
  static const Words words = {"drop", "clip", "mark"};
  return words;
}
template <>
const Words& words_of<CleanText::Unicode>() {
  static const Words words = {"none", "nfc", "nfkc"};
  return words;
}
template <>
const Words& words_of<CleanText::Case>() {
  static const Words words = {"keep", "lower", "upper"};
  return words;
}
template <>
const Words& words_of<Normalize::Method>() {
  static const Words words = {"standard", "minmax", "maxabs", "robust", "log",
                              "quantile", "onehot", "index",  "hash"};
  return words;
}

const Words& encodings() {
  static const Words words = {"utf-8", "latin-1", "windows-1252", "utf-16"};
  return words;
}
const Words& compressions() {
  static const Words words = {"none", "snappy", "gzip", "zstd", "lz4", "brotli"};
  return words;
}

const Words& rule_names() {
  static const Words names = {"drop_missing",  "fill_missing", "drop_duplicates", "near_duplicates",
                              "outliers",      "rules",        "dates",           "text_length",
                              "text",          "label_noise",  "normalize",       "vocabulary",
                              "sentencepiece", "image",        "select",          "derive"};
  return names;
}

const std::string& rule_name(const StepKind& kind) {
  return rule_names().at(kind.index());
}

void name_steps(std::vector<StepSpec>& steps) {
  std::set<std::string> taken;
  for (StepSpec& step : steps) {
    const std::string title = std::visit(Title(), step.kind);
    step.name = title;
    for (int number = 2; !taken.insert(step.name).second; ++number)
      step.name = title + " #" + std::to_string(number);
  }
}

const char* format_name(Format format) {
  return word_of(format).c_str();
}
const char* column_type_name(ColumnType type) {
  return word_of(type).c_str();
}

}  // namespace howdah::prepare
