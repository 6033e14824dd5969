// quantile: the share of training values below a value, to [0, 1]: a curve through quantiles of the
// training part, linear between them, as scikit-learn's QuantileTransformer (uniform). A value that
// is several quantiles at once lies in the middle of their shares; the least is 0, the greatest 1,
// and so is what lies beyond them, infinities too. A column without a finite number in the training
// part stays as it is.
#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "statistics/quantile_sketch.h"
#include "transform/normalize_numbers.h"

namespace howdah::transform {
namespace {

using statistics::QuantileSketch;

constexpr int64_t kMaxQuantiles = 100'000;

class Curve {
 public:
  Curve() = default;
  // Ascending and finite.
  explicit Curve(const std::vector<double>& quantiles) {
    const size_t count = quantiles.size();
    const double step = count > 1 ? 1 / static_cast<double>(count - 1) : 0;
    for (size_t i = 0; i < count; ++i) {
      const double share = i + 1 == count && count > 1 ? 1 : static_cast<double>(i) * step;
      if (points_.empty() || points_.back() < quantiles[i]) {
        points_.push_back(quantiles[i]);
        first_.push_back(share);
        last_.push_back(share);
      }
      last_.back() = share;
    }
  }
  double operator()(double x) const {
    if (std::isnan(x)) return x;
    if (points_.empty() || x <= points_.front()) return 0;
    if (x >= points_.back()) return 1;
    // The greatest point that is not above x; there is one above.
    const double* at = points_.data();
    for (size_t count = points_.size(); count > 1;) {
      const size_t half = count / 2;
      at += at[half] <= x ? half : 0;
      count -= half;
    }
    const auto i = static_cast<size_t>(at - points_.data());
    if (*at == x) return (first_[i] + last_[i]) / 2;
    return last_[i] + (first_[i + 1] - last_[i]) / (at[1] - at[0]) * (x - at[0]);
  }

 private:
  std::vector<double> points_;        // different ones, ascending
  std::vector<double> first_, last_;  // shares of the first and last quantile that it is
};

// Finite, ascending, and no further apart than doubles can say.
bool usable(const std::vector<double>& quantiles) {
  return std::is_sorted(quantiles.begin(), quantiles.end()) &&
         (quantiles.empty() || std::isfinite(quantiles.back() - quantiles.front()));
}

class QuantileStep : public NumberStep {
 public:
  explicit QuantileStep(const prepare::StepSpec& spec) : NumberStep(spec) {}

  bool learns_from_training_only() const override { return true; }
  std::unique_ptr<Collector> collector() const override {
    return std::make_unique<NumbersCollector<QuantileSketch>>(columns_);
  }
  Status fit(const Collector& collected) override;
  void state(nlohmann::ordered_json& json) const override;
  Status restore(const nlohmann::ordered_json& json) override;
  Status apply(Records& records, Effects& effects) const override;

 private:
  std::vector<std::vector<double>> quantiles_;  // one a column
  std::vector<Curve> curves_;                   // of them
};

Status QuantileStep::fit(const Collector& collected) {
  const auto* sketches = dynamic_cast<const NumbersCollector<QuantileSketch>*>(&collected);
  if (!sketches) return Status(Code::kInternal, "another step's collector");
  quantiles_.clear();
  curves_.clear();
  stays_.clear();
  for (const QuantileSketch& sketch : sketches->statistics()) {
    const int64_t count = std::min(rule().quantiles, sketch.count());
    std::vector<double> quantiles;
    for (int64_t i = 0; i < count; ++i) {
      const double share = count > 1 ? static_cast<double>(i) / static_cast<double>(count - 1) : 0;
      // Rounding between neighbours must not lead down.
      const double value = sketch.quantile(share) + 0.0;
      quantiles.push_back(quantiles.empty() ? value : std::max(quantiles.back(), value));
    }
    if (!usable(quantiles))
      return wrong_spec(spec_, fmt::format("column \"{}\" spreads beyond what doubles hold",
                                           columns_[quantiles_.size()]))
          .with_advice("normalize it with method log, or clip its outliers first");
    curves_.emplace_back(quantiles);
    stays_.push_back(quantiles.empty());
    quantiles_.push_back(std::move(quantiles));
  }
  return Status::ok();
}

void QuantileStep::state(nlohmann::ordered_json& json) const {
  for (size_t i = 0; i < quantiles_.size(); ++i)
    json["columns"][columns_[i]]["quantiles"] = quantiles_[i];
}

Status QuantileStep::restore(const nlohmann::ordered_json& json) {
  const auto kept = HOWDAH_TRY(restore_columns(json));
  std::vector<std::vector<double>> all;
  std::vector<Curve> curves;
  std::vector<uint8_t> stays;
  for (size_t i = 0; i < kept.size(); ++i) {
    const auto list = kept[i]->find("quantiles");
    if (list == kept[i]->end() || !list->is_array() ||
        !std::all_of(list->begin(), list->end(), [](const auto& at) { return at.is_number(); }))
      return corrupt_state(fmt::format("column \"{}\" has no quantiles", columns_[i]));
    auto quantiles = list->get<std::vector<double>>();
    if (!usable(quantiles))
      return corrupt_state(fmt::format("column \"{}\": quantiles do not ascend", columns_[i]));
    curves.emplace_back(quantiles);
    stays.push_back(quantiles.empty());
    all.push_back(std::move(quantiles));
  }
  quantiles_ = std::move(all);
  curves_ = std::move(curves);
  stays_ = std::move(stays);
  return Status::ok();
}

Status QuantileStep::apply(Records& records, Effects& effects) const {
  if (curves_.size() != columns_.size()) return Status(Code::kInternal, name() + " is not fit");
  return map_columns(records, effects, [this](size_t i) {
    return [&curve = curves_[i]](double x) { return curve(x); };
  });
}

}  // namespace

StepOrError make_quantile(const prepare::StepSpec& spec) {
  const int64_t quantiles = std::get<prepare::Normalize>(spec.kind).quantiles;
  if (quantiles < 2 || quantiles > kMaxQuantiles)
    return wrong_spec(spec,
                      fmt::format("quantiles is {}; 2 to {} are due", quantiles, kMaxQuantiles));
  return std::unique_ptr<Step>(std::make_unique<QuantileStep>(spec));
}

}  // namespace howdah::transform
