// Named tensors in one file that runs no code when it is read: Hugging Face's safetensors format.
//
//   8 bytes   length of the header, little endian
//   header    JSON: name -> {"dtype", "shape", "data_offsets": [begin, end]}, padded with spaces
//   data      the tensors, without gaps
//
// The bytes depend on the tensors alone (order by element width, then by name; fixed metadata), so
// that equal weights are equal files and a SHA-256 proves it.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace howdah::train {

enum class TensorType { kFloat32, kInt64 };

// Does not own its bytes: row-major, little endian.
struct TensorView {
  std::string name;
  TensorType type = TensorType::kFloat32;
  std::vector<int64_t> shape;
  Bytes bytes;
};

// Gives the file piece by piece to `write`; ends at its first error.
Status write_safetensors(std::span<const TensorView> tensors,
                         const std::function<Status(Bytes)>& write);

// The tensors of a whole file, as views into it.
//   kCorrupt      not such a file, or one that contradicts itself
//   kUnsupported  an element type other than F32 and I64
Result<std::vector<TensorView>> parse_safetensors(Bytes file);

}  // namespace howdah::train
