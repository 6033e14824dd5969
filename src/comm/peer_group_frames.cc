// What each incoming frame means. Whatever a peer sends is checked here or in Reduction.
#include <fmt/core.h>

#include "comm/peer_group.h"

namespace howdah::comm {
namespace {

// How far a peer may run ahead of us; it keeps to less by itself.
constexpr uint64_t kMaxSumsAhead = 512;
constexpr uint64_t kMaxCallsAhead = 16;  // gathers, broadcasts
constexpr size_t kMaxSegments = 4096;    // of a peer

Status corrupt(const char* what) {
  return Status(Code::kCorrupt, what);
}

}  // namespace

Result<MutableBytes> PeerGroup::place(int rank, const Header& header) {
  if (!aborted_.is_ok()) return aborted_;
  Peer& from = peer(rank);
  switch (header.type) {
    case MessageType::kEager:
      HOWDAH_TRY(check_sequence(from, header));
      return sum_of(header.sequence).reduction.place_eager(rank, header);
    case MessageType::kInput:
    case MessageType::kResult: {
      Sum* const sum = find_sum(header.sequence);
      if (!sum) return corrupt("the peer sent payload of a sum that is not under way");
      return header.type == MessageType::kInput ? sum->reduction.place_input(rank, header)
                                                : sum->reduction.place_result(rank, header);
    }
    case MessageType::kGather:
      return place_gather(from, header);
    case MessageType::kBroadcast:
      return place_broadcast(from, header);
    default:
      from.payload.resize(header.length);
      return MutableBytes(from.payload);
  }
}

Status PeerGroup::take(int rank, const Header& header, net::FileDescriptor fd) {
  Peer& from = peer(rank);
  switch (header.type) {
    case MessageType::kJoined:
    case MessageType::kHeartbeat:
      return Status::ok();
    case MessageType::kAbort:
      take_abort(from, header);
      return aborted_;
    case MessageType::kLeave:
      return take_leave(from, header);
    case MessageType::kSegment:
      return take_segment(from, header, std::move(fd));
    case MessageType::kForget:
      from.segments.erase(header.sequence);
      return Status::ok();
    case MessageType::kStart:
      return take_start(from, header);
    case MessageType::kEager:
      ++from.started;
      HOWDAH_TRY(sum_of(header.sequence).reduction.eager_arrived(rank, header));
      announce(from);
      return Status::ok();
    case MessageType::kWant:
      if (header.sequence + kMaxCallsAhead < next_broadcast_ ||
          header.sequence > next_broadcast_ + kMaxCallsAhead)
        return corrupt("the peer asked for a broadcast that is not due");
      from.wants[header.sequence] = header.offset;
      return Status::ok();
    case MessageType::kGather: {
      Gathered& gathered = gathers_[header.sequence];
      gathered.values[static_cast<size_t>(rank)] =
          std::move(gathered.arriving[static_cast<size_t>(rank)]);
      return Status::ok();
    }
    case MessageType::kBroadcast:
      incoming_.filled += header.length;
      return Status::ok();
    case MessageType::kSummed:
    case MessageType::kTaken:
    case MessageType::kInput:
    case MessageType::kResult:
      break;
  }
  Sum* const sum = find_sum(header.sequence);
  if (!sum) return corrupt("the peer spoke of a sum that is not under way");
  Reduction& reduction = sum->reduction;
  if (header.type == MessageType::kTaken) return reduction.peer_took(rank);
  if (header.type == MessageType::kInput) {
    reduction.input_arrived(rank, header);
    return Status::ok();
  }
  if (header.type == MessageType::kResult)
    reduction.result_arrived(rank, header);
  else
    HOWDAH_TRY(reduction.peer_summed(rank, header.offset));
  if (reduction.is_started_by(rank)) send_inputs(from, *sum);
  return Status::ok();
}

Status PeerGroup::check_sequence(const Peer& from, const Header& header) {
  if (header.sequence != from.started || header.sequence > next_sum_ + kMaxSumsAhead ||
      from.left_after)
    return corrupt("the peer announced a sum out of turn");
  return Status::ok();
}

Status PeerGroup::take_start(Peer& from, const Header& header) {
  HOWDAH_TRY(check_sequence(from, header));
  const size_t parts = layout_.parts_of(from.rank);
  if (header.offset > kMaxFloats || header.length != (parts + 1) * kPlaceBytes)
    return corrupt("the peer announced a sum with wrong lengths");
  ++from.started;
  Sum& sum = sum_of(header.sequence);
  std::vector<const float*> at;
  for (size_t i = 0; i <= parts; ++i) {
    const Place place = decode_place(from.payload.data() + i * kPlaceBytes);
    at.push_back(nullptr);
    if (place.segment == 0) continue;
    const auto segment = from.segments.find(place.segment);
    if (segment == from.segments.end())
      return corrupt("the peer named memory that it never passed");
    at.back() = segment->second->at(place.offset_bytes, header.offset);
    if (!at.back()) return corrupt("the peer named a place outside of its memory");
    sum.mapped.push_back(segment->second);
  }
  const float* const result = at.back();
  at.pop_back();
  HOWDAH_TRY(sum.reduction.peer_started(from.rank, header.offset, std::move(at), result));
  announce(from);
  if (sum.reduction.is_started()) send_inputs(from, sum);
  return Status::ok();
}

Status PeerGroup::take_segment(Peer& from, const Header& header, net::FileDescriptor fd) {
  if (!from.local || !fd || header.sequence == 0 || from.segments.size() >= kMaxSegments)
    return corrupt("the peer passed no memory, or too much");
  MappedSegment mapped = HOWDAH_TRY(MappedSegment::map(std::move(fd), header.offset));
  from.segments.insert_or_assign(header.sequence,
                                 std::make_shared<MappedSegment>(std::move(mapped)));
  return Status::ok();
}

Status PeerGroup::take_leave(Peer& from, const Header& header) {
  from.left_after = header.sequence;
  if (misses_something_of(from))
    abort_locked(Status(Code::kAborted, "the worker left the group").with_peer(from.name), {});
  return aborted_;
}

void PeerGroup::take_abort(Peer& from, const Header& header) {
  std::string why(as_text(from.payload));
  if (why.empty()) why = "the worker aborted the group";
  const int suspect = header.part - 1;
  if (suspect < 0 || suspect >= layout_.size() || suspect == plan_.rank) {
    // Nobody is to blame, or we are in that peer's eyes: it is the one whom we cannot reach.
    abort_locked(Status(Code::kAborted, why).with_peer(from.name),
                 suspect == plan_.rank ? std::optional<int>(from.rank) : std::nullopt);
    return;
  }
  abort_locked(Status(Code::kAborted, why).with_peer(peer(suspect).name), suspect);
}

Result<MutableBytes> PeerGroup::place_gather(Peer& from, const Header& header) {
  const uint64_t first = gathers_.empty() ? next_gather_ : gathers_.begin()->first;
  if (header.sequence < std::min(first, next_gather_) ||
      header.sequence > next_gather_ + kMaxCallsAhead)
    return corrupt("the peer sent a value that is not due");
  Gathered& gathered = gathers_[header.sequence];
  gathered.values.resize(static_cast<size_t>(layout_.size()));
  gathered.arriving.resize(gathered.values.size());
  const auto rank = static_cast<size_t>(from.rank);
  if (gathered.values[rank]) return corrupt("the peer sent a value twice");
  gathered.arriving[rank].resize(header.length);
  return std::as_writable_bytes(std::span(gathered.arriving[rank]));
}

Result<MutableBytes> PeerGroup::place_broadcast(Peer& from, const Header& header) {
  Incoming& incoming = incoming_;
  if (incoming.root != from.rank || header.sequence != incoming.sequence ||
      header.offset != incoming.filled || header.length > incoming.bytes.size() - incoming.filled)
    return corrupt("the peer sent a broadcast that was not expected");
  return incoming.bytes.subspan(incoming.filled, header.length);
}

}  // namespace howdah::comm
