// Which partition a record belongs to, as Hive lays folders out: "year=2013/month=1".
//
// A level by an expression is called as its function is ("year"), or where a column is called so,
// after its column too ("time_hour_year").
//
// Values are those before normalization (the engine hands them over so). A missing value is
// __HIVE_DEFAULT_PARTITION__; characters that Hive escapes in folder names are escaped as %XX.
#pragma once

#include "prepare/spec.h"
#include "transform/step.h"

namespace howdah::transform {

class Partitioner {
 public:
  static Result<std::unique_ptr<Partitioner>> create(const prepare::PartitionSpec& spec,
                                                     const std::shared_ptr<arrow::Schema>& schema);
  virtual ~Partitioner() = default;
  virtual std::unique_ptr<Collector> collector() const = 0;  // ranges learn; else null
  virtual Status fit(const Collector& collected) = 0;
  virtual void state(nlohmann::ordered_json& json) const = 0;
  virtual Status restore(const nlohmann::ordered_json& json) = 0;
  virtual std::vector<std::string> reads() const = 0;  // columns
  // Columns that lie in the folder names and are left out of the files (plain columns by value),
  // as Hive and Spark do.
  virtual std::vector<std::string> columns_in_folders() const = 0;

  // The distinct partitions of these records, and for each record which one.
  struct Assignment {
    std::vector<std::string> folders;  // "year=2013/month=1"; one empty name without levels
    std::vector<uint32_t> of_row;
  };
  virtual Result<Assignment> assign(const Records& records) const = 0;
};

}  // namespace howdah::transform
