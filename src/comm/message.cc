#include "comm/message.h"

#include <fmt/core.h>

namespace howdah::comm {
namespace {

constexpr uint32_t kMagic = 0x48574331;  // "HWC1"

struct Rule {
  Plane plane;
  size_t max_length;
};

const Rule* rule_of(MessageType type) {
  static constexpr Rule kBare{Plane::kControl, 0};
  static constexpr Rule kReason{Plane::kControl, kReasonBytes};
  static constexpr Rule kPlaces{Plane::kControl, (kMaxParts + 1) * kPlaceBytes};
  static constexpr Rule kSmall{Plane::kControl, kEagerBytes};
  static constexpr Rule kPayload{Plane::kData, kFrameBytes};
  static constexpr Rule kValue{Plane::kData, kGatherBytes};
  switch (type) {
    case MessageType::kJoined:
    case MessageType::kHeartbeat:
    case MessageType::kLeave:
    case MessageType::kSegment:
    case MessageType::kForget:
    case MessageType::kSummed:
    case MessageType::kTaken:
    case MessageType::kWant:
      return &kBare;
    case MessageType::kAbort:
      return &kReason;
    case MessageType::kStart:
      return &kPlaces;
    case MessageType::kEager:
      return &kSmall;
    case MessageType::kInput:
    case MessageType::kResult:
    case MessageType::kBroadcast:
      return &kPayload;
    case MessageType::kGather:
      return &kValue;
  }
  return nullptr;
}

}  // namespace

std::array<std::byte, kHeaderBytes> encode(const Header& header) {
  std::array<std::byte, kHeaderBytes> bytes{};
  store_be32(bytes.data(), kMagic);
  store_be16(bytes.data() + 4, static_cast<uint16_t>(header.type));
  store_be16(bytes.data() + 6, header.part);
  store_be64(bytes.data() + 8, header.generation);
  store_be64(bytes.data() + 16, header.sequence);
  store_be64(bytes.data() + 24, header.offset);
  store_be32(bytes.data() + 32, header.length);
  return bytes;
}

Result<Header> decode(std::span<const std::byte, kHeaderBytes> bytes, Plane plane) {
  if (load_be32(bytes.data()) != kMagic)
    return Status(Code::kCorrupt, "the peer sent something that is not a collective's message");
  Header header;
  header.type = static_cast<MessageType>(load_be16(bytes.data() + 4));
  header.part = load_be16(bytes.data() + 6);
  header.generation = load_be64(bytes.data() + 8);
  header.sequence = load_be64(bytes.data() + 16);
  header.offset = load_be64(bytes.data() + 24);
  header.length = load_be32(bytes.data() + 32);
  const Rule* const rule = rule_of(header.type);
  if (!rule || rule->plane != plane)
    return Status(Code::kCorrupt, fmt::format("the peer sent a message of an unknown type {}",
                                              static_cast<int>(header.type)));
  if (header.length > rule->max_length)
    return Status(Code::kCorrupt,
                  fmt::format("the peer sent a message of type {} with {} bytes; {} are allowed",
                              static_cast<int>(header.type), header.length, rule->max_length));
  return header;
}

void encode(const Place& place, std::byte* to) {
  store_be32(to, place.segment);
  store_be64(to + 4, place.offset_bytes);
}

Place decode_place(const std::byte* from) {
  return {load_be32(from), load_be64(from + 4)};
}

}  // namespace howdah::comm
