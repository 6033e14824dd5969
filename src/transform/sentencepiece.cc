// Texts become lists of numbers of pieces of words (list<int32>): 0 padding, 1 unknown. The model
// is trained from a sample of the training part's records, chosen by their identity. A missing text
// is a missing list.
#include "transform/sentencepiece.h"

#include <arrow/type.h>
#include <arrow/util/base64.h>
#include <fmt/core.h>

#include <nlohmann/json.hpp>

#include "statistics/sample.h"
#include "text/sentencepiece_library/pieces.h"
#include "text/sentencepiece_model.h"
#include "transform/column_views.h"
#include "transform/normalize_step.h"
#include "transform/vocabulary_lists.h"

namespace howdah::transform {
namespace {

constexpr int64_t kMaxSize = 1'000'000;
constexpr int64_t kMaxSample = 1'000'000;

class TextCollector : public Collector {
 public:
  TextCollector(std::string column, size_t size) : column_(std::move(column)), sample_(size) {}

  Status add(const Records& records) override {
    const auto column = HOWDAH_TRY(column_of(*records.batch, column_));
    HOWDAH_TRY(TextView::of(column)).each_present([&](int64_t row, std::string_view text) {
      const auto& identity = records.identities[static_cast<size_t>(row)];
      if (!text.empty() && sample_.wants(identity))
        sample_.add(identity, text::training_text(text));
    });
    return Status::ok();
  }
  void write_to(std::string& bytes) const override {
    statistics::ByteWriter writer(bytes);
    sample_.write_to(writer);
  }
  Status merge(statistics::ByteReader& bytes) override { return sample_.merge(bytes); }
  std::vector<std::string> texts() const {
    std::vector<std::string> texts;
    for (auto& entry : sample_.sorted()) texts.push_back(std::move(entry.payload));
    return texts;
  }

 private:
  std::string column_;
  statistics::Sample sample_;
};

class SentencePieceStep : public Step {
 public:
  explicit SentencePieceStep(const prepare::StepSpec& spec) : Step(spec) {}

  const prepare::SentencePiece& rule() const {
    return std::get<prepare::SentencePiece>(spec_.kind);
  }
  bool waits_for_model() const { return !rule().model.empty() && !model_; }
  Status take(std::string bytes) {
    std::string error;
    auto model = pieces::Model::load(bytes, error);
    if (!model) return Status(Code::kInvalidArgument, "sentencepiece: " + error);
    model_ = std::move(model);
    model_bytes_ = std::move(bytes);
    return Status::ok();
  }

  Result<std::shared_ptr<arrow::Schema>> bind(
      const std::shared_ptr<arrow::Schema>& schema) override {
    HOWDAH_TRY(required_columns(*schema, {rule().column}, text_type, "texts", spec_.where));
    const int at = schema->GetFieldIndex(rule().column);
    return formats::from_arrow(schema->SetField(at, arrow::field(rule().column, number_lists())));
  }
  bool learns_from_training_only() const override { return rule().model.empty(); }
  std::unique_ptr<Collector> collector() const override {
    if (!rule().model.empty()) return nullptr;
    return std::make_unique<TextCollector>(rule().column,
                                           static_cast<size_t>(rule().sample_records));
  }
  std::vector<std::string> reads() const override { return {rule().column}; }
  std::vector<std::string> writes() const override { return {rule().column}; }
  Status fit(const Collector& collected) override;
  void state(nlohmann::ordered_json& json) const override;
  Status restore(const nlohmann::ordered_json& json) override;
  Status apply(Records& records, Effects& effects) const override;

 private:
  std::unique_ptr<const pieces::Model> model_;
  std::string model_bytes_;
};

Status SentencePieceStep::fit(const Collector& collected) {
  const auto* texts = dynamic_cast<const TextCollector*>(&collected);
  if (!texts) return Status(Code::kInternal, "another step's collector");
  auto model = text::train_sentencepiece(texts->texts(), {.size = rule().size, .bpe = rule().bpe});
  if (!model.is_ok())
    return model.status().with_peer(spec_.where).with_advice("give it another size, or more text");
  return take(std::move(*model));
}

void SentencePieceStep::state(nlohmann::ordered_json& json) const {
  if (!model_) return;
  json["column"] = rule().column;
  json["pieces"] = model_->size();
  json["model_base64"] = arrow::util::base64_encode(model_bytes_);
}

Status SentencePieceStep::restore(const nlohmann::ordered_json& json) {
  const auto corrupt = [this] {
    return Status(Code::kCorrupt, "the kept model of " + name() + " is none")
        .with_advice("prepare the data again");
  };
  const auto text = json.find("model_base64");
  if (text == json.end() || !text->is_string()) return corrupt();
  auto bytes = arrow::util::base64_decode(text->get_ref<const std::string&>());
  if (!bytes.ok() || !take(std::move(bytes).ValueUnsafe()).is_ok()) return corrupt();
  return Status::ok();
}

Status SentencePieceStep::apply(Records& records, Effects& effects) const {
  if (!model_)
    return waits_for_model()
               ? Status(Code::kUnsupported, "the model " + rule().model + " was not read")
                     .with_peer(spec_.where)
               : Status(Code::kInternal, name() + " is not fit");
  const auto column = HOWDAH_TRY(column_of(*records.batch, rule().column));
  const auto texts = HOWDAH_TRY(TextView::of(column));
  NumberLists lists(texts.size());
  std::vector<int> numbers;
  std::string error;
  for (int64_t row = 0; row < texts.size(); ++row) {
    if (texts.present()[row]) {
      if (!model_->encode(texts[row], numbers, error))
        return Status(Code::kInternal, "sentencepiece: " + error);
      lists.numbers().insert(lists.numbers().end(), numbers.begin(), numbers.end());
    }
    HOWDAH_TRY(lists.end_list());
  }
  effects.effect.values_changed += column->length() - column->null_count();
  effects.effect.rows_changed += column->length() - column->null_count();
  return records.set_column(rule().column, HOWDAH_TRY(lists.finish(*column)));
}

}  // namespace

std::string wanted_model(const Step& step) {
  const auto* pieces = dynamic_cast<const SentencePieceStep*>(&step);
  return pieces && pieces->waits_for_model() ? pieces->rule().model : "";
}

Status give_model(Step& step, std::string bytes) {
  auto* pieces = dynamic_cast<SentencePieceStep*>(&step);
  if (!pieces) return Status(Code::kInternal, "a step that takes no model");
  Status taken = text::check_sentencepiece(bytes);
  if (taken.is_ok()) taken = pieces->take(std::move(bytes));
  if (taken.is_ok()) return taken;
  return wrong_spec(step.spec(), fmt::format("{} is no model of SentencePiece ({})",
                                             pieces->rule().model, taken.message()));
}

StepOrError make(const prepare::SentencePiece& rule, const prepare::StepSpec& spec) {
  if (rule.size < 3 || rule.size > kMaxSize)
    return wrong_spec(spec, fmt::format("size is {}; 3 to {} are due (padding and unknown are two "
                                        "of them)",
                                        rule.size, kMaxSize));
  if (rule.sample_records < 1 || rule.sample_records > kMaxSample)
    return wrong_spec(spec, fmt::format("sample_records is {}; 1 to {} are due",
                                        rule.sample_records, kMaxSample));
  return std::unique_ptr<Step>(std::make_unique<SentencePieceStep>(spec));
}

}  // namespace howdah::transform
