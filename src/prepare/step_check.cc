#include "prepare/step_check.h"

#include <algorithm>

#include "prepare/complaint.h"
#include "prepare/expression.h"
#include "prepare/instant.h"
#include "prepare/limits.h"
#include "prepare/words.h"

namespace howdah::prepare {
namespace {

// Checks one rule; its place and name go into the complaint.
class StepCheck {
 public:
  explicit StepCheck(const StepSpec& step) : step_(step) {}

  Status operator()(const DropMissing& rule) const { return distinct(rule.columns); }
  Status operator()(const FillMissing& rule) const {
    if (rule.method == FillMissing::Method::kConstant) {
      if (!rule.by.empty()) return wrong("'by' goes with mean, median and mode, not a constant");
    } else if (!rule.value.empty()) {
      return wrong("'value' goes with the method constant, not " + word_of(rule.method));
    }
    if (!rule.by.empty() && has(rule.columns, rule.by))
      return wrong("'" + rule.by + "' cannot be filled by its own class");
    return distinct(rule.columns);
  }
  Status operator()(const DropDuplicates& rule) const { return distinct(rule.keys); }
  Status operator()(const DropNearDuplicates& rule) const {
    HOWDAH_TRY(given("column", rule.column));
    if (!(rule.threshold > 0 && rule.threshold <= 1))
      return wrong("'threshold' must be above 0 and at most 1");
    HOWDAH_TRY(within("shingle_words", rule.shingle_words, 0, kMostShingle));
    HOWDAH_TRY(within("shingle_characters", rule.shingle_characters, rule.shingle_words ? 0 : 1,
                      kMostShingle));
    return within("permutations", rule.permutations, 1, kMostPermutations);
  }
  Status operator()(const Outliers& rule) const {
    HOWDAH_TRY(distinct(rule.columns));
    const bool bounded =
        rule.method == Outliers::Method::kQuantile || rule.method == Outliers::Method::kRange;
    if (!bounded) {
      if (rule.low || rule.high)
        return wrong("'low' and 'high' go with the methods quantile and range, not " +
                     word_of(rule.method));
      if (!(rule.factor > 0)) return wrong("'factor' must be above 0");
      return Status::ok();
    }
    if (!rule.low && !rule.high)
      return wrong("the method " + word_of(rule.method) + " needs 'low', 'high' or both");
    if (rule.low && rule.high && !(*rule.low <= *rule.high)) return wrong("'low' is above 'high'");
    if (rule.method == Outliers::Method::kQuantile)
      for (const auto& bound : {rule.low, rule.high})
        if (bound && !(*bound >= 0 && *bound <= 1))
          return wrong("quantiles are shares from 0 to 1").with_advice("write 0.01, not 1");
    return Status::ok();
  }
  Status operator()(const KeepWhere& rule) const {
    const Expression parsed = HOWDAH_TRY(expression(rule.expression));
    if (columns_of(parsed).empty())
      return wrong("'" + rule.expression + "' names no column")
          .with_advice("write a rule such as age >= 0");
    return Status::ok();
  }
  Status operator()(const DateRange& rule) const {
    HOWDAH_TRY(distinct(rule.columns));
    if (rule.from.empty() && rule.to.empty()) return wrong("needs 'from', 'to' or both");
    for (const std::string& text : {rule.from, rule.to})
      if (!text.empty() && !parse_instant(text))
        return wrong("'" + text + "' is no point in time")
            .with_advice("write 2013-01-31 or 2013-01-31T12:00:00Z");
    if (!rule.from.empty() && !rule.to.empty() &&
        *parse_instant(rule.from) > *parse_instant(rule.to))
      return wrong("'from' is after 'to'");
    return Status::ok();
  }
  Status operator()(const TextLength& rule) const {
    HOWDAH_TRY(distinct(rule.columns));
    HOWDAH_TRY(within("min", rule.min_characters, 0, INT64_MAX));
    if (rule.max_characters < rule.min_characters) return wrong("'max' is less than 'min'");
    return Status::ok();
  }
  Status operator()(const CleanText& rule) const { return distinct(rule.columns); }
  Status operator()(const LabelNoise& rule) const { return given("label", rule.label); }

  Status operator()(const Normalize& rule) const {
    HOWDAH_TRY(within("max_categories", rule.max_categories, 0, kMostCategories));
    HOWDAH_TRY(within("min_count", rule.min_count, 1, INT64_MAX));
    HOWDAH_TRY(within("buckets", rule.buckets, 1, kMostHashBuckets));
    HOWDAH_TRY(within("quantiles", rule.quantiles, 2, kMostQuantiles));
    return distinct(rule.columns);
  }
  Status operator()(const Vocabulary& rule) const {
    HOWDAH_TRY(given("column", rule.column));
    HOWDAH_TRY(within("size", rule.size, 3, kMostWords));
    HOWDAH_TRY(within("min_count", rule.min_count, 1, INT64_MAX));
    return within("length", rule.length, 0, kMostTextLength);
  }
  Status operator()(const SentencePiece& rule) const {
    HOWDAH_TRY(given("column", rule.column));
    HOWDAH_TRY(within("size", rule.size, 8, kMostPieces));
    return within("sample_records", rule.sample_records, 1, INT64_MAX);
  }
  Status operator()(const ImageStandard& rule) const { return given("column", rule.column); }
  Status operator()(const SelectColumns& rule) const {
    if (rule.columns.empty()) return wrong("names no column");
    return distinct(rule.columns);
  }
  Status operator()(const DeriveColumn& rule) const {
    if (rule.name.empty()) return wrong("the new column has no name");
    return expression(rule.expression).status();
  }

 private:
  Status wrong(const std::string& what) const {
    return Status(Code::kInvalidArgument, step_.name.empty() ? what : step_.name + ": " + what)
        .with_peer(step_.where);
  }
  static bool has(const Columns& columns, const std::string& name) {
    return std::find(columns.begin(), columns.end(), name) != columns.end();
  }
  Status distinct(const Columns& columns) const {
    if (has(columns, "")) return wrong("a column without a name");
    if (const std::string* twice = repeated(columns))
      return wrong("the column '" + *twice + "' is given twice");
    return Status::ok();
  }
  Status given(const char* key, const std::string& text) const {
    return text.empty() ? wrong(std::string("'") + key + "' is missing") : Status::ok();
  }
  Status within(const char* key, int64_t value, int64_t least, int64_t most) const {
    if (value >= least && value <= most) return Status::ok();
    return wrong(std::string("'") + key + "' must be " +
                 (most == INT64_MAX
                      ? "at least " + std::to_string(least)
                      : "from " + std::to_string(least) + " to " + std::to_string(most)) +
                 ", not " + std::to_string(value));
  }
  Result<Expression> expression(const std::string& text) const {
    auto parsed = parse_expression(text);
    if (parsed) return parsed;
    return parsed.status().with_peer(step_.where);
  }

  const StepSpec& step_;
};

// The columns that a step needs to find.
Columns named_by(const StepKind& kind) {
  struct Named {
    Columns operator()(const DropMissing& rule) const { return rule.columns; }
    Columns operator()(const FillMissing& rule) const {
      Columns columns = rule.columns;
      if (!rule.by.empty()) columns.push_back(rule.by);
      return columns;
    }
    Columns operator()(const DropDuplicates& rule) const { return rule.keys; }
    Columns operator()(const DropNearDuplicates& rule) const { return {rule.column}; }
    Columns operator()(const Outliers& rule) const { return rule.columns; }
    Columns operator()(const KeepWhere& rule) const { return of(rule.expression); }
    Columns operator()(const DateRange& rule) const { return rule.columns; }
    Columns operator()(const TextLength& rule) const { return rule.columns; }
    Columns operator()(const CleanText& rule) const { return rule.columns; }
    Columns operator()(const LabelNoise& rule) const { return {rule.label}; }
    Columns operator()(const Normalize& rule) const { return rule.columns; }
    Columns operator()(const Vocabulary& rule) const { return {rule.column}; }
    Columns operator()(const SentencePiece& rule) const { return {rule.column}; }
    Columns operator()(const ImageStandard& rule) const { return {rule.column}; }
    Columns operator()(const SelectColumns& rule) const { return rule.columns; }
    Columns operator()(const DeriveColumn& rule) const { return of(rule.expression); }
    static Columns of(const std::string& expression) {
      const auto parsed = parse_expression(expression);
      return parsed ? columns_of(*parsed) : Columns();
    }
  };
  return std::visit(Named(), kind);
}

// What is known about the columns between two steps.
class KnownColumns {
 public:
  explicit KnownColumns(const Columns& source)
      : complete_(!source.empty()), here_(source.begin(), source.end()) {}

  Status find(const std::string& column, const StepSpec& step) const {
    if (here_.contains(column)) return Status::ok();
    const auto taken = gone_.find(column);
    if (taken != gone_.end())
      return refuse_at(step.where, step.name + ": the column '" + column + "' is gone",
                       "it was left out by " + taken->second);
    if (!complete_) return Status::ok();
    return refuse_at(step.where, step.name + ": there is no column '" + column + "' here",
                     meant(column, {here_.begin(), here_.end()}));
  }

  void apply(const StepSpec& step) {
    if (const auto* select = std::get_if<SelectColumns>(&step.kind)) {
      const std::set<std::string> named(select->columns.begin(), select->columns.end());
      if (!select->drop) {
        for (const std::string& column : here_)
          if (!named.contains(column)) gone_[column] = step.name;
        here_ = named;
        complete_ = true;
      } else {
        for (const std::string& column : named) {
          here_.erase(column);
          gone_[column] = step.name;
        }
      }
    } else if (const auto* derive = std::get_if<DeriveColumn>(&step.kind)) {
      add(derive->name);
    } else if (const auto* outliers = std::get_if<Outliers>(&step.kind)) {
      if (outliers->action == Outliers::Action::kMark) {
        for (const std::string& column : outliers->columns) add(column + "_outlier");
        if (outliers->columns.empty()) complete_ = false;
      }
    } else if (const auto* normalize = std::get_if<Normalize>(&step.kind)) {
      if (normalize->method == Normalize::Method::kOneHot) complete_ = false;
    }
  }

 private:
  void add(const std::string& column) {
    here_.insert(column);
    gone_.erase(column);
  }

  bool complete_;                            // no columns but these are there
  std::set<std::string> here_;               // are there for certain
  std::map<std::string, std::string> gone_;  // column to the step that left it out
};

}  // namespace

Status check_step(const StepSpec& step) {
  return std::visit(StepCheck(step), step.kind);
}

Status check_steps(const std::vector<StepSpec>& steps, const Columns& source_columns) {
  if (static_cast<int64_t>(steps.size()) > kMostSteps)
    return refuse_at(steps.front().where,
                     "more than " + std::to_string(kMostSteps) + " steps are given");
  std::set<std::string> names;
  KnownColumns known(source_columns);
  for (const StepSpec& step : steps) {
    HOWDAH_TRY(check_step(step));
    if (!names.insert(step.name).second)
      return refuse_at(step.where, "two steps have the name '" + step.name + "'");
    for (const std::string& column : named_by(step.kind)) HOWDAH_TRY(known.find(column, step));
    known.apply(step);
  }
  return Status::ok();
}

}  // namespace howdah::prepare
