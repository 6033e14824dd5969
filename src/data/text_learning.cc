#include "data/text_learning.h"

#include <arrow/record_batch.h>
#include <fmt/core.h>

#include "text/sentencepiece_model.h"

namespace howdah::data {
namespace {

using dataset::TargetKind;

// What a model of parts of words learns from, at most: the training part's first texts.
constexpr int64_t kSampleBytes = 64 << 20;
constexpr size_t kSampleTexts = 1'000'000;

std::string first_target(const dataset::Request& request) {
  return request.targets.empty() ? std::string() : request.targets.front();
}

Result<std::shared_ptr<const text::Encoder>> encoder_of(const dataset::Request& request,
                                                        const std::string& content) {
  return std::shared_ptr<const text::Encoder>(
      HOWDAH_TRY(text::Encoder::make(request.tokenizer, request.lowercase, content)));
}

}  // namespace

Result<LearntText> learnt_before(const LearnedIndex& learned, bool labelled, Deadline deadline) {
  const dataset::Index& index = learned.index;
  LearntText learnt;
  const auto load = [&](text::Encoder::Side side, const std::string& file,
                        std::shared_ptr<const text::Encoder>& encoder) -> Status {
    encoder = HOWDAH_TRY(text::Encoder::load(index.tokens, side, learned.folder, deadline));
    if (!learnt.files.empty() && learnt.files.front().first == file) return Status::ok();
    learnt.files.emplace_back(
        file, HOWDAH_TRY(fs::read_file(*learned.folder.files, learned.folder.path + "/" + file,
                                       text::kMaxVocabularyBytes, deadline)));
    return Status::ok();
  };
  HOWDAH_TRY(load(text::Encoder::Side::kText, index.tokens.file, learnt.encoder));
  if (!labelled) return learnt;
  if (index.tokens.target_vocabulary > 0)
    HOWDAH_TRY(load(text::Encoder::Side::kTarget, index.tokens.target_file, learnt.target_encoder));
  std::vector<std::string> names = index.class_names;
  if (index.target.kind == TargetKind::kTokens && !names.empty())
    names.erase(names.begin());  // padding
  if (!names.empty())
    learnt.classes = std::make_shared<const ClassNames>(ClassNames::in_order(std::move(names)));
  return learnt;
}

TextLearning::TextLearning(const dataset::Request& request, int64_t most_bytes)
    : request_(request),
      tokenizer_(request.tokenizer, request.lowercase),
      counts_(most_bytes),
      target_counts_(most_bytes),
      classes_(first_target(request)) {}

bool TextLearning::tags() const {
  return request_.target_kind == TargetKind::kTokens &&
         request_.tokenizer == dataset::Tokenizer::kBlanks;
}
bool TextLearning::translates() const {
  return request_.target_kind == TargetKind::kTokens && !tags();
}

std::vector<std::string> TextLearning::columns() const {
  std::vector<std::string> columns = {request_.text};
  for (const std::string& target : request_.targets)
    if (request_.labelled && target != request_.text) columns.push_back(target);
  return columns;
}

Status TextLearning::count(const text::Tokenizer& tokenizer, std::string_view text,
                           text::TokenCounts& counts, const std::string& column) {
  std::string token;
  for (size_t at = 0; tokenizer.next(text, at, token);)
    if (!counts.add(token))
      return Status(Code::kInvalidArgument,
                    fmt::format("the column '{}' has more different tokens than {} MiB hold",
                                column, counts.most_bytes() >> 20))
          .with_advice(
              "take tokens: {tokenizer: sentencepiece}, which learns parts of words, or "
              "{tokenizer: characters}");
  return Status::ok();
}

void TextLearning::keep(std::string_view text) {
  if (sample_bytes_ >= kSampleBytes || sample_.size() >= kSampleTexts) return;
  sample_.push_back(text::training_text(text));
  sample_bytes_ += static_cast<int64_t>(sample_.back().size());
}

Status TextLearning::add(const PartBatch& rows) {
  const bool pieces = request_.tokenizer == dataset::Tokenizer::kSentencepiece;
  const auto texts = HOWDAH_TRY(texts_of(*rows.batch, request_.text, "text"));
  const std::string target = first_target(request_);
  std::shared_ptr<arrow::StringArray> targets;
  if (request_.target_kind == TargetKind::kClass) HOWDAH_TRY(classes_.add(rows));
  if (request_.target_kind == TargetKind::kTokens)
    targets = HOWDAH_TRY(texts_of(*rows.batch, target, "target"));
  const text::Tokenizer tag_tokenizer(dataset::Tokenizer::kBlanks, false);
  std::string tag;
  for (int64_t row = 0; row < texts->length(); ++row) {
    if (texts->IsNull(row)) return rows.at(row, missing_value(request_.text));
    if (targets && targets->IsNull(row)) return rows.at(row, missing_value(target));
    if (pieces) {
      keep(texts->GetView(row));
      if (targets) keep(targets->GetView(row));
      continue;
    }
    HOWDAH_TRY(count(tokenizer_, texts->GetView(row), counts_, request_.text));
    if (translates()) HOWDAH_TRY(count(tokenizer_, targets->GetView(row), target_counts_, target));
    if (!tags()) continue;
    for (size_t at = 0; tag_tokenizer.next(targets->GetView(row), at, tag);)
      if (!tags_.contains(tag)) tags_.insert(tag);
    if (static_cast<int64_t>(tags_.size()) >= dataset::kMaxClasses)
      return Status(Code::kInvalidArgument, fmt::format("more than {} tags in the column '{}'",
                                                        dataset::kMaxClasses - 1, target));
  }
  return Status::ok();
}

Result<LearntText> TextLearning::finish() const {
  LearntText learnt;
  if (request_.target_kind == TargetKind::kClass) learnt.classes = HOWDAH_TRY(classes_.finish());
  if (tags()) {
    if (tags_.empty()) return Status(Code::kInvalidArgument, "the training part has no tag");
    learnt.classes = std::make_shared<const ClassNames>(tags_);
  }
  if (request_.tokenizer == dataset::Tokenizer::kSentencepiece) {
    auto model = text::train_sentencepiece(sample_, {.size = request_.vocabulary,
                                                     .bpe = true,
                                                     .framed = true,
                                                     .lowercase = request_.lowercase});
    if (!model.is_ok())
      return model.status().with_advice("give data.tokens another vocabulary, or more text");
    learnt.encoder = HOWDAH_TRY(encoder_of(request_, *model));
    if (translates()) learnt.target_encoder = learnt.encoder;
    learnt.files.emplace_back(text::kModelFile, std::move(*model));
    return learnt;
  }
  const auto most = static_cast<size_t>(request_.vocabulary - dataset::kReservedTokens);
  const auto learn = [&](const text::TokenCounts& counts, const char* file,
                         std::shared_ptr<const text::Encoder>& encoder) -> Status {
    auto tokens = counts.most_frequent(most, request_.min_count);
    if (tokens.empty())
      return Status(Code::kInvalidArgument, "the texts of the training part have no token")
          .with_advice(request_.min_count > 1 ? "lower data.tokens.min_count" : "look at the data");
    learnt.files.emplace_back(file, text::Vocabulary(std::move(tokens)).to_text());
    encoder = HOWDAH_TRY(encoder_of(request_, learnt.files.back().second));
    return Status::ok();
  };
  HOWDAH_TRY(learn(counts_, text::kVocabularyFile, learnt.encoder));
  if (translates())
    HOWDAH_TRY(learn(target_counts_, text::kTargetVocabularyFile, learnt.target_encoder));
  return learnt;
}

}  // namespace howdah::data
