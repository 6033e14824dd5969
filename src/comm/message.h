// The frames between two members: a fixed header, then `length` bytes.
//
// A pair has two connections. Control carries what is small and must not wait behind payload;
// data carries payload, and only when the receiver has said that it has the place for it, so that
// both sides can always read.
#pragma once

#include <array>
#include <cstdint>

#include "base/bytes.h"
#include "base/result.h"

namespace howdah::comm {

enum class Plane : uint8_t { kControl = 0, kData = 1 };
constexpr size_t kPlanes = 2;

enum class MessageType : uint16_t {
  // control
  kJoined = 1,     // all my connections of this generation stand
  kHeartbeat = 2,  //
  kAbort = 3,      // part: suspected rank + 1, or 0; payload: why
  kLeave = 4,      // sequence: sums that I took part in; nothing of them is missing
  kSegment = 5,    // sequence: its number, offset: its bytes; carries a file descriptor
  kForget = 6,     // sequence: the segment is no more
  kStart = 7,      // sequence, offset: floats; payload: a Place for each part, and the sum's
  kEager = 8,      // sequence, offset: floats; payload: the parts, one after the other
  kSummed = 9,     // sequence, offset: floats of my slice, from its begin, that lie ready
  kTaken = 10,     // sequence: I hold your whole slice
  kWant = 11,      // sequence: broadcast, offset: the bytes that I expect
  // data; payload: floats of this byte order (little endian)
  kInput = 20,      // sequence, part, offset: first float; my part, for the owner of the slice
  kResult = 21,     // sequence, offset: first float; my slice of the sum
  kGather = 22,     // sequence; payload: my value
  kBroadcast = 23,  // sequence, offset: first byte
};

struct Header {
  MessageType type = MessageType::kHeartbeat;
  uint16_t part = 0;
  uint64_t generation = 0;
  uint64_t sequence = 0;
  uint64_t offset = 0;
  uint32_t length = 0;
};

constexpr size_t kHeaderBytes = 40;
constexpr size_t kFrameBytes = 256 << 10;    // of payload, for kInput, kResult, kBroadcast
constexpr size_t kEagerBytes = 8 << 10;      // a member's parts that fit in one kEager
constexpr size_t kGatherBytes = 1 << 20;     //
constexpr size_t kReasonBytes = 1 << 10;     //
constexpr size_t kMaxParts = 64;             // of a member
constexpr uint64_t kMaxFloats = 1ull << 40;  // of a sum

// Where a span lies in a segment of the sender's; segment 0: nowhere that the receiver could read.
struct Place {
  uint32_t segment = 0;
  uint64_t offset_bytes = 0;
};
constexpr size_t kPlaceBytes = 12;

std::array<std::byte, kHeaderBytes> encode(const Header& header);
//   kCorrupt  not a header, a type that this plane does not carry, or longer than the type may be
Result<Header> decode(std::span<const std::byte, kHeaderBytes> bytes, Plane plane);

void encode(const Place& place, std::byte* to);
Place decode_place(const std::byte* from);

}  // namespace howdah::comm
