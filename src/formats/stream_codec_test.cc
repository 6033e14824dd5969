#include "formats/stream_codec.h"

#include <arrow/buffer.h>
#include <arrow/memory_pool.h>
#include <arrow/util/compression.h>
#include <gmock/gmock.h>
#include <zlib.h>

#include <cstdio>
#include <random>

#include "formats/source_sample.h"

namespace howdah::formats {
namespace {

using testing::HasSubstr;

std::string by_arrow(arrow::Compression::type type, const std::string& text) {
  const auto codec = arrow::util::Codec::Create(type).ValueOrDie();
  const auto* from = reinterpret_cast<const uint8_t*>(text.data());
  const auto size = static_cast<int64_t>(text.size());
  if (type == arrow::Compression::BZ2) {
    const auto stream = codec->MakeCompressor().ValueOrDie();
    std::string out(text.size() + 1000, '\0');
    auto* into = reinterpret_cast<uint8_t*>(out.data());
    const auto room = static_cast<int64_t>(out.size());
    int64_t at = 0;
    if (size > 0) at = stream->Compress(size, from, room, into).ValueOrDie().bytes_written;
    out.resize(
        static_cast<size_t>(at + stream->End(room - at, into + at).ValueOrDie().bytes_written));
    return out;
  }
  std::string out(static_cast<size_t>(codec->MaxCompressedLen(size, from)), '\0');
  out.resize(static_cast<size_t>(codec
                                     ->Compress(size, from, static_cast<int64_t>(out.size()),
                                                reinterpret_cast<uint8_t*>(out.data()))
                                     .ValueOrDie()));
  return out;
}

std::string be32(size_t value) {
  std::string out(4, '\0');
  store_be32(out.data(), static_cast<uint32_t>(value));
  return out;
}

// One block, its content in pieces as BlockCompressorStream writes what is larger than its buffer.
std::string hadoop_blocks(arrow::Compression::type type, const std::vector<std::string>& pieces) {
  size_t total = 0;
  for (const auto& piece : pieces) total += piece.size();
  std::string out = be32(total);
  for (const auto& piece : pieces) {
    const std::string compressed = by_arrow(type, piece);
    out += be32(compressed.size()) + compressed;
  }
  return out;
}

std::string deflated(const std::string& text) {
  std::string out(compressBound(text.size()), '\0');
  uLongf size = out.size();
  compress(reinterpret_cast<Bytef*>(out.data()), &size, reinterpret_cast<const Bytef*>(text.data()),
           text.size());
  out.resize(size);
  return out;
}

class StreamCodecTest : public SourceSample {
 protected:
  StreamCodecTest() {
    for (int i = 0; i < 50'000; ++i) text_ += std::to_string(i * 7919) + (i % 10 ? "," : "\n");
  }
  Result<std::string> decompress(const std::string& name, const std::string& content,
                                 size_t piece = 100'003) {
    store(name, content);
    const auto at = systems_.resolve("mem://t/in/" + name);
    const SourceFile file{*at, name, static_cast<int64_t>(content.size()), 0};
    const auto stream = HOWDAH_TRY(TextStream::open(file, Encoding::kUtf8, 0, Deadline::never()));
    std::string all, part(piece, '\0');
    while (true) {
      const size_t got =
          HOWDAH_TRY(stream->read(std::as_writable_bytes(std::span(part)), Deadline::never()));
      all.append(part, 0, got);
      if (got < piece) return all;
    }
  }
  void expect_text(const std::string& name, const std::string& content, size_t piece = 100'003) {
    const auto text = decompress(name, content, piece);
    ASSERT_TRUE(text.is_ok()) << text.status().to_string();
    EXPECT_TRUE(*text == text_) << name << ": " << text->size() << " bytes";
  }
  // Of a file that is damaged: the byte of it that the error names, and how much came before.
  std::pair<size_t, size_t> damage_told(const std::string& name, const std::string& content) {
    const auto outcome = decompress(name, content);
    EXPECT_EQ(outcome.status().code(), Code::kCorrupt);
    const std::string message = outcome.status().to_string();
    const size_t found = message.find("at byte ");
    size_t stored = 0, decompressed = 0;
    if (found == std::string::npos ||
        std::sscanf(message.c_str() + found,
                    "at byte %zu of the file, behind %zu bytes decompressed: ", &stored,
                    &decompressed) != 2)
      ADD_FAILURE() << message;
    return {stored, decompressed};
  }
  void expect_corrupt(const std::string& name, const std::string& content,
                      const std::string& what) {
    const auto text = decompress(name, content);
    ASSERT_EQ(text.status().code(), Code::kCorrupt) << name;
    EXPECT_THAT(text.status().to_string(), HasSubstr("mem://t/in/" + name));
    EXPECT_THAT(text.status().to_string(), HasSubstr(what)) << name;
  }
  std::string first() const { return text_.substr(0, text_.size() / 3); }
  std::string second() const { return text_.substr(text_.size() / 3); }

  std::string text_;
};

TEST_F(StreamCodecTest, decompresses_what_hadoop_and_others_write) {
  using Type = arrow::Compression;
  for (const size_t piece : {size_t{1021}, size_t{1} << 20, size_t{1} << 23}) {
    expect_text("a.csv", text_, piece);
    expect_text("a.csv.gz", by_arrow(Type::GZIP, text_), piece);
    expect_text("a.csv.bz2", by_arrow(Type::BZ2, text_), piece);
    expect_text("a.csv.zst", by_arrow(Type::ZSTD, text_), piece);
    expect_text("a.csv.lz4", by_arrow(Type::LZ4_FRAME, text_), piece);
    expect_text("a.csv.deflate", deflated(text_), piece);
    for (const auto& [name, type] :
         {std::pair("a.lz4", Type::LZ4), std::pair("a.snappy", Type::SNAPPY)}) {
      expect_text(name, hadoop_blocks(type, {text_}), piece);
      expect_text(name, hadoop_blocks(type, {first(), second()}), piece);
      expect_text(name, hadoop_blocks(type, {first()}) + hadoop_blocks(type, {second()}), piece);
    }
  }
}

TEST_F(StreamCodecTest, reads_member_after_member) {
  for (const auto& [name, type] :
       {std::pair("a.gz", arrow::Compression::GZIP), std::pair("a.bz2", arrow::Compression::BZ2),
        std::pair("a.zst", arrow::Compression::ZSTD),
        std::pair("a.lz4", arrow::Compression::LZ4_FRAME)}) {
    expect_text(name, by_arrow(type, first()) + by_arrow(type, second()));
    expect_text(name, by_arrow(type, "") + by_arrow(type, text_) + by_arrow(type, ""));
  }
  expect_text("a.gz", by_arrow(arrow::Compression::GZIP, text_) + std::string(1000, '\0'));
}

// Bytes that python-snappy's StreamCompressor writes for "hello hello hello\n".
TEST_F(StreamCodecTest, reads_snappy_frames_and_checks_them) {
  const std::string begin("\xff\x06\x00\x00sNaPpY", 10);
  const std::string raw = by_arrow(arrow::Compression::SNAPPY, "123456789");
  // The checksum of "123456789" is 0xe3069283, masked as the format says.
  const uint32_t masked = ((0xe3069283u >> 15) | (0xe3069283u << 17)) + 0xa282ead8u;
  std::string checksum;
  for (int i = 0; i < 4; ++i) checksum += static_cast<char>(masked >> (8 * i));
  const auto frame = [&](char kind, const std::string& data) {
    return std::string{kind, static_cast<char>(data.size() + 4), 0, 0} + checksum + data;
  };
  text_ = "123456789123456789";
  const std::string padding("\xfe\x02\x00\x00zz", 6);
  expect_text("a.sz", begin + frame(0, raw) + padding + begin + frame(1, "123456789"));
  expect_corrupt("a.sz", begin + frame(1, "123456780"), "checksum");
  expect_corrupt("a.sz", begin + std::string("\x02\x00\x00\x00", 4), "reserved");
}

TEST_F(StreamCodecTest, names_the_byte_where_a_file_is_cut_off_or_damaged) {
  for (const auto& [name, type] :
       {std::pair("a.gz", arrow::Compression::GZIP), std::pair("a.bz2", arrow::Compression::BZ2),
        std::pair("a.zst", arrow::Compression::ZSTD),
        std::pair("a.lz4", arrow::Compression::LZ4_FRAME)}) {
    const std::string whole = by_arrow(type, text_);
    const std::string cut = whole.substr(0, whole.size() / 2);
    expect_corrupt(name, cut, "cut off at byte " + std::to_string(cut.size()));
    expect_corrupt(name, by_arrow(type, text_).substr(0, 20), "cut off at byte 20");
  }
  const std::string gzip = by_arrow(arrow::Compression::GZIP, text_);
  expect_corrupt("a.gz", gzip.substr(0, gzip.size() - 1), "cut off");
  std::string damaged = gzip;
  damaged[gzip.size() / 2] = static_cast<char>(~damaged[gzip.size() / 2]);
  expect_corrupt("a.gz", damaged, "corrupt gzip at byte");
  expect_corrupt("a.gz", gzip + "more", "something else follows");
  expect_corrupt("a.gz", "plain text", "does not begin as gzip does");
  expect_corrupt("a.csv", gzip, "begins as gzip does, and is not named so");
  expect_corrupt("a.zst", "plain text", "zstd");
}

TEST_F(StreamCodecTest, tells_where_a_long_file_is_damaged_and_what_came_before) {
  std::mt19937 random(7);
  std::string text(3 << 20, '\0');
  for (char& c : text) c = static_cast<char>('a' + random() % 16);
  const std::string whole = by_arrow(arrow::Compression::GZIP, text);
  const std::string no_block = whole.substr(0, 10) + "\xff\xff\xff\xff";
  const auto [byte, before] = damage_told("a.gz", whole + no_block);
  EXPECT_EQ(byte, whole.size() + 11);
  EXPECT_EQ(before, text.size());
  // Others tell it within a block.
  for (const auto& [name, type, block_bytes] :
       {std::tuple("a.bz2", arrow::Compression::BZ2, size_t{600} << 10),
        std::tuple("a.zst", arrow::Compression::ZSTD, size_t{150} << 10),
        std::tuple("a.lz4", arrow::Compression::LZ4_FRAME, size_t{300} << 10)}) {
    SCOPED_TRACE(name);
    std::string damaged = by_arrow(type, text);
    const size_t at = damaged.size() / 2;
    for (size_t i = 0; i < 64; ++i) damaged[at + i] = static_cast<char>(~damaged[at + i]);
    const auto [stored, decompressed] = damage_told(name, damaged);
    EXPECT_GT(stored + block_bytes, at);
    EXPECT_LT(stored, at + block_bytes);
    EXPECT_GT(decompressed, 0U);
    EXPECT_LT(decompressed, text.size());
  }
}

TEST_F(StreamCodecTest, delivers_what_comes_before_a_damaged_block_of_snappy) {
  const std::string good = hadoop_blocks(arrow::Compression::SNAPPY, {first()});
  const auto [byte, before] = damage_told("a.snappy", good + be32(9) + be32(3) + "\xff\xff\x01");
  EXPECT_EQ(byte, good.size() + 11);
  EXPECT_EQ(before, first().size());
}

TEST_F(StreamCodecTest, refuses_lengths_that_no_block_has) {
  const std::string blocks = hadoop_blocks(arrow::Compression::SNAPPY, {first(), second()});
  expect_corrupt("a.snappy", blocks.substr(0, blocks.size() - 5), "cut off");
  expect_corrupt("a.snappy", be32(0xffffffff) + "abcdefgh", "a block of 4294967295 bytes");
  expect_corrupt("a.snappy", be32(100) + be32(0xfffffff0) + "abcdefgh", "compressed chunk");
  expect_corrupt("a.snappy", be32(1000) + be32(5) + "\xff\xff\xff\xff\x0f",
                 "longer than its block");
  expect_corrupt("a.lz4", be32(100) + be32(4) + "\xff\xff\xff\xff", "cannot be decompressed");
}

TEST_F(StreamCodecTest, reads_compressed_records_as_it_reads_plain_ones) {
  spec_.uris = {"mem://t/in/a.csv"};
  std::string content = "a,b\n";
  for (int i = 0; i < 1000; ++i) content += std::to_string(i) + ",x\n";
  chunk_bytes_ = 1000;
  store("a.csv", content);
  const auto plain = read(1);
  ASSERT_TRUE(plain.is_ok()) << plain.status().to_string();
  store("a.csv.gz", by_arrow(arrow::Compression::GZIP, content));
  spec_.uris = {"mem://t/in/a.csv.gz"};
  const auto gzip = read(1);
  ASSERT_TRUE(gzip.is_ok()) << gzip.status().to_string();
  EXPECT_EQ(plain->rows, gzip->rows);
  EXPECT_EQ(plain->texts, gzip->texts);
}

// 200 MB that are never held: a few members of zeros, in text.
TEST_F(StreamCodecTest, passes_over_a_line_of_200_megabytes) {
  const std::string piece = by_arrow(arrow::Compression::ZSTD, std::string(20 << 20, 'x'));
  std::string content = by_arrow(arrow::Compression::ZSTD, "a,b\n1,x\n2,");
  for (int i = 0; i < 10; ++i) content += piece;
  content += by_arrow(arrow::Compression::ZSTD, "\n3,y\n");
  store("a.csv.zst", content);
  spec_.max_record_bytes = 1 << 20;
  const int64_t before = arrow::default_memory_pool()->max_memory();
  const auto outcome = read();
  ASSERT_TRUE(outcome.is_ok()) << outcome.status().to_string();
  EXPECT_THAT(outcome->all(), testing::ElementsAre("1|x", "3|y"));
  ASSERT_EQ(outcome->bad.size(), 1u);
  EXPECT_EQ(outcome->bad[0].reason, "209715202 bytes where max_record allows 1048576");
  EXPECT_LT(arrow::default_memory_pool()->max_memory() - before, 64 << 20);
}

TEST_F(StreamCodecTest, delivers_the_same_of_a_cut_off_stream_whatever_room_there_is) {
  const std::string whole = deflated(std::string(100'000, 'x'));
  const auto bytes_of = [&](size_t size, size_t room) {
    const auto codec = make_zlib_codec(false);
    EXPECT_TRUE(codec.is_ok());
    Bytes in = as_bytes(whole).first(size);
    std::string out(room, '\0');
    size_t total = 0;
    while (true) {
      const auto step = (*codec)->step(in, std::as_writable_bytes(std::span(out)));
      EXPECT_TRUE(step.is_ok());
      in = in.subspan(step->consumed);
      total += step->produced;
      if (step->consumed == 0 && step->produced == 0) return total;
    }
  };
  for (size_t size = 1; size < whole.size(); ++size)
    EXPECT_EQ(bytes_of(size, 7), bytes_of(size, 200'000)) << size;
}

}  // namespace
}  // namespace howdah::formats
