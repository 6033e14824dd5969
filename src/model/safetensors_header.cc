#include "model/safetensors_header.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <span>
#include <tuple>
#include <utility>

namespace howdah::model {
namespace {

Status corrupt(const std::string& text) {
  return Status(Code::kCorrupt, "not a safetensors file: " + text);
}

uint64_t width_of(std::string_view type) {
  constexpr std::array<std::pair<std::string_view, uint64_t>, 12> kWidths{{{"F64", 8},
                                                                           {"F32", 4},
                                                                           {"F16", 2},
                                                                           {"BF16", 2},
                                                                           {"I64", 8},
                                                                           {"I32", 4},
                                                                           {"I16", 2},
                                                                           {"I8", 1},
                                                                           {"U8", 1},
                                                                           {"BOOL", 1},
                                                                           {"U32", 4},
                                                                           {"U64", 8}}};
  for (const auto& [name, width] : kWidths)
    if (name == type) return width;
  return 0;
}

Result<StoredTensor> parse_entry(const std::string& name, const nlohmann::json& json) {
  if (!json.is_object() || !json.contains("dtype") || !json["dtype"].is_string() ||
      !json.contains("shape") || !json["shape"].is_array() || !json.contains("data_offsets") ||
      !json["data_offsets"].is_array() || json["data_offsets"].size() != 2)
    return corrupt(fmt::format("tensor '{}' lacks dtype, shape or data_offsets", name));
  StoredTensor tensor;
  tensor.name = name;
  tensor.type = json["dtype"].get<std::string>();
  uint64_t bytes = width_of(tensor.type);
  if (bytes == 0)
    return Status(Code::kUnsupported,
                  fmt::format("tensor '{}' has elements of type {}", name, tensor.type));
  for (const auto& extent : json["shape"]) {
    if (!extent.is_number_unsigned() || extent.get<uint64_t>() > INT64_MAX ||
        __builtin_mul_overflow(bytes, extent.get<uint64_t>(), &bytes))
      return corrupt(fmt::format("tensor '{}' has an impossible shape", name));
    tensor.shape.push_back(extent.get<int64_t>());
  }
  const auto &begin = json["data_offsets"][0], &end = json["data_offsets"][1];
  if (!begin.is_number_unsigned() || !end.is_number_unsigned())
    return corrupt(fmt::format("tensor '{}' has no valid offsets", name));
  tensor.begin = begin.get<uint64_t>();
  tensor.end = end.get<uint64_t>();
  if (tensor.end < tensor.begin || tensor.end - tensor.begin != bytes)
    return corrupt(fmt::format("tensor '{}' has {} bytes by its shape, not [{}, {})", name, bytes,
                               tensor.begin, tensor.end));
  return tensor;
}

}  // namespace

Result<std::vector<StoredTensor>> parse_safetensors_header(std::string_view json,
                                                           uint64_t data_bytes) {
  const auto header = nlohmann::json::parse(json, nullptr, /*allow_exceptions=*/false);
  if (!header.is_object()) return corrupt("its header is no JSON object");
  std::vector<StoredTensor> tensors;
  for (const auto& [name, entry] : header.items())
    if (name != "__metadata__") tensors.push_back(HOWDAH_TRY(parse_entry(name, entry)));
  std::sort(tensors.begin(), tensors.end(), [](const StoredTensor& a, const StoredTensor& b) {
    return std::tie(a.begin, a.end) < std::tie(b.begin, b.end);
  });
  uint64_t expected = 0;
  for (const StoredTensor& tensor : tensors) {
    if (tensor.begin != expected || tensor.end > data_bytes)
      return corrupt(fmt::format("tensor '{}' lies at [{}, {}), not behind the one before it",
                                 tensor.name, tensor.begin, tensor.end));
    expected = tensor.end;
  }
  if (expected != data_bytes)
    return corrupt(fmt::format("{} bytes of data where {} are due", data_bytes, expected));
  return tensors;
}

Result<StoredFile> read_safetensors_header(int64_t length_bytes, const ReadBytes& read) {
  uint64_t length = 0;
  const auto whole = static_cast<uint64_t>(length_bytes);
  if (whole < sizeof length) return corrupt("it ends before its header");
  HOWDAH_TRY(read(0, std::as_writable_bytes(std::span(&length, 1))));
  if (length > kMaxSafetensorsHeaderBytes || length > whole - sizeof length)
    return corrupt(fmt::format("a header of {} bytes in a file of {}", length, whole));
  std::string json(length, '\0');
  HOWDAH_TRY(read(sizeof length, std::as_writable_bytes(std::span(json))));
  StoredFile file;
  file.data_begin = static_cast<int64_t>(sizeof length + length);
  file.tensors =
      HOWDAH_TRY(parse_safetensors_header(json, whole - static_cast<uint64_t>(file.data_begin)));
  return file;
}

}  // namespace howdah::model
