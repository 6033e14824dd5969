// The likeliest texts, token by token: beam search over whatever scores the next token.
//
// Length penalty: Wu 2016, "Google's neural machine translation system", section 7, equation 14,
// without its coverage. Free of libtorch.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "base/result.h"

namespace howdah::train {

// Numbers of tokens that are no words.
inline constexpr int32_t kPaddingToken = 0, kBeginToken = 2, kEndToken = 3;

struct BeamOptions {
  int64_t beam = 4;  // hypotheses a text; 1 is a greedy search
  // A finished hypothesis counts with its log-probability / ((5 + tokens) / 6) ^ length_penalty;
  // the end counts as a token. 0: long ones are never preferred.
  double length_penalty = 0.6;
  int64_t longest = 64;  // tokens, without begin and end
};

// Hypotheses of the same length, of any of the texts.
struct Prefixes {
  std::vector<int32_t> tokens;  // [texts.size(), length], each begun with kBeginToken
  int64_t length = 0;
  std::vector<int32_t> texts;  // whose hypothesis each one is; they rise
};

// Appends the log-probabilities of each prefix's next token, [prefixes, vocabulary]. Padding and
// begin are never taken, whatever they score; neither is what is no number.
using NextTokens = std::function<Status(const Prefixes& prefixes, std::vector<float>& scores)>;

// The best hypothesis of each text, without begin and end. A text's search is over as soon as
// `beam` of its hypotheses ended, or no other one can become better than the best of these; one of
// `longest` tokens counts as it is, without an end. Of equal hypotheses that of the better prefix
// is taken, then the lower token.
//   kInvalidArgument  options or a vocabulary that are not possible; scores of another size
//   what `next` returns
Result<std::vector<std::vector<int32_t>>> beam_search(int64_t texts, int64_t vocabulary,
                                                      const BeamOptions& options,
                                                      const NextTokens& next);

}  // namespace howdah::train
