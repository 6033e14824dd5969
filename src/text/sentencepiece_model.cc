#include "text/sentencepiece_model.h"

#include <algorithm>
#include <iterator>

#include "text/sentencepiece_child.h"
#include "text/sentencepiece_library/pieces.h"
#include "text/utf8.h"

namespace howdah::text {

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

Status load_sentencepiece() {
  std::string error;
  return pieces::load_library(error) ? Status::ok()
                                     : Status(Code::kInternal, "sentencepiece: " + error);
}

Result<std::string> train_sentencepiece(const std::vector<std::string>& texts,
                                        const PieceOptions& options) {
  const auto has_word = [](const std::string& text) {
    return text.find_first_not_of(' ') != std::string::npos && is_valid_utf8(text);
  };
  std::vector<std::string> usable;
  std::copy_if(texts.begin(), texts.end(), std::back_inserter(usable), has_word);
  if (usable.empty())
    return Status(Code::kInvalidArgument, "the training part has no text to learn pieces from");
  // Before the child: loading in a copy of a process with threads may wait forever.
  HOWDAH_TRY(load_sentencepiece());
  // One thread: with several, the sums of expectations depend on who comes first.
  auto model = in_child([&](std::string& result) {
    std::string error;
    const bool good =
        pieces::train(usable,
                      {{"model_type", options.bpe ? "bpe" : "unigram"},
                       {"vocab_size", std::to_string(options.size)},
                       {"hard_vocab_limit", "false"},
                       {"num_threads", "1"},
                       {"shuffle_input_sentence", "false"},
                       {"max_sentence_length", std::to_string(kMaxTrainingTextBytes)},
                       {"pad_id", "0"},
                       {"unk_id", "1"},
                       {"bos_id", options.framed ? "2" : "-1"},
                       {"eos_id", options.framed ? "3" : "-1"},
                       {"normalization_rule_name", options.lowercase ? "nmt_nfkc_cf" : "nmt_nfkc"},
                       {"minloglevel", "2"}},
                      result, error);
    if (!good) result = std::move(error);
    return good;
  });
  if (!model.is_ok())
    return Status(model.status().code(), "sentencepiece: " + model.status().message());
  return model;
}

Status check_sentencepiece(const std::string& bytes) {
  const auto checked = in_child([&](std::string& result) {
    std::vector<int> numbers;
    const auto model = pieces::Model::load(bytes, result);
    return model && model->encode("one word, another", numbers, result);
  });
  if (checked.is_ok()) return Status::ok();
  return Status(checked.status().code(), "sentencepiece: " + checked.status().message());
}

}  // namespace howdah::text
