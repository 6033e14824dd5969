// Memory for decoding what a file claims to hold: a thread that decodes has an allowance, and what
// exceeds it is an error of the file, not the end of the process.
#pragma once

#include <arrow/memory_pool.h>

#include <cstdint>

namespace howdah::formats {

// Arrow's default pool, and a limit on what one thread takes from it. What is freed elsewhere does
// not come back to the allowance.
arrow::MemoryPool* decode_memory();

// While it lives, this thread takes at most `bytes` from decode_memory().
class DecodeAllowance {
 public:
  explicit DecodeAllowance(int64_t bytes);
  ~DecodeAllowance();
  DecodeAllowance(const DecodeAllowance&) = delete;
  DecodeAllowance& operator=(const DecodeAllowance&) = delete;

 private:
  const int64_t before_;
};

}  // namespace howdah::formats
