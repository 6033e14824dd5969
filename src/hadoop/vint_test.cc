#include "hadoop/vint.h"

#include <gtest/gtest.h>

#include <limits>

#include "hadoop/md5.h"

namespace howdah::hadoop {
namespace {

std::string encoded(int64_t value) {
  std::string out;
  append_vlong(value, &out);
  return to_hex(out);
}

TEST(VInt, encodes_as_java_does) {
  EXPECT_EQ(encoded(0), "00");
  EXPECT_EQ(encoded(127), "7f");
  EXPECT_EQ(encoded(-112), "90");
  EXPECT_EQ(encoded(128), "8f80");
  EXPECT_EQ(encoded(-113), "8770");
  EXPECT_EQ(encoded(255), "8fff");
  EXPECT_EQ(encoded(256), "8e0100");
  EXPECT_EQ(encoded(std::numeric_limits<int64_t>::max()), "887fffffffffffffff");
  EXPECT_EQ(encoded(std::numeric_limits<int64_t>::min()), "807fffffffffffffff");
}

TEST(VInt, reads_back_every_size_and_sign) {
  for (int bit = 0; bit < 63; ++bit)
    for (const int64_t near : {-1, 0, 1})
      for (const int64_t sign : {-1, 1}) {
        const int64_t value = sign * ((int64_t{1} << bit) + near);
        std::string bytes;
        append_vlong(value, &bytes);
        WritableReader reader(as_bytes(bytes));
        EXPECT_EQ(*reader.vlong(), value);
        EXPECT_TRUE(reader.rest().empty());
      }
}

TEST(VInt, refuses_what_ends_early_or_is_too_large) {
  EXPECT_EQ(WritableReader({}).vlong().status().code(), Code::kCorrupt);
  EXPECT_EQ(WritableReader(as_bytes("\x8e\x01")).vlong().status().code(), Code::kCorrupt);
  std::string large;
  append_vlong(int64_t{1} << 31, &large);
  EXPECT_EQ(WritableReader(as_bytes(large)).vint().status().code(), Code::kCorrupt);
}

TEST(WritableReader, checks_a_length_before_it_believes_it) {
  EXPECT_EQ(*WritableReader(as_bytes("\x02xyz")).sized(2), "xy");
  EXPECT_EQ(WritableReader(as_bytes("\x02xy")).sized(1).status().code(), Code::kCorrupt);
  EXPECT_EQ(WritableReader(as_bytes("\x03xy")).sized(9).status().code(), Code::kCorrupt);
  EXPECT_EQ(WritableReader(as_bytes("\xffxy")).sized(9).status().code(), Code::kCorrupt);  // -1
}

}  // namespace
}  // namespace howdah::hadoop
