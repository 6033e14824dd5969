#include "formats/idx_file.h"

#include <fmt/core.h>

#include <array>

namespace howdah::formats {
namespace {

constexpr uint32_t kUnsignedByte = 0x08;

Status corrupt(const TextStream& stream, std::string what) {
  return Status(Code::kCorrupt, std::move(what)).with_operation("read").with_peer(stream.uri());
}

}  // namespace

Result<IdxFile> IdxFile::open(const SourceFile& file, int dimensions, Deadline deadline) {
  auto stream = HOWDAH_TRY(
      TextStream::open(file, Encoding::kUtf8, 0, deadline, TextStream::Known::kByContent));
  const char* what = dimensions == 3 ? "images" : "labels";
  if (file.length_bytes == 0)
    return corrupt(*stream, "the file is empty").with_advice("fetch the file again");

  std::array<std::byte, 4 + 4 * 3> header{};
  const auto length = static_cast<size_t>(4 + 4 * dimensions);
  const size_t read = HOWDAH_TRY(stream->read(MutableBytes(header).first(length), deadline));
  if (read < 4) {
    return corrupt(*stream, fmt::format("not an IDX file of {}: it ends at byte {}", what, read));
  }
  const uint32_t magic = load_be32(header.data());
  const uint32_t expected = kUnsignedByte << 8 | static_cast<uint32_t>(dimensions);
  if (magic != expected) {
    return corrupt(*stream, fmt::format("not an IDX file of {}: it begins with {:08x} at byte 0, "
                                        "where {:08x} is due",
                                        what, magic, expected));
  }
  if (read < length) {
    return corrupt(*stream, fmt::format("the header of the {} is cut off at byte {}", what, read));
  }

  std::vector<int64_t> extents;
  int64_t item_bytes = 1;
  for (int i = 0; i < dimensions; ++i) {
    const auto at = static_cast<size_t>(4 + 4 * i);
    const int64_t extent = load_be32(header.data() + at);
    const int64_t limit = i == 0 ? int64_t{1} << 32 : kMaxIdxItemBytes / item_bytes;
    if (extent < 1 || extent > limit) {
      return corrupt(*stream, fmt::format("a dimension of {} at byte {}, where 1 to {} can be",
                                          extent, at, limit));
    }
    if (i > 0) item_bytes *= extent;
    extents.push_back(extent);
  }
  // At most 2^58: no overflow.
  const int64_t content_bytes = static_cast<int64_t>(length) + extents[0] * item_bytes;
  if (!stream->compressed() && file.length_bytes != content_bytes) {
    return corrupt(*stream, fmt::format("the file has {} bytes, its header says {}",
                                        file.length_bytes, content_bytes))
        .with_advice("fetch the file again");
  }
  return IdxFile(file, std::move(stream), std::move(extents), item_bytes);
}

Status IdxFile::seek(int64_t item, Deadline deadline) {
  if (item == 0) return Status::ok();
  if (compressed() || item < 0 || item >= items())
    return Status(Code::kInvalidArgument, "such a file is read from its beginning only")
        .with_peer(uri());
  position_ = header_bytes() + item * item_bytes_;
  stream_ = HOWDAH_TRY(TextStream::open(file_, Encoding::kUtf8, position_, deadline));
  return Status::ok();
}

Status IdxFile::read(MutableBytes into, Deadline deadline) {
  const size_t count = HOWDAH_TRY(stream_->read(into, deadline));
  position_ += static_cast<int64_t>(count);
  if (count == into.size()) return Status::ok();
  return corrupt(*stream_, fmt::format("the content ends at byte {}, its header says {}", position_,
                                       header_bytes() + items() * item_bytes_))
      .with_advice("fetch the file again");
}

Status IdxFile::finish(Deadline deadline) {
  std::byte more;
  if (HOWDAH_TRY(stream_->read(MutableBytes(&more, 1), deadline)) == 0) return Status::ok();
  return corrupt(
             *stream_,
             fmt::format("the content goes on after byte {}, where its header ends it", position_))
      .with_advice("fetch the file again");
}

}  // namespace howdah::formats
