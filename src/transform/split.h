// Which part (train, validation, test) a record belongs to.
//
// Decided from the record's identity (a hash of its raw values), so that equal records fall into
// one part, and other records do not matter. By time with shares, and exact stratification, learn
// their cuts from the data first.
#pragma once

#include "prepare/spec.h"
#include "transform/step.h"

namespace howdah::transform {

class Splitter {
 public:
  static Result<std::unique_ptr<Splitter>> create(const prepare::SplitSpec& spec,
                                                  const std::shared_ptr<arrow::Schema>& schema);
  virtual ~Splitter() = default;
  virtual std::unique_ptr<Collector> collector() const = 0;  // null: nothing to learn
  virtual Status fit(const Collector& collected) = 0;
  virtual void state(nlohmann::ordered_json& json) const = 0;
  virtual Status restore(const nlohmann::ordered_json& json) = 0;
  // One part's number a record. A missing class, group or time is a value of its own: by class and
  // group, the group "missing"; by time, kInvalidArgument names the first such record.
  virtual Result<std::vector<uint8_t>> assign(const Records& records) const = 0;
};

}  // namespace howdah::transform
