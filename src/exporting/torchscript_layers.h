// What each type of layer is in TorchScript's language. A new type is a row in
// torchscript_layers.cc.
#pragma once

#include "exporting/layer_table.h"

namespace howdah::exporting {

inline constexpr int kFloat32 = 6, kFloat64 = 7, kInt64 = 4;  // numbers of torch.float32, ...

struct TorchScriptLayer : LayerAt {
  std::string& text;  // the lines of the function so far
  int& names;         // of the layer, that are taken

  // "getattr(getattr(self, "3"), "layers").weight": names that begin with a digit are no words of
  // the language.
  std::string tensor(const std::string& name) const;
  // A line that gives the expression a name, which it returns.
  std::string assign(const std::string& expression) const;
};

// "[3, 5]"
std::string torchscript_list(const std::vector<int64_t>& values);

// An expression of the layer's input x; lines before it where it needs some.
//   kUnsupported  no row for this type
Result<std::string> torchscript_layer(const TorchScriptLayer& at, const std::string& x);

std::string torchscript_embedding(const TorchScriptLayer& at, const std::string& x);
std::string torchscript_embed_columns(const TorchScriptLayer& at, const std::string& x);
std::string torchscript_one_hot_columns(const TorchScriptLayer& at, const std::string& x);

// bool [batch, steps]: true where a text has not ended.
std::string torchscript_text_mask(const TorchScriptLayer& at, const Wire& text);
std::string torchscript_sequence_convolution(const TorchScriptLayer& at, const std::string& x);
std::string torchscript_sequence_average(const TorchScriptLayer& at, const std::string& x);
std::string torchscript_sequence_max(const TorchScriptLayer& at, const std::string& x);

std::string torchscript_recurrent(const TorchScriptLayer& at, const std::string& x);
std::string torchscript_multi_head_attention(const TorchScriptLayer& at, const std::string& x);
std::string torchscript_attention(const TorchScriptLayer& at, const std::string& x);
std::string torchscript_luong_attention(const TorchScriptLayer& at, const std::string& x);
std::string torchscript_positional_encoding(const TorchScriptLayer& at, const std::string& x);
std::string torchscript_transformer(const TorchScriptLayer& at, const std::string& x);

}  // namespace howdah::exporting
