// An index of anybody's making: it is refused, or it is whole, comes back from its own JSON and can
// be planned.
#include <cstdlib>

#include "dataset/plan.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace howdah::dataset;
  const auto index = Index::from_json(std::string(reinterpret_cast<const char*>(data), size));
  if (!index.is_ok()) return 0;
  const std::string json = index->to_json();
  const auto again = Index::from_json(json);
  if (!again.is_ok() || again->to_json() != json) std::abort();

  PlanOptions options;
  options.streams = 2;
  options.batch = 3;
  const Partition* partition = partition_of(*index, options);
  if (partition == nullptr || partition->records > 10'000) return 0;
  const auto plan = EpochPlan::make(*index, options, 1);
  if (!plan.is_ok()) return 0;
  int64_t records = 0;
  for (int stream = 0; stream < 2; ++stream) {
    for (int number = 0; number < plan->window_count(stream); ++number) {
      records += static_cast<int64_t>(plan->window(stream, number).order.size());
    }
  }
  if (records != plan->records()) std::abort();
  return 0;
}
