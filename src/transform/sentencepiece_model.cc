#include "transform/sentencepiece_model.h"

#include <arrow/util/utf8.h>
#include <sentencepiece_processor.h>
#include <sentencepiece_trainer.h>

#include <algorithm>
#include <exception>
#include <unordered_map>

namespace howdah::transform {
namespace {

// The library takes texts one after the other, and asks for their state of health.
class Texts : public sentencepiece::SentenceIterator {
 public:
  explicit Texts(const std::vector<std::string>& texts) : at_(texts.begin()), end_(texts.end()) {}
  bool done() const override { return at_ == end_; }
  void Next() override { ++at_; }
  const std::string& value() const override { return *at_; }
  sentencepiece::util::Status status() const override { return {}; }

 private:
  std::vector<std::string>::const_iterator at_, end_;
};

Status refused(const sentencepiece::util::Status& status) {
  return Status(Code::kInvalidArgument, "sentencepiece: " + status.ToString());
}

}  // namespace

struct SentencePieceModel::Library {
  sentencepiece::SentencePieceProcessor processor;
};

SentencePieceModel::SentencePieceModel(std::string bytes, std::unique_ptr<Library> library)
    : bytes_(std::move(bytes)), library_(std::move(library)) {}
SentencePieceModel::~SentencePieceModel() = default;

Result<std::shared_ptr<const SentencePieceModel>> SentencePieceModel::load(std::string bytes) {
  auto library = std::make_unique<Library>();
  if (const auto status = library->processor.LoadFromSerializedProto(bytes); !status.ok())
    return refused(status);
  return std::shared_ptr<const SentencePieceModel>(
      new SentencePieceModel(std::move(bytes), std::move(library)));
}

int SentencePieceModel::pieces() const {
  return library_->processor.GetPieceSize();
}

Status SentencePieceModel::encode(std::string_view text, std::vector<int>& numbers) const {
  const auto status = library_->processor.Encode({text.data(), text.size()}, &numbers);
  return status.ok() ? Status::ok() : refused(status);
}

std::string training_text(std::string_view text) {
  size_t end = std::min(text.size(), kMaxTrainingTextBytes);
  const auto continues = [&](size_t at) {
    return (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U;
  };
  if (end < text.size())
    while (end > 0 && continues(end)) --end;
  std::string cut(text.substr(0, end));
  // The library takes a line a text, and a zero byte for its end.
  for (char& c : cut)
    if (c == '\0' || c == '\n' || c == '\r' || c == '\t') c = ' ';
  return cut;
}

Result<std::string> train_sentencepiece(const std::vector<std::string>& texts, int64_t size,
                                        bool bpe) {
  const auto has_word = [](const std::string& text) {
    return text.find_first_not_of(' ') != std::string::npos && arrow::util::ValidateUTF8(text);
  };
  std::vector<std::string> usable;
  std::copy_if(texts.begin(), texts.end(), std::back_inserter(usable), has_word);
  if (usable.empty())
    return Status(Code::kInvalidArgument, "the training part has no text to learn pieces from");
  const std::unordered_map<std::string, std::string> options = {
      {"model_type", bpe ? "bpe" : "unigram"},
      {"vocab_size", std::to_string(size)},
      {"hard_vocab_limit", "false"},
      {"character_coverage", "0.9995"},
      {"num_threads", "1"},
      {"input_sentence_size", "0"},
      {"shuffle_input_sentence", "false"},
      {"max_sentence_length", std::to_string(kMaxTrainingTextBytes)},
      {"pad_id", "0"},
      {"unk_id", "1"},
      {"bos_id", "-1"},
      {"eos_id", "-1"},
      {"minloglevel", "2"},
  };
  std::string model;
  Texts sentences(usable);
  const auto status = sentencepiece::SentencePieceTrainer::Train(options, &sentences, &model);
  if (!status.ok()) return refused(status);
  return model;
}

}  // namespace howdah::transform
