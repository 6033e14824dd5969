#include "exporting/torchscript_module.h"

#include <gtest/gtest.h>
#include <torch/script.h>

#include <set>
#include <sstream>

#include "exporting/test_models.h"
#include "exporting/test_own_layers.h"
#include "exporting/torchscript_source.h"

namespace howdah::exporting {
namespace {

using torch::Tensor;

constexpr double kTolerance = 1e-5;

Tensor pixels(const TrainedModel& model, int64_t records) {
  std::vector<int64_t> sizes{records};
  sizes.insert(sizes.end(), model.training.input.begin(), model.training.input.end());
  Tensor tensor = torch::empty(sizes, torch::kUInt8);
  dataset::SplitMix64 random(3);
  auto* values = tensor.mutable_data_ptr<uint8_t>();
  for (int64_t i = 0; i < tensor.numel(); ++i) values[i] = static_cast<uint8_t>(random.below(256));
  return tensor;
}

Tensor own_outputs(const TrainedModel& model, const Tensor& input) {
  const std::span pixels(input.const_data_ptr<uint8_t>(), static_cast<size_t>(input.numel()));
  return OwnLayers(model).outputs(std::as_bytes(pixels)).value();
}

torch::jit::Module loaded(const TrainedModel& model, torch::jit::ExtraFilesMap& extra) {
  const auto file = torchscript_file(model, {{"model.json", "{}"}});
  EXPECT_TRUE(file) << file.status().to_string();
  std::istringstream in(*file);
  return torch::jit::load(in, std::nullopt, extra);
}

TEST(TorchScript, gives_the_outputs_of_howdahs_own_layers) {
  const torch::NoGradGuard no_gradients;
  for (const TrainedModel& model : {image_model(), row_model()}) {
    torch::jit::ExtraFilesMap extra;
    torch::jit::Module module = loaded(model, extra);
    for (const int64_t records : {1, 5}) {
      const Tensor input = pixels(model, records);
      const Tensor found = module.forward({input}).toTensor();
      const Tensor due = own_outputs(model, input);
      ASSERT_EQ(found.sizes(), due.sizes());
      EXPECT_LT((found - due).abs().max().item<double>(),
                kTolerance * due.abs().max().item<double>());
      EXPECT_GT(due.std().item<double>(), 1e-3);  // a network that says something
    }
  }
}

TEST(TorchScript, has_the_names_of_the_jobs_own_file) {
  const TrainedModel model = image_model();
  torch::jit::ExtraFilesMap extra{{"model.json", ""}};
  const torch::jit::Module module = loaded(model, extra);
  std::set<std::string> names, due{"normalization.mean", "normalization.stddev"};
  for (const auto& parameter : module.named_parameters()) names.insert(parameter.name);
  for (const auto& buffer : module.named_buffers()) names.insert(buffer.name);
  for (const train::TensorView& tensor : model.tensors) due.insert(tensor.name);
  EXPECT_EQ(names, due);
  EXPECT_EQ(extra["model.json"], "{}");
}

TEST(TorchScript, takes_a_table_without_normalization_as_it_is) {
  auto training = training_of("    - dense: {units: 3}\n", {4}, 3);
  training.normalization = {};
  const auto source = torchscript_source(model_of(training, dataset::ElementType::kFloat32));
  EXPECT_EQ(*source,
            "def forward(self, input):\n"
            "  x = torch.to(input, 6)\n"
            "  x0 = torch.linear(x, getattr(self, \"0\").weight, getattr(self, \"0\").bias)\n"
            "  return x0\n");
}

}  // namespace
}  // namespace howdah::exporting
