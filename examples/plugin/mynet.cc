// A small network for images: two convolutions with batch norm, dropout, and a residual between.
#include <howdah/plugin.h>

namespace {

namespace nn = torch::nn;
using torch::Tensor;

struct MyNet : nn::Module {
  explicit MyNet(const howdah::ModelRequest& request) {
    const int64_t width = request.integer("width", 16);
    const auto conv = [](int64_t from, int64_t to) {
      return nn::Conv2d(nn::Conv2dOptions(from, to, 3).padding(1).bias(false));
    };
    first = register_module("first", conv(request.input.at(0), width));
    norm = register_module("norm", nn::BatchNorm2d(width));
    second = register_module("second", conv(width, width));
    drop = register_module("drop", nn::Dropout(request.number("dropout", 0.2)));
    head = register_module("head", nn::Linear(width * 16, request.outputs));
  }

  // [batch, channels, height, width] -> [batch, outputs]
  Tensor forward(Tensor x) {
    x = torch::relu(norm(first(x)));
    x = torch::relu(x + second(x));
    x = torch::adaptive_avg_pool2d(x, {4, 4}).flatten(1);
    return head(drop(x));
  }

  nn::Conv2d first{nullptr}, second{nullptr};
  nn::BatchNorm2d norm{nullptr};
  nn::Dropout drop{nullptr};
  nn::Linear head{nullptr};
};

}  // namespace

HOWDAH_MODEL([](const howdah::ModelRequest& request) { return std::make_shared<MyNet>(request); })
