// Dates and timestamps outside a range: their records go, or they become missing. Missing ones are
// in every range. A bound that is a date alone means the whole day; without a zone, in UTC.
#include <arrow/array/util.h>
#include <arrow/buffer.h>
#include <arrow/record_batch.h>
#include <arrow/scalar.h>
#include <arrow/type.h>
#include <fmt/format.h>

#include <algorithm>

#include "formats/arrow_status.h"
#include "transform/clean_iso_time.h"
#include "transform/column_views.h"
#include "transform/steps.h"

namespace howdah::transform {
namespace {

struct Range {
  int64_t low = INT64_MIN, high = INT64_MAX;  // in the column's unit
};

// Clears in[i] where a value that is there lies outside.
template <typename Value>
void mark_inside(const arrow::Array& column, Range range, std::vector<uint8_t>& in) {
  const Value* values = column.data()->GetValues<Value>(1);
  const Presence present(column);
  for (size_t i = 0; i < in.size(); ++i) {
    const int64_t value = values[i];
    in[i] &= (value >= range.low) & (value <= range.high);
  }
  if (!present.all())
    for (size_t i = 0; i < in.size(); ++i) in[i] |= !present[static_cast<int64_t>(i)];
}

void mark(const arrow::Array& column, Range range, std::vector<uint8_t>& in) {
  if (column.type_id() == arrow::Type::DATE32)
    mark_inside<int32_t>(column, range, in);
  else
    mark_inside<int64_t>(column, range, in);
}

class DateRange : public Step {
 public:
  DateRange(const prepare::DateRange& rule, const prepare::StepSpec& spec,
            std::optional<IsoTime> from, std::optional<IsoTime> to)
      : Step(spec), rule_(rule), from_(from), to_(to) {}

  Result<std::shared_ptr<arrow::Schema>> bind(
      const std::shared_ptr<arrow::Schema>& schema) override {
    columns_ =
        HOWDAH_TRY(required_columns(*schema, rule_.columns, date_type, "dates", spec_.where));
    return schema;
  }
  bool drops_rows() const override { return !rule_.become_missing; }
  std::vector<std::string> reads() const override { return columns_; }
  std::vector<std::string> writes() const override {
    return rule_.become_missing ? columns_ : std::vector<std::string>{};
  }

  Status apply(Records& records, Effects& effects) const override {
    if (rule_.become_missing) return make_missing(records, effects);
    std::vector<uint8_t> keep(static_cast<size_t>(records.size()), 1);
    std::vector<uint8_t> in(keep.size());
    for (const std::string& name : columns_) {
      const auto column = HOWDAH_TRY(column_of(*records.batch, name));
      std::fill(in.begin(), in.end(), uint8_t{1});
      mark(*column, range_of(*column->type()), in);
      for (size_t i = 0; i < keep.size(); ++i) keep[i] &= in[i];
    }
    return effects.drop(records, keep, [&](int64_t row) { return reason(*records.batch, row); });
  }

 private:
  Range range_of(const arrow::DataType& type) const {
    Range range;
    if (from_) range.low = first_not_before(*from_, type).value_or(range.low);
    if (to_) range.high = last_not_after(*to_, type).value_or(range.high);
    return range;
  }

  Status make_missing(Records& records, Effects& effects) const {
    const auto count = static_cast<size_t>(records.size());
    std::vector<uint8_t> untouched(count, 1), in(count);
    for (const std::string& name : columns_) {
      const auto column = HOWDAH_TRY(column_of(*records.batch, name));
      std::fill(in.begin(), in.end(), uint8_t{1});
      mark(*column, range_of(*column->type()), in);
      const int64_t outside = std::count(in.begin(), in.end(), uint8_t{0});
      if (outside == 0) continue;
      effects.effect.values_changed += outside;
      for (size_t i = 0; i < count; ++i) untouched[i] &= in[i];
      HOWDAH_TRY(records.set_column(name, HOWDAH_TRY(without(*column, in))));
    }
    effects.effect.rows_changed += std::count(untouched.begin(), untouched.end(), uint8_t{0});
    return Status::ok();
  }

  // The same values, those outside missing; the values' buffer is shared.
  static Result<std::shared_ptr<arrow::Array>> without(const arrow::Array& column,
                                                       const std::vector<uint8_t>& in) {
    const Presence present(column);
    const auto count = static_cast<int64_t>(in.size());
    std::shared_ptr<arrow::Buffer> bits =
        HOWDAH_TRY(formats::from_arrow(arrow::AllocateEmptyBitmap(column.offset() + count)));
    for (int64_t i = 0; i < count; ++i)
      arrow::bit_util::SetBitTo(bits->mutable_data(), column.offset() + i,
                                present[i] && in[static_cast<size_t>(i)]);
    auto data = column.data()->Copy();
    data->buffers[0] = std::move(bits);
    data->SetNullCount(arrow::kUnknownNullCount);
    return arrow::MakeArray(std::move(data));
  }

  std::string reason(const arrow::RecordBatch& batch, int64_t row) const {
    std::vector<uint8_t> in(1, 1);
    for (const std::string& name : columns_) {
      const auto column = batch.GetColumnByName(name)->Slice(row, 1);
      Range before;
      before.low = range_of(*column->type()).low;
      mark(*column, before, in);
      const bool early = !in[0];
      mark(*column, range_of(*column->type()), in);
      if (in[0]) continue;
      const auto scalar = column->GetScalar(0);
      return fmt::format("{} = {} is {} {}", name, scalar.ok() ? (*scalar)->ToString() : "?",
                         early ? "before" : "after", early ? rule_.from : rule_.to);
    }
    return "a date is out of range";
  }

  const prepare::DateRange rule_;
  const std::optional<IsoTime> from_, to_;
  std::vector<std::string> columns_;
};

}  // namespace

StepOrError make(const prepare::DateRange& rule, const prepare::StepSpec& spec) {
  const auto wrong = [&](std::string message) {
    return Status(Code::kInvalidArgument, std::move(message)).with_peer(spec.where);
  };
  std::optional<IsoTime> bounds[2];
  const std::string* texts[2] = {&rule.from, &rule.to};
  for (size_t i = 0; i < 2; ++i) {
    if (texts[i]->empty()) continue;
    bounds[i] = parse_iso_time(*texts[i]);
    if (!bounds[i])
      return wrong("\"" + *texts[i] + "\" is no date: write 2013-01-31 or 2013-01-31T12:00:00Z");
  }
  if (!bounds[0] && !bounds[1]) return wrong("a range of dates needs \"from\" or \"to\"");
  const auto finest = arrow::timestamp(arrow::TimeUnit::MICRO);
  if (bounds[0] && bounds[1] &&
      *first_not_before(*bounds[0], *finest) > *last_not_after(*bounds[1], *finest))
    return wrong("no date is from " + rule.from + " to " + rule.to);
  return std::unique_ptr<Step>(std::make_unique<DateRange>(rule, spec, bounds[0], bounds[1]));
}

}  // namespace howdah::transform
