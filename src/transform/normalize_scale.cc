// standard, minmax, maxabs and robust: (x − offset) / scale, with two numbers a column.
//
// Divided, not multiplied by the reciprocal: the least training value becomes exactly 0, the
// greatest exactly 1. Infinities stay. A column without spread in the training part is not scaled
// (scale 1), as in scikit-learn; one without a finite number there stays as it is.
#include <fmt/core.h>

#include <array>
#include <cmath>
#include <nlohmann/json.hpp>

#include "statistics/moments.h"
#include "statistics/quantile_sketch.h"
#include "transform/normalize_extremes.h"
#include "transform/normalize_numbers.h"

namespace howdah::transform {
namespace {

using Method = prepare::Normalize::Method;
using statistics::Moments;
using statistics::QuantileSketch;

using Figures = std::array<double, 3>;  // those of figure_names(), in their order

std::vector<const char*> figure_names(Method method) {
  switch (method) {
    case Method::kStandard:
      return {"mean", "standard_deviation"};
    case Method::kMinMax:
      return {"minimum", "maximum"};
    case Method::kMaxAbs:
      return {"largest_magnitude"};
    default:
      return {"median", "first_quartile", "third_quartile"};
  }
}

Figures figures_of(const Moments& moments) {
  return {moments.mean(), moments.standard_deviation()};
}
Figures figures_of(const Extremes& extremes, Method method) {
  if (method == Method::kMaxAbs) return {extremes.largest_magnitude()};
  return {extremes.minimum(), extremes.maximum()};
}
Figures figures_of(const QuantileSketch& sketch) {
  if (sketch.count() == 0) return {};
  return {sketch.median(), sketch.quantile(0.25), sketch.quantile(0.75)};
}

struct Scale {
  double offset = 0, scale = 1;
};

Scale scale_of(Method method, const Figures& figures) {
  Scale scale;
  switch (method) {
    case Method::kStandard:
      scale = {figures[0], figures[1]};
      break;
    case Method::kMinMax:
      scale = {figures[0], figures[1] - figures[0]};
      break;
    case Method::kMaxAbs:
      scale = {0, figures[0]};
      break;
    default:
      scale = {figures[0], figures[2] - figures[1]};
  }
  if (scale.scale == 0) scale.scale = 1;
  return scale;
}

bool usable(const Scale& scale) {
  return std::isfinite(scale.offset) && std::isfinite(scale.scale) && scale.scale > 0;
}

class ScaleStep : public NumberStep {
 public:
  explicit ScaleStep(const prepare::StepSpec& spec)
      : NumberStep(spec), method_(rule().method), names_(figure_names(method_)) {}

  bool learns_from_training_only() const override { return true; }
  std::unique_ptr<Collector> collector() const override {
    if (method_ == Method::kStandard) return std::make_unique<NumbersCollector<Moments>>(columns_);
    if (method_ == Method::kRobust)
      return std::make_unique<NumbersCollector<QuantileSketch>>(columns_);
    return std::make_unique<NumbersCollector<Extremes>>(columns_);
  }
  Status fit(const Collector& collected) override;
  void state(nlohmann::ordered_json& json) const override;
  Status restore(const nlohmann::ordered_json& json) override;
  Status apply(Records& records, Effects& effects) const override;

 private:
  Method method_;
  std::vector<const char*> names_;
  std::vector<Figures> figures_;  // one a column
  std::vector<Scale> scales_;     // of them
};

Status ScaleStep::fit(const Collector& collected) {
  std::vector<Figures> figures;
  std::vector<uint8_t> stays;
  const auto add = [&](Figures of_column, bool any) {
    figures.push_back(of_column);
    stays.push_back(!any);
  };
  if (auto* moments = dynamic_cast<const NumbersCollector<Moments>*>(&collected)) {
    for (const auto& column : moments->statistics()) add(figures_of(column), column.count() > 0);
  } else if (auto* sketches = dynamic_cast<const NumbersCollector<QuantileSketch>*>(&collected)) {
    for (const auto& column : sketches->statistics()) add(figures_of(column), column.count() > 0);
  } else if (auto* extremes = dynamic_cast<const NumbersCollector<Extremes>*>(&collected)) {
    for (const auto& column : extremes->statistics())
      add(figures_of(column, method_), column.any());
  } else {
    return Status(Code::kInternal, "another step's collector");
  }
  std::vector<Scale> scales;
  for (size_t i = 0; i < figures.size(); ++i) {
    scales.push_back(scale_of(method_, figures[i]));
    if (!usable(scales.back()))
      return wrong_spec(spec_,
                        fmt::format("column \"{}\" spreads beyond what doubles hold", columns_[i]))
          .with_advice("normalize it with method log, or clip its outliers first");
  }
  figures_ = std::move(figures);
  scales_ = std::move(scales);
  stays_ = std::move(stays);
  return Status::ok();
}

// {"columns": {"dep_delay": {"mean": 12.6, "standard_deviation": 40.2}}}; null: it stays.
void ScaleStep::state(nlohmann::ordered_json& json) const {
  for (size_t i = 0; i < figures_.size(); ++i)
    for (size_t f = 0; f < names_.size(); ++f)
      json["columns"][columns_[i]][names_[f]] =
          stays(i) ? nlohmann::ordered_json() : nlohmann::ordered_json(figures_[i][f]);
}

Status ScaleStep::restore(const nlohmann::ordered_json& json) {
  const auto kept = HOWDAH_TRY(restore_columns(json));
  std::vector<Figures> all;
  std::vector<Scale> scales;
  std::vector<uint8_t> stays;
  for (size_t i = 0; i < kept.size(); ++i) {
    Figures figures{};
    const auto first = kept[i]->find(names_[0]);
    stays.push_back(first != kept[i]->end() && first->is_null());
    for (size_t f = 0; f < names_.size(); ++f) {
      const auto figure = kept[i]->find(names_[f]);
      if (figure != kept[i]->end() && figure->is_null() && stays.back()) continue;
      if (figure == kept[i]->end() || !figure->is_number() || stays.back())
        return corrupt_state(fmt::format("column \"{}\" has no {}", columns_[i], names_[f]));
      figures[f] = figure->get<double>();
    }
    scales.push_back(scale_of(method_, figures));
    if (!usable(scales.back()))
      return corrupt_state(fmt::format("column \"{}\" has no scale", columns_[i]));
    all.push_back(figures);
  }
  figures_ = std::move(all);
  scales_ = std::move(scales);
  stays_ = std::move(stays);
  return Status::ok();
}

Status ScaleStep::apply(Records& records, Effects& effects) const {
  if (scales_.size() != columns_.size()) return Status(Code::kInternal, name() + " is not fit");
  return map_columns(records, effects, [this](size_t i) {
    const auto [offset, scale] = scales_[i];
    return [offset = offset, scale = scale](double x) { return (x - offset) / scale; };
  });
}

}  // namespace

StepOrError make_scale(const prepare::StepSpec& spec) {
  return std::unique_ptr<Step>(std::make_unique<ScaleStep>(spec));
}

}  // namespace howdah::transform
