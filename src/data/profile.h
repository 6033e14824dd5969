// What the columns look like at one point of the preparation: figures of all records, and a sample
// of whole rows for histograms and frequent values. The figures are exact, and the sample holds the
// records with the smallest identities: the same bits whoever collects them, in whatever order.
//
// Numbers are those of transform::NumericView but for bool, times in seconds since 1970 UTC.
#pragma once

#include <arrow/type_fwd.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "data/report.h"
#include "statistics/byte_io.h"
#include "statistics/moments.h"
#include "transform/column_views.h"
#include "transform/records.h"

namespace howdah::data {

class Profile {
 public:
  static constexpr size_t kSampleRows = 10'000;
  static constexpr int kBins = 40;
  static constexpr size_t kColumns = 512;  // more are not profiled

  Status add(const transform::Records& records);
  void write_to(statistics::ByteWriter& bytes) const;
  Status merge(statistics::ByteReader& bytes);

  struct Column {
    std::string name, type;
    int64_t rows = 0, missing = 0;                  // NaN is missing, too
    statistics::Moments numbers;                    // in the column's own unit
    double unit_seconds = 1, units_per_second = 1;  // of times; one of them is 1
    double scaled(double number) const { return number * unit_seconds / units_per_second; }
  };
  const std::vector<Column>& columns() const { return columns_; }
  size_t sample_rows() const { return sample_.size(); }
  ValuesReport values_of(size_t which) const;

 private:
  using Value = std::variant<std::monostate, double, std::string>;  // missing, number, other
  struct Key {
    uint64_t hash;
    formats::ChunkId chunk;
    uint32_t row;
    auto operator<=>(const Key&) const = default;
  };
  Status adopt(const arrow::Schema& schema);
  void sample(const transform::Records& records,
              const std::vector<std::optional<transform::NumericView>>& numbers);
  void trim();

  std::vector<Column> columns_;
  std::map<Key, std::vector<Value>> sample_;
  std::vector<double> scratch_;
};

}  // namespace howdah::data
