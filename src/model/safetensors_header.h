// The header of a safetensors file (train/safetensors.h has the format): what the tensors are and
// where, without reading them. Here, so that the client can check weights without libtorch.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "model/layers.h"

namespace howdah::model {

// As the format's own library.
inline constexpr uint64_t kMaxSafetensorsHeaderBytes = 100'000'000;

struct StoredTensor {
  std::string name;
  std::string type;  // "F32", "I64", ...: one of known width
  Shape shape;
  uint64_t begin = 0, end = 0;  // bytes of the data, which begin behind the header
};

// json: the header. data_bytes: what follows it. In the order of the data.
//   kCorrupt      no such header, or one that contradicts itself or the data's length
//   kUnsupported  an element type of unknown width
Result<std::vector<StoredTensor>> parse_safetensors_header(std::string_view json,
                                                           uint64_t data_bytes);

// Reads exactly so many bytes of a file from an offset.
using ReadBytes = std::function<Status(int64_t offset_bytes, MutableBytes into)>;

struct StoredFile {
  std::vector<StoredTensor> tensors;
  int64_t data_begin = 0;  // where the tensors' bytes count from
};
// The header of a file of this length; nothing else of it is read.
//   as parse_safetensors_header, and the errors of `read`
Result<StoredFile> read_safetensors_header(int64_t length_bytes, const ReadBytes& read);

}  // namespace howdah::model
