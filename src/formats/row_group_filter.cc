#include "formats/row_group_filter.h"

#include <arrow/scalar.h>
#include <arrow/type.h>
#include <parquet/metadata.h>
#include <parquet/schema.h>
#include <parquet/statistics.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <variant>

#include "formats/parquet_errors.h"
#include "prepare/instant.h"

namespace howdah::formats {
namespace {
using prepare::Expression;

// Beyond it a double does not hold every integer, and no comparison is trusted.
constexpr double kExact = 9007199254740992.0;  // 2^53
constexpr double kMicrosecondsPerDay = 86'400e6;

using Value = std::variant<double, std::string>;

// Bounds of the values that are there; times are microseconds since 1970.
struct Range {
  enum class Kind { kNumber, kTime, kText } kind = Kind::kNumber;
  bool empty = false;  // all values are missing
  bool may_be_nan = false;
  Value low, high;
};
using Found = std::optional<Range>;

Found numbers(Range::Kind kind, double low, double high) {
  if (!(std::abs(low) <= kExact && std::abs(high) <= kExact && low <= high)) return {};
  return Range{kind, false, false, low, high};
}

template <typename Type>
const parquet::TypedStatistics<Type>& typed(const parquet::Statistics& statistics) {
  return static_cast<const parquet::TypedStatistics<Type>&>(statistics);
}

Found times(const parquet::TimestampLogicalType& type, int64_t low, int64_t high) {
  const auto microseconds = [&](int64_t value, double slack) {
    const auto number = static_cast<double>(value);
    switch (type.time_unit()) {
      case parquet::LogicalType::TimeUnit::MILLIS:
        return number * 1000;
      case parquet::LogicalType::TimeUnit::MICROS:
        return number;
      case parquet::LogicalType::TimeUnit::NANOS:
        return std::floor(number / 1000) + slack;  // parts of a microsecond are cut
      default:
        return std::numeric_limits<double>::quiet_NaN();
    }
  };
  // Nanoseconds are no exact doubles: half a thousand of them is within the slack.
  return numbers(Range::Kind::kTime, microseconds(low, -2), microseconds(high, 2));
}

Found range_of_int32(const parquet::LogicalType& type, int32_t low, int32_t high) {
  if (type.is_date())
    return numbers(Range::Kind::kTime, low * kMicrosecondsPerDay, high * kMicrosecondsPerDay);
  if (type.is_int() && !static_cast<const parquet::IntLogicalType&>(type).is_signed())
    return numbers(Range::Kind::kNumber, static_cast<uint32_t>(low), static_cast<uint32_t>(high));
  if (type.is_int() || type.is_none()) return numbers(Range::Kind::kNumber, low, high);
  return {};
}

Found range_of_int64(const parquet::LogicalType& type, int64_t low, int64_t high) {
  if (type.is_timestamp())
    return times(static_cast<const parquet::TimestampLogicalType&>(type), low, high);
  const bool whole =
      type.is_none() ||
      (type.is_int() && static_cast<const parquet::IntLogicalType&>(type).is_signed());
  if (!whole) return {};
  return numbers(Range::Kind::kNumber, static_cast<double>(low), static_cast<double>(high));
}

Found range_of_fractions(double low, double high) {
  if (!(low <= high)) return {};  // also for NaN
  return Range{Range::Kind::kNumber, false, true, low, high};
}

Found range_of(const ParquetFile::Column& column, const parquet::Statistics& statistics,
               int64_t rows) {
  if (statistics.HasNullCount() && statistics.null_count() == rows) {
    Range none;
    none.empty = true;
    return none;
  }
  if (!statistics.HasMinMax() || !statistics.descr()->logical_type()) return {};
  const parquet::LogicalType& logical = *statistics.descr()->logical_type();
  const arrow::Type::type landing = column.landing->id();
  switch (statistics.physical_type()) {
    case parquet::Type::INT32: {
      const auto& values = typed<parquet::Int32Type>(statistics);
      return range_of_int32(logical, values.min(), values.max());
    }
    case parquet::Type::INT64: {
      const auto& values = typed<parquet::Int64Type>(statistics);
      return range_of_int64(logical, values.min(), values.max());
    }
    case parquet::Type::FLOAT: {
      const auto& values = typed<parquet::FloatType>(statistics);
      return range_of_fractions(values.min(), values.max());
    }
    case parquet::Type::DOUBLE: {
      const auto& values = typed<parquet::DoubleType>(statistics);
      return range_of_fractions(values.min(), values.max());
    }
    case parquet::Type::BYTE_ARRAY: {
      if (landing != arrow::Type::STRING || !logical.is_string()) return {};
      const auto& values = typed<parquet::ByteArrayType>(statistics);
      return Range{Range::Kind::kText, false, false, std::string(std::string_view(values.min())),
                   std::string(std::string_view(values.max()))};
    }
    default:
      return {};
  }
}

// One value is a range, too. Of columns that are given other types nothing is known.
Found range_of(const arrow::Scalar& value) {
  Range range;
  range.empty = !value.is_valid;
  if (range.empty) return range;
  if (value.type->id() == arrow::Type::INT64) {
    const auto number = static_cast<double>(static_cast<const arrow::Int64Scalar&>(value).value);
    return numbers(Range::Kind::kNumber, number, number);
  }
  if (value.type->id() != arrow::Type::STRING) return {};
  const std::string text(static_cast<const arrow::StringScalar&>(value).view());
  return Range{Range::Kind::kText, false, false, text, text};
}

std::optional<Value> constant_for(const Range& range, const Expression& constant) {
  if (range.kind == Range::Kind::kNumber && constant.kind == Expression::Kind::kInteger) {
    const auto number = static_cast<double>(constant.integer);
    return std::abs(number) <= kExact ? std::optional<Value>(number) : std::nullopt;
  }
  if (range.kind == Range::Kind::kNumber && constant.kind == Expression::Kind::kNumber)
    return std::isnan(constant.number) ? std::nullopt : std::optional<Value>(constant.number);
  if (constant.kind != Expression::Kind::kText) return {};
  if (range.kind == Range::Kind::kText) return constant.text;
  if (range.kind != Range::Kind::kTime) return {};
  const auto instant = prepare::parse_instant(constant.text);
  if (!instant || instant->second % 1000 != 0) return {};
  const double microseconds =
      static_cast<double>(instant->first) * 1e6 + static_cast<double>(instant->second / 1000);
  return std::abs(microseconds) <= kExact ? std::optional<Value>(microseconds) : std::nullopt;
}

// Whether some value of the range compares so with the constant.
bool may_compare(const std::string& how, const Range& range, const Value& constant) {
  if (how == "=") return range.low <= constant && constant <= range.high;
  if (how == "!=") return range.may_be_nan || range.low != constant || range.high != constant;
  if (how == "<") return range.low < constant;
  if (how == "<=") return range.low <= constant;
  if (how == ">") return range.high > constant;
  if (how == ">=") return range.high >= constant;
  return true;
}

const char* turned(const std::string& how) {
  if (how == "<") return ">";
  if (how == "<=") return ">=";
  if (how == ">") return "<";
  if (how == ">=") return "<=";
  return nullptr;
}

class Judge {
 public:
  Judge(const ParquetFile& file, int group, const FolderColumns* folders, int32_t index,
        const std::map<std::string, prepare::ColumnType>& given)
      : file_(file), group_(group), folders_(folders), index_(index), given_(given) {}

  bool may_match(const Expression& at) const {
    if (at.kind != Expression::Kind::kCall) return true;
    const auto& all = at.arguments;
    if (at.text == "and") return may_match(all[0]) && may_match(all[1]);
    if (at.text == "or") return may_match(all[0]) || may_match(all[1]);
    if (at.text == "between") return compare(">=", all[0], all[1]) && compare("<=", all[0], all[2]);
    if (at.text == "in")
      return std::any_of(all.begin() + 1, all.end(),
                         [&](const Expression& one) { return compare("=", all[0], one); });
    if (all.size() != 2) return true;
    if (all[1].kind == Expression::Kind::kColumn) {
      const char* how = turned(at.text);
      return compare(how ? how : at.text, all[1], all[0]);
    }
    return compare(at.text, all[0], all[1]);
  }

 private:
  bool compare(const std::string& how, const Expression& column, const Expression& constant) const {
    static const std::vector<std::string> kKnown = {"=", "!=", "<", "<=", ">", ">="};
    if (std::find(kKnown.begin(), kKnown.end(), how) == kKnown.end()) return true;
    if (column.kind != Expression::Kind::kColumn || constant.kind == Expression::Kind::kColumn ||
        constant.kind == Expression::Kind::kCall)
      return true;
    const auto range = statistics_of(column.text);
    if (!range) return true;
    if (range->empty) return false;
    const auto value = constant_for(*range, constant);
    return !value || may_compare(how, *range, *value);
  }

  Found statistics_of(const std::string& name) const {
    if (folders_ && folders_->has(name)) return range_of(*folders_->value(name, index_));
    const auto* column = file_.column(name);
    if (!column || column->leaf < 0 || given_.contains(name)) return {};
    const auto group = file_.metadata()->RowGroup(group_);
    const auto statistics = group->ColumnChunk(column->leaf)->statistics();
    if (!statistics) return {};
    return range_of(*column, *statistics, file_.groups()[static_cast<size_t>(group_)].rows);
  }

  const ParquetFile& file_;
  const int group_;
  const FolderColumns* const folders_;
  const int32_t index_;
  const std::map<std::string, prepare::ColumnType>& given_;
};

}  // namespace

Result<RowGroupFilter> RowGroupFilter::parse(const prepare::SourceSpec& spec) {
  RowGroupFilter filter;
  filter.given_ = spec.types;
  if (spec.filter.empty()) return filter;
  auto expression = prepare::parse_expression(spec.filter);
  if (!expression) return expression.status().with_peer(spec.where);
  filter.expression_ = std::move(*expression);
  return filter;
}

bool RowGroupFilter::may_match(const ParquetFile& file, int group, const FolderColumns* folders,
                               int32_t index) const {
  if (!expression_) return true;
  // Damaged statistics prove nothing.
  const auto matches = guarded([&]() -> Result<bool> {
    return Judge(file, group, folders, index, given_).may_match(*expression_);
  });
  return !matches || *matches;
}

}  // namespace howdah::formats
