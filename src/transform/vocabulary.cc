// Texts become lists of numbers (list<int32>): 0 padding, 1 unknown, 2 the most frequent word of
// the training part, and so on; `size` counts padding and unknown too. A missing text is a missing
// list.
#include <arrow/type.h>
#include <fmt/core.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "statistics/value_counts.h"
#include "transform/column_views.h"
#include "transform/normalize_step.h"
#include "transform/normalize_words.h"
#include "transform/vocabulary_lists.h"
#include "transform/vocabulary_tokens.h"

namespace howdah::transform {
namespace {

using statistics::ValueCounts;

constexpr size_t kMaxDistinctWords = 5'000'000;
constexpr size_t kMaxWordBytes = 256;  // longer ones are unknown
constexpr int64_t kReserved = 2;
constexpr int64_t kMaxLength = 1'000'000;

Status too_many_words(const prepare::StepSpec& spec, const prepare::Vocabulary& rule) {
  return wrong_spec(spec, fmt::format("column \"{}\" has more than {} different words, or 256 MiB",
                                      rule.column, kMaxDistinctWords))
      .with_advice("use sentencepiece, which learns parts of words");
}

class WordCollector : public Collector {
 public:
  WordCollector(prepare::StepSpec spec, const prepare::Vocabulary& rule)
      : spec_(std::move(spec)), rule_(rule), counts_(kMaxDistinctWords) {}

  Status add(const Records& records) override {
    const Tokens tokens(rule_.characters, rule_.lower);
    const auto column = HOWDAH_TRY(column_of(*records.batch, rule_.column));
    HOWDAH_TRY(TextView::of(column)).each_present([&](int64_t, std::string_view text) {
      tokens.each(text, scratch_, [&](std::string_view word) {
        if (word.size() <= kMaxWordBytes) counts_.add(word);
      });
    });
    return counts_.overflowed() ? too_many_words(spec_, rule_) : Status::ok();
  }
  void write_to(std::string& bytes) const override {
    statistics::ByteWriter writer(bytes);
    counts_.write_to(writer);
  }
  Status merge(statistics::ByteReader& bytes) override { return counts_.merge(bytes); }
  const ValueCounts& counts() const { return counts_; }

 private:
  prepare::StepSpec spec_;
  prepare::Vocabulary rule_;
  ValueCounts counts_;
  std::string scratch_;
};

class VocabularyStep : public Step {
 public:
  explicit VocabularyStep(const prepare::StepSpec& spec) : Step(spec) {}

  Result<std::shared_ptr<arrow::Schema>> bind(
      const std::shared_ptr<arrow::Schema>& schema) override {
    HOWDAH_TRY(required_columns(*schema, {rule().column}, text_type, "texts", spec_.where));
    const int at = schema->GetFieldIndex(rule().column);
    return formats::from_arrow(schema->SetField(at, arrow::field(rule().column, number_lists())));
  }
  bool learns_from_training_only() const override { return true; }
  std::unique_ptr<Collector> collector() const override {
    return std::make_unique<WordCollector>(spec_, rule());
  }
  std::vector<std::string> reads() const override { return {rule().column}; }
  std::vector<std::string> writes() const override { return {rule().column}; }
  Status fit(const Collector& collected) override;
  void state(nlohmann::ordered_json& json) const override;
  Status restore(const nlohmann::ordered_json& json) override;
  std::vector<std::string> warnings() const override {
    if (!learnt_ || words_.size() > 0) return {};
    return {fmt::format("{}: no word was learnt from the training part: all are unknown", name())};
  }
  Status apply(Records& records, Effects& effects) const override;

 private:
  const prepare::Vocabulary& rule() const { return std::get<prepare::Vocabulary>(spec_.kind); }

  bool learnt_ = false;
  WordTable words_;
};

Status VocabularyStep::fit(const Collector& collected) {
  const auto* counted = dynamic_cast<const WordCollector*>(&collected);
  if (!counted) return Status(Code::kInternal, "another step's collector");
  if (counted->counts().overflowed()) return too_many_words(spec_, rule());
  std::vector<std::string> words;
  for (auto& [word, count] :
       counted->counts().sorted(static_cast<size_t>(rule().size - kReserved))) {
    if (count < rule().min_count) break;
    words.push_back(std::move(word));
  }
  words_ = WordTable(words);
  learnt_ = true;
  return Status::ok();
}

void VocabularyStep::state(nlohmann::ordered_json& json) const {
  if (!learnt_) return;
  auto list = nlohmann::ordered_json::array();
  for (uint32_t place = 0; place < words_.size(); ++place)
    list.push_back(std::string(words_.word(place)));
  json["column"] = rule().column;
  json["words"] = std::move(list);
}

Status VocabularyStep::restore(const nlohmann::ordered_json& json) {
  const auto corrupt = [this] {
    return Status(Code::kCorrupt, "the kept words of " + name() + " are no list of texts")
        .with_advice("prepare the data again");
  };
  const auto list = json.find("words");
  if (list == json.end() || !list->is_array() || list->size() > kMaxDistinctWords) return corrupt();
  std::vector<std::string> words;
  for (const auto& word : *list) {
    if (!word.is_string()) return corrupt();
    words.push_back(word.get<std::string>());
  }
  words_ = WordTable(words);
  learnt_ = true;
  return Status::ok();
}

Status VocabularyStep::apply(Records& records, Effects& effects) const {
  if (!learnt_) return Status(Code::kInternal, name() + " is not fit");
  const Tokens tokens(rule().characters, rule().lower);
  const auto length = static_cast<size_t>(rule().length);
  const auto column = HOWDAH_TRY(column_of(*records.batch, rule().column));
  const auto texts = HOWDAH_TRY(TextView::of(column));
  NumberLists lists(texts.size());
  std::vector<int32_t>& numbers = lists.numbers();
  std::string scratch;
  for (int64_t row = 0; row < texts.size(); ++row) {
    if (texts.present()[row]) {
      // kNone is the greatest number there is: two more are 1, unknown.
      tokens.each(texts[row], scratch, [&](std::string_view word) {
        numbers.push_back(static_cast<int32_t>(words_.find(word) + uint32_t{kReserved}));
      });
      if (length > 0) numbers.resize(lists.begin() + length, 0);
    }
    HOWDAH_TRY(lists.end_list());
  }
  effects.effect.values_changed += column->length() - column->null_count();
  effects.effect.rows_changed += column->length() - column->null_count();
  return records.set_column(rule().column, HOWDAH_TRY(lists.finish(*column)));
}

}  // namespace

StepOrError make(const prepare::Vocabulary& rule, const prepare::StepSpec& spec) {
  const auto most = static_cast<int64_t>(kMaxDistinctWords);
  if (rule.size <= kReserved || rule.size > most)
    return wrong_spec(spec, fmt::format("size is {}; {} to {} are due (padding and unknown are two "
                                        "of them)",
                                        rule.size, kReserved + 1, most));
  if (rule.min_count < 1)
    return wrong_spec(spec, fmt::format("min_count is {}; at least 1 is due", rule.min_count));
  if (rule.length < 0 || rule.length > kMaxLength)
    return wrong_spec(spec, fmt::format("length is {}; 0 to {} are due", rule.length, kMaxLength));
  return std::unique_ptr<Step>(std::make_unique<VocabularyStep>(spec));
}

}  // namespace howdah::transform
