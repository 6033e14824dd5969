#include "comm/message.h"

#include <gtest/gtest.h>

namespace howdah::comm {
namespace {

TEST(Message, a_header_comes_back_as_it_was) {
  const Header header{MessageType::kInput, 7, 1ull << 40, 3, 1ull << 33, 4096};
  const Header back = decode(encode(header), Plane::kData).value();
  EXPECT_EQ(back.type, header.type);
  EXPECT_EQ(back.part, header.part);
  EXPECT_EQ(back.generation, header.generation);
  EXPECT_EQ(back.sequence, header.sequence);
  EXPECT_EQ(back.offset, header.offset);
  EXPECT_EQ(back.length, header.length);
}

TEST(Message, refuses_what_is_longer_than_its_type_may_be) {
  for (const uint32_t length : {uint32_t{kFrameBytes + 1}, 0x80000000u, 0xffffffffu}) {
    const auto decoded =
        decode(encode(Header{.type = MessageType::kResult, .length = length}), Plane::kData);
    EXPECT_EQ(decoded.status().code(), Code::kCorrupt);
  }
  EXPECT_FALSE(
      decode(encode(Header{.type = MessageType::kHeartbeat, .length = 1}), Plane::kControl));
}

TEST(Message, refuses_unknown_types_other_planes_and_noise) {
  EXPECT_FALSE(decode(encode(Header{.type = static_cast<MessageType>(99)}), Plane::kData));
  EXPECT_FALSE(decode(encode(Header{.type = MessageType::kInput}), Plane::kControl));
  EXPECT_FALSE(decode(encode(Header{.type = MessageType::kStart}), Plane::kData));
  EXPECT_FALSE(decode(std::array<std::byte, kHeaderBytes>{}, Plane::kData));
}

}  // namespace
}  // namespace howdah::comm
