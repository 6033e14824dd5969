#include "text/encoder.h"

#include <fmt/core.h>

#include "text/sentencepiece_library/pieces.h"
#include "text/sentencepiece_model.h"
#include "text/tokenizer.h"
#include "text/vocabulary.h"

namespace howdah::text {
namespace {

using dataset::kReservedTokens;
using dataset::kUnknownToken;

bool one_of(std::string_view token, std::initializer_list<std::string_view> those) {
  for (const std::string_view that : those)
    if (token == that) return true;
  return false;
}
bool follows_closely(std::string_view token) {
  return one_of(token, {".", ",", "!", "?", ";", ":", ")", "]", "}", "%", "…", "”", "»"});
}
bool is_followed_closely(std::string_view token) {
  return one_of(token, {"(", "[", "{", "¿", "¡", "“", "«"});
}

class WordEncoder : public Encoder {
 public:
  WordEncoder(dataset::Tokenizer rule, bool lowercase, Vocabulary vocabulary)
      : rule_(rule), tokenizer_(rule, lowercase), vocabulary_(std::move(vocabulary)) {}

  int64_t vocabulary() const override { return vocabulary_.size(); }

  Status encode(std::string_view text, size_t most, std::vector<int32_t>& into) const override {
    std::string token;
    for (size_t at = 0; most > 0 && tokenizer_.next(text, at, token); --most)
      into.push_back(vocabulary_.find(token));
    return Status::ok();
  }

  std::string decode(std::span<const int32_t> tokens) const override {
    std::string text;
    bool close = true;
    for (const int32_t number : tokens) {
      if (number < kReservedTokens && number != kUnknownToken) continue;
      const std::string& token = vocabulary_.token(number);
      if (rule_ == dataset::Tokenizer::kWords) {
        if (!close && !follows_closely(token)) text += ' ';
        close = is_followed_closely(token);
      } else if (rule_ == dataset::Tokenizer::kBlanks && !text.empty()) {
        text += ' ';
      }
      text += token;
    }
    return text;
  }

 private:
  dataset::Tokenizer rule_;
  Tokenizer tokenizer_;
  Vocabulary vocabulary_;
};

class PieceEncoder : public Encoder {
 public:
  explicit PieceEncoder(std::unique_ptr<const pieces::Model> model) : model_(std::move(model)) {}

  int64_t vocabulary() const override { return model_->size(); }

  Status encode(std::string_view text, size_t most, std::vector<int32_t>& into) const override {
    std::vector<int> numbers;
    std::string error;
    if (!model_->encode(text, numbers, error))
      return Status(Code::kInternal, "sentencepiece: " + error);
    for (const int number : numbers) {
      if (most-- == 0) break;
      // A model may know a piece by a reserved number, which is none of a text.
      into.push_back(number < kReservedTokens ? kUnknownToken : number);
    }
    return Status::ok();
  }

  std::string decode(std::span<const int32_t> tokens) const override {
    std::vector<int> numbers;
    for (const int32_t number : tokens)
      if (number >= kReservedTokens || number == kUnknownToken) numbers.push_back(number);
    std::string text, error;
    return model_->decode(numbers, text, error) ? text : std::string();
  }

 private:
  std::unique_ptr<const pieces::Model> model_;
};

}  // namespace

Result<std::unique_ptr<Encoder>> Encoder::make(dataset::Tokenizer tokenizer, bool lowercase,
                                               const std::string& content) {
  if (tokenizer != dataset::Tokenizer::kSentencepiece)
    return std::unique_ptr<Encoder>(std::make_unique<WordEncoder>(
        tokenizer, lowercase, HOWDAH_TRY(Vocabulary::from_text(content))));
  const Status checked = check_sentencepiece(content);
  if (!checked.is_ok()) return Status(Code::kCorrupt, checked.message());
  std::string error;
  auto model = pieces::Model::load(content, error);
  if (!model) return Status(Code::kCorrupt, "sentencepiece: " + error);
  return std::unique_ptr<Encoder>(std::make_unique<PieceEncoder>(std::move(model)));
}

Result<std::unique_ptr<Encoder>> Encoder::load(const dataset::Tokens& tokens, Side side,
                                               const fs::Location& folder, Deadline deadline) {
  const bool target = side == Side::kTarget;
  const std::string path = folder.path + "/" + (target ? tokens.target_file : tokens.file);
  const std::string uri = folder.files->uri() + path;
  const auto content = fs::read_file(*folder.files, path, kMaxVocabularyBytes, deadline);
  if (!content.is_ok()) return content.status().with_operation("read").with_peer(uri);
  auto encoder = make(tokens.tokenizer, tokens.lowercase, *content);
  const int64_t due = target ? tokens.target_vocabulary : tokens.vocabulary;
  if (encoder.is_ok() && (*encoder)->vocabulary() != due)
    encoder = Status(Code::kCorrupt, fmt::format("{} tokens, where the index says {}",
                                                 (*encoder)->vocabulary(), due));
  if (!encoder.is_ok())
    return encoder.status().with_operation("read").with_peer(uri).with_advice(
        "index the source again");
  return encoder;
}

}  // namespace howdah::text
