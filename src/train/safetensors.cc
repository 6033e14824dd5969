#include "train/safetensors.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <nlohmann/json.hpp>

#include "model/safetensors_header.h"

namespace howdah::train {
namespace {

static_assert(std::endian::native == std::endian::little);

size_t width_of(TensorType type) {
  return type == TensorType::kFloat32 ? 4 : 8;
}

Status corrupt(const std::string& text) {
  return Status(Code::kCorrupt, "not a safetensors file: " + text);
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
  if (length > model::kMaxSafetensorsHeaderBytes || length > file.size() - sizeof length)
    return corrupt(fmt::format("a header of {} bytes in a file of {}", length, file.size()));
  const Bytes data = file.subspan(sizeof length + length);
  std::vector<TensorView> tensors;
  for (const model::StoredTensor& stored : HOWDAH_TRY(model::parse_safetensors_header(
           as_text(file.subspan(sizeof length, length)), data.size()))) {
    if (stored.type != "F32" && stored.type != "I64")
      return Status(Code::kUnsupported,
                    fmt::format("tensor '{}' has elements of type {}", stored.name, stored.type));
    tensors.push_back({stored.name,
                       stored.type == "F32" ? TensorType::kFloat32 : TensorType::kInt64,
                       stored.shape, data.subspan(stored.begin, stored.end - stored.begin)});
  }
  return tensors;
}

}  // namespace howdah::train
