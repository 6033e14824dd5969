// By time: the first part is the earliest. Cut at given instants, or at the shares' quantiles.
#include <arrow/array.h>
#include <arrow/type.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "statistics/quantile_sketch.h"
#include "transform/clean_iso_time.h"
#include "transform/column_views.h"
#include "transform/split_kinds.h"

namespace howdah::transform {
namespace {

template <typename ArrayType>
void copy(const arrow::Array& column, std::vector<int64_t>& instants) {
  const auto* values = static_cast<const ArrayType&>(column).raw_values();
  for (size_t i = 0; i < instants.size(); ++i) instants[i] = static_cast<int64_t>(values[i]);
}

bool is_nanoseconds(const arrow::DataType& type) {
  return type.id() == arrow::Type::TIMESTAMP &&
         static_cast<const arrow::TimestampType&>(type).unit() == arrow::TimeUnit::NANO;
}

// Whole numbers that order the records: those of the column's unit, but for nanoseconds, which are
// cut to microseconds (a double holds these exactly until the year 2255).
Result<std::vector<int64_t>> instants_of(const Records& records, const std::string& name) {
  const auto column = HOWDAH_TRY(column_of(*records.batch, name));
  const Presence present(*column);
  if (!present.all())
    for (int64_t i = 0; i < column->length(); ++i)
      if (!present[i])
        return Status(Code::kInvalidArgument,
                      "\"" + name + "\" is missing in row " +
                          std::to_string(records.rows[static_cast<size_t>(i)]) + " of chunk " +
                          std::to_string(records.chunk.ordinal) + " of file " +
                          std::to_string(records.chunk.file) +
                          " (counted from 0), so it has no place in a split by time")
            .with_advice("drop records without it first");
  std::vector<int64_t> instants(static_cast<size_t>(column->length()));
  switch (column->type_id()) {
    case arrow::Type::DATE32:
      copy<arrow::Date32Array>(*column, instants);
      break;
    case arrow::Type::DATE64:
      copy<arrow::Date64Array>(*column, instants);
      break;
    case arrow::Type::TIMESTAMP:
      copy<arrow::TimestampArray>(*column, instants);
      break;
    case arrow::Type::INT32:
      copy<arrow::Int32Array>(*column, instants);
      break;
    case arrow::Type::INT64:
      copy<arrow::Int64Array>(*column, instants);
      break;
    default:
      return Status(Code::kInternal, "\"" + name + "\" is " + column->type()->ToString() +
                                         " where a time was bound");
  }
  if (is_nanoseconds(*column->type()))
    for (int64_t& instant : instants) instant = instant / 1000 - (instant % 1000 < 0);
  return instants;
}

class TimeCollector final : public Collector {
 public:
  explicit TimeCollector(std::string column) : column_(std::move(column)) {}
  Status add(const Records& records) override {
    const auto instants = HOWDAH_TRY(instants_of(records, column_));
    const std::vector<double> numbers(instants.begin(), instants.end());
    sketch_.add(numbers);
    return Status::ok();
  }
  void write_to(std::string& bytes) const override {
    statistics::ByteWriter writer(bytes);
    sketch_.write_to(writer);
  }
  Status merge(statistics::ByteReader& bytes) override { return sketch_.merge(bytes); }
  const statistics::QuantileSketch& sketch() const { return sketch_; }

 private:
  std::string column_;
  statistics::QuantileSketch sketch_;
};

class ByTime final : public Splitter {
 public:
  ByTime(const prepare::SplitSpec& spec, std::vector<int64_t> given)
      : spec_(spec),
        learns_(spec.until.empty() && spec.parts.size() > 1),
        last_(std::move(given)) {}

  std::unique_ptr<Collector> collector() const override {
    if (!learns_) return nullptr;
    return std::make_unique<TimeCollector>(spec_.column);
  }
  Status fit(const Collector& collected) override {
    const auto& sketch = static_cast<const TimeCollector&>(collected).sketch();
    last_.clear();
    double share = 0;
    for (size_t i = 0; i + 1 < spec_.parts.size(); ++i) {
      share = std::min(share + spec_.parts[i].share, 1.0);
      // An empty part at the beginning must not get the earliest record.
      if (share <= 0 || sketch.count() == 0)
        last_.push_back(INT64_MIN);
      else
        last_.push_back(static_cast<int64_t>(std::floor(sketch.quantile(share))));
    }
    return Status::ok();
  }
  void state(nlohmann::ordered_json& json) const override {
    if (learns_) json["last_instants"] = last_;
  }
  Status restore(const nlohmann::ordered_json& json) override {
    if (!learns_) return Status::ok();
    const Status broken(Code::kCorrupt, "the split's state is not that of times");
    if (!json.is_object() || !json.contains("last_instants")) return broken;
    const auto& list = json["last_instants"];
    if (!list.is_array() || list.size() + 1 != spec_.parts.size()) return broken;
    std::vector<int64_t> last;
    for (const auto& instant : list) {
      if (!instant.is_number_integer()) return broken;
      last.push_back(instant.get<int64_t>());
    }
    last_ = std::move(last);
    return Status::ok();
  }
  Result<std::vector<uint8_t>> assign(const Records& records) const override {
    const auto instants = HOWDAH_TRY(instants_of(records, spec_.column));
    std::vector<uint8_t> parts(instants.size());
    for (const int64_t last : last_)
      for (size_t i = 0; i < parts.size(); ++i)
        parts[i] = static_cast<uint8_t>(parts[i] + (instants[i] > last));
    return parts;
  }

 private:
  prepare::SplitSpec spec_;
  bool learns_;
  std::vector<int64_t> last_;  // of each part but the last; ascending
};

}  // namespace

Result<std::unique_ptr<Splitter>> split_by_time(const prepare::SplitSpec& spec,
                                                const arrow::DataType& type) {
  const bool number = type.id() == arrow::Type::INT32 || type.id() == arrow::Type::INT64;
  if (!date_type(type) && !(number && spec.until.empty()))
    return Status(Code::kInvalidArgument, "column \"" + spec.column + "\" is " + type.ToString() +
                                              " where a date or a time is due")
        .with_advice("give it the type timestamp in `types`");
  std::vector<int64_t> given;
  if (!spec.until.empty() && spec.until.size() + 1 != spec.parts.size())
    return Status(Code::kInvalidArgument, "`until` has " + std::to_string(spec.until.size()) +
                                              " instants for " + std::to_string(spec.parts.size()) +
                                              " parts: one for each but the last");
  const auto unit =
      is_nanoseconds(type) ? arrow::timestamp(arrow::TimeUnit::MICRO) : type.GetSharedPtr();
  for (const auto& text : spec.until) {
    const auto time = parse_iso_time(text);
    if (!time)
      return Status(Code::kInvalidArgument, "`until`: \"" + text + "\" is no date or time")
          .with_advice("write it as 2013-01-31 or 2013-01-31T12:00:00");
    given.push_back(*last_not_after(*time, *unit));
    if (given.size() > 1 && given.back() < given[given.size() - 2])
      return Status(Code::kInvalidArgument,
                    "`until`: \"" + text + "\" is before the one before it");
  }
  return std::unique_ptr<Splitter>(new ByTime(spec, std::move(given)));
}

}  // namespace howdah::transform
