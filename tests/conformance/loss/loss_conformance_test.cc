// Every loss of a job file with its options beside PyTorch in Python: figures.json.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <string>

#include "conformance/figures.h"
#include "job/job_spec.h"
#include "train/engine.h"
#include "train/loss.h"

namespace howdah::train {
namespace {

using json = nlohmann::ordered_json;
using torch::Tensor;

constexpr double kTolerance = 1e-5;  // of the largest value: float32 here, float64 there

model::Training training_of(const json& figure) {
  const std::string loss = figure["loss"], task = figure["task"];
  const std::string columns = task == "language_model"                     ? ", text: a"
                              : task == "tagging" || task == "translation" ? ", text: a, target: b"
                                                                           : "";
  const std::string text = "name: a\ndata: {source: /d" + columns + "}\ntask: " + task +
                           "\nmodel: {layers: [dense: {units: 4}, log_softmax]}\nloss: " + loss +
                           "\n";
  const auto spec = job::parse_job(text, "figures.json");
  EXPECT_TRUE(spec) << spec.status().to_string();
  return spec ? spec->training : model::Training{};
}

Tensor tensor_of(const json& values, const std::vector<int64_t>& shape) {
  return torch::tensor(values.get<std::vector<double>>(), torch::kFloat64)
      .to(torch::kFloat32)
      .view(shape);
}

void expect_close(const Tensor& found, const json& due, const char* what) {
  const Tensor wanted = torch::tensor(due.get<std::vector<double>>(), torch::kFloat64);
  ASSERT_EQ(found.numel(), wanted.numel()) << what;
  const double largest = wanted.abs().max().item<double>();
  EXPECT_LE((found.detach().flatten().to(torch::kFloat64) - wanted).abs().max().item<double>(),
            kTolerance * largest)
      << what;
}

class LossFigures : public testing::TestWithParam<size_t> {
 protected:
  LossFigures() : figure_(figures()["cases"][GetParam()]), training_(training_of(figure_)) {
    configure_engine(1);
    const auto shape = figure_["shape"].get<std::vector<int64_t>>();
    const auto outputs = figure_["outputs"].get<int64_t>();
    features_ = tensor_of(figure_["features"], shape);
    weights_ = tensor_of(figure_["weights"], {shape.back(), outputs}).set_requires_grad(true);
    auto target_shape = shape;
    target_shape.pop_back();
    const bool classes = training_.task != model::Task::kRegression &&
                         training_.task != model::Task::kBinaryClassification;
    if (!classes) target_shape.push_back(outputs);
    targets_ = tensor_of(figure_["targets"], target_shape);
    if (classes) targets_ = targets_.to(torch::kInt64);
  }
  Tensor outputs() const {
    const Tensor scores = features_.matmul(weights_);
    return training_.loss.type == model::LossType::kNll ? scores.log_softmax(-1) : scores;
  }

  const json& figure_;
  const model::Training training_;
  Tensor features_, weights_, targets_;
};

TEST_P(LossFigures, twenty_steps_end_where_pytorchs_do) {
  const LossFunction loss(training_);
  const auto rate = figures()["rate"].get<double>();
  ASSERT_EQ(figure_["losses"].size(), 20U);
  for (size_t step = 0; step < 20; ++step) {
    const Tensor said = outputs();
    const Tensor sum = loss.sum(said, targets_);
    SampleSums sums = loss.counts(said, targets_);
    sums.loss = sum.item<double>();
    const auto due = figure_["losses"][step].get<double>();
    EXPECT_NEAR(sums.mean_loss(), due, kTolerance * due) << step;
    EXPECT_NEAR(loss.each(said, targets_).sum().item<double>(), sums.loss, kTolerance * sums.loss);
    const Tensor gradient = torch::autograd::grad({sum}, {weights_})[0] / sums.divisor;
    if (step == 0) expect_close(gradient, figure_["gradient"], "gradient");
    const torch::NoGradGuard guard;
    weights_ -= rate * gradient;
  }
  expect_close(weights_, figure_["trained"], "trained");
}

std::string name_of(const testing::TestParamInfo<size_t>& info) {
  const json& figure = figures()["cases"][info.param];
  std::string name = figure["task"].get<std::string>() + "_" + figure["loss"].get<std::string>();
  for (char& c : name)
    if (!isalnum(static_cast<unsigned char>(c))) c = '_';
  return name;
}
INSTANTIATE_TEST_SUITE_P(Pytorch, LossFigures, testing::Range<size_t>(0, figures()["cases"].size()),
                         name_of);

TEST(FiguresOfLosses, hold_every_loss) {
  std::set<model::LossType> types;
  for (const json& figure : figures()["cases"]) types.insert(training_of(figure).loss.type);
  for (const model::Task task : model::tasks())
    for (const model::LossType type : model::losses_of(task))
      EXPECT_TRUE(types.contains(type)) << model::loss_name(type);
}

}  // namespace
}  // namespace howdah::train
