#include "model/pretrained.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "model/optimizer.h"

namespace howdah::model {
namespace {

constexpr std::string_view kTracked = "num_batches_tracked";

bool skipped(const Pretrained& pretrained, const std::string& name) {
  return std::any_of(pretrained.skip.begin(), pretrained.skip.end(),
                     [&](const std::string& pattern) { return matches(pattern, name); });
}

// What a tensor of the file is called here.
std::string own_name(const Pretrained& pretrained, const std::string& name) {
  if (pretrained.map == Pretrained::Map::kPatterns)
    for (const auto& [from, to] : pretrained.patterns)
      if (auto renamed = rename(from, to, name)) return *renamed;
  return name;
}

// What the file may be expected to call a tensor of ours.
std::string their_name(const Pretrained& pretrained, const std::string& name) {
  if (pretrained.map == Pretrained::Map::kTorchvision && pretrained.zoo)
    return torchvision_name(*pretrained.zoo, name).value_or(name);
  return name;
}

Status refused(const Pretrained& pretrained, Code code, const std::string& what,
               const std::string& advice) {
  return Status(code, pretrained.weights + ": " + what)
      .with_peer(pretrained.where)
      .with_advice(advice);
}

bool is_float(const std::string& type) {
  return type == "F32" || type == "F16" || type == "BF16";
}

// The positions of the stored tensors by the names that slots look for.
std::map<std::string, size_t> by_name(const Pretrained& pretrained,
                                      const std::vector<StoredTensor>& stored) {
  std::map<std::string, size_t> names;
  for (size_t i = 0; i < stored.size(); ++i) {
    const std::string& name = stored[i].name;
    if (name.ends_with(kTracked) || skipped(pretrained, name)) continue;
    names.emplace(own_name(pretrained, name), i);
  }
  return names;
}

}  // namespace

std::vector<WeightSlot> weight_slots(const std::vector<LayerShape>& shapes) {
  std::vector<WeightSlot> slots;
  for (const LayerShape& layer : shapes)
    for (const LayerParameter& parameter : layer.trained)
      slots.push_back({layer.name_of(parameter.name), parameter.shape});
  for (const LayerShape& layer : shapes)
    for (const LayerBuffer& buffer : layer.buffers)
      slots.push_back({layer.name_of(buffer.name), buffer.shape});
  return slots;
}

std::optional<std::string> rename(const std::string& from, const std::string& to,
                                  const std::string& name) {
  // The least that each '*' can stand for; where the rest does not fit, a longer one is tried.
  struct Star {
    size_t pattern, begin, end;
  };
  std::vector<Star> stars;
  size_t p = 0, n = 0;
  for (;;) {
    if (p < from.size() && from[p] == '*') {
      stars.push_back({p++, n, n});
    } else if (p < from.size() && n < name.size() && (from[p] == '?' || from[p] == name[n])) {
      ++p;
      ++n;
    } else if (p == from.size() && n == name.size()) {
      break;
    } else {
      // Only the last '*' need grow: those before it stand for the least already.
      if (stars.empty() || stars.back().end == name.size()) return std::nullopt;
      p = stars.back().pattern + 1;
      n = ++stars.back().end;
    }
  }
  std::string renamed;
  size_t star = 0;
  for (const char letter : to) {
    if (letter != '*' || star == stars.size()) {
      renamed += letter;
      continue;
    }
    renamed += name.substr(stars[star].begin, stars[star].end - stars[star].begin);
    ++star;
  }
  return renamed;
}

Result<std::vector<TakenWeight>> match_weights(const Pretrained& pretrained,
                                               const std::vector<WeightSlot>& slots,
                                               const std::vector<StoredTensor>& stored) {
  auto there = by_name(pretrained, stored);
  std::vector<TakenWeight> taken;
  for (size_t i = 0; i < slots.size(); ++i) {
    const WeightSlot& slot = slots[i];
    const std::string name = their_name(pretrained, slot.name);
    if (skipped(pretrained, slot.name) || skipped(pretrained, name)) {
      there.erase(name);
      continue;
    }
    const auto found = there.find(name);
    if (found == there.end()) {
      if (!pretrained.strict) continue;
      return refused(pretrained, Code::kInvalidArgument,
                     fmt::format("it has no tensor '{}' of {}", name, to_string(slot.shape)),
                     "give a 'map', 'skip' it, or set 'strict: false'");
    }
    const StoredTensor& tensor = stored[found->second];
    if (tensor.shape != slot.shape)
      return refused(
          pretrained, Code::kInvalidArgument,
          fmt::format("its tensor '{}' is {}, the network expects {} for '{}'", tensor.name,
                      to_string(tensor.shape), to_string(slot.shape), slot.name),
          fmt::format("it can be left out by 'skip: [\"{}\"]'", tensor.name));
    if (!is_float(tensor.type))
      return refused(
          pretrained, Code::kUnsupported,
          fmt::format("its tensor '{}' has elements of type {}", tensor.name, tensor.type),
          "F32, F16 and BF16 can be read");
    taken.push_back({i, found->second});
    there.erase(found);
  }
  if (pretrained.strict && !there.empty())
    return refused(
        pretrained, Code::kInvalidArgument,
        fmt::format("the network has nothing called '{}'", stored[there.begin()->second].name),
        "give a 'map', 'skip' it, or set 'strict: false'");
  if (taken.empty())
    return refused(pretrained, Code::kInvalidArgument, "nothing of it fits the network",
                   "give a 'map'");
  return taken;
}

}  // namespace howdah::model
