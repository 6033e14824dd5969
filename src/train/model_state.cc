#include "train/model_state.h"

#include <fmt/format.h>

#include <cstring>
#include <map>

namespace howdah::train {
namespace {

constexpr std::string_view kTracked = "num_batches_tracked";

// A tensor of the network and where its values lie in the trainer.
struct Slot {
  std::string name;
  model::Shape shape;
  std::span<float> values;
};

std::span<float> part(std::span<float> whole, int64_t offset, int64_t count) {
  return whole.subspan(static_cast<size_t>(offset), static_cast<size_t>(count));
}

std::vector<Slot> model_slots(const ModelState& model) {
  std::vector<Slot> slots;
  for (const Parameter& parameter : model.layout.parameters)
    slots.push_back(
        {parameter.name, parameter.shape, part(model.weights, parameter.offset, parameter.count)});
  for (const Buffer& buffer : model.layout.buffers)
    slots.push_back({buffer.name, buffer.shape, part(model.buffers, buffer.offset, buffer.count)});
  return slots;
}

std::vector<Slot> optimizer_slots(const ModelState& model) {
  std::vector<Slot> slots;
  for (const Optimizer::State& state : model.optimizer.states())
    for (const Parameter& parameter : model.layout.parameters)
      slots.push_back({state.name + "." + parameter.name, parameter.shape,
                       part(state.values, parameter.offset, parameter.count)});
  return slots;
}

bool is_tracked(std::string_view name) {
  return name.ends_with(kTracked);
}

// "3.num_batches_tracked" of each BatchNorm layer: PyTorch's state dictionary has it.
std::vector<std::string> tracked_names(const Layout& layout) {
  std::vector<std::string> names;
  constexpr std::string_view kMean = "running_mean";
  for (const Buffer& buffer : layout.buffers)
    if (buffer.name.ends_with(kMean))
      names.push_back(buffer.name.substr(0, buffer.name.size() - kMean.size()) +
                      std::string(kTracked));
  return names;
}

// Pairs the slots with the tensors of a file; every one must be there, and no other.
Result<std::vector<const TensorView*>> match(const std::vector<Slot>& slots,
                                             std::span<const TensorView> tensors) {
  std::map<std::string_view, const TensorView*> by_name;
  for (const TensorView& tensor : tensors)
    if (!is_tracked(tensor.name)) by_name[tensor.name] = &tensor;
  std::vector<const TensorView*> matched;
  for (const Slot& slot : slots) {
    const auto found = by_name.find(slot.name);
    const bool fits = found != by_name.end() && found->second->shape == slot.shape &&
                      found->second->type == TensorType::kFloat32;
    if (!fits)
      return Status(
          Code::kInvalidArgument,
          fmt::format("the checkpoint is of another network or optimizer: '{}' is {}"
                      " here and {} there",
                      slot.name, model::to_string(slot.shape),
                      found == by_name.end() ? "missing" : model::to_string(found->second->shape)));
    matched.push_back(found->second);
    by_name.erase(found);
  }
  if (!by_name.empty())
    return Status(Code::kInvalidArgument,
                  fmt::format("the checkpoint is of another network or optimizer: it has '{}'",
                              by_name.begin()->first));
  return matched;
}

void fill(const std::vector<Slot>& slots, const std::vector<const TensorView*>& tensors) {
  for (size_t i = 0; i < slots.size(); ++i)
    std::memcpy(slots[i].values.data(), tensors[i]->bytes.data(), tensors[i]->bytes.size());
}

// Copies values to the end of the storage, which was reserved.
Bytes store(Snapshot& snapshot, Bytes bytes) {
  const size_t at = snapshot.storage.size();
  snapshot.storage.insert(snapshot.storage.end(), bytes.begin(), bytes.end());
  return Bytes(snapshot.storage).subspan(at, bytes.size());
}

}  // namespace

std::shared_ptr<const Snapshot> take_snapshot(const ModelState& model, const TrainingState& state) {
  auto snapshot = std::make_shared<Snapshot>();
  snapshot->state = state;
  const auto model_part = model_slots(model), optimizer_part = optimizer_slots(model);
  const auto tracked = tracked_names(model.layout);
  size_t bytes = tracked.size() * sizeof(int64_t);
  for (const auto* slots : {&model_part, &optimizer_part})
    for (const Slot& slot : *slots) bytes += slot.values.size_bytes();
  snapshot->storage.reserve(bytes);  // the views need the storage to stay where it is

  for (const std::string& name : tracked)
    snapshot->model.push_back(
        {name, TensorType::kInt64, {}, store(*snapshot, std::as_bytes(std::span(&state.step, 1)))});
  for (const Slot& slot : model_part)
    snapshot->model.push_back({slot.name, TensorType::kFloat32, slot.shape,
                               store(*snapshot, std::as_bytes(slot.values))});
  for (const Slot& slot : optimizer_part)
    snapshot->optimizer.push_back({slot.name, TensorType::kFloat32, slot.shape,
                                   store(*snapshot, std::as_bytes(slot.values))});
  return snapshot;
}

Status restore(const Checkpoint& checkpoint, const ModelState& model) {
  const auto model_part = model_slots(model), optimizer_part = optimizer_slots(model);
  const auto model_tensors = HOWDAH_TRY(match(model_part, checkpoint.model));
  const auto optimizer_tensors = HOWDAH_TRY(match(optimizer_part, checkpoint.optimizer));
  fill(model_part, model_tensors);
  fill(optimizer_part, optimizer_tensors);
  model.optimizer.set_steps(checkpoint.state.step);
  return Status::ok();
}

Status restore_weights(std::span<const TensorView> tensors, const ModelState& model) {
  const auto slots = model_slots(model);
  fill(slots, HOWDAH_TRY(match(slots, tensors)));
  return Status::ok();
}

std::string model_file(const Snapshot& snapshot) {
  std::string file;
  const Status written = write_safetensors(snapshot.model, [&](Bytes bytes) {
    file += as_text(bytes);
    return Status::ok();
  });
  static_cast<void>(written.is_ok());  // a string takes everything
  return file;
}

}  // namespace howdah::train
