#include "formats/writable.h"

#include <gtest/gtest.h>

#include "formats/sequence_file_sample.h"

namespace howdah::formats {
namespace {

int64_t integer(Writable writable, const std::string& bytes) {
  WritableValue value;
  EXPECT_TRUE(read_writable(writable, as_bytes(bytes), &value)) << writable_name(writable);
  return value.integer;
}

TEST(Writable, reads_integers_of_every_width_with_their_signs) {
  EXPECT_EQ(integer(Writable::kByte, "\xff"), -1);
  EXPECT_EQ(integer(Writable::kShort, big_endian(0x8000, 2)), -32768);
  EXPECT_EQ(integer(Writable::kInt, java_int(-2'000'000'000)), -2'000'000'000);
  EXPECT_EQ(integer(Writable::kLong, java_long(INT64_MIN)), INT64_MIN);
  for (const int64_t value : {int64_t{0}, int64_t{-112}, int64_t{-113}, int64_t{127}, int64_t{128},
                              int64_t{INT32_MIN}, int64_t{INT32_MAX}})
    EXPECT_EQ(integer(Writable::kVInt, java_vint(value)), value);
  for (const int64_t value : {INT64_MIN, INT64_MAX})
    EXPECT_EQ(integer(Writable::kVLong, java_vint(value)), value);
  EXPECT_EQ(integer(Writable::kBoolean, std::string(1, '\0')), 0);
  EXPECT_EQ(integer(Writable::kBoolean, "\x02"), 1);
}

TEST(Writable, reads_floats_and_strings) {
  WritableValue value;
  ASSERT_TRUE(read_writable(Writable::kFloat, as_bytes(big_endian(0xbfc00000, 4)), &value));
  EXPECT_EQ(value.number, -1.5);
  ASSERT_TRUE(
      read_writable(Writable::kDouble, as_bytes(big_endian(0x4008000000000000, 8)), &value));
  EXPECT_EQ(value.number, 3.0);
  const std::string text = java_text("año"), content = java_int(3) + "\1\2\3";
  ASSERT_TRUE(read_writable(Writable::kText, as_bytes(text), &value));
  EXPECT_EQ(value.bytes, "año");
  ASSERT_TRUE(read_writable(Writable::kBytes, as_bytes(content), &value));
  EXPECT_EQ(value.bytes, "\1\2\3");
}

TEST(Writable, refuses_bytes_that_are_too_few_or_too_many) {
  WritableValue value;
  for (const Writable writable :
       {Writable::kByte, Writable::kShort, Writable::kInt, Writable::kLong, Writable::kVInt,
        Writable::kVLong, Writable::kFloat, Writable::kDouble, Writable::kBoolean, Writable::kText,
        Writable::kBytes})
    for (const size_t size : {0, 3, 9, 12})
      EXPECT_FALSE(read_writable(writable, as_bytes(std::string(size, '\x05')), &value))
          << writable_name(writable) << " of " << size;
  EXPECT_TRUE(read_writable(Writable::kNull, {}, &value));
  EXPECT_FALSE(read_writable(Writable::kNull, as_bytes("x"), &value));
  // Lengths that are negative, or beyond all that there is.
  EXPECT_FALSE(read_writable(Writable::kText, as_bytes(java_vint(-1)), &value));
  EXPECT_FALSE(read_writable(Writable::kText, as_bytes(java_vint(INT32_MAX)), &value));
  EXPECT_FALSE(read_writable(Writable::kBytes, as_bytes(java_int(-1)), &value));
  EXPECT_FALSE(read_writable(Writable::kVInt, as_bytes(java_vint(int64_t{1} << 31)), &value));
}

TEST(Writable, is_known_by_javas_name_of_the_class) {
  EXPECT_EQ(writable_of("org.apache.hadoop.io.VLongWritable"), Writable::kVLong);
  EXPECT_EQ(writable_of("org.apache.hadoop.io.ArrayWritable"), std::nullopt);
  EXPECT_EQ(writable_of("com.example.Text"), std::nullopt);
  EXPECT_EQ(writable_of("Text"), std::nullopt);
}

TEST(Writable, shows_a_value_to_a_person) {
  EXPECT_EQ(writable_text(Writable::kInt, as_bytes(java_int(-7)), 100), "-7");
  EXPECT_EQ(writable_text(Writable::kBoolean, as_bytes("\1"), 100), "true");
  EXPECT_EQ(writable_text(Writable::kText, as_bytes(java_text("some words")), 4), "some");
  EXPECT_EQ(writable_text(Writable::kText, as_bytes(java_text("cut off").substr(0, 4)), 100),
            "cut");
}

}  // namespace
}  // namespace howdah::formats
