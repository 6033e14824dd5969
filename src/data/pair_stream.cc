#include "data/pair_stream.h"

#include <algorithm>
#include <cerrno>

namespace howdah::data {
namespace {

constexpr size_t kPrefix = 4, kMost = size_t{1} << 30;

template <typename Integer>
void put(std::string& bytes, Integer value) {
  for (size_t i = sizeof(Integer); i-- > 0;)
    bytes.push_back(static_cast<char>(value >> (8 * i) & 0xff));
}

template <typename Integer>
Integer take(const char* bytes) {
  Integer value = 0;
  for (size_t i = 0; i < sizeof(Integer); ++i)
    value = static_cast<Integer>(value << 8 | static_cast<uint8_t>(bytes[i]));
  return value;
}

template <typename Integer>
Result<Integer> take_from(std::string_view& rest) {
  if (rest.size() < sizeof(Integer)) return Status(Code::kCorrupt, "a key ends early");
  const auto value = take<Integer>(rest.data());
  rest.remove_prefix(sizeof(Integer));
  return value;
}

}  // namespace

PairKey& PairKey::add(uint32_t value) {
  put(bytes_, value);
  return *this;
}

PairKey& PairKey::add(uint64_t value) {
  put(bytes_, value);
  return *this;
}

Result<PairKeyReader> PairKeyReader::create(std::string_view key) {
  if (key.size() <= kPrefix) return Status(Code::kCorrupt, "a key ends early");
  PairKeyReader reader;
  reader.kind_ = static_cast<PairKind>(key[kPrefix]);
  reader.rest_ = key.substr(kPrefix + 1);
  return reader;
}

Result<uint32_t> PairKeyReader::u32() {
  return take_from<uint32_t>(rest_);
}

Result<uint64_t> PairKeyReader::u64() {
  return take_from<uint64_t>(rest_);
}

Status PairWriter::write(std::string_view key, std::string_view value) {
  if (key.size() >= kMost || value.size() >= kMost)
    return Status(Code::kInvalidArgument, "a value of the shuffle has 1 GiB or more");
  for (const std::string_view text : {key, value}) {
    std::string length;
    put(length, static_cast<uint32_t>(text.size()));
    if (std::fwrite(length.data(), 1, length.size(), to_) != length.size() ||
        std::fwrite(text.data(), 1, text.size(), to_) != text.size())
      return Status::from_errno(errno, "the task's output could not be written");
  }
  return Status::ok();
}

Status PairWriter::flush() {
  if (std::fflush(to_) != 0)
    return Status::from_errno(errno, "the task's output could not be written");
  return Status::ok();
}

Result<bool> PairReader::read(char* into, size_t length) {
  const size_t got = std::fread(into, 1, length, from_);
  if (got == length) return true;
  if (std::ferror(from_)) return Status::from_errno(errno, "the task's input could not be read");
  if (got != 0) return Status(Code::kCorrupt, "the task's input ends within a pair");
  return false;
}

Result<bool> PairReader::read_text(std::string& text) {
  char length[4];
  if (!HOWDAH_TRY(read(length, sizeof length))) return false;
  const auto bytes = take<uint32_t>(length);
  if (bytes >= kMost) return Status(Code::kCorrupt, "the task's input is no sequence of pairs");
  // In steps: a length that lies costs no more than what is there.
  constexpr size_t kStep = 16 << 20;
  text.clear();
  while (text.size() < bytes) {
    const size_t had = text.size(), step = std::min<size_t>(kStep, bytes - had);
    text.resize(had + step);
    if (!HOWDAH_TRY(read(text.data() + had, step)))
      return Status(Code::kCorrupt, "the task's input ends within a pair");
  }
  return true;
}

Result<std::optional<Pair>> PairReader::next() {
  Pair pair;
  if (!HOWDAH_TRY(read_text(pair.key))) return std::optional<Pair>();
  if (!HOWDAH_TRY(read_text(pair.value)))
    return Status(Code::kCorrupt, "the task's input ends within a pair");
  return std::optional(std::move(pair));
}

}  // namespace howdah::data
