// What an indexed dataset is to hold of the records of a prepared one. Plain values, which go from
// the client to the builder as JSON and are part of the index's fingerprint.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "dataset/index.h"

namespace howdah::dataset {

inline constexpr int64_t kMaxTextTokens = 1 << 20;

struct Request {
  enum class Records {
    kImages,  // with their labels; nothing below is asked for
    kTexts,
    kTable,
  };
  Records records = Records::kImages;
  TargetKind target_kind = TargetKind::kClass;
  std::string text;                   // the column
  std::vector<std::string> targets;   // columns: several of kValues, none of kNone, else one
  std::vector<std::string> features;  // columns of a table; empty: all but the targets
  // kTokens: with kBlanks the target is a tag for each word, else another text.
  Tokenizer tokenizer = Tokenizer::kWords;
  bool lowercase = true;
  int64_t vocabulary = 20000;   // at most, with the reserved tokens
  int64_t min_count = 1;        // of a token in the training part
  int64_t length = 256;         // tokens that the network reads of a text
  int64_t target_length = 256;  // of a target that is a text, its begin and end included
  // URI of the indexed dataset that a model was trained on: texts, classes and categories get the
  // numbers that they have there, and nothing is learnt from these records. Empty: it is.
  std::string learned;
  // Of such ones: false, where nobody says what is to be found. Their targets are not read, whether
  // they are there or not, and the records have none.
  bool labelled = true;

  bool operator==(const Request&) const = default;
  // Limits, and what goes with what. kInvalidArgument.
  Status check() const;
  std::string to_json() const;  // one line; the same request, the same bytes
  //   kInvalidArgument  no request, an unknown key, what check() refuses
  static Result<Request> from_json(const std::string& text);
};

}  // namespace howdah::dataset
