// An answer and a reference of any bytes: the first byte says where one ends.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "measure/bleu.h"
#include "measure/chrf.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const size_t middle = text.size() * data[0] / 256;
  const std::string_view references[] = {text.substr(middle)};
  howdah::measure::Bleu bleu;
  howdah::measure::Chrf chrf(howdah::measure::ChrfKind::kChrfPlusPlus);
  bleu.add(text.substr(0, middle), references);
  chrf.add(text.substr(0, middle), references);
  for (const double value : {bleu.value(), chrf.value()})
    if (!(value >= 0 && value < 100.001)) abort();
  return 0;
}
