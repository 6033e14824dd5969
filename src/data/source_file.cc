#include "data/source_file.h"

#include <fmt/core.h>
#include <zlib.h>

#include <algorithm>
#include <cstring>

namespace howdah::data {
namespace {

constexpr size_t kBufferBytes = 256 << 10;
constexpr size_t kMaxInflateBytes = size_t{1} << 30;  // zlib counts in unsigned int

}  // namespace

struct SourceFile::State {
  std::string uri;
  std::unique_ptr<fs::InputFile> input;
  std::vector<std::byte> buffer;
  int64_t fetched = 0;    // of the file, up to the buffer's end
  int64_t delivered = 0;  // to the caller
  bool gzip = false;
  bool inside_member = false;
  bool ended = false;
  z_stream zlib{};  // next_in and avail_in are the rest of the buffer, also where it is not gzip

  ~State() {
    if (gzip) inflateEnd(&zlib);
  }

  int64_t consumed() const { return fetched - zlib.avail_in; }
  Status corrupt(std::string what) const {
    return Status(Code::kCorrupt, std::move(what)).with_operation("read").with_peer(uri);
  }
  // Makes at least one byte available, unless the file has ended.
  Status fetch(Deadline deadline) {
    if (zlib.avail_in > 0) return Status::ok();
    const auto read = input->read_at(fetched, buffer, deadline);
    if (!read.is_ok()) return read.status().with_operation("read").with_peer(uri);
    fetched += static_cast<int64_t>(*read);
    zlib.next_in = reinterpret_cast<Bytef*>(buffer.data());
    zlib.avail_in = static_cast<uInt>(*read);
    return Status::ok();
  }
  Result<size_t> inflate_some(MutableBytes into, Deadline deadline);
  Status begin_member(Deadline deadline);
  Result<size_t> copy_some(MutableBytes into, Deadline deadline);
};

// After a member: another one, or the end of the file.
Status SourceFile::State::begin_member(Deadline deadline) {
  HOWDAH_TRY(fetch(deadline));
  if (zlib.avail_in == 0) {
    ended = true;
    return Status::ok();
  }
  if (*zlib.next_in != 0x1f) {
    return corrupt(fmt::format("something else follows the gzip stream at byte {}", consumed()))
        .with_advice("fetch the file again");
  }
  inflateReset(&zlib);
  inside_member = true;
  return Status::ok();
}

// One call of inflate(); it may deliver nothing before the end.
Result<size_t> SourceFile::State::inflate_some(MutableBytes into, Deadline deadline) {
  if (!inside_member) {
    HOWDAH_TRY(begin_member(deadline));
    if (ended) return size_t{0};
  }
  HOWDAH_TRY(fetch(deadline));
  if (zlib.avail_in == 0) {
    return corrupt(fmt::format("the gzip stream is cut off at byte {}", consumed()))
        .with_advice("fetch the file again");
  }
  const size_t room = std::min(into.size(), kMaxInflateBytes);
  zlib.next_out = reinterpret_cast<Bytef*>(into.data());
  zlib.avail_out = static_cast<uInt>(room);
  const int outcome = inflate(&zlib, Z_NO_FLUSH);
  if (outcome == Z_MEM_ERROR) return Status(Code::kOutOfMemory, "inflate").with_peer(uri);
  if (outcome != Z_OK && outcome != Z_STREAM_END && outcome != Z_BUF_ERROR) {
    return corrupt(fmt::format("corrupt gzip at byte {}: {}", consumed(),
                               zlib.msg != nullptr ? zlib.msg : "not a valid stream"))
        .with_advice("fetch the file again");
  }
  if (outcome == Z_STREAM_END) inside_member = false;
  return room - zlib.avail_out;
}

Result<size_t> SourceFile::State::copy_some(MutableBytes into, Deadline deadline) {
  HOWDAH_TRY(fetch(deadline));
  const size_t count = std::min<size_t>(into.size(), zlib.avail_in);
  if (count == 0) {
    ended = true;
    return size_t{0};
  }
  std::memcpy(into.data(), zlib.next_in, count);
  zlib.next_in += count;
  zlib.avail_in -= static_cast<uInt>(count);
  return count;
}

Result<SourceFile> SourceFile::open(const fs::Location& location, Deadline deadline) {
  auto state = std::make_unique<State>();
  state->uri = location.uri();
  auto input = location.files->open(location.path, deadline);
  if (!input.is_ok()) return input.status().with_operation("open").with_peer(state->uri);
  state->input = std::move(*input);
  if (state->input->length_bytes() == 0) {
    return state->corrupt("the file is empty").with_advice("fetch the file again");
  }
  state->buffer.resize(kBufferBytes);
  HOWDAH_TRY(state->fetch(deadline));
  const Bytef* begin = state->zlib.next_in;
  const bool gzip = state->zlib.avail_in >= 2 && begin[0] == 0x1f && begin[1] == 0x8b;
  if (location.path.ends_with(".gz") && !gzip) {
    return state->corrupt("named .gz, and does not begin as gzip does")
        .with_advice("fetch the file again, or rename it");
  }
  if (gzip) {
    if (inflateInit2(&state->zlib, 16 + MAX_WBITS) != Z_OK) {
      return Status(Code::kOutOfMemory, "inflate").with_peer(state->uri);
    }
    state->gzip = true;
    state->inside_member = true;
  }
  return SourceFile(std::move(state));
}

Result<size_t> SourceFile::read(MutableBytes into, Deadline deadline) {
  size_t done = 0;
  while (done < into.size() && !state_->ended) {
    const MutableBytes rest = into.subspan(done);
    const size_t count = state_->gzip ? HOWDAH_TRY(state_->inflate_some(rest, deadline))
                                      : HOWDAH_TRY(state_->copy_some(rest, deadline));
    done += count;
    state_->delivered += static_cast<int64_t>(count);
  }
  return done;
}

SourceFile::SourceFile(std::unique_ptr<State> state) : state_(std::move(state)) {}
SourceFile::~SourceFile() = default;
SourceFile::SourceFile(SourceFile&&) noexcept = default;
SourceFile& SourceFile::operator=(SourceFile&&) noexcept = default;

int64_t SourceFile::position() const {
  return state_->delivered;
}
bool SourceFile::compressed() const {
  return state_->gzip;
}
int64_t SourceFile::stored_bytes() const {
  return state_->input->length_bytes();
}
const std::string& SourceFile::uri() const {
  return state_->uri;
}

}  // namespace howdah::data
