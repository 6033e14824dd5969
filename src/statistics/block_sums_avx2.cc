// Compiled with AVX2 and FMA: see CMakeLists.txt.
#if defined(__x86_64__)
#include "statistics/block_sums.h"
#include "statistics/block_sums_body.h"

namespace howdah::statistics {

BlockKernel avx2_block_kernel() {
  return {range_of, sums_of};
}

}  // namespace howdah::statistics
#endif
