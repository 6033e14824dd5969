// An index of anybody's making: it is refused, or it is whole, comes back from its own JSON, can be
// planned, and its records can be checked. A request likewise.
#include <cstdlib>

#include "dataset/plan.h"
#include "dataset/record_check.h"
#include "dataset/request.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace howdah::dataset;
  if (const auto request =
          Request::from_json(std::string(reinterpret_cast<const char*>(data), size));
      request.is_ok()) {
    const auto again = Request::from_json(request->to_json());
    if (!again.is_ok() || *again != *request) std::abort();
  }
  const auto index = Index::from_json(std::string(reinterpret_cast<const char*>(data), size));
  if (!index.is_ok()) return 0;
  const std::string json = index->to_json();
  const auto again = Index::from_json(json);
  if (!again.is_ok() || again->to_json() != json) std::abort();

  if (index->record_bytes() <= 1 << 16) {
    std::vector<std::byte> record(static_cast<size_t>(index->record_bytes()));
    for (size_t i = 0; i < record.size(); ++i) record[i] = static_cast<std::byte>(data[i % size]);
    (void)RecordCheck(*index).fault(record);
  }

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
