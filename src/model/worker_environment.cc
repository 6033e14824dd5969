#include "model/worker_environment.h"

namespace howdah::model {

std::map<std::string, std::string> worker_environment(int threads) {
  const std::string count = std::to_string(threads);
  return {
      {"OMP_NUM_THREADS", count},
      {"OMP_WAIT_POLICY", "PASSIVE"},
      {"OMP_DYNAMIC", "FALSE"},
      {"MKL_NUM_THREADS", count},
      {"MKL_DYNAMIC", "FALSE"},
      {"MALLOC_MMAP_THRESHOLD_", "4294967296"},
      {"MALLOC_TRIM_THRESHOLD_", "8589934592"},
      {"MALLOC_TOP_PAD_", "67108864"},
  };
}

}  // namespace howdah::model
