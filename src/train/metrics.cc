#include "train/metrics.h"

#include <algorithm>
#include <limits>

#include "measure/measure.h"

namespace howdah::train {
namespace {

using measure::Average;
using measure::Ratios;
constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

double of(const Ratios& ratios, std::string_view name) {
  if (name.starts_with("precision")) return ratios.precision;
  return name.starts_with("recall") ? ratios.recall : ratios.f1;
}

double class_figure(const Answers& answers, std::string_view name) {
  const measure::ClassCounts& classes = *answers.classes;
  if (name.ends_with("_micro")) return of(classes.ratios(Average::kMicro), name);
  if (name.ends_with("_weighted")) return of(classes.ratios(Average::kWeighted), name);
  if (name.ends_with("_macro") || !answers.of_class_1)
    return of(classes.ratios(Average::kMacro), name);
  return of(classes.ratios(1), name);
}

// The mean over the values of a record.
template <typename Figure>
double mean_of(const std::vector<measure::Regression>& values, Figure&& figure) {
  double sum = 0;
  for (const measure::Regression& value : values) sum += figure(value);
  return sum / static_cast<double>(values.size());
}

double regression_figure(const Answers& answers, std::string_view name) {
  using measure::Regression;
  return mean_of(answers.values, [&](const Regression& value) {
    if (name == "mse") return value.mean_squared_error();
    if (name == "rmse") return value.root_mean_squared_error();
    return name == "mae" ? value.mean_absolute_error() : value.r2();
  });
}

double figure(const Answers& answers, std::string_view name) {
  if (name == "accuracy")
    return answers.answered == 0
               ? 0
               : static_cast<double>(answers.correct) / static_cast<double>(answers.answered);
  if (const int64_t k = measure::top_k_of(name); k > 0) {
    for (const measure::TopK& top : answers.top)
      if (top.k() == k) return top.accuracy();
    return kNone;
  }
  if (name == "roc_auc") return answers.ranking->roc_auc().value;
  if (name == "pr_auc") return answers.ranking->average_precision().value;
  if (name == "perplexity") return answers.perplexity->value();
  // Without texts nothing was translated.
  const auto of_texts = [](const auto& measured) { return measured ? measured->value() : kNone; };
  if (name == "bleu") return of_texts(answers.bleu);
  if (name == "chrf") return of_texts(answers.chrf);
  if (name == "chrf++") return of_texts(answers.chrf_plus_plus);
  if (answers.classes) return class_figure(answers, name);
  return answers.values.empty() ? kNone : regression_figure(answers, name);
}

Metrics::List list(const Answers& answers, const std::string& name) {
  Metrics::List list{name, {}, 0};
  if (name == "confusion_matrix") {
    list.columns = answers.matrix->classes();
    for (const int64_t count : answers.matrix->counts())
      list.values.push_back(static_cast<double>(count));
    return list;
  }
  for (int64_t i = 0; i < answers.classes->classes(); ++i)
    list.values.push_back(of(answers.classes->ratios(i), name));
  return list;
}

// How far off a figure of bins may be stands beside it.
void add_error(const Answers& answers, const std::string& name, Metrics& metrics) {
  const auto error = name == "roc_auc" ? answers.ranking->roc_auc().error
                                       : answers.ranking->average_precision().error;
  if (error > 0) metrics.figures.push_back({name + "_error", error});
}

}  // namespace

double Metrics::at(std::string_view name) const {
  if (name == "loss") return loss;
  for (const Figure& figure : figures)
    if (figure.name == name) return figure.value;
  return kNone;
}

Metrics metrics_of(const Answers& answers) {
  Metrics metrics;
  metrics.records = answers.records;
  const double divisor = answers.divisor.value();
  metrics.loss = divisor > 0 ? answers.loss.value() / divisor : answers.loss.value();
  for (const std::string& name : answers.names) {
    if (!measure::is_scalar(name)) {
      metrics.lists.push_back(list(answers, name));
      continue;
    }
    metrics.figures.push_back({name, figure(answers, name)});
    if (name == "roc_auc" || name == "pr_auc") add_error(answers, name, metrics);
  }
  return metrics;
}

}  // namespace howdah::train
