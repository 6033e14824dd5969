// Any bytes as a VLong: what is read is written back to a number of the same value.
#include <cstdlib>

#include "hadoop/vint.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace howdah::hadoop;
  WritableReader reader(howdah::Bytes(reinterpret_cast<const std::byte*>(data), size));
  while (const auto value = reader.vlong()) {
    std::string written;
    append_vlong(*value, &written);
    WritableReader again(howdah::as_bytes(written));
    const auto same = again.vlong();
    if (!same || *same != *value || !again.rest().empty()) std::abort();
  }
  WritableReader texts(howdah::Bytes(reinterpret_cast<const std::byte*>(data), size));
  while (const auto text = texts.sized(100))
    if (text->size() > 100) std::abort();
  return 0;
}
