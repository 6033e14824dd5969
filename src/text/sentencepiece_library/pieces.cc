#include <sentencepiece_processor.h>
#include <sentencepiece_trainer.h>

#include <exception>
#include <unordered_map>

#include "text/sentencepiece_library/border.h"

namespace howdah::pieces {
namespace {

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

// What `call` returns as a status, or what it throws.
template <typename Call>
bool succeeds(std::string& error, Call&& call) {
  try {
    const sentencepiece::util::Status status = call();
    if (!status.ok()) error = status.error_message();
    return status.ok();
  } catch (const std::exception& exception) {
    error = exception.what();
    return false;
  }
}

class LoadedModel : public Model {
 public:
  int size() const override { return processor_.GetPieceSize(); }
  bool encode(std::string_view text, std::vector<int>& numbers, std::string& error) const override {
    return succeeds(error, [&] { return processor_.Encode(text, &numbers); });
  }
  bool decode(const std::vector<int>& numbers, std::string& text,
              std::string& error) const override {
    return succeeds(error, [&] { return processor_.Decode(numbers, &text); });
  }
  bool take(std::string_view bytes, std::string& error) {
    return succeeds(error, [&] { return processor_.LoadFromSerializedProto(bytes); });
  }

 private:
  sentencepiece::SentencePieceProcessor processor_;
};

class Library : public Border {
 public:
  std::unique_ptr<Model> load(std::string_view bytes, std::string& error) const override {
    auto model = std::make_unique<LoadedModel>();
    if (!model->take(bytes, error)) return nullptr;
    return model;
  }
  bool train(const std::vector<std::string>& texts, const std::vector<Option>& options,
             std::string& model, std::string& error) const override {
    std::unordered_map<std::string, std::string> named;
    for (const auto& [name, value] : options) named[name] = value;
    Texts sentences(texts);
    return succeeds(error, [&] {
      return sentencepiece::SentencePieceTrainer::Train(named, &sentences, &model);
    });
  }
};

}  // namespace
}  // namespace howdah::pieces

extern "C" __attribute__((visibility("default"))) const howdah::pieces::Border*
howdah_sentencepiece_border() {
  static const howdah::pieces::Library library;
  return &library;
}
