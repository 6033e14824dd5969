#include "formats/stream_codec.h"

#include <array>
#include <string>
#include <utility>

namespace howdah::formats {
namespace {

constexpr std::array<std::pair<std::string_view, Compression>, 10> kEndings = {{
    {".gz", Compression::kGzip},
    {".gzip", Compression::kGzip},
    {".deflate", Compression::kDeflate},
    {".bz2", Compression::kBzip2},
    {".bzip2", Compression::kBzip2},
    {".zst", Compression::kZstd},
    {".zstd", Compression::kZstd},
    {".lz4", Compression::kLz4},
    {".snappy", Compression::kSnappy},
    {".sz", Compression::kSnappy},
}};
constexpr std::string_view kSnappyMagic("\xff\x06\x00\x00sNaPpY", 10);
constexpr std::string_view kLz4Magic("\x04\x22\x4d\x18", 4);

const std::pair<std::string_view, Compression>* ending_of(std::string_view name) {
  for (const auto& ending : kEndings)
    if (name.ends_with(ending.first)) return &ending;
  return nullptr;
}

Status not_of(Compression compression) {
  return Status(Code::kCorrupt,
                std::string("does not begin as ") + compression_name(compression) + " does")
      .with_advice("fetch the file again, or rename it");
}

}  // namespace

const char* compression_name(Compression compression) {
  switch (compression) {
    case Compression::kNone:
      return "none";
    case Compression::kGzip:
      return "gzip";
    case Compression::kDeflate:
      return "deflate";
    case Compression::kBzip2:
      return "bzip2";
    case Compression::kZstd:
      return "zstd";
    case Compression::kLz4:
      return "lz4";
    case Compression::kSnappy:
      return "snappy";
  }
  return "?";
}

Compression compression_of(std::string_view file_name) {
  if (file_name.ends_with(".tgz")) return Compression::kGzip;
  const auto* ending = ending_of(file_name);
  return ending ? ending->second : Compression::kNone;
}

std::string_view without_compression(std::string_view file_name) {
  if (const auto* ending = ending_of(file_name)) file_name.remove_suffix(ending->first.size());
  return file_name;
}

Compression compression_by_magic(Bytes first_bytes) {
  const std::string_view begin = as_text(first_bytes);
  if (begin.starts_with("\x1f\x8b\x08")) return Compression::kGzip;
  if (begin.starts_with("\x28\xb5\x2f\xfd")) return Compression::kZstd;
  if (begin.starts_with(kLz4Magic)) return Compression::kLz4;
  if (begin.starts_with(kSnappyMagic)) return Compression::kSnappy;
  // "BZh9" alone could be text; the block's magic that follows could not.
  if (begin.size() >= 10 && begin.starts_with("BZh") &&
      begin.substr(4, 6) == "\x31\x41\x59\x26\x53\x59")
    return Compression::kBzip2;
  return Compression::kNone;
}

Result<std::unique_ptr<StreamCodec>> make_stream_codec(Compression compression, Bytes first_bytes) {
  const std::string_view begin = as_text(first_bytes);
  switch (compression) {
    case Compression::kNone:
      break;
    case Compression::kGzip:
      if (!begin.starts_with("\x1f\x8b")) return not_of(compression);
      return make_zlib_codec(true);
    case Compression::kDeflate:
      return make_zlib_codec(false);
    case Compression::kBzip2:
      if (!begin.starts_with("BZh")) return not_of(compression);
      return make_arrow_codec(compression);
    case Compression::kZstd:
      return make_arrow_codec(compression);
    case Compression::kLz4:
      if (begin.starts_with(kLz4Magic)) return make_arrow_codec(compression);
      return make_hadoop_block_codec(compression);
    case Compression::kSnappy:
      if (begin.starts_with(kSnappyMagic)) return make_snappy_frame_codec();
      return make_hadoop_block_codec(compression);
  }
  return Status(Code::kInternal, "no codec for an uncompressed file");
}

}  // namespace howdah::formats
