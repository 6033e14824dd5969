// Weights that training begins with instead of the seed's: which tensor of a file goes where.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "model/layers.h"
#include "model/safetensors_header.h"
#include "model/zoo.h"

namespace howdah::model {

struct Pretrained {
  enum class Map { kNone, kTorchvision, kPatterns };
  std::string weights = {};  // URI of a safetensors file; empty: the seed's weights
  Map map = Map::kNone;
  // kPatterns: a file's name that matches the first is called by the second here; each '*' of the
  // second stands for what that of the first stood for. Other names stay what they are.
  std::vector<std::pair<std::string, std::string>> patterns = {};
  std::vector<std::string> skip = {};  // patterns of names, the file's or ours: not taken
  bool strict = true;  // every tensor of the file is used, every one of the network is found
  std::optional<ZooType> zoo = {};  // of the network, for torchvision's names
  std::string where = {};           // "job.yaml:12:7", for messages

  bool given() const { return !weights.empty(); }
};

// A tensor of the network that a file has values for: a parameter or a buffer.
struct WeightSlot {
  std::string name;
  Shape shape;
};
// Parameters, then buffers, as train::Layout has them.
std::vector<WeightSlot> weight_slots(const std::vector<LayerShape>& shapes);

struct TakenWeight {
  size_t slot = 0, stored = 0;  // positions in the lists below
};
// What is taken. Counts of batches ("num_batches_tracked") are passed over.
//   kInvalidArgument  a tensor that has another shape, and in strict mode one that is missing on
//                     one side: names it, and what is expected and found
//   kUnsupported      elements that are no floats
Result<std::vector<TakenWeight>> match_weights(const Pretrained& pretrained,
                                               const std::vector<WeightSlot>& slots,
                                               const std::vector<StoredTensor>& stored);

// "a.*.b" and "x.*" make "x.3" of "a.3.b"; nothing where the name does not match.
std::optional<std::string> rename(const std::string& from, const std::string& to,
                                  const std::string& name);

}  // namespace howdah::model
