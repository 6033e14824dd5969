// What the columns look like at one point of the preparation: missing values of all records, and a
// sample of whole rows for histograms and frequent values. The sample holds the records with the
// smallest identities: the same ones whoever collects them, in whatever order.
#pragma once

#include <arrow/type_fwd.h>

#include <cstdint>
#include <map>
#include <string>
#include <variant>
#include <vector>

#include "data/report.h"
#include "statistics/byte_io.h"
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
    int64_t rows = 0, missing = 0;
  };
  const std::vector<Column>& columns() const { return columns_; }
  size_t sample_rows() const { return sample_.size(); }
  ValuesReport values_of(size_t column) const;

 private:
  using Value = std::variant<std::monostate, double, std::string>;  // missing, number, other
  struct Key {
    uint64_t hash;
    formats::ChunkId chunk;
    uint32_t row;
    auto operator<=>(const Key&) const = default;
  };
  Status adopt(const arrow::Schema& schema);
  void trim();

  std::vector<Column> columns_;
  std::map<Key, std::vector<Value>> sample_;
};

}  // namespace howdah::data
