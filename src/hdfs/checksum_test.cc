#include "hdfs/checksum.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace howdah::hdfs {
namespace {

std::string pattern(size_t length) {
  std::string bytes(length, '\0');
  uint32_t state = 7;
  for (char& byte : bytes) {
    state = state * 1664525 + 1013904223;
    byte = static_cast<char>(state >> 24);
  }
  return bytes;
}

TEST(Checksum, crc32c_gives_the_published_values) {
  // RFC 3720, appendix B.4.
  EXPECT_EQ(crc32c(as_bytes("123456789")), 0xe3069283u);
  EXPECT_EQ(crc32c(as_bytes(std::string(32, '\0'))), 0x8a9136aau);
  EXPECT_EQ(crc32c(as_bytes(std::string(32, '\xff'))), 0x62a8ab43u);
  EXPECT_EQ(crc32c(Bytes()), 0u);
}

TEST(Checksum, hardware_and_table_agree_at_every_length_and_alignment) {
  if (!internal::crc32c_has_hardware()) GTEST_SKIP() << "no SSE4.2";
  const std::string bytes = pattern(300);
  for (size_t begin = 0; begin < 9; ++begin) {
    for (size_t length = 0; length + begin <= bytes.size(); ++length) {
      const Bytes piece = as_bytes(bytes).subspan(begin, length);
      ASSERT_EQ(internal::crc32c_hardware(piece, 5), internal::crc32c_table(piece, 5))
          << begin << " " << length;
    }
  }
}

TEST(Checksum, crc32c_continues_over_pieces) {
  const std::string bytes = pattern(1000);
  const Bytes all = as_bytes(bytes);
  EXPECT_EQ(crc32c(all.subspan(333), crc32c(all.first(333))), crc32c(all));
}

TEST(Checksum, each_chunk_has_its_own_for_both_types_and_odd_lengths) {
  const std::string bytes = pattern(5000);
  for (const uint32_t chunk : {1u, 7u, 8u, 512u, 4096u, 10'000u}) {
    for (const size_t length : {0ul, 1ul, 511ul, 512ul, 513ul, 1536ul, 5000ul}) {
      const Bytes data = as_bytes(bytes).first(length);
      const ChecksumSpec spec{ChecksumType::kCrc32c, chunk};
      std::vector<std::byte> sums(spec.checksum_bytes(length));
      compute_checksums(spec, data, sums);
      for (size_t i = 0; i < spec.chunks(length); ++i) {
        const size_t begin = i * chunk;
        ASSERT_EQ(load_be32(&sums[4 * i]),
                  crc32c(data.subspan(begin, std::min<size_t>(chunk, length - begin))));
      }
      EXPECT_FALSE(find_mismatch(spec, data, sums));
    }
  }
  const ChecksumSpec zlib{ChecksumType::kCrc32, 512};
  std::vector<std::byte> sum(4);
  compute_checksums(zlib, as_bytes("123456789"), sum);
  EXPECT_EQ(load_be32(sum.data()), 0xcbf43926u);
}

TEST(Checksum, finds_the_first_chunk_with_a_flipped_bit) {
  const ChecksumSpec spec{ChecksumType::kCrc32c, 512};
  std::string bytes = pattern(512 * 8 + 100);
  std::vector<std::byte> sums(spec.checksum_bytes(bytes.size()));
  compute_checksums(spec, as_bytes(bytes), sums);
  for (const size_t at : {0ul, 511ul, 512ul, 2000ul, 512ul * 8, 512ul * 8 + 99}) {
    bytes[at] = static_cast<char>(bytes[at] ^ 0x10);
    EXPECT_EQ(find_mismatch(spec, as_bytes(bytes), sums), at / 512);
    bytes[at] = static_cast<char>(bytes[at] ^ 0x10);
  }
}

TEST(Checksum, refuses_specifications_no_datanode_has) {
  EXPECT_EQ(ChecksumSpec::from_wire(3, 512).status().code(), Code::kCorrupt);
  EXPECT_EQ(ChecksumSpec::from_wire(-1, 512).status().code(), Code::kCorrupt);
  EXPECT_EQ(ChecksumSpec::from_wire(2, 0).status().code(), Code::kCorrupt);
  EXPECT_EQ(ChecksumSpec::from_wire(2, 1u << 30).status().code(), Code::kCorrupt);
  EXPECT_TRUE(ChecksumSpec::from_wire(0, 512));
}

}  // namespace
}  // namespace howdah::hdfs
