// What Howdah's own layers give for a trained model: what an export is compared with. With
// libtorch's headers.
#pragma once

#include <cstring>
#include <vector>

#include "exporting/layer_table.h"
#include "train/inputs.h"
#include "train/layer_forward.h"

namespace howdah::exporting {

class OwnLayers {
 public:
  explicit OwnLayers(const TrainedModel& model) : model_(model) {}

  // records: whole ones, as the dataset has them; targets: of a translation.
  Result<torch::Tensor> outputs(Bytes records, std::span<const int32_t> targets = {}) {
    const model::Training& training = model_.training;
    const auto normalizer =
        HOWDAH_TRY(train::Normalizer::make(training.normalization, training.input, model_.element));
    size_t width = static_cast<size_t>(dataset::element_bytes(model_.element));
    for (const int64_t extent : training.input) width *= static_cast<size_t>(extent);
    dataset::RecordBatch batch;
    batch.records = static_cast<int64_t>(records.size() / width);
    batch.features.assign(records.begin(), records.end());
    batch.labels.assign(targets.begin(), targets.end());
    model::LayerWalk<train::Flow, OwnLayers> walk(*this);
    train::Flow flow = train::input_of(batch, training, normalizer);
    flow = HOWDAH_TRY((walk.through(training.layers, std::move(flow))));
    if (training.decoder.empty()) return flow.x;
    context_.memory = &flow;
    return HOWDAH_TRY((walk.through(training.decoder, train::decoder_input_of(batch, training),
                                    decoder_list(training))))
        .x;
  }

  Result<train::Flow> apply(const model::Layer& layer, const model::LayerPlace& place,
                            const train::Flow& in) const {
    const model::LayerShape& shape = model_.shapes[static_cast<size_t>(place.number)];
    std::vector<torch::Tensor> parameters;
    if (!shape.shared.empty()) parameters.push_back(tensor(shape.shared));
    for (const auto& parameter : shape.trained)
      parameters.push_back(tensor(shape.name + "." + parameter.name));
    train::LayerTensors tensors{parameters, {}};
    for (const auto& buffer : shape.buffers)
      tensors.buffers.push_back(tensor(shape.name + "." + buffer.name));
    return train::layer_forward({layer, place, tensors, in, context_});
  }
  static Status enter(const model::Layer&, const model::LayerPlace&, const train::Flow&) {
    return Status::ok();
  }
  static Result<train::Flow> merge(const model::Layer& layer, const model::LayerPlace&,
                                   const std::vector<train::Flow>& outputs) {
    return train::merge_forward(layer, outputs);
  }

 private:
  torch::Tensor tensor(const std::string& name) const {
    const train::TensorView& view = model_.tensor(name);
    torch::Tensor tensor = torch::empty(view.shape);
    std::memcpy(tensor.mutable_data_ptr(), view.bytes.data(), view.bytes.size());
    return tensor;
  }

  const TrainedModel& model_;
  train::LayerContext context_;
};

}  // namespace howdah::exporting
