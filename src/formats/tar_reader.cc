#include "formats/tar_reader.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>

namespace howdah::formats {
namespace {

constexpr int64_t kMostRecordsBytes = 1 << 20;  // of pax, and of a long name
constexpr size_t kScratchBytes = 256 << 10;

}  // namespace

Result<std::unique_ptr<TarReader>> TarReader::open(const SourceFile& file, Deadline deadline) {
  auto stream = HOWDAH_TRY(TextStream::open(file, Encoding::kUtf8, 0, deadline));
  return std::unique_ptr<TarReader>(new TarReader(std::move(stream)));
}

Status TarReader::corrupt(const std::string& what, int64_t at) const {
  return Status(Code::kCorrupt, fmt::format("{} at byte {}", what, at))
      .with_operation("read")
      .with_peer(stream_->uri())
      .with_advice("fetch the file again");
}

Status TarReader::read_all(MutableBytes into, Deadline deadline) {
  const size_t read = HOWDAH_TRY(stream_->read(into, deadline));
  position_ += static_cast<int64_t>(read);
  return read == into.size() ? Status::ok() : corrupt("the archive is cut off", position_);
}

Status TarReader::skip(int64_t bytes, Deadline deadline) {
  std::vector<std::byte> scratch(
      static_cast<size_t>(std::min<int64_t>(bytes, static_cast<int64_t>(kScratchBytes))));
  while (bytes > 0) {
    const auto some = std::min(bytes, static_cast<int64_t>(scratch.size()));
    HOWDAH_TRY(read_all(MutableBytes(scratch).first(static_cast<size_t>(some)), deadline));
    bytes -= some;
  }
  return Status::ok();
}

Status TarReader::read(MutableBytes into, Deadline deadline) {
  if (static_cast<int64_t>(into.size()) > rest_)
    return Status(Code::kInternal, "more than the member holds");
  rest_ -= static_cast<int64_t>(into.size());
  return read_all(into, deadline);
}

Result<std::string> TarReader::read_text(const TarHeader& header, Deadline deadline) {
  if (header.size_bytes > kMostRecordsBytes)
    return corrupt(fmt::format("attributes of {} bytes, where {} can be", header.size_bytes,
                               kMostRecordsBytes),
                   position_);
  std::string text(static_cast<size_t>(header.size_bytes), '\0');
  HOWDAH_TRY(read_all(std::as_writable_bytes(std::span(text)), deadline));
  HOWDAH_TRY(skip(tar_padding(header.size_bytes), deadline));
  return text;
}

// "LENGTH KEY=VALUE\n" each, with the length of all of it.
Status TarReader::apply_records(const std::string& records, int64_t at) {
  std::string_view rest = records;
  while (!rest.empty() && rest.front() != '\0') {
    size_t length = 0;
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), length);
    const auto digits = static_cast<size_t>(end - rest.data());
    if (error != std::errc() || length > rest.size() || length < digits + 3 ||
        rest[digits] != ' ' || rest[length - 1] != '\n')
      return corrupt("a damaged pax record", at);
    const std::string_view record = rest.substr(digits + 1, length - digits - 2);
    rest.remove_prefix(length);
    const size_t equals = record.find('=');
    if (equals == std::string_view::npos) return corrupt("a damaged pax record", at);
    const std::string_view key = record.substr(0, equals), value = record.substr(equals + 1);
    if (key == "path") long_name_ = value;
    if (key == "size") {
      int64_t size = 0;
      const auto parsed = std::from_chars(value.data(), value.data() + value.size(), size);
      if (parsed.ec != std::errc() || parsed.ptr != value.data() + value.size() || size < 0 ||
          size > int64_t{1} << 60)
        return corrupt("a pax record whose size is no number", at);
      long_size_ = size;
    }
    if (key.starts_with("GNU.sparse."))
      return Status(Code::kUnsupported, fmt::format("a sparse file at byte {}", at))
          .with_operation("read")
          .with_peer(stream_->uri());
  }
  return Status::ok();
}

// Behind the first block of zeros: more of them. What is appended to an archive would not be read.
Status TarReader::read_to_end(Deadline deadline) {
  std::vector<std::byte> scratch(kScratchBytes);
  while (true) {
    const size_t read = HOWDAH_TRY(stream_->read(scratch, deadline));
    for (size_t i = 0; i < read; ++i)
      if (scratch[i] != std::byte{0})
        return corrupt("something follows the archive's end", position_ + static_cast<int64_t>(i));
    position_ += static_cast<int64_t>(read);
    if (read < scratch.size()) return Status::ok();
  }
}

Result<std::optional<TarReader::Member>> TarReader::next(Deadline deadline) {
  HOWDAH_TRY(skip(rest_, deadline));
  HOWDAH_TRY(skip(padding_, deadline));
  rest_ = padding_ = 0;
  while (true) {
    const int64_t offset = position_;
    TarBlock block;
    HOWDAH_TRY(read_all(std::as_writable_bytes(std::span(block)), deadline));
    if (is_zero(block)) {
      HOWDAH_TRY(read_to_end(deadline));
      return std::optional<Member>();
    }
    auto header = parse_tar_header(block);
    if (!header) return corrupt(header.status().message(), offset);
    switch (header->type) {
      case 'x':
        HOWDAH_TRY(apply_records(HOWDAH_TRY(read_text(*header, deadline)), offset));
        continue;
      case 'L':
        long_name_ = HOWDAH_TRY(read_text(*header, deadline));
        long_name_.resize(std::min(long_name_.size(), long_name_.find('\0')));
        continue;
      case 'K':  // a long name of a link
      case 'g':  // for all that follows: comments, usually
        HOWDAH_TRY(read_text(*header, deadline));
        continue;
      case 'S':
        return Status(Code::kUnsupported, fmt::format("a sparse file at byte {}", offset))
            .with_operation("read")
            .with_peer(stream_->uri());
      default:
        break;
    }
    Member member{std::move(header->name), header->size_bytes, offset};
    if (!long_name_.empty()) member.name = std::exchange(long_name_, {});
    if (long_size_) member.size_bytes = *std::exchange(long_size_, {});
    while (member.name.starts_with("./")) member.name.erase(0, 2);
    const int64_t padding = tar_padding(member.size_bytes);
    if (header->type == '0' || header->type == '7') {
      rest_ = member.size_bytes;
      padding_ = padding;
      return std::optional(std::move(member));
    }
    // A link has a size and no content; whatever else comes with content is passed over.
    const bool has_content = header->type < '1' || header->type > '6';
    if (has_content) HOWDAH_TRY(skip(member.size_bytes + padding, deadline));
  }
}

}  // namespace howdah::formats
