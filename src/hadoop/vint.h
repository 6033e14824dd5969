// Java's variable-length integers and Text, as Writables carry them.
// Hadoop: io.WritableUtils.writeVLong, io.Text.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"

namespace howdah::hadoop {

void append_vlong(int64_t value, std::string* to);
inline void append_vint(int32_t value, std::string* to) {
  append_vlong(value, to);
}

// Reads Writables from the front of a buffer that outlives it.
//   kCorrupt  the bytes end early, a value is out of range, a length is negative or beyond `limit`
class WritableReader {
 public:
  explicit WritableReader(Bytes bytes) : rest_(bytes) {}
  Result<int64_t> vlong();
  Result<int32_t> vint();
  // A VInt length and that many bytes: Text, and byte arrays written with a VInt.
  Result<std::string_view> sized(size_t limit);
  Bytes rest() const { return rest_; }

 private:
  Bytes rest_;
};

}  // namespace howdah::hadoop
