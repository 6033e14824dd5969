#include <gtest/gtest.h>

#include "base/bytes.h"
#include "base/deadline.h"
#include "base/digest.h"
#include "base/nearest.h"
#include "base/result.h"

namespace howdah {
namespace {

Result<int> half(int number) {
  if (number % 2 != 0) return Status(Code::kInvalidArgument, "odd").with_operation("half");
  return number / 2;
}
Result<int> quarter(int number) {
  return half(HOWDAH_TRY(half(number)));
}
Status check_even(int number) {
  HOWDAH_TRY(half(number));
  return Status::ok();
}

TEST(Result, passes_values_and_errors_through_try) {
  EXPECT_EQ(*quarter(8), 2);
  EXPECT_EQ(quarter(6).status().code(), Code::kInvalidArgument);
  EXPECT_TRUE(check_even(4));
  EXPECT_FALSE(check_even(5));
}

TEST(Status, keeps_the_words_nearest_to_the_fault) {
  const Status inner = Status(Code::kNotFound, "no such file").with_peer("/a");
  const Status outer = inner.with_peer("/b").with_operation("open").with_advice("create it");
  EXPECT_EQ(outer.to_string(), "open /a: no such file; create it");
}

TEST(Status, tells_a_full_disk_from_a_missing_file) {
  EXPECT_EQ(Status::from_errno(ENOSPC, "write").code(), Code::kDiskFull);
  EXPECT_EQ(Status::from_errno(ENOENT, "open").code(), Code::kNotFound);
}

TEST(Deadline, never_waits_less_than_asked) {
  EXPECT_GE(Deadline::after(std::chrono::microseconds(100)).poll_timeout_ms(), 0);
  EXPECT_TRUE(Deadline::after(std::chrono::seconds(-1)).expired());
  EXPECT_FALSE(Deadline::never().expired());
  EXPECT_EQ(Deadline::after(std::chrono::seconds(-1)).poll_timeout_ms(), 0);
}

TEST(Sha256, agrees_with_the_published_vector) {
  EXPECT_EQ(Sha256::hex_of(as_bytes("abc")),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Bytes, stores_the_most_significant_byte_first) {
  unsigned char bytes[4];
  store_be32(bytes, 0x01020304);
  EXPECT_EQ(bytes[0], 1);
  EXPECT_EQ(load_be32(bytes), 0x01020304U);
}

TEST(Nearest, names_what_was_probably_meant_and_nothing_else) {
  const std::vector<std::string> known = {"default", "small", "run"};
  EXPECT_EQ(nearest("defualt", known), "default");
  EXPECT_EQ(nearest("smal", known), "small");
  EXPECT_EQ(nearest("rnu", known), "run");
  EXPECT_EQ(nearest("research", known), "");
  EXPECT_EQ(nearest("x", {}), "");
}

}  // namespace
}  // namespace howdah
