// What each type of layer is in PyTorch's modules. A new type is a row in python_layers.cc.
#pragma once

#include <set>

#include "exporting/layer_table.h"
#include "exporting/python_modules.h"

namespace howdah::exporting {

struct PythonLayer : LayerAt {
  std::set<PythonModule>& needed;

  // An expression that refers to a module of ours.
  std::string ours(PythonModule module, std::string expression) const {
    needed.insert(module);
    return expression;
  }
};

// "nn.Conv2d(1, 8, 3, padding=1)". Adds to `needed` what it refers to.
//   kUnsupported  no row for this type
Result<std::string> python_layer(const PythonLayer& at);

std::string python_embedding(const PythonLayer& at);
std::string python_embed_columns(const PythonLayer& at);
std::string python_one_hot_columns(const PythonLayer& at);
std::string python_text_convolution(const PythonLayer& at);
std::string python_recurrent(const PythonLayer& at);
std::string python_multi_head_attention(const PythonLayer& at);  // and cross attention
std::string python_attention(const PythonLayer& at);
std::string python_luong_attention(const PythonLayer& at);
std::string python_positional_encoding(const PythonLayer& at);
std::string python_transformer(const PythonLayer& at);  // encoder and decoder

}  // namespace howdah::exporting
