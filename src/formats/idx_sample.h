// Small IDX files for tests, as they should be and damaged.
#pragma once

#include <zlib.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "fs/memory_file_system.h"

namespace howdah::formats {

inline std::string be32(uint32_t number) {
  std::string bytes(4, '\0');
  store_be32(bytes.data(), number);
  return bytes;
}

inline std::string gzip(const std::string& content) {
  z_stream zlib{};
  if (deflateInit2(&zlib, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY) != Z_OK) abort();
  std::string out(deflateBound(&zlib, content.size()) + 64, '\0');
  zlib.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(content.data()));
  zlib.avail_in = static_cast<uInt>(content.size());
  zlib.next_out = reinterpret_cast<Bytef*>(out.data());
  zlib.avail_out = static_cast<uInt>(out.size());
  if (deflate(&zlib, Z_FINISH) != Z_STREAM_END) abort();
  out.resize(zlib.total_out);
  deflateEnd(&zlib);
  return out;
}

// Images of 2 x 3; the value of a pixel is image * 16 + position, modulo 256.
inline std::string idx_images(uint32_t count) {
  std::string bytes = be32(0x803) + be32(count) + be32(2) + be32(3);
  for (uint32_t image = 0; image < count; ++image) {
    for (uint32_t i = 0; i < 6; ++i) bytes += static_cast<char>(image * 16 + i);
  }
  return bytes;
}

// Labels 0, 1, ... modulo `classes`.
inline std::string idx_labels(uint32_t count, uint32_t classes) {
  std::string bytes = be32(0x801) + be32(count);
  for (uint32_t i = 0; i < count; ++i) bytes += static_cast<char>(i % classes);
  return bytes;
}

inline void store(fs::FileSystem& files, const std::string& path, const std::string& bytes) {
  fs::CreateOptions options;
  options.overwrite = true;
  if (!fs::write_file(files, path, as_bytes(bytes), options, Deadline::never()).is_ok()) abort();
}

}  // namespace howdah::formats
