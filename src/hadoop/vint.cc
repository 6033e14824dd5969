#include "hadoop/vint.h"

#include <fmt/format.h>

#include <limits>

namespace howdah::hadoop {

// One byte for -112..127. Otherwise the first byte holds sign and size (-113..-120: 1 to 8 bytes of
// a value >= 0; -121..-128: of the complement of a value < 0), then the bytes, big-endian.
void append_vlong(int64_t value, std::string* to) {
  if (value >= -112 && value <= 127) {
    to->push_back(static_cast<char>(value));
    return;
  }
  const auto magnitude = static_cast<uint64_t>(value < 0 ? ~value : value);
  int size = 1;
  while (size < 8 && magnitude >> (8 * size) != 0) ++size;
  to->push_back(static_cast<char>((value < 0 ? -120 : -112) - size));
  for (int i = size - 1; i >= 0; --i) to->push_back(static_cast<char>(magnitude >> (8 * i)));
}

Result<int64_t> WritableReader::vlong() {
  if (rest_.empty()) return Status(Code::kCorrupt, "the bytes end where a number should be");
  const auto first = static_cast<int8_t>(rest_[0]);
  if (first >= -112) {
    rest_ = rest_.subspan(1);
    return first;
  }
  const bool negative = first < -120;
  const auto size = static_cast<size_t>((negative ? -120 : -112) - first);
  if (rest_.size() < 1 + size) return Status(Code::kCorrupt, "the bytes end inside a number");
  uint64_t magnitude = 0;
  for (size_t i = 1; i <= size; ++i)
    magnitude = magnitude << 8 | std::to_integer<uint64_t>(rest_[i]);
  rest_ = rest_.subspan(1 + size);
  return static_cast<int64_t>(negative ? ~magnitude : magnitude);
}

Result<int32_t> WritableReader::vint() {
  const int64_t value = HOWDAH_TRY(vlong());
  if (value < std::numeric_limits<int32_t>::min() || value > std::numeric_limits<int32_t>::max())
    return Status(Code::kCorrupt, fmt::format("{} is beyond 32 bits", value));
  return static_cast<int32_t>(value);
}

Result<std::string_view> WritableReader::sized(size_t limit) {
  const int32_t length = HOWDAH_TRY(vint());
  if (length < 0) return Status(Code::kCorrupt, fmt::format("a length of {}", length));
  const auto size = static_cast<size_t>(length);
  if (size > limit)
    return Status(Code::kCorrupt,
                  fmt::format("a length of {}, more than the limit of {}", size, limit));
  if (size > rest_.size())
    return Status(Code::kCorrupt,
                  fmt::format("a length of {} where {} bytes are left", size, rest_.size()));
  const std::string_view text = as_text(rest_.first(size));
  rest_ = rest_.subspan(size);
  return text;
}

}  // namespace howdah::hadoop
