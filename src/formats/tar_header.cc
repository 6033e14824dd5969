#include "formats/tar_header.h"

#include <fmt/core.h>

#include <algorithm>

namespace howdah::formats {
namespace {

struct Field {
  size_t at, length;
};
constexpr Field kName{0, 100}, kMode{100, 8}, kUser{108, 8}, kGroup{116, 8}, kSize{124, 12},
    kTime{136, 12}, kChecksum{148, 8}, kMagic{257, 6}, kVersion{263, 2}, kPrefix{345, 155};
constexpr size_t kType = 156;
constexpr int64_t kMostBytes = int64_t{1} << 60;
constexpr std::string_view kUstar("ustar\0", 6);

std::string_view raw(const TarBlock& block, Field field) {
  return {block.data() + field.at, field.length};
}
// Up to the first NUL.
std::string_view text(const TarBlock& block, Field field) {
  const std::string_view all = raw(block, field);
  return all.substr(0, all.find('\0'));
}

// Octal, between blanks; -1 where it is none. Or GNU's: the first bit set, then a binary number.
int64_t number(const TarBlock& block, Field field) {
  std::string_view digits = raw(block, field);
  int64_t value = 0;
  if (static_cast<unsigned char>(digits[0]) & 0x80) {
    if (static_cast<unsigned char>(digits[0]) != 0x80) return -1;  // negative, or enormous
    for (const char c : digits.substr(1)) {
      if (value > kMostBytes / 256) return -1;
      value = value * 256 + static_cast<unsigned char>(c);
    }
    return value;
  }
  while (!digits.empty() && digits.front() == ' ') digits.remove_prefix(1);
  digits = digits.substr(0, digits.find_first_of(std::string_view(" \0", 2)));
  for (const char c : digits) {
    if (c < '0' || c > '7' || value > kMostBytes / 8) return -1;
    value = value * 8 + (c - '0');
  }
  return value;
}

// The sum of all bytes, those of the checksum itself taken for blanks.
int64_t checksum(const TarBlock& block) {
  int64_t sum = 0;
  for (size_t i = 0; i < block.size(); ++i)
    sum += i >= kChecksum.at && i < kChecksum.at + kChecksum.length
               ? ' '
               : static_cast<unsigned char>(block[i]);
  return sum;
}

}  // namespace

bool is_zero(const TarBlock& block) {
  return std::all_of(block.begin(), block.end(), [](char c) { return c == 0; });
}

Result<TarHeader> parse_tar_header(const TarBlock& block) {
  if (number(block, kChecksum) != checksum(block))
    return Status(Code::kCorrupt, "no header of a tar member: a wrong checksum");
  TarHeader header;
  header.name = text(block, kName);
  // GNU's archives have other things where ustar has the prefix.
  if (raw(block, kMagic) == kUstar && !text(block, kPrefix).empty())
    header.name = std::string(text(block, kPrefix)) + "/" + header.name;
  header.type = block[kType] == 0 ? '0' : block[kType];
  header.size_bytes = number(block, kSize);
  if (header.size_bytes < 0 || header.size_bytes > kMostBytes)
    return Status(Code::kCorrupt, "a tar member whose size is no number");
  return header;
}

TarBlock tar_header(std::string_view name, int64_t size_bytes) {
  TarBlock block{};
  const auto put = [&](Field field, std::string_view value) {
    std::copy_n(value.data(), std::min(value.size(), field.length), block.data() + field.at);
  };
  put(kName, name);
  put(kMode, "0000644");
  put(kUser, "0000000");
  put(kGroup, "0000000");
  put(kSize, fmt::format("{:011o}", size_bytes));
  put(kTime, "00000000000");
  block[kType] = '0';
  put(kMagic, kUstar);
  put(kVersion, "00");
  put(kChecksum, fmt::format("{:06o}", checksum(block)) + std::string("\0 ", 2));
  return block;
}

}  // namespace howdah::formats
