// Layers at work on tensors of a test's own, without a Network.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "dataset/random.h"
#include "train/layer_forward.h"

namespace howdah::train {

class TestLayers {
 public:
  // The parameters are uniform in [-0.5, 0.5), of the seed.
  TestLayers(const std::vector<model::Layer>& layers, const model::Signal& input,
             const model::LayerList& list = {}, uint64_t seed = 1)
      : layers_(layers), list_(list) {
    auto shapes = model::infer_shapes(layers, input, list);
    EXPECT_TRUE(shapes) << shapes.status().to_string();
    if (!shapes) return;
    shapes_ = std::move(*shapes);
    dataset::SplitMix64 random(seed);
    for (const model::LayerShape& shape : shapes_)
      for (const model::LayerParameter& parameter : shape.trained)
        parameters[shape.name + "." + parameter.name] = uniform(parameter.shape, random);
  }

  Flow forward(const Flow& in, const LayerContext& context = {}) {
    Pass pass{*this, context};
    auto out = model::LayerWalk<Flow, Pass>(pass).through(layers_, in, list_);
    EXPECT_TRUE(out);
    return out ? *out : Flow{};
  }

  const std::vector<model::LayerShape>& shapes() const { return shapes_; }
  model::Signal output() const { return model::output_of(shapes_); }

  static torch::Tensor uniform(const model::Shape& sizes, dataset::SplitMix64& random) {
    torch::Tensor values = torch::empty(sizes);
    for (int64_t i = 0; i < values.numel(); ++i)
      values.mutable_data_ptr<float>()[i] = static_cast<float>(random.below(4096)) / 4096.0F - 0.5F;
    return values;
  }

  std::map<std::string, torch::Tensor> parameters;

 private:
  struct Pass {
    TestLayers& own;
    const LayerContext context;

    Result<Flow> apply(const model::Layer& layer, const model::LayerPlace& place, const Flow& in) {
      const auto number = static_cast<size_t>(place.number - own.list_.first_number);
      std::vector<torch::Tensor> tensors;
      if (!own.shapes_[number].shared.empty())
        tensors.push_back(own.parameters.at(own.shapes_[number].shared));
      for (const model::LayerParameter& parameter : own.shapes_[number].trained)
        tensors.push_back(own.parameters.at(place.name() + "." + parameter.name));
      LayerTensors all{tensors, {}};
      return layer_forward({layer, place, all, in, context});
    }
    static Status enter(const model::Layer&, const model::LayerPlace&, const Flow&) {
      return Status::ok();
    }
    static Result<Flow> merge(const model::Layer& layer, const model::LayerPlace&,
                              const std::vector<Flow>& outputs) {
      return merge_forward(layer, outputs);
    }
  };

  const std::vector<model::Layer> layers_;
  const model::LayerList list_;
  std::vector<model::LayerShape> shapes_;
};

}  // namespace howdah::train
