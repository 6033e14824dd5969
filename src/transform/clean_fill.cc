// Gives missing values one: a constant, or the mean, the median or the most frequent value of the
// column, of all records that arrive or of those of the record's own class.
//
// NaN in a column of floats is missing, too. A column keeps its type: the mean and the median of
// integers are rounded to the nearest, a half to the even one. Infinities teach nothing to mean and
// median. Of equally frequent values the smallest is taken (texts: by their bytes). A record
// without a class, or of one that has no value of the column, takes that of all records; a column
// without any value stays as it is.
//
// Limits: 100,000 classes (1,000 for medians, which may take 4 MiB each); 1,000,000 different pairs
// of class and value for the most frequent.
#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>

#include "transform/clean_fill_collectors.h"
#include "transform/clean_fill_column.h"
#include "transform/column_views.h"
#include "transform/steps.h"

namespace howdah::transform {
namespace {

using Rule = prepare::FillMissing;
using Method = Rule::Method;

// A figure as a value of the column's type.
FillValue value_of(double figure, const arrow::DataType& type) {
  if (!std::isfinite(figure)) return {};
  if (floating_type(type)) return figure;
  const double rounded = std::nearbyint(figure);  // half to even: the default rounding
  if (type.id() == arrow::Type::UINT64)
    return static_cast<int64_t>(rounded >= 0x1p64 ? UINT64_MAX : static_cast<uint64_t>(rounded));
  return rounded >= 0x1p63 ? INT64_MAX : static_cast<int64_t>(rounded);
}

class FillMissing : public Step {
 public:
  FillMissing(const Rule& rule, const prepare::StepSpec& spec) : Step(spec), rule_(rule) {}

  Result<std::shared_ptr<arrow::Schema>> bind(
      const std::shared_ptr<arrow::Schema>& schema) override {
    const bool numbers = rule_.method == Method::kMean || rule_.method == Method::kMedian;
    columns_ =
        HOWDAH_TRY(required_columns(*schema, rule_.columns, numbers ? number_type : value_type,
                                    numbers ? "numbers" : "numbers, dates or texts", spec_.where));
    if (!rule_.by.empty()) HOWDAH_TRY(check_class(*schema));
    if (rule_.method == Method::kConstant) HOWDAH_TRY(read_constants(*schema));
    if (columns_.empty()) return wrong("there is no column that this could fill");
    types_.clear();
    for (const std::string& name : columns_) types_.push_back(schema->GetFieldByName(name)->type());
    return schema;
  }

  std::unique_ptr<Collector> collector() const override {
    switch (rule_.method) {
      case Method::kConstant:
        return nullptr;
      case Method::kMean:
        return std::make_unique<MeanCollector>(columns_, rule_.by, kClasses);
      case Method::kMedian:
        return std::make_unique<MedianCollector>(columns_, rule_.by, kMedianClasses);
      case Method::kMode:
        return std::make_unique<ModeCollector>(columns_, rule_.by);
    }
    return nullptr;
  }
  Status fit(const Collector& collected) override {
    learnt_.clear();
    switch (rule_.method) {
      case Method::kConstant:
        return Status::ok();
      case Method::kMean:
        return learn(static_cast<const MeanCollector&>(collected),
                     [](const statistics::Moments& moments) {
                       return moments.count() ? moments.mean() : NAN;
                     });
      case Method::kMedian:
        return learn(static_cast<const MedianCollector&>(collected),
                     [](const statistics::QuantileSketch& sketch) { return sketch.median(); });
      case Method::kMode:
        return learn_modes(static_cast<const ModeCollector&>(collected));
    }
    return Status::ok();
  }

  std::vector<std::string> reads() const override {
    std::vector<std::string> names = columns_;
    if (!rule_.by.empty()) names.push_back(rule_.by);
    return names;
  }
  std::vector<std::string> writes() const override { return columns_; }

  // {"columns": {"dep_delay": {"value": 12.6, "classes": [["UA", 12.1]]}}}
  void state(nlohmann::ordered_json& json) const override {
    if (rule_.method == Method::kConstant) return;
    auto& columns = json["columns"] = nlohmann::ordered_json::object();
    for (const auto& [name, learnt] : learnt_) {
      auto& column = columns[name] = {{"value", to_json(learnt.value)}};
      if (rule_.by.empty()) continue;
      auto& classes = column["classes"] = nlohmann::ordered_json::array();
      for (const auto& [key, value] : learnt.of_class)
        classes.push_back({to_json(class_value(key)), to_json(value)});
    }
  }
  Status restore(const nlohmann::ordered_json& json) override {
    if (rule_.method == Method::kConstant) return Status::ok();
    const auto corrupt = Status(Code::kCorrupt, "no values to fill in").with_peer(name());
    const auto columns = json.find("columns");
    if (columns == json.end() || !columns->is_object()) return corrupt;
    learnt_.clear();
    for (const auto& [name, column] : columns->items()) {
      const auto value = column.find("value"), classes = column.find("classes");
      if (value == column.end()) return corrupt;
      Learnt& learnt = learnt_[name];
      learnt.value = HOWDAH_TRY(value_from_json(*value));
      if (classes == column.end()) continue;
      if (!classes->is_array()) return corrupt;
      for (const auto& pair : *classes) {
        if (!pair.is_array() || pair.size() != 2) return corrupt;
        const FillValue of = HOWDAH_TRY(value_from_json(pair[0]));
        learnt.of_class["=" + to_bytes(of)] = HOWDAH_TRY(value_from_json(pair[1]));
      }
    }
    return Status::ok();
  }

  Status apply(Records& records, Effects& effects) const override {
    const auto count = static_cast<size_t>(records.size());
    std::vector<uint8_t> present(count), filled(count), rows(count);
    std::vector<const FillValue*> of_class;
    Classes classes;
    for (const std::string& name : columns_) {
      const auto column = HOWDAH_TRY(column_of(*records.batch, name));
      if (!mark_present(*column, present)) continue;
      if (classes.of_row.empty()) classes = HOWDAH_TRY(classes_in(records, rule_.by));
      const auto learnt = learnt_.find(name);
      if (learnt == learnt_.end())
        return Status(Code::kInternal, "nothing was learnt of column \"" + name + "\"")
            .with_peer(this->name());
      of_class.clear();
      for (const std::string& key : classes.keys) of_class.push_back(&learnt->second.of(key));
      auto whole = HOWDAH_TRY(fill(column, present, classes, of_class, filled));
      if (!whole) continue;
      effects.effect.values_changed += std::count(filled.begin(), filled.end(), uint8_t{1});
      for (size_t i = 0; i < count; ++i) rows[i] |= filled[i];
      HOWDAH_TRY(records.set_column(name, std::move(whole)));
    }
    effects.effect.rows_changed += std::count(rows.begin(), rows.end(), uint8_t{1});
    return Status::ok();
  }

 private:
  static constexpr size_t kClasses = 100'000, kMedianClasses = 1'000;

  struct Learnt {
    FillValue value;
    std::map<std::string, FillValue> of_class;  // by Classes::keys; only those with a value
    const FillValue& of(const std::string& key) const {
      const auto found = of_class.find(key);
      return found == of_class.end() ? value : found->second;
    }
  };

  Status wrong(std::string message) const {
    return Status(Code::kInvalidArgument, std::move(message)).with_peer(spec_.where);
  }

  Status check_class(const arrow::Schema& schema) {
    const auto field = HOWDAH_TRY(required_column(schema, rule_.by, spec_.where));
    if (!class_type(*field->type()))
      return wrong("column \"" + rule_.by + "\" is " + field->type()->ToString() +
                   " where classes are due: texts, integers, dates");
    class_type_ = field->type();
    const auto found = std::find(columns_.begin(), columns_.end(), rule_.by);
    if (found == columns_.end()) return Status::ok();
    if (!rule_.columns.empty())
      return wrong("column \"" + rule_.by + "\" cannot be filled by its own classes");
    columns_.erase(found);
    return Status::ok();
  }

  // Where no column is named, those that the constant can be a value of.
  Status read_constants(const arrow::Schema& schema) {
    std::vector<std::string> readable;
    learnt_.clear();
    for (const std::string& name : columns_) {
      auto value = read_value(rule_.value, *schema.GetFieldByName(name)->type());
      if (!value && !rule_.columns.empty())
        return wrong(value.status().message() + ", which column \"" + name + "\" is");
      if (!value) continue;
      learnt_[name].value = std::move(*value);
      readable.push_back(name);
    }
    columns_ = std::move(readable);
    return Status::ok();
  }

  template <typename Collected, typename Figure>
  Status learn(const Collected& collected, Figure&& figure) {
    if (collected.overflowed())
      return wrong(
                 fmt::format("column \"{}\" has more than {} classes", rule_.by, collected.limit()))
          .with_advice("fill by a column of fewer classes, or by none");
    for (size_t c = 0; c < columns_.size(); ++c) {
      Learnt& learnt = learnt_[columns_[c]];
      typename Collected::Statistic all;
      for (const auto& [key, statistic] : collected.of(c)) {
        all.merge(statistic);
        auto value = value_of(figure(statistic), *types_[c]);
        if (!key.empty() && value.index() != 0) learnt.of_class[key] = std::move(value);
      }
      learnt.value = value_of(figure(all), *types_[c]);
    }
    return Status::ok();
  }

  Status learn_modes(const ModeCollector& collected) {
    for (size_t c = 0; c < columns_.size(); ++c) {
      const statistics::ValueCounts& counts = collected.of(c);
      if (counts.overflowed())
        return wrong("column \"" + columns_[c] + "\" has too many different values to count")
            .with_advice("fill it with its mean, its median or a constant");
      Learnt& learnt = learnt_[columns_[c]];
      std::map<std::string, int64_t> times;  // of each value, in all classes
      for (const auto& entry : counts.sorted()) {
        const auto pair = HOWDAH_TRY(ModeCollector::split(entry.value));
        times[std::string(pair.value)] += entry.count;
        if (pair.class_key.empty()) continue;
        // The most frequent come first, and of those the smallest.
        FillValue& value = learnt.of_class[std::string(pair.class_key)];
        if (value.index() == 0) value = HOWDAH_TRY(value_from_bytes(pair.value, *types_[c]));
      }
      const auto most =
          std::max_element(times.begin(), times.end(),
                           [](const auto& a, const auto& b) { return a.second < b.second; });
      if (most != times.end()) learnt.value = HOWDAH_TRY(value_from_bytes(most->first, *types_[c]));
    }
    return Status::ok();
  }

  FillValue class_value(const std::string& key) const {
    const auto value = value_from_bytes(std::string_view(key).substr(1), *class_type_);
    return value ? *value : FillValue();
  }

  const Rule rule_;
  std::vector<std::string> columns_;
  std::vector<std::shared_ptr<arrow::DataType>> types_;  // of columns_
  std::shared_ptr<arrow::DataType> class_type_;
  std::map<std::string, Learnt> learnt_;  // by column
};

}  // namespace

StepOrError make(const prepare::FillMissing& rule, const prepare::StepSpec& spec) {
  if (rule.method == Method::kConstant && !rule.by.empty())
    return Status(Code::kInvalidArgument,
                  "a constant is the same for every class: leave out \"by\"")
        .with_peer(spec.where);
  return std::unique_ptr<Step>(std::make_unique<FillMissing>(rule, spec));
}

}  // namespace howdah::transform
