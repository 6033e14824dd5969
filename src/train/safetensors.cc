#include "train/safetensors.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <nlohmann/json.hpp>

namespace howdah::train {
namespace {

static_assert(std::endian::native == std::endian::little);

constexpr uint64_t kMaxHeaderBytes = 100'000'000;  // as the format's own library

size_t width_of(TensorType type) {
  return type == TensorType::kFloat32 ? 4 : 8;
}

Status corrupt(const std::string& text) {
  return Status(Code::kCorrupt, "not a safetensors file: " + text);
}

// [begin, end) of the data, as the header's entry says.
struct Entry {
  TensorView tensor;
  uint64_t begin = 0, end = 0;
};

Result<Entry> parse_entry(const std::string& name, const nlohmann::json& json) {
  if (!json.is_object() || !json.contains("dtype") || !json["dtype"].is_string() ||
      !json.contains("shape") || !json["shape"].is_array() || !json.contains("data_offsets") ||
      !json["data_offsets"].is_array() || json["data_offsets"].size() != 2)
    return corrupt(fmt::format("tensor '{}' lacks dtype, shape or data_offsets", name));
  Entry entry;
  entry.tensor.name = name;
  const auto type = json["dtype"].get<std::string>();
  if (type != "F32" && type != "I64")
    return Status(Code::kUnsupported,
                  fmt::format("tensor '{}' has elements of type {}", name, type));
  entry.tensor.type = type == "F32" ? TensorType::kFloat32 : TensorType::kInt64;
  uint64_t bytes = width_of(entry.tensor.type);
  for (const auto& extent : json["shape"]) {
    if (!extent.is_number_unsigned() ||
        __builtin_mul_overflow(bytes, extent.get<uint64_t>(), &bytes))
      return corrupt(fmt::format("tensor '{}' has an impossible shape", name));
    entry.tensor.shape.push_back(extent.get<int64_t>());
  }
  const auto &begin = json["data_offsets"][0], &end = json["data_offsets"][1];
  if (!begin.is_number_unsigned() || !end.is_number_unsigned())
    return corrupt(fmt::format("tensor '{}' has no valid offsets", name));
  entry.begin = begin.get<uint64_t>();
  entry.end = end.get<uint64_t>();
  if (entry.end < entry.begin || entry.end - entry.begin != bytes)
    return corrupt(fmt::format("tensor '{}' has {} bytes by its shape, not [{}, {})", name, bytes,
                               entry.begin, entry.end));
  return entry;
}

}  // namespace

Status write_safetensors(std::span<const TensorView> tensors,
                         const std::function<Status(Bytes)>& write) {
  std::vector<const TensorView*> order;
  for (const TensorView& tensor : tensors) order.push_back(&tensor);
  std::sort(order.begin(), order.end(), [](const TensorView* a, const TensorView* b) {
    if (width_of(a->type) != width_of(b->type)) return width_of(a->type) > width_of(b->type);
    return a->name < b->name;
  });

  nlohmann::ordered_json header;
  header["__metadata__"] = {{"format", "pt"}};
  uint64_t offset = 0;
  for (const TensorView* tensor : order) {
    header[tensor->name] = {{"dtype", tensor->type == TensorType::kFloat32 ? "F32" : "I64"},
                            {"shape", tensor->shape},
                            {"data_offsets", {offset, offset + tensor->bytes.size()}}};
    offset += tensor->bytes.size();
  }
  std::string text = header.dump();
  text.resize((text.size() + 7) / 8 * 8, ' ');
  const uint64_t length = text.size();
  HOWDAH_TRY(write(std::as_bytes(std::span(&length, 1))));
  HOWDAH_TRY(write(as_bytes(text)));
  for (const TensorView* tensor : order) HOWDAH_TRY(write(tensor->bytes));
  return Status::ok();
}

Result<std::vector<TensorView>> parse_safetensors(Bytes file) {
  uint64_t length = 0;
  if (file.size() < sizeof length) return corrupt("it ends before its header");
  std::memcpy(&length, file.data(), sizeof length);
  if (length > kMaxHeaderBytes || length > file.size() - sizeof length)
    return corrupt(fmt::format("a header of {} bytes in a file of {}", length, file.size()));
  const auto header = nlohmann::json::parse(as_text(file.subspan(sizeof length, length)), nullptr,
                                            /*allow_exceptions=*/false);
  if (!header.is_object()) return corrupt("its header is no JSON object");
  const Bytes data = file.subspan(sizeof length + length);

  std::vector<Entry> entries;
  for (const auto& [name, json] : header.items())
    if (name != "__metadata__") entries.push_back(HOWDAH_TRY(parse_entry(name, json)));
  std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
    return std::tie(a.begin, a.end) < std::tie(b.begin, b.end);
  });
  std::vector<TensorView> tensors;
  uint64_t expected = 0;
  for (Entry& entry : entries) {
    if (entry.begin != expected || entry.end > data.size())
      return corrupt(fmt::format("tensor '{}' lies at [{}, {}), not behind the one before it",
                                 entry.tensor.name, entry.begin, entry.end));
    expected = entry.end;
    entry.tensor.bytes = data.subspan(entry.begin, entry.end - entry.begin);
    tensors.push_back(std::move(entry.tensor));
  }
  if (expected != data.size())
    return corrupt(fmt::format("{} bytes of data where {} are due", data.size(), expected));
  return tensors;
}

}  // namespace howdah::train
