#include "train/pretrained.h"

#include <bit>
#include <cmath>
#include <cstring>

namespace howdah::train {
namespace {

float from_half(uint16_t half) {
  const int exponent = (half >> 10) & 31;
  const int fraction = half & 1023;
  float value;
  if (exponent == 31)
    value = fraction == 0 ? INFINITY : NAN;
  else if (exponent == 0)
    value = std::ldexp(static_cast<float>(fraction), -24);
  else
    value = std::ldexp(static_cast<float>(fraction + 1024), exponent - 25);
  return (half & 0x8000) != 0 ? -value : value;
}

// bytes: of elements of the type, as many as `into` has.
void convert(const std::string& type, Bytes bytes, std::span<float> into) {
  if (type == "F32") {
    std::memcpy(into.data(), bytes.data(), into.size_bytes());
    return;
  }
  for (size_t i = 0; i < into.size(); ++i) {
    uint16_t bits;
    std::memcpy(&bits, bytes.data() + i * sizeof bits, sizeof bits);
    into[i] =
        type == "F16" ? from_half(bits) : std::bit_cast<float>(static_cast<uint32_t>(bits) << 16);
  }
}

// In the order of model::weight_slots.
struct Slots {
  std::vector<model::WeightSlot> names;
  std::vector<std::span<float>> values;
};

Slots slots_of(const ModelState& model) {
  Slots slots;
  const auto add = [&](const std::string& name, const model::Shape& shape, std::span<float> whole,
                       int64_t offset, int64_t count) {
    slots.names.push_back({name, shape});
    slots.values.push_back(whole.subspan(static_cast<size_t>(offset), static_cast<size_t>(count)));
  };
  for (const Parameter& parameter : model.layout.parameters)
    add(parameter.name, parameter.shape, model.weights, parameter.offset, parameter.count);
  for (const Buffer& buffer : model.layout.buffers)
    add(buffer.name, buffer.shape, model.buffers, buffer.offset, buffer.count);
  return slots;
}

}  // namespace

Status load_pretrained(fs::FileSystem& files, const std::string& path,
                       const model::Pretrained& pretrained, const ModelState& model,
                       Deadline deadline) {
  const auto file = HOWDAH_TRY(files.open(path, deadline));
  const auto read = [&](int64_t offset, MutableBytes into) {
    return fs::read_exactly(*file, offset, into, deadline);
  };
  auto stored = model::read_safetensors_header(file->length_bytes(), read);
  if (!stored.is_ok()) return stored.status().with_peer(path);
  const Slots slots = slots_of(model);
  std::vector<std::byte> bytes;
  for (const auto& [slot, tensor] :
       HOWDAH_TRY(model::match_weights(pretrained, slots.names, stored->tensors))) {
    const model::StoredTensor& from = stored->tensors[tensor];
    bytes.resize(from.end - from.begin);
    HOWDAH_TRY(read(stored->data_begin + static_cast<int64_t>(from.begin), bytes));
    convert(from.type, bytes, slots.values[slot]);
  }
  return Status::ok();
}

}  // namespace howdah::train
