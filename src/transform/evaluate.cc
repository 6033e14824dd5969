#include "transform/evaluate.h"

#include <arrow/array.h>
#include <arrow/array/util.h>
#include <arrow/builder.h>
#include <arrow/compute/api_scalar.h>
#include <arrow/record_batch.h>
#include <arrow/scalar.h>
#include <arrow/type.h>

#include <map>

#include "base/nearest.h"
#include "formats/arrow_status.h"
#include "transform/evaluate_numbers.h"
#include "transform/evaluate_times.h"
#include "transform/evaluate_value.h"

namespace howdah::transform {
namespace {

using namespace evaluation;  // NOLINT: the pieces of this very thing
using arrow::Datum;
using formats::from_arrow;
using prepare::Expression;
namespace compute = arrow::compute;

const char* comparison(const std::string& sign) {
  static const std::map<std::string, const char*> table = {
      {"=", "equal"},       {"!=", "not_equal"}, {"<", "less"},
      {"<=", "less_equal"}, {">", "greater"},    {">=", "greater_equal"}};
  const auto found = table.find(sign);
  return found == table.end() ? nullptr : found->second;
}

const char* text_kernel(const std::string& name) {
  static const std::map<std::string, const char*> table = {
      {"length", "utf8_length"},       {"lower", "utf8_lower"},
      {"upper", "utf8_upper"},         {"trim", "utf8_trim_whitespace"},
      {"contains", "match_substring"}, {"starts_with", "starts_with"},
      {"ends_with", "ends_with"},      {"matches", "match_substring_regex"}};
  const auto found = table.find(name);
  return found == table.end() ? nullptr : found->second;
}

class Evaluator {
 public:
  Evaluator(const arrow::RecordBatch& batch, const std::string& time_zone)
      : batch_(batch), time_zone_(time_zone) {}

  // The parser bounds the depth.
  Result<Datum> value(const Expression& expression) {
    switch (expression.kind) {
      case Expression::Kind::kColumn:
        return column(expression);
      case Expression::Kind::kInteger:
        return Datum(expression.integer);
      case Expression::Kind::kNumber:
        return Datum(expression.number);
      case Expression::Kind::kText:
        return Datum(std::make_shared<arrow::StringScalar>(expression.text));
      case Expression::Kind::kBool:
        return Datum(expression.truth);
      case Expression::Kind::kNull:
        return Datum(arrow::MakeNullScalar(arrow::null()));
      case Expression::Kind::kCall:
        return operation(expression);
    }
    return complaint(expression, "unknown kind of expression");
  }

 private:
  Result<Datum> column(const Expression& expression) {
    const auto found = batch_.GetColumnByName(expression.text);
    if (found) return loaded(found);
    const auto status = complaint(expression, "no column \"" + expression.text + "\" arrives here");
    const auto near = nearest(expression.text, batch_.schema()->field_names());
    return near.empty() ? status : status.with_advice("did you mean \"" + near + "\"?");
  }

  Result<Datum> operation(const Expression& call) {
    const std::string& name = call.text;
    std::vector<Datum> values;
    for (const Expression& argument : call.arguments) values.push_back(HOWDAH_TRY(value(argument)));
    if (values.empty()) return complaint(call, "'" + name + "' without arguments");
    if (name == "and" || name == "or" || name == "not") return logic(call, std::move(values));
    if (name == "is missing") return evaluation::call("is_null", values);
    if (const char* kernel = comparison(name)) {
      HOWDAH_TRY(unify(call, call.arguments, values));
      return compared(kernel, values[0], values[1]);
    }
    if (name == "between") return between(call, std::move(values));
    if (name == "in") return in(call, std::move(values));
    if (name == "+" || name == "-" || name == "*" || name == "/" || name == "%")
      return arithmetic(call, std::move(values));
    if (is_number_function(name)) return number_function(call, values[0]);
    if (is_time_function(name)) return time_function(call, values[0], time_zone_);
    if (name == "min" || name == "max") {
      HOWDAH_TRY(unify(call, call.arguments, values));
      const compute::ElementWiseAggregateOptions options(/*skip_nulls=*/false);
      return evaluation::call(name == "min" ? "min_element_wise" : "max_element_wise", values,
                              &options);
    }
    if (name == "coalesce") {
      HOWDAH_TRY(unify(call, call.arguments, values));
      return evaluation::call("coalesce", values);
    }
    if (name == "if") return choice(call, std::move(values));
    if (text_kernel(name)) return text(call, values[0]);
    return complaint(call, "unknown function '" + name + "'");
  }

  Result<Datum> truth(const Expression& call, const Datum& value) {
    const Family family = family_of(*value.type());
    if (family == Family::kBool || family == Family::kNull) return cast(value, Family::kBool);
    return complaint(call,
                     "'" + call.text + "' is for conditions, here it gets " + family_name(family));
  }

  Result<Datum> logic(const Expression& call, std::vector<Datum> values) {
    for (Datum& value : values) value = HOWDAH_TRY(truth(call, value));
    const char* kernel = call.text == "and"  ? "and_kleene"
                         : call.text == "or" ? "or_kleene"
                                             : "invert";
    return evaluation::call(kernel, values);
  }

  Result<Datum> compared(const char* kernel, const Datum& left, const Datum& right) {
    if (family_of(*left.type()) != Family::kNull) return evaluation::call(kernel, {left, right});
    return Datum(arrow::MakeNullScalar(arrow::boolean()));
  }

  Result<Datum> between(const Expression& call, std::vector<Datum> values) {
    HOWDAH_TRY(unify(call, call.arguments, values));
    const auto low = HOWDAH_TRY(compared("greater_equal", values[0], values[1]));
    const auto high = HOWDAH_TRY(compared("less_equal", values[0], values[2]));
    return evaluation::call("and_kleene", {low, high});
  }

  Result<Datum> in(const Expression& call, std::vector<Datum> values) {
    const Family family = HOWDAH_TRY(unify(call, call.arguments, values));
    std::unique_ptr<arrow::ArrayBuilder> builder;
    HOWDAH_TRY(from_arrow(
        arrow::MakeBuilder(arrow::default_memory_pool(), evaluation::type_of(family), &builder)));
    for (size_t i = 1; i < values.size(); ++i)
      HOWDAH_TRY(from_arrow(builder->AppendScalar(*values[i].scalar())));
    const auto set = HOWDAH_TRY(from_arrow(builder->Finish()));
    const compute::SetLookupOptions options(set, compute::SetLookupOptions::INCONCLUSIVE);
    return evaluation::call("is_in", {values[0]}, &options);
  }

  Result<Datum> choice(const Expression& call, std::vector<Datum> values) {
    values[0] = HOWDAH_TRY(truth(call, values[0]));
    HOWDAH_TRY(unify(call, std::span(call.arguments).subspan(1), std::span(values).subspan(1)));
    return evaluation::call("if_else", values);
  }

  Result<Datum> text(const Expression& call, Datum value) {
    const Family family = family_of(*value.type());
    if (family != Family::kText && family != Family::kNull)
      return complaint(call,
                       "'" + call.text + "' is for texts, here it gets " + family_name(family));
    value = HOWDAH_TRY(cast(value, Family::kText));
    const char* kernel = text_kernel(call.text);
    if (call.arguments.size() == 1) {
      const auto result = HOWDAH_TRY(evaluation::call(kernel, {value}));
      return call.text == "length" ? cast(result, Family::kInteger) : Result<Datum>(result);
    }
    const compute::MatchSubstringOptions options(call.arguments[1].text);
    const auto result = evaluation::call(kernel, {value}, &options);
    if (!result && result.status().code() != Code::kOutOfMemory)
      return complaint(call.arguments[1], result.status().message());
    return result;
  }

  const arrow::RecordBatch& batch_;
  const std::string& time_zone_;
};

}  // namespace

Result<std::shared_ptr<arrow::DataType>> type_of(const Expression& expression,
                                                 const arrow::Schema& schema,
                                                 const std::string& time_zone) {
  // One row, all missing: kernels check their arguments as they would any others.
  arrow::ArrayVector columns;
  for (const auto& field : schema.fields())
    columns.push_back(HOWDAH_TRY(from_arrow(arrow::MakeArrayOfNull(field->type(), 1))));
  const auto batch =
      arrow::RecordBatch::Make(arrow::schema(schema.fields()), 1, std::move(columns));
  return HOWDAH_TRY(Evaluator(*batch, time_zone).value(expression)).type();
}

Result<std::shared_ptr<arrow::Array>> evaluate(const Expression& expression,
                                               const arrow::RecordBatch& batch,
                                               const std::string& time_zone) {
  const auto value = HOWDAH_TRY(Evaluator(batch, time_zone).value(expression));
  return as_array(value, batch.num_rows());
}

}  // namespace howdah::transform
