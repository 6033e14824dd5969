#include "statistics/byte_io.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "statistics/hash128.h"

namespace howdah::statistics {
namespace {

TEST(ByteIo, ReadsBackWhatWasWritten) {
  std::string bytes;
  ByteWriter writer(bytes);
  writer.u8(200);
  writer.u32(0xdeadbeef);
  writer.u64(std::numeric_limits<uint64_t>::max() - 1);
  writer.f64(-0.0);
  writer.text(std::string_view("r\0w", 3));
  ByteReader reader(bytes);
  EXPECT_EQ(*reader.u8(), 200);
  EXPECT_EQ(*reader.u32(), 0xdeadbeef);
  EXPECT_EQ(*reader.u64(), std::numeric_limits<uint64_t>::max() - 1);
  EXPECT_TRUE(std::signbit(*reader.f64()));
  EXPECT_EQ(*reader.text(), std::string("r\0w", 3));
  EXPECT_EQ(reader.left(), 0u);
}

TEST(ByteIo, IsLittleEndian) {
  std::string bytes;
  ByteWriter(bytes).u32(0x01020304);
  EXPECT_EQ(bytes, "\x04\x03\x02\x01");
}

TEST(ByteIo, SaysWhenTheBytesEndEarly) {
  EXPECT_EQ(ByteReader("abc").u32().status().code(), Code::kCorrupt);
  const std::string too_long(
      "\xff\xff\xff\x7f"
      "abc",
      7);
  EXPECT_EQ(ByteReader(too_long).text().status().code(), Code::kCorrupt);
}

TEST(ByteIo, WritesSmallNumbersInFewBytes) {
  const std::vector<uint64_t> values = {0, 127, 128, 300, uint64_t{1} << 63, UINT64_MAX};
  const std::vector<size_t> lengths = {1, 1, 2, 2, 10, 10};
  for (size_t i = 0; i < values.size(); ++i) {
    std::string bytes;
    ByteWriter(bytes).varint(values[i]);
    EXPECT_EQ(bytes.size(), lengths[i]);
    EXPECT_EQ(*ByteReader(bytes).varint(), values[i]);
  }
  for (const std::string_view wrong : {"", "\x80", "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02"})
    EXPECT_EQ(ByteReader(wrong).varint().status().code(), Code::kCorrupt);
  EXPECT_EQ(ByteReader(std::string_view("\x80\x00", 2)).varint().status().code(), Code::kCorrupt);
}

// Values of the XXH3 specification's reference implementation.
TEST(Hash, IsXxh3) {
  EXPECT_EQ(hash64(""), 0x2d06800538d394c2u);
  EXPECT_EQ(hash128("").high, 0x99aa06d3014798d8u);
  EXPECT_EQ(hash128("").low, 0x6001c324468d497fu);
  EXPECT_NE(hash128("a", 1), hash128("a", 2));
}

}  // namespace
}  // namespace howdah::statistics
