// rnn, lstm, gru. With libtorch's headers: for layer_forward.cc.
#pragma once

#include "train/layer_forward.h"

namespace howdah::train {

// Packed by the lengths: padding is not computed, and comes out as zeros. Dropout, between layers
// and on the state, is drawn from (seed, layer, which of its masks) alone.
Flow recurrent_forward(const LayerCall& call);

}  // namespace howdah::train
