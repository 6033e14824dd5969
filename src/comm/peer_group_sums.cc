// The life of a sum: announced to every member, fed, handed out, forgotten.
#include <algorithm>
#include <cstring>

#include "comm/peer_group.h"

namespace howdah::comm {
namespace {

// Sums that we announce to a peer before it has announced them to us.
constexpr uint64_t kWindow = 256;

Bytes bytes_of(const float* floats, size_t count) {
  return std::as_bytes(std::span(floats, count));
}

}  // namespace

PeerGroup::Sum* PeerGroup::find_sum(uint64_t sequence) {
  const auto found = sums_.find(sequence);
  return found == sums_.end() ? nullptr : found->second.get();
}

PeerGroup::Sum& PeerGroup::sum_of(uint64_t sequence) {
  std::unique_ptr<Sum>& sum = sums_[sequence];
  if (!sum) sum = std::make_unique<Sum>(layout_, buffers_, sequence);
  return *sum;
}

Group::Ticket PeerGroup::start_allreduce(std::span<const std::span<float>> parts,
                                         std::span<float> sum) {
  MutexLock lock(mutex_);
  const uint64_t sequence = next_sum_++;
  const bool fits = parts.size() == layout_.parts_of(plan_.rank) && sum.size() <= kMaxFloats &&
                    std::all_of(parts.begin(), parts.end(),
                                [&](const auto& part) { return part.size() == sum.size(); });
  Sum& started = sum_of(sequence);
  if (!aborted_.is_ok() || !fits) {
    abort_locked(Status(Code::kAborted, "a sum was started with wrong parts"), {});
    return sequence;
  }
  const bool eager = layout_.is_eager(sum.size());
  const auto locate = [&](std::span<const float> span) HOWDAH_REQUIRES(mutex_) {
    std::shared_ptr<Segment> segment = eager ? nullptr : segments_->find(span);
    Place place;
    if (segment)
      place = {segment->number(),
               static_cast<uint64_t>(span.data() - segment->floats().data()) * sizeof(float)};
    started.places.push_back(place);
    started.segments.push_back(std::move(segment));
  };
  for (const std::span<float> part : parts) locate(part);
  locate(sum);
  std::vector<bool> in_place(static_cast<size_t>(layout_.size()), false);
  for (const auto& peer : peers_)
    in_place[static_cast<size_t>(peer->rank)] = peer->local && started.places.back().segment != 0;
  started.reduction.start(parts, sum, std::move(in_place));

  const Status agreed = started.reduction.check_lengths();
  if (!agreed.is_ok()) abort_locked(agreed, {});
  for (const auto& peer : peers_) {
    if (!aborted_.is_ok()) return sequence;
    if (peer->left_after) {
      abort_locked(Status(Code::kAborted, "the worker left the group").with_peer(peer->name), {});
      return sequence;
    }
    announce(*peer);
    if (started.reduction.is_started_by(peer->rank)) send_inputs(*peer, started);
  }
  // A small sum is finished by whoever waits for it.
  if (!eager) {
    if (parked_) background_.notify_one();
    wake();
  }
  return sequence;
}

void PeerGroup::announce(Peer& to) {
  while (to.announced < next_sum_ && to.announced <= to.started + kWindow) {
    Sum* const sum = find_sum(to.announced);
    if (!sum || !sum->reduction.is_started()) return;
    announce_one(to, *sum);
    ++to.announced;
  }
}

void PeerGroup::announce_one(Peer& to, Sum& sum) {
  const Reduction& reduction = sum.reduction;
  Outgoing frame{.header = {.sequence = reduction.sequence(), .offset = reduction.floats()}};
  if (layout_.is_eager(reduction.floats())) {
    frame.header.type = MessageType::kEager;
    for (const std::span<float> part : reduction.parts())
      frame.owned.append(as_text(bytes_of(part.data(), part.size())));
  } else {
    forget_freed_segments(to);
    frame.header.type = MessageType::kStart;
    std::vector<std::byte> places(sum.places.size() * kPlaceBytes);
    for (size_t i = 0; i < sum.places.size(); ++i)
      encode(offer(to, sum.segments[i], sum.places[i]), places.data() + i * kPlaceBytes);
    frame.owned = as_text(places);
  }
  to.control.queue(std::move(frame));
  flush(to.control);
}

// The place as the peer may know it; its segment goes ahead, once.
Place PeerGroup::offer(Peer& to, const std::shared_ptr<Segment>& segment, Place place) {
  if (!to.local || !segment) return {};
  if (to.sent_segments.emplace(segment->number(), segment).second)
    to.control.queue({.header = {.type = MessageType::kSegment,
                                 .sequence = segment->number(),
                                 .offset = segment->size_bytes()},
                      .segment = segment});
  return place;
}

void PeerGroup::forget_freed_segments(Peer& to) {
  std::erase_if(to.sent_segments, [&](const auto& entry) {
    if (!entry.second.expired()) return false;
    to.control.queue({.header = {.type = MessageType::kForget, .sequence = entry.first}});
    return true;
  });
}

// Both sides have started: what the peer cannot read in place goes out, chunk by chunk, as far as
// the peer has room for.
void PeerGroup::send_inputs(Peer& to, Sum& sum) {
  const Reduction& reduction = sum.reduction;
  if (layout_.is_eager(reduction.floats())) return;
  const Slice slice = layout_.slice(to.rank, reduction.floats());
  const size_t room = std::min(slice.size(), reduction.progress_of(to.rank) + kInputWindowFloats);
  size_t& sent = sum.inputs_sent[static_cast<size_t>(to.rank)];
  while (sent < room) {
    const size_t at = slice.begin + sent;
    const size_t count = std::min(kChunkFloats, slice.end - at);
    for (size_t part = 0; part < reduction.parts().size(); ++part) {
      if (to.local && sum.places[part].segment != 0) continue;
      to.data.queue({.header = {.type = MessageType::kInput,
                                .part = static_cast<uint16_t>(part),
                                .sequence = reduction.sequence(),
                                .offset = at},
                     .payload = bytes_of(reduction.parts()[part].data() + at, count),
                     .hold = reduction.hold()});
    }
    sent += count;
  }
  flush(to.data);
}

void PeerGroup::publish(Sum& sum, const Reduction::Work& work) {
  const Reduction& reduction = sum.reduction;
  if (work.kind == Reduction::Kind::kEager) return;
  if (work.kind == Reduction::Kind::kCopy) {
    if (!reduction.has_taken(work.rank)) return;
    Peer& owner = peer(work.rank);
    owner.control.queue(
        {.header = {.type = MessageType::kTaken, .sequence = reduction.sequence()}});
    return flush(owner.control);
  }
  const size_t begin = layout_.slice(plan_.rank, reduction.floats()).begin + work.begin;
  for (const auto& peer : peers_) {
    if (peer->local && sum.places.back().segment != 0) {
      peer->control.queue({.header = {.type = MessageType::kSummed,
                                      .sequence = reduction.sequence(),
                                      .offset = work.end}});
      flush(peer->control);
    } else {
      peer->data.queue({.header = {.type = MessageType::kResult,
                                   .sequence = reduction.sequence(),
                                   .offset = begin},
                        .payload = bytes_of(reduction.sum().data() + begin, work.end - work.begin),
                        .hold = reduction.hold()});
      flush(peer->data);
    }
  }
}

void PeerGroup::finish_completed() {
  const size_t erased =
      std::erase_if(sums_, [](const auto& entry) { return entry.second->reduction.is_complete(); });
  if (erased == 0 || waiters_ == 0) return;
  if (waiters_ > 1) changed_.notify_all();
  wake();
}

// Of a broadcast, to one receiver.
void PeerGroup::send_values(Peer& to, uint64_t sequence, MutableBytes bytes,
                            const std::shared_ptr<const void>& hold) {
  for (size_t at = 0; at < bytes.size(); at += kFrameBytes)
    to.data.queue({.header = {.type = MessageType::kBroadcast, .sequence = sequence, .offset = at},
                   .payload = bytes.subspan(at, std::min(kFrameBytes, bytes.size() - at)),
                   .hold = hold});
  flush(to.data);
}

}  // namespace howdah::comm
