// Numbers far from the others: their records go, they are clipped to the limits, or they are
// marked.
//
// A column has a low and a high limit; a value beyond is an outlier, one that equals it is not.
// Missing values and NaN never are; infinities are, where there is a limit on their side, and
// teach nothing. Integers beyond 2^53 are compared as the nearest double. A column whose finite
// values are all equal has no limits by zscore; by iqr and mad, a column most of whose values are
// one has a spread of 0, and then all others are outliers: take quantile or range for such.
#include <arrow/array/util.h>
#include <arrow/buffer.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <fmt/format.h>

#include <cmath>
#include <map>
#include <nlohmann/json.hpp>

#include "formats/arrow_status.h"
#include "statistics/moments.h"
#include "statistics/quantile_sketch.h"
#include "transform/clean_limits.h"
#include "transform/column_views.h"
#include "transform/steps.h"

namespace howdah::transform {
namespace {

using Rule = prepare::Outliers;
using Method = Rule::Method;
using Action = Rule::Action;

// What one statistic a column has seen: of Moments or QuantileSketch.
template <typename Statistic>
class ColumnsCollector : public Collector {
 public:
  explicit ColumnsCollector(const std::vector<std::string>& columns)
      : columns_(columns), statistics_(columns.size()) {}

  Status add(const Records& records) override {
    for (size_t c = 0; c < columns_.size(); ++c) {
      const auto view =
          HOWDAH_TRY(NumericView::of(HOWDAH_TRY(column_of(*records.batch, columns_[c]))));
      statistics_[c].add(view.present_values(scratch_));
    }
    return Status::ok();
  }
  void write_to(std::string& bytes) const override {
    statistics::ByteWriter writer(bytes);
    for (const Statistic& statistic : statistics_) statistic.write_to(writer);
  }
  Status merge(statistics::ByteReader& bytes) override {
    for (Statistic& statistic : statistics_) HOWDAH_TRY(statistic.merge(bytes));
    return Status::ok();
  }
  const std::vector<std::string>& columns() const { return columns_; }
  const Statistic& of(size_t column) const { return statistics_[column]; }

 private:
  const std::vector<std::string> columns_;
  std::vector<Statistic> statistics_;
  std::vector<double> scratch_;
};

Limits limits_of(const statistics::Moments& moments, const Rule& rule) {
  if (moments.minimum() == moments.maximum()) return {};
  const double reach = rule.factor * moments.standard_deviation();
  return {moments.mean() - reach, moments.mean() + reach};
}

Limits limits_of(const statistics::QuantileSketch& sketch, const Rule& rule) {
  switch (rule.method) {
    case Method::kIqr: {
      const double q1 = sketch.quantile(0.25), q3 = sketch.quantile(0.75);
      const double reach = rule.factor * (q3 - q1);
      return {q1 - reach, q3 + reach};
    }
    case Method::kMad: {
      const double median = sketch.median();
      const double reach = rule.factor * 1.4826 * sketch.median_absolute_deviation();
      return {median - reach, median + reach};
    }
    default: {
      Limits limits;
      if (rule.low) limits.low = sketch.quantile(*rule.low);
      if (rule.high) limits.high = sketch.quantile(*rule.high);
      return limits;
    }
  }
}

// Limits that could not be learnt, or overflowed, are none.
Limits finite(Limits limits) {
  if (!std::isfinite(limits.low)) limits.low = -kInfinity;
  if (!std::isfinite(limits.high)) limits.high = kInfinity;
  return limits;
}

class Outliers : public Step {
 public:
  Outliers(const Rule& rule, const prepare::StepSpec& spec) : Step(spec), rule_(rule) {}

  Result<std::shared_ptr<arrow::Schema>> bind(
      const std::shared_ptr<arrow::Schema>& schema) override {
    columns_ =
        HOWDAH_TRY(required_columns(*schema, rule_.columns, number_type, "numbers", spec_.where));
    if (rule_.method == Method::kRange)
      for (const std::string& name : columns_)
        limits_[name] = {rule_.low.value_or(-kInfinity), rule_.high.value_or(kInfinity)};
    if (rule_.action != Action::kMark) return schema;
    auto fields = schema->fields();
    for (const std::string& name : columns_) {
      if (schema->GetFieldByName(mark_name(name)))
        return Status(Code::kInvalidArgument,
                      "there is a column \"" + mark_name(name) + "\" already")
            .with_peer(spec_.where);
      fields.push_back(arrow::field(mark_name(name), arrow::boolean()));
    }
    return arrow::schema(std::move(fields));
  }
  std::unique_ptr<Collector> collector() const override {
    if (rule_.method == Method::kRange) return nullptr;
    if (rule_.method == Method::kZScore)
      return std::make_unique<ColumnsCollector<statistics::Moments>>(columns_);
    return std::make_unique<ColumnsCollector<statistics::QuantileSketch>>(columns_);
  }
  Status fit(const Collector& collected) override {
    if (rule_.method == Method::kZScore)
      learn(static_cast<const ColumnsCollector<statistics::Moments>&>(collected));
    else
      learn(static_cast<const ColumnsCollector<statistics::QuantileSketch>&>(collected));
    return Status::ok();
  }

  bool drops_rows() const override { return rule_.action == Action::kDrop; }
  std::vector<std::string> reads() const override { return columns_; }
  std::vector<std::string> writes() const override {
    if (rule_.action == Action::kDrop) return {};
    std::vector<std::string> names = columns_;
    if (rule_.action == Action::kMark)
      for (std::string& name : names) name = mark_name(name);
    return names;
  }

  // {"columns": {"dep_delay": {"low": -20.5, "high": null}}}; null: no limit.
  void state(nlohmann::ordered_json& json) const override {
    if (rule_.method == Method::kRange) return;
    const auto number = [](double value) {
      return std::isfinite(value) ? nlohmann::ordered_json(value) : nlohmann::ordered_json();
    };
    auto& columns = json["columns"] = nlohmann::ordered_json::object();
    for (const auto& [name, limits] : limits_)
      columns[name] = {{"low", number(limits.low)}, {"high", number(limits.high)}};
  }
  Status restore(const nlohmann::ordered_json& json) override {
    if (rule_.method == Method::kRange) return Status::ok();
    const auto corrupt = Status(Code::kCorrupt, "no limits of outliers").with_peer(name());
    const auto columns = json.find("columns");
    if (columns == json.end() || !columns->is_object()) return corrupt;
    limits_.clear();
    for (const auto& [name, learnt] : columns->items()) {
      const auto low = learnt.find("low"), high = learnt.find("high");
      if (!learnt.is_object() || low == learnt.end() || high == learnt.end()) return corrupt;
      if ((!low->is_number() && !low->is_null()) || (!high->is_number() && !high->is_null()))
        return corrupt;
      limits_[name] = {low->is_null() ? -kInfinity : low->get<double>(),
                       high->is_null() ? kInfinity : high->get<double>()};
    }
    return Status::ok();
  }

  Status apply(Records& records, Effects& effects) const override {
    switch (rule_.action) {
      case Action::kDrop: {
        std::vector<uint8_t> keep = HOWDAH_TRY(outliers(records, nullptr));
        for (uint8_t& flag : keep) flag = !flag;
        return effects.drop(records, keep,
                            [&](int64_t row) { return reason(*records.batch, row); });
      }
      case Action::kClip:
        return clip_all(records, effects);
      case Action::kMark: {
        std::vector<std::shared_ptr<arrow::Array>> marks;
        const auto any = HOWDAH_TRY(outliers(records, &marks));
        effects.mark(records, any, [&](int64_t row) { return reason(*records.batch, row); });
        for (size_t c = 0; c < columns_.size(); ++c)
          HOWDAH_TRY(records.set_column(mark_name(columns_[c]), std::move(marks[c])));
        return Status::ok();
      }
    }
    return Status::ok();
  }

 private:
  static std::string mark_name(const std::string& column) { return column + "_outlier"; }

  template <typename Statistic>
  void learn(const ColumnsCollector<Statistic>& collected) {
    limits_.clear();
    for (size_t c = 0; c < collected.columns().size(); ++c)
      limits_[collected.columns()[c]] = finite(limits_of(collected.of(c), rule_));
  }
  Result<Limits> limits_for(const std::string& column) const {
    const auto found = limits_.find(column);
    if (found != limits_.end()) return found->second;
    return Status(Code::kInternal, "nothing was learnt of column \"" + column + "\"")
        .with_peer(name());
  }

  // 1 for each row with an outlier in any column; where `marks` is not null, adds each column's
  // own.
  Result<std::vector<uint8_t>> outliers(const Records& records,
                                        std::vector<std::shared_ptr<arrow::Array>>* marks) const {
    std::vector<uint8_t> any(static_cast<size_t>(records.size())), here(any.size());
    for (const std::string& name : columns_) {
      const Limits limits = HOWDAH_TRY(limits_for(name));
      const auto view = HOWDAH_TRY(NumericView::of(HOWDAH_TRY(column_of(*records.batch, name))));
      const auto values = view.values();
      for (size_t i = 0; i < here.size(); ++i) here[i] = limits.beyond(values[i]);
      if (!view.present().all())
        for (size_t i = 0; i < here.size(); ++i) here[i] &= view.present()[static_cast<int64_t>(i)];
      for (size_t i = 0; i < here.size(); ++i) any[i] |= here[i];
      if (marks) marks->push_back(HOWDAH_TRY(bools(here)));
    }
    return any;
  }

  static Result<std::shared_ptr<arrow::Array>> bools(const std::vector<uint8_t>& flags) {
    const auto count = static_cast<int64_t>(flags.size());
    std::shared_ptr<arrow::Buffer> bits =
        HOWDAH_TRY(formats::from_arrow(arrow::AllocateEmptyBitmap(count)));
    uint8_t* bytes = bits->mutable_data();
    for (size_t i = 0; i < flags.size(); ++i)
      bytes[i / 8] = static_cast<uint8_t>(bytes[i / 8] | flags[i] << (i % 8));
    return arrow::MakeArray(
        arrow::ArrayData::Make(arrow::boolean(), count, {nullptr, std::move(bits)}, 0));
  }

  Status clip_all(Records& records, Effects& effects) const {
    std::vector<uint8_t> rows(static_cast<size_t>(records.size())), changed(rows.size());
    for (const std::string& name : columns_) {
      const Limits limits = HOWDAH_TRY(limits_for(name));
      const auto column = HOWDAH_TRY(column_of(*records.batch, name));
      auto clipped = HOWDAH_TRY(clip(*column, limits, changed));
      if (!clipped) continue;
      for (size_t i = 0; i < rows.size(); ++i) {
        effects.effect.values_changed += changed[i];
        rows[i] |= changed[i];
      }
      HOWDAH_TRY(records.set_column(name, std::move(clipped)));
    }
    for (const uint8_t row : rows) effects.effect.rows_changed += row;
    return Status::ok();
  }

  std::string reason(const arrow::RecordBatch& batch, int64_t row) const {
    for (const std::string& name : columns_) {
      const auto limits = limits_for(name);
      const auto view = NumericView::of(batch.GetColumnByName(name)->Slice(row, 1));
      if (!limits || !view || !view->present()[0] || !limits->beyond(view->values()[0])) continue;
      const double value = view->values()[0];
      return value < limits->low
                 ? fmt::format("{} = {:.12g} is below {:.12g}", name, value, limits->low)
                 : fmt::format("{} = {:.12g} is above {:.12g}", name, value, limits->high);
    }
    return "an outlier";
  }

  const Rule rule_;
  std::vector<std::string> columns_;
  std::map<std::string, Limits> limits_;  // by column
};

}  // namespace

StepOrError make(const prepare::Outliers& rule, const prepare::StepSpec& spec) {
  const auto wrong = [&](const char* message) {
    return Status(Code::kInvalidArgument, message).with_peer(spec.where);
  };
  const bool given = rule.method == Method::kQuantile || rule.method == Method::kRange;
  if (given && !rule.low && !rule.high) return wrong("outliers need \"low\" or \"high\"");
  if (!given && !(rule.factor > 0 && std::isfinite(rule.factor)))
    return wrong("the factor of outliers is a positive number");
  if (rule.low && rule.high && !(*rule.low <= *rule.high))
    return wrong("of outliers' limits, \"low\" is above \"high\"");
  for (const auto& limit : {rule.low, rule.high}) {
    if (limit && std::isnan(*limit)) return wrong("a limit of outliers is not a number");
    if (limit && rule.method == Method::kQuantile && !(*limit >= 0 && *limit <= 1))
      return wrong("quantiles are shares: from 0 to 1");
  }
  return std::unique_ptr<Step>(std::make_unique<Outliers>(rule, spec));
}

}  // namespace howdah::transform
