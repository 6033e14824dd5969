// SequenceFiles written by hand, for tests.
#pragma once

#include <arrow/util/compression.h>
#include <zlib.h>

#include <string>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "formats/sequence_file_header.h"
#include "hadoop/vint.h"

namespace howdah::formats {

inline std::string big_endian(uint64_t value, size_t width) {
  char bytes[8];
  store_be64(bytes, value);
  return std::string(bytes + 8 - width, width);
}
inline std::string java_int(int64_t value) {
  return big_endian(static_cast<uint64_t>(value), 4);
}
inline std::string java_long(int64_t value) {
  return big_endian(static_cast<uint64_t>(value), 8);
}
inline std::string java_vint(int64_t value) {
  std::string out;
  hadoop::append_vlong(value, &out);
  return out;
}
inline std::string java_text(const std::string& text) {
  return java_vint(static_cast<int64_t>(text.size())) + text;
}

// As Hadoop's codec of this compression writes a stream.
inline std::string hadoop_compressed(Compression compression, const std::string& text) {
  if (compression == Compression::kDeflate) {
    std::string out(compressBound(text.size()), '\0');
    uLongf size = out.size();
    compress(reinterpret_cast<Bytef*>(out.data()), &size,
             reinterpret_cast<const Bytef*>(text.data()), text.size());
    out.resize(size);
    return out;
  }
  auto type = arrow::Compression::GZIP;
  if (compression == Compression::kBzip2) type = arrow::Compression::BZ2;
  if (compression == Compression::kZstd) type = arrow::Compression::ZSTD;
  if (compression == Compression::kSnappy) type = arrow::Compression::SNAPPY;
  if (compression == Compression::kLz4) type = arrow::Compression::LZ4;
  const bool in_blocks = compression == Compression::kSnappy || compression == Compression::kLz4;
  if (in_blocks && text.empty()) return java_int(0);
  const auto codec = arrow::util::Codec::Create(type).ValueOrDie();
  const auto* from = reinterpret_cast<const uint8_t*>(text.data());
  const auto size = static_cast<int64_t>(text.size());
  std::string out(text.size() + text.size() / 4 + 1000, '\0');
  auto* into = reinterpret_cast<uint8_t*>(out.data());
  const auto room = static_cast<int64_t>(out.size());
  int64_t written = 0;
  if (compression == Compression::kBzip2) {
    const auto stream = codec->MakeCompressor().ValueOrDie();
    if (size > 0) written = stream->Compress(size, from, room, into).ValueOrDie().bytes_written;
    written += stream->End(room - written, into + written).ValueOrDie().bytes_written;
  } else {
    written = codec->Compress(size, from, room, into).ValueOrDie();
  }
  out.resize(static_cast<size_t>(written));
  return in_blocks ? java_int(size) + java_int(written) + out : out;
}

// Add records; bytes() is the file. Public members are set before the first record.
class SequenceFileSample {
 public:
  using Layout = SequenceFileHeader::Layout;
  std::string key_class = "org.apache.hadoop.io.Text", value_class = "org.apache.hadoop.io.Text";
  Layout layout = Layout::kPlain;
  Compression compression = Compression::kDeflate;
  std::string codec = "org.apache.hadoop.io.compress.DefaultCodec";
  char version = 6;
  std::vector<std::pair<std::string, std::string>> metadata;
  std::string sync = "0123456789abcdef";
  size_t records_per_marker = 3;  // 0: no markers, unless marker() is called; one block

  // Serialized.
  void add(const std::string& key, const std::string& value) {
    begin();
    if (records_per_marker > 0 && records_ > 0 && records_ % records_per_marker == 0) marker();
    ++records_;
    if (layout == Layout::kBlock) {
      block_.emplace_back(key, value);
      return;
    }
    const std::string stored =
        layout == Layout::kRecord ? hadoop_compressed(compression, value) : value;
    bytes_ += java_int(static_cast<int64_t>(key.size() + stored.size())) +
              java_int(static_cast<int64_t>(key.size())) + key + stored;
  }
  void add_texts(const std::string& key, const std::string& value) {
    add(java_text(key), java_text(value));
  }
  // Before the next record: a marker, or the end of the block.
  void marker() {
    begin();
    if (layout == Layout::kBlock) return end_block();
    bytes_ += java_int(-1) + sync;
  }
  void add_bytes(const std::string& bytes) {
    begin();
    bytes_ += bytes;
  }
  std::string bytes() {
    begin();
    end_block();
    return bytes_;
  }
  size_t header_bytes() {
    begin();
    return header_bytes_;
  }

 private:
  void begin() {
    if (!bytes_.empty()) return;
    bytes_ = std::string("SEQ") + version + java_text(key_class) + java_text(value_class);
    bytes_ += layout == Layout::kPlain ? '\0' : '\1';
    bytes_ += layout == Layout::kBlock ? '\1' : '\0';
    if (layout != Layout::kPlain && version >= 5) bytes_ += java_text(codec);
    if (version >= 6) {
      bytes_ += java_int(static_cast<int64_t>(metadata.size()));
      for (const auto& [key, value] : metadata) bytes_ += java_text(key) + java_text(value);
    }
    bytes_ += sync;
    header_bytes_ = bytes_.size();
  }
  void end_block() {
    if (block_.empty()) return;
    std::string parts[4];
    for (const auto& [key, value] : block_) {
      parts[0] += java_vint(static_cast<int64_t>(key.size()));
      parts[1] += key;
      parts[2] += java_vint(static_cast<int64_t>(value.size()));
      parts[3] += value;
    }
    bytes_ += java_int(-1) + sync + java_vint(static_cast<int64_t>(block_.size()));
    for (const auto& part : parts) bytes_ += java_text(hadoop_compressed(compression, part));
    block_.clear();
  }

  std::string bytes_;
  size_t header_bytes_ = 0, records_ = 0;
  std::vector<std::pair<std::string, std::string>> block_;
};

}  // namespace howdah::formats
