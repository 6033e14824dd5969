#include "statistics/block_sums.h"
#include "statistics/block_sums_body.h"

namespace howdah::statistics {

BlockKernel plain_block_kernel() {
  return {range_of, sums_of};
}

#if !defined(__x86_64__)
BlockKernel avx2_block_kernel() {
  return plain_block_kernel();
}
#endif

BlockKernel block_kernel() {
#if defined(__x86_64__)
  static const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  if (avx2) return avx2_block_kernel();
#endif
  return plain_block_kernel();
}

}  // namespace howdah::statistics
