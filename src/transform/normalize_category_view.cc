#include "transform/normalize_category_view.h"

#include <arrow/type.h>
#include <fmt/core.h>
#include <fmt/format.h>

#include <chrono>

namespace howdah::transform {
namespace {

template <typename Type>
void copy_numbers(const arrow::Array& array, std::vector<int64_t>& into) {
  const auto* from = static_cast<const arrow::NumericArray<Type>&>(array).raw_values();
  for (size_t i = 0; i < into.size(); ++i) into[i] = static_cast<int64_t>(from[i]);
}

std::string date_text(int64_t days) {
  using std::chrono::year_month_day;
  constexpr int64_t kMaxDays = 2'932'896;  // 9999-12-31
  constexpr int64_t kMinDays = -719'528;   // 0000-01-01
  if (days < kMinDays || days > kMaxDays) return fmt::format("day {}", days);
  const year_month_day date{std::chrono::sys_days(std::chrono::days(days))};
  return fmt::format("{:04}-{:02}-{:02}", int{date.year()}, unsigned{date.month()},
                     unsigned{date.day()});
}

}  // namespace

bool category_type(const arrow::DataType& type) {
  return evident_category_type(type) || arrow::is_integer(type.id()) ||
         type.id() == arrow::Type::DATE32;
}
bool evident_category_type(const arrow::DataType& type) {
  return text_type(type) || type.id() == arrow::Type::BOOL;
}

std::string CategoryView::text(int64_t number) const {
  switch (writing_) {
    case Writing::kBool:
      return number ? "true" : "false";
    case Writing::kDate:
      return date_text(number);
    case Writing::kUnsigned:
      return fmt::format_int(static_cast<uint64_t>(number)).str();
    default:
      return fmt::format_int(number).str();
  }
}

Result<CategoryView> CategoryView::of(const std::shared_ptr<arrow::Array>& array) {
  CategoryView view;
  view.array_ = array;
  const arrow::Array& from = *array;
  const auto rows = static_cast<size_t>(from.length());
  view.present_.assign(rows, 1);
  if (const Presence present(from); !present.all())
    for (size_t i = 0; i < rows; ++i) view.present_[i] = present[static_cast<int64_t>(i)];
  if (text_type(*from.type())) {
    const auto texts = HOWDAH_TRY(TextView::of(array));
    view.is_text_ = true;
    view.texts_.resize(rows);
    for (size_t i = 0; i < rows; ++i) view.texts_[i] = texts[static_cast<int64_t>(i)];
    return view;
  }
  view.numbers_.resize(rows);
  switch (from.type_id()) {
    case arrow::Type::BOOL:
      view.writing_ = Writing::kBool;
      for (size_t i = 0; i < rows; ++i)
        view.numbers_[i] =
            static_cast<const arrow::BooleanArray&>(from).Value(static_cast<int64_t>(i));
      break;
    case arrow::Type::INT8:
      copy_numbers<arrow::Int8Type>(from, view.numbers_);
      break;
    case arrow::Type::INT16:
      copy_numbers<arrow::Int16Type>(from, view.numbers_);
      break;
    case arrow::Type::INT32:
      copy_numbers<arrow::Int32Type>(from, view.numbers_);
      break;
    case arrow::Type::INT64:
      copy_numbers<arrow::Int64Type>(from, view.numbers_);
      break;
    case arrow::Type::UINT8:
      copy_numbers<arrow::UInt8Type>(from, view.numbers_);
      break;
    case arrow::Type::UINT16:
      copy_numbers<arrow::UInt16Type>(from, view.numbers_);
      break;
    case arrow::Type::UINT32:
      copy_numbers<arrow::UInt32Type>(from, view.numbers_);
      break;
    case arrow::Type::UINT64:
      view.writing_ = Writing::kUnsigned;
      copy_numbers<arrow::UInt64Type>(from, view.numbers_);
      break;
    case arrow::Type::DATE32:
      view.writing_ = Writing::kDate;
      copy_numbers<arrow::Date32Type>(from, view.numbers_);
      break;
    default:
      return Status(Code::kInternal, "no categories: " + from.type()->ToString());
  }
  for (size_t i = 0; i < rows; ++i) {
    if (!view.present_[i]) continue;
    view.least_ = std::min(view.least_, view.numbers_[i]);
    view.greatest_ = std::max(view.greatest_, view.numbers_[i]);
  }
  return view;
}

}  // namespace howdah::transform
