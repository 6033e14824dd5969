// One level of partitions: what a record's folder is called there.
#pragma once

#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "prepare/spec.h"
#include "statistics/byte_io.h"
#include "transform/records.h"

namespace howdah::transform {

struct LevelFolders {
  std::vector<std::string> names;  // "year=2013", no name twice
  std::vector<uint32_t> of_row;    // into `names`
};

class PartitionLevel {
 public:
  using Spec = prepare::PartitionSpec::Level;
  virtual ~PartitionLevel() = default;
  virtual std::vector<std::string> reads() const = 0;
  virtual Result<LevelFolders> folders(const Records& records) const = 0;

  // What it learns from the data: nothing but for ranges.
  class Learnt {
   public:
    virtual ~Learnt() = default;
    virtual Status add(const Records& records) = 0;
    virtual void write_to(statistics::ByteWriter& bytes) const = 0;
    virtual Status merge(statistics::ByteReader& bytes) = 0;
  };
  virtual std::unique_ptr<Learnt> learner() const { return nullptr; }
  virtual void fit(const Learnt&) {}
  virtual void state(nlohmann::ordered_json&) const {}
  virtual Status restore(const nlohmann::ordered_json&) { return Status::ok(); }
};

// Each checks its column against the schema (kInvalidArgument).
Result<std::unique_ptr<PartitionLevel>> value_level(const PartitionLevel::Spec& spec,
                                                    const arrow::Schema& schema,
                                                    const std::string& time_zone,
                                                    const std::string& where);
// The bucket is the value's hash (value_hash.h: of a zero seed, the finished upper lane) modulo
// their number. Missing values are kNoPartitionValue.
Result<std::unique_ptr<PartitionLevel>> hash_level(const PartitionLevel::Spec& spec,
                                                   const arrow::Schema& schema,
                                                   const std::string& where);
// About equally many records in each: cut at the quantiles of the data, numbers, dates and times by
// a sketch, texts by a sample of 10,000 (in the order of their bytes). Equal values are never
// divided, so that there may be fewer.
Result<std::unique_ptr<PartitionLevel>> range_level(const PartitionLevel::Spec& spec,
                                                    const arrow::Schema& schema,
                                                    const std::string& where);

}  // namespace howdah::transform
