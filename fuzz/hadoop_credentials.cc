// Any bytes as a credentials file: what is understood survives being written and read again.
#include <cstdlib>

#include "hadoop/credentials.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using howdah::hadoop::Credentials;
  const auto read = Credentials::parse({reinterpret_cast<const std::byte*>(data), size});
  if (!read) return 0;
  const auto again = Credentials::parse(howdah::as_bytes(read->serialize()));
  if (!again || again->tokens() != read->tokens() || again->secrets() != read->secrets())
    std::abort();
  return 0;
}
