#include "formats/sequence_file_header.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "formats/text_encoding.h"
#include "hadoop/vint.h"

namespace howdah::formats {
namespace {

constexpr size_t kFirstReadBytes = 16 << 10;
constexpr size_t kMaxHeaderBytes = 16 << 20;
constexpr size_t kMaxNameBytes = 4 << 10;
constexpr uint8_t kBlockVersion = 4, kCodecVersion = 5, kMetadataVersion = 6;

constexpr std::string_view kCodecPackage = "org.apache.hadoop.io.compress.";
constexpr std::array<std::pair<std::string_view, Compression>, 7> kCodecs = {{
    {"DefaultCodec", Compression::kDeflate},
    {"DeflateCodec", Compression::kDeflate},
    {"GzipCodec", Compression::kGzip},
    {"BZip2Codec", Compression::kBzip2},
    {"SnappyCodec", Compression::kSnappy},
    {"Lz4Codec", Compression::kLz4},
    {"ZStandardCodec", Compression::kZstd},
}};

Status cut_off() {
  return Status(Code::kCorrupt, "the SequenceFile's header is cut off");
}

Result<Bytes> take(Bytes& rest, size_t count) {
  if (rest.size() < count) return cut_off();
  const Bytes taken = rest.first(count);
  rest = rest.subspan(count);
  return taken;
}

Result<std::string_view> take_text(Bytes& rest, size_t limit) {
  hadoop::WritableReader reader(rest);
  const auto text = HOWDAH_TRY(reader.sized(limit));
  rest = reader.rest();
  return text;
}

Result<Writable> take_class(Bytes& rest, const char* of) {
  const auto name = HOWDAH_TRY(take_text(rest, kMaxNameBytes));
  if (const auto known = writable_of(name)) return *known;
  return Status(Code::kUnsupported, fmt::format("its {} are of the class {}, which is not read", of,
                                                printable(name, 200)))
      .with_advice("write it with one of org.apache.hadoop.io's " + writable_names());
}

Result<Compression> compression_named(std::string_view name) {
  if (name.starts_with(kCodecPackage))
    for (const auto& [codec, compression] : kCodecs)
      if (name.substr(kCodecPackage.size()) == codec) return compression;
  std::string advice = "write it with one of org.apache.hadoop.io.compress's ";
  for (const auto& [codec, compression] : kCodecs)
    advice += (codec == kCodecs[0].first ? "" : ", ") + std::string(codec);
  return Status(Code::kUnsupported,
                fmt::format("it is compressed by the codec {}, which is not read",
                            printable(name, 200)))
      .with_advice(advice);
}

Status pass_metadata(Bytes& rest) {
  const auto count = load_be32(HOWDAH_TRY(take(rest, 4)).data());
  // Each pair takes two bytes at least, so that the loop ends with the bytes.
  for (uint32_t i = 0; i < count; ++i) {
    HOWDAH_TRY(take_text(rest, kMaxHeaderBytes));
    HOWDAH_TRY(take_text(rest, kMaxHeaderBytes));
  }
  return Status::ok();
}

}  // namespace

Result<SequenceFileHeader> parse_sequence_file_header(Bytes begin) {
  Bytes rest = begin;
  if (!as_text(begin).starts_with("SEQ") || begin.size() < 4)
    return Status(Code::kCorrupt, "no SequenceFile: it does not begin with SEQ");
  const auto version = static_cast<uint8_t>(begin[3]);
  if (version < kBlockVersion || version > kMetadataVersion)
    return Status(Code::kUnsupported,
                  fmt::format("a SequenceFile of version {}; 4, 5 and 6 are read", version));
  rest = rest.subspan(4);
  SequenceFileHeader header;
  header.key = HOWDAH_TRY(take_class(rest, "keys"));
  header.value = HOWDAH_TRY(take_class(rest, "values"));
  const Bytes flags = HOWDAH_TRY(take(rest, 2));
  const bool compressed = flags[0] != std::byte{0}, by_blocks = flags[1] != std::byte{0};
  if (by_blocks && !compressed)
    return Status(Code::kCorrupt, "the SequenceFile's header says blocks without compression");
  if (compressed) {
    header.layout =
        by_blocks ? SequenceFileHeader::Layout::kBlock : SequenceFileHeader::Layout::kRecord;
    header.compression = Compression::kDeflate;
    if (version >= kCodecVersion)
      header.compression =
          HOWDAH_TRY(compression_named(HOWDAH_TRY(take_text(rest, kMaxNameBytes))));
  }
  if (version >= kMetadataVersion) HOWDAH_TRY(pass_metadata(rest));
  const Bytes sync = HOWDAH_TRY(take(rest, SequenceFileHeader::kSyncBytes));
  std::copy(sync.begin(), sync.end(), header.sync.begin());
  header.end = static_cast<int64_t>(begin.size() - rest.size());
  return header;
}

Result<SequenceFileHeader> read_sequence_file_header(const SourceFile& file, Deadline deadline) {
  const std::string uri = file.location.uri();
  auto input = file.location.files->open(file.location.path, deadline);
  if (!input.is_ok()) return input.status().with_operation("open").with_peer(uri);
  std::vector<std::byte> begin;
  for (size_t limit = kFirstReadBytes;; limit = kMaxHeaderBytes) {
    begin.resize(static_cast<size_t>(
        std::min(static_cast<int64_t>(limit), std::max<int64_t>(file.length_bytes, 0))));
    const auto got = (*input)->read_at(0, begin, deadline);
    if (!got.is_ok()) return got.status().with_operation("read").with_peer(uri);
    begin.resize(*got);
    auto header = parse_sequence_file_header(begin);
    if (header.is_ok()) return header;
    const bool all =
        limit == kMaxHeaderBytes || file.length_bytes <= static_cast<int64_t>(kFirstReadBytes);
    if (header.status().code() != Code::kCorrupt || all)
      return header.status().with_operation("open").with_peer(uri);
  }
}

Result<std::unique_ptr<StreamCodec>> make_sequence_file_codec(Compression compression,
                                                              Bytes begin) {
  // The names of these two say frames in files of their own; Hadoop's codecs write blocks alone.
  if (compression == Compression::kSnappy || compression == Compression::kLz4)
    return make_hadoop_block_codec(compression);
  return make_stream_codec(compression, begin);
}

}  // namespace howdah::formats
