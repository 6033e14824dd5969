// What layers of attention compute (model/layers_attention.cc says what is trained in them). With
// libtorch's headers.
//
// Keys beyond a text's own length are never looked at; what is given at places beyond the length of
// the queries' own text is finite and of no meaning.
#pragma once

#include "train/layer_forward.h"

namespace howdah::train {

Flow multi_head_forward(const LayerCall& call);  // and cross attention
Flow attention_forward(const LayerCall& call);
Flow luong_forward(const LayerCall& call);
Flow positions_forward(const LayerCall& call);
Flow transformer_forward(const LayerCall& call);  // encoder and decoder

}  // namespace howdah::train
