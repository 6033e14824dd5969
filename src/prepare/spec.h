// A preparation: from raw files to a dataset that trains fast. What `prepare:` of a job file says,
// as plain values; no Arrow, so that `howdah` can check it in milliseconds.
#pragma once

#include <optional>

#include "base/result.h"
#include "prepare/source_spec.h"
#include "prepare/step_spec.h"

namespace howdah::prepare {

// Which split a record belongs to depends on the record (its raw values), the seed and the group or
// time column only: records that are added or taken away move no other.
inline constexpr const char* kTrainPart = "train";  // statistics come from this part only

struct SplitSpec {
  struct Part {
    std::string name;  // "train", "validation", "test"
    double share = 1;  // they add up to 1
  };
  std::vector<Part> parts = {{"train", 1}};
  uint64_t seed = 0;
  enum class By {
    kRecord,
    kClass,  // stratified: each class for itself, exact to one record (see `exact`)
    kGroup,  // no group in two splits
    kTime,   // past trains, future tests
  } by = By::kRecord;
  std::string column;  // of kClass, kGroup, kTime
  // kClass: cut at the exact share of each class. Records near the cut may then change their split
  // when data are added; false: by the record's own hash, which never moves one.
  bool exact = false;
  // kTime: the last instants (ISO 8601, inclusive) of all parts but the last; empty: the shares'
  // quantiles of the data, which move as data are added.
  std::vector<std::string> until;
  std::string where;
};

struct PartitionSpec {
  struct Level {
    enum class Kind { kValue, kHash, kRange } kind = Kind::kValue;
    // kValue: an expression: a column, year(c), month(c), day(c), hour(c)...; others: a column.
    std::string expression;
    std::string name;     // of the folder: "carrier" in carrier=UA/
    int64_t buckets = 0;  // kHash, kRange
  };
  std::vector<Level> levels;      // empty: no partitions
  std::string time_zone = "UTC";  // of year(), month()...
  int64_t max_partitions = 10'000;
  std::string where;
};

enum class OutputFormat { kParquet, kCsv, kJsonLines, kText, kTar };

struct OutputSpec {
  std::string uri;
  OutputFormat format = OutputFormat::kParquet;
  int64_t target_file_bytes = 128 << 20;
  std::string compression = "zstd";  // none | snappy | gzip | zstd | lz4 | brotli
  std::string where;
};

struct PrepareSpec {
  std::string name;
  SourceSpec source;
  std::vector<StepSpec> steps;
  std::string transform;  // URI of a transform.json to apply as it is, instead of steps
  SplitSpec split;
  PartitionSpec partition;
  OutputSpec output;
  bool quarantine = false;  // dropped records are written to <output>/_quarantine/, with the reason

  // Every limit and combination that can be checked without the data: expressions parse, shares add
  // up, names differ. kInvalidArgument with the place.
  Status check() const;
  // Canonical: the same preparation, the same text. Without `where`s with_places is false.
  std::string to_json(bool with_places = true) const;
  // Absent keys have their defaults. What comes is well-formed, but not check()ed.
  //   kCorrupt          not JSON, or no object
  //   kInvalidArgument  an unknown key, a wrong type, with the path: "steps[3].low"
  static Result<PrepareSpec> from_json(const std::string& text);
};

}  // namespace howdah::prepare
