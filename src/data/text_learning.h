// What texts are numbered by, learnt from the training part of a prepared dataset.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "data/learned_index.h"
#include "data/training_pass.h"
#include "dataset/request.h"
#include "text/encoder.h"
#include "text/tokenizer.h"
#include "text/vocabulary.h"

namespace howdah::data {

struct LearntText {
  std::shared_ptr<const text::Encoder> encoder, target_encoder;  // the latter where it is a text
  std::shared_ptr<const ClassNames> classes;                     // or tags
  // Beside the records: a name and what is in it.
  std::vector<std::pair<std::string, std::string>> files;
};

// The same of texts that a model was trained on.
//   as text::Encoder::load
Result<LearntText> learnt_before(const LearnedIndex& learned, bool labelled, Deadline deadline);

class TextLearning {
 public:
  // Of different tokens, those of a target apart.
  explicit TextLearning(const dataset::Request& request,
                        int64_t most_bytes = text::TokenCounts::kMostBytes);

  std::vector<std::string> columns() const;
  //   kInvalidArgument  a row without text, or without what is to be found; a column that holds no
  //                     texts; more different tokens than fit into memory
  Status add(const PartBatch& rows);
  //   kInvalidArgument  no two classes; no word in all texts
  Result<LearntText> finish() const;

 private:
  bool tags() const;
  bool translates() const;
  Status count(const text::Tokenizer& tokenizer, std::string_view text, text::TokenCounts& counts,
               const std::string& column);
  void keep(std::string_view text);

  const dataset::Request request_;
  const text::Tokenizer tokenizer_;
  text::TokenCounts counts_, target_counts_;
  ClassCollector classes_;
  std::set<std::string, std::less<>> tags_;
  std::vector<std::string> sample_;  // for sentencepiece
  int64_t sample_bytes_ = 0;
};

}  // namespace howdah::data
