// The tokens of mteval-v13a, as sacrebleu's tokenizer "13a" makes them: punctuation apart, but for
// points and commas inside numbers; four entities of HTML read.
#pragma once

#include <string>
#include <string_view>

namespace howdah::measure {

// The tokens, between white space: words_of() parts them. Any bytes, in linear time.
std::string tokenized_13a(std::string_view text);

}  // namespace howdah::measure
