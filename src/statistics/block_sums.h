// The exact sums of a block of doubles, and of their squares, at the speed of vector arithmetic.
//
// Error-free extraction (Rump, Ogita and Oishi 2008, ExtractVector): adding x to an accumulator
// that is kept near M = 1.5·2^k rounds x to a multiple of 2^(k−52), and the rest is exact. A few
// accumulators, each anchored 44 or 45 bits below the one before, take all bits of all values whose
// exponents are near enough to each other. What a block's exponents span decides how many there
// are; a block that spans more, or is near the end of the doubles' range, is left to ExactSum.
#pragma once

#include <cstddef>

namespace howdah::statistics {

inline constexpr size_t kBlockValues = 1024;
inline constexpr size_t kBlockStep = 16;  // a block's length is a multiple

struct BlockRange {
  double minimum, maximum;   // not meaningful unless finite
  double smallest_not_zero;  // of the absolute values; infinity where all are 0
  bool finite;               // all of them
};

struct BlockSums {
  static constexpr size_t kMaxParts = 10;
  double sum_parts[kMaxParts];     // Σx is exactly the sum of these
  double square_parts[kMaxParts];  // and Σx² of these
  size_t sums, squares;            // how many
};

// values: at most kBlockValues, a multiple of kBlockStep, at least one step.
struct BlockKernel {
  BlockRange (*range)(const double* values, size_t count);
  // False, and nothing done, where the block is not for it. The range is the block's, and finite.
  bool (*sums)(const double* values, size_t count, const BlockRange& range, BlockSums& into);
};

BlockKernel block_kernel();        // the fastest that this processor has
BlockKernel plain_block_kernel();  // for any processor
BlockKernel avx2_block_kernel();   // only where the processor has AVX2 and FMA

}  // namespace howdah::statistics
