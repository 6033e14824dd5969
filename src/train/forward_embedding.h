// Numbers of a list become values: tokens of texts, categories of tables. With libtorch's headers:
// for layer_forward.cc.
#pragma once

#include "train/layer_forward.h"

namespace howdah::train {

// Padding is zeros and trains nothing. Throws std::invalid_argument for a token that the vocabulary
// does not have.
Flow embedding_forward(const LayerCall& call);
// The other columns first, in their order, then what the codes become. A code that a column does
// not have is 0: unknown.
Flow embed_columns_forward(const LayerCall& call);
Flow one_hot_columns_forward(const LayerCall& call);

}  // namespace howdah::train
