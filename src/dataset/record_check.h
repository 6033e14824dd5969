// Whether a record's bytes are what its index says: all that a network may take for granted.
#pragma once

#include <optional>
#include <string>

#include "base/bytes.h"
#include "dataset/index.h"

namespace howdah::dataset {

class RecordCheck {
 public:
  // `index` outlives the check.
  explicit RecordCheck(const Index& index);

  struct Fault {
    int64_t at = 0;              // the byte, from the record's first
    std::string what, expected;  // "a label of 12", "0 to 9 can be"
  };
  // The first thing that is wrong:
  //   a class, a tag or a token outside its limits; in texts padding before a token, and nothing
  //   else than padding; a number that is not finite; a category's code that there is none of
  std::optional<Fault> fault(Bytes record) const;

 private:
  std::optional<Fault> target_fault(Bytes target) const;

  const Index& index_;
  const int64_t features_;  // values
};

}  // namespace howdah::dataset
