// What another worker sends of its measures: the first byte says of which. What is accepted is
// written as what would be accepted again, for the same.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "measure/bleu.h"
#include "measure/confusion_matrix.h"
#include "measure/ranking.h"
#include "measure/regression.h"

namespace {

template <typename Measure>
bool take(Measure& measure, std::string_view bytes, std::string& written) {
  howdah::statistics::ByteReader reader(bytes);
  const bool accepted = measure.merge(reader).is_ok();
  howdah::statistics::ByteWriter writer(written);
  measure.write_to(writer);
  return accepted;
}

template <typename Measure>
void merge(const Measure& empty, std::string_view bytes) {
  Measure first = empty, second = empty;
  std::string written, again;
  if (!take(first, bytes, written)) return;
  if (!take(second, written, again) || written != again) abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  using namespace howdah::measure;
  switch (data[0] % 4) {
    case 0:
      merge(ConfusionMatrix(3), bytes);
      break;
    case 1:
      merge(Ranking(8), bytes);
      break;
    case 2:
      merge(Regression(), bytes);
      break;
    default:
      merge(Bleu(), bytes);
  }
  return 0;
}
