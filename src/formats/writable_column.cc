#include "formats/writable_column.h"

#include <arrow/array/builder_binary.h>
#include <arrow/array/builder_primitive.h>
#include <arrow/array/builder_time.h>
#include <arrow/builder.h>
#include <arrow/type.h>
#include <fmt/core.h>

#include "formats/arrow_status.h"
#include "formats/batch_builder.h"
#include "formats/text_encoding.h"
#include "formats/text_parser.h"

namespace howdah::formats {
namespace {

template <typename Parser, typename Value>
bool parse(std::string_view text, Value* value) {
  typename Parser::Value parsed{};
  if (!Parser::fast(text, &parsed) && !Parser::slow(text, &parsed)) return false;
  *value = static_cast<Value>(parsed);
  return true;
}

}  // namespace

bool can_be_read_as(Writable writable, Inferred type) {
  const Inferred own = writable_type(writable);
  if (own == Inferred::kNull || own == type) return true;
  if (own == Inferred::kString) return type != Inferred::kBinary && type != Inferred::kNull;
  return own == Inferred::kInt64 && type == Inferred::kFloat64;
}

Result<std::unique_ptr<WritableColumn>> WritableColumn::make(const TableColumn& column,
                                                             Writable writable,
                                                             const Options& options) {
  std::unique_ptr<WritableColumn> made(new WritableColumn(column, writable, options));
  TableSchema alone;
  alone.columns.push_back(column);
  made->builder_ = HOWDAH_TRY(from_arrow(arrow::MakeBuilder(alone.to_arrow()->field(0)->type())));
  return made;
}

bool WritableColumn::parse_text(std::string_view text) {
  switch (column_.type) {
    case Inferred::kInt64:
      return parse<internal::IntegerParser>(text, &value_.integer);
    case Inferred::kFloat64:
      return parse<internal::FloatParser>(text, &value_.number);
    case Inferred::kBool:
      return parse<internal::GivenBoolParser>(text, &value_.integer);
    case Inferred::kDate:
      return parse<internal::DateParser>(text, &value_.integer);
    case Inferred::kTimestamp:
      return parse<internal::TimestampParser>(text, &value_.integer);
    default:
      return true;
  }
}

WritableColumn::Defect WritableColumn::look(Bytes serialized) {
  missing_ = writable_ == Writable::kNull;
  wrong_ = false;
  if (!read_writable(writable_, serialized, &value_))
    return {"unreadable", fmt::format("{} bytes that are no {} in the column '{}'",
                                      serialized.size(), writable_name(writable_), column_.name)};
  if (writable_ == Writable::kText) {
    if (!is_valid_utf8(value_.bytes))
      return {"encoding", fmt::format("the column '{}' is not UTF-8", column_.name)};
    if (column_.type == Inferred::kString) return {};
    missing_ = options_.words.contains(value_.bytes);
    if (missing_ || parse_text(value_.bytes)) return {};
    missing_ = wrong_ = true;
    if (!options_.errors_become_missing)
      return {"type_error", type_error_reason(value_.bytes, column_)};
  } else if (column_.type == Inferred::kFloat64 && writable_type(writable_) == Inferred::kInt64) {
    value_.number = static_cast<double>(value_.integer);
  }
  return {};
}

Status WritableColumn::append() {
  became_missing_ += wrong_;
  if (missing_) return from_arrow(builder_->AppendNull());
  switch (column_.type) {
    case Inferred::kInt64:
      return from_arrow(static_cast<arrow::Int64Builder&>(*builder_).Append(value_.integer));
    case Inferred::kTimestamp:
      return from_arrow(static_cast<arrow::TimestampBuilder&>(*builder_).Append(value_.integer));
    case Inferred::kDate:
      return from_arrow(static_cast<arrow::Date32Builder&>(*builder_).Append(
          static_cast<int32_t>(value_.integer)));
    case Inferred::kFloat64:
      return from_arrow(static_cast<arrow::DoubleBuilder&>(*builder_).Append(value_.number));
    case Inferred::kBool:
      return from_arrow(static_cast<arrow::BooleanBuilder&>(*builder_).Append(value_.integer != 0));
    default:  // strings are binary with a promise
      return from_arrow(static_cast<arrow::BinaryBuilder&>(*builder_).Append(value_.bytes));
  }
}

Result<std::shared_ptr<arrow::Array>> WritableColumn::finish() {
  return from_arrow(builder_->Finish());
}

}  // namespace howdah::formats
