#include "exporting/torchscript_module.h"

#include <gtest/gtest.h>
#include <torch/script.h>

#include <set>
#include <sstream>

#include "exporting/test_own_layers.h"
#include "exporting/test_samples.h"
#include "exporting/torchscript_source.h"

namespace howdah::exporting {
namespace {

using torch::Tensor;

constexpr double kTolerance = 1e-5;

torch::jit::Module loaded(const TrainedModel& model, torch::jit::ExtraFilesMap& extra) {
  const auto file = torchscript_file(model, {{"model.json", "{}"}});
  EXPECT_TRUE(file) << file.status().to_string();
  std::istringstream in(*file);
  return torch::jit::load(in, std::nullopt, extra);
}

TEST(TorchScript, gives_the_outputs_of_howdahs_own_layers) {
  const torch::NoGradGuard no_gradients;
  for (const auto& [name, model] : all_models()) {
    torch::jit::ExtraFilesMap extra;
    torch::jit::Module module = loaded(model, extra);
    for (const int64_t records : {1, 6}) {
      const Sample sample = sample_of(model, records);
      Tensor found = module.forward({sample.inputs.begin(), sample.inputs.end()}).toTensor();
      Tensor due = OwnLayers(model).outputs(sample.records, sample.targets).value();
      ASSERT_EQ(found.sizes(), due.sizes()) << name;
      if (due.dim() == 3) {
        found = found.index({sample.counted});
        due = due.index({sample.counted});
      }
      EXPECT_LT((found - due).abs().max().item<double>(),
                kTolerance * due.abs().max().item<double>())
          << name;
      EXPECT_GT(due.std().item<double>(), 1e-3) << name;  // a network that says something
    }
  }
}

TEST(TorchScript, has_the_names_of_the_jobs_own_file) {
  for (const auto& [which, model] : all_models()) {
    torch::jit::ExtraFilesMap extra{{"model.json", ""}};
    const torch::jit::Module module = loaded(model, extra);
    std::set<std::string> names, due;
    if (!model.training.normalization.mean.empty())
      due = {"normalization.mean", "normalization.stddev"};
    for (const auto& parameter : module.named_parameters()) names.insert(parameter.name);
    for (const auto& buffer : module.named_buffers()) names.insert(buffer.name);
    for (const train::TensorView& tensor : model.tensors) due.insert(tensor.name);
    EXPECT_EQ(names, due) << which;
    EXPECT_EQ(extra["model.json"], "{}");
  }
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
