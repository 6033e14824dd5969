#include "comm/reduction.h"

#include <algorithm>
#include <cstring>

namespace howdah::comm {
namespace {

MutableBytes bytes_of(float* floats, size_t count) {
  return std::as_writable_bytes(std::span(floats, count));
}

}  // namespace

Reduction::Reduction(const Layout& layout, BufferPool& buffers, uint64_t sequence)
    : layout_(layout),
      buffers_(buffers),
      sequence_(sequence),
      peers_(static_cast<size_t>(layout.size())) {
  for (int rank = 0; rank < layout.size(); ++rank) peer(rank).inbox.resize(layout.parts_of(rank));
}

Reduction::~Reduction() {
  for (PeerState& peer : peers_)
    for (Inbox& inbox : peer.inbox) buffers_.give_back(std::move(inbox.floats), ring_floats());
}

Status Reduction::corrupt(const char* what) const {
  return Status(Code::kCorrupt, what).with_operation("allreduce");
}

void Reduction::start(std::span<const std::span<float>> parts, std::span<float> sum,
                      std::vector<bool> in_place) {
  parts_.assign(parts.begin(), parts.end());
  sum_ = sum;
  mine_ = layout_.slice(layout_.rank(), sum.size());
  eager_ = layout_.is_eager(sum.size());
  started_ = true;
  for (size_t rank = 0; rank < peers_.size(); ++rank) peers_[rank].reads_our_sum = in_place[rank];
  PeerState& me = peer(layout_.rank());
  me.started = me.eager_arrived = me.took = true;
  me.floats = sum.size();
  for (const std::span<float> part : parts) me.parts.push_back(part.data());
}

Status Reduction::check_lengths() const {
  for (const PeerState& peer : peers_)
    if (started_ && peer.started && peer.floats != sum_.size())
      return corrupt("the members do not agree about the sum's length");
  return Status::ok();
}

Status Reduction::peer_started(int rank, uint64_t floats, std::vector<const float*> parts,
                               const float* sum) {
  if (layout_.is_eager(floats)) return corrupt("the peer announced a sum that is too small");
  PeerState& from = peer(rank);
  from.started = true;
  from.floats = floats;
  from.parts = std::move(parts);
  from.sum = sum;
  return check_lengths();
}

Result<MutableBytes> Reduction::place_eager(int rank, const Header& header) {
  const size_t parts = layout_.parts_of(rank);
  if (header.offset > kMaxFloats || !layout_.is_eager(header.offset) ||
      header.length != header.offset * parts * sizeof(float))
    return corrupt("the peer's parts have another length than it says");
  PeerState& from = peer(rank);
  const size_t count = header.offset * parts;
  from.eager = std::make_unique_for_overwrite<float[]>(std::max<size_t>(count, 1));
  return bytes_of(from.eager.get(), count);
}

Status Reduction::eager_arrived(int rank, const Header& header) {
  PeerState& from = peer(rank);
  from.started = from.eager_arrived = true;
  from.floats = header.offset;
  for (size_t part = 0; part < layout_.parts_of(rank); ++part)
    from.parts.push_back(from.eager.get() + part * header.offset);
  return check_lengths();
}

Result<MutableBytes> Reduction::place_input(int rank, const Header& header) {
  PeerState& from = peer(rank);
  const size_t count = header.length / sizeof(float);
  if (!started_ || header.part >= from.inbox.size() || (from.started && from.parts[header.part]) ||
      header.length % sizeof(float) != 0)
    return corrupt("the peer sent a part that was not expected");
  Inbox& inbox = from.inbox[header.part];
  if (header.offset != mine_.begin + inbox.filled || count > mine_.size() - inbox.filled)
    return corrupt("the peer sent a part out of order, or too much of it");
  if (inbox.filled % kChunkFloats + count > kChunkFloats ||
      inbox.filled + count > summed_ + kInputWindowFloats)
    return corrupt("the peer sent a part further than it may");
  if (!inbox.floats) inbox.floats = buffers_.take(ring_floats());
  return bytes_of(inbox.floats.get() + inbox.filled % ring_floats(), count);
}

size_t Reduction::ring_floats() const {
  return std::min(mine_.size(), kInputWindowFloats);
}

void Reduction::input_arrived(int rank, const Header& header) {
  peer(rank).inbox[header.part].filled += header.length / sizeof(float);
}

Result<MutableBytes> Reduction::place_result(int rank, const Header& header) {
  PeerState& from = peer(rank);
  const Slice slice = layout_.slice(rank, sum_.size());
  const size_t count = header.length / sizeof(float);
  if (!started_ || from.sum || header.length % sizeof(float) != 0 ||
      header.offset != slice.begin + from.taken || count > slice.size() - from.taken)
    return corrupt("the peer sent a slice that was not expected");
  return bytes_of(sum_.data() + header.offset, count);
}

void Reduction::result_arrived(int rank, const Header& header) {
  peer(rank).taken += header.length / sizeof(float);
}

Status Reduction::peer_summed(int rank, uint64_t floats) {
  PeerState& from = peer(rank);
  if (!started_ || !from.started || !from.sum || floats < from.ready ||
      floats > layout_.slice(rank, sum_.size()).size())
    return corrupt("the peer summed what it does not own");
  from.ready = floats;
  return Status::ok();
}

Status Reduction::peer_took(int rank) {
  if (!started_ || !peer(rank).reads_our_sum || summed_ != mine_.size())
    return corrupt("the peer took what was not offered");
  peer(rank).took = true;
  return Status::ok();
}

const float* Reduction::leaf(int rank, size_t part, size_t begin) const {
  const PeerState& from = peer(rank);
  return from.parts[part] ? from.parts[part] + mine_.begin + begin
                          : from.inbox[part].floats.get() + begin % ring_floats();
}

std::optional<Reduction::Work> Reduction::claim_eager() {
  if (summing_ || eager_summed_) return std::nullopt;
  for (const PeerState& peer : peers_)
    if (!peer.eager_arrived) return std::nullopt;
  Work work{Kind::kEager, layout_.rank(), 0, sum_.size(), {}};
  for (const PeerState& peer : peers_)
    work.leaves.insert(work.leaves.end(), peer.parts.begin(), peer.parts.end());
  summing_ = true;
  return work;
}

std::optional<Reduction::Work> Reduction::claim_sum() {
  if (summing_ || summed_ == mine_.size()) return std::nullopt;
  // Never across a chunk's end: the inboxes are rings of whole chunks.
  size_t ready = std::min(mine_.size(), (summed_ / kChunkFloats + 1) * kChunkFloats);
  for (const PeerState& from : peers_) {
    if (!from.started) return std::nullopt;
    for (size_t part = 0; part < from.parts.size(); ++part)
      if (!from.parts[part]) ready = std::min(ready, from.inbox[part].filled);
  }
  if (ready <= summed_) return std::nullopt;
  Work work{Kind::kSum, layout_.rank(), summed_, ready, {}};
  for (int rank = 0; rank < layout_.size(); ++rank)
    for (size_t part = 0; part < layout_.parts_of(rank); ++part)
      work.leaves.push_back(leaf(rank, part, summed_));
  summing_ = true;
  return work;
}

std::optional<Reduction::Work> Reduction::claim_copy(int rank) {
  PeerState& from = peer(rank);
  if (!from.sum || from.copying || from.taken >= from.ready) return std::nullopt;
  const size_t end = std::min(from.ready, from.taken + kChunkFloats);
  from.copying = true;
  return Work{Kind::kCopy,
              rank,
              from.taken,
              end,
              {from.sum + layout_.slice(rank, sum_.size()).begin + from.taken}};
}

std::optional<Reduction::Work> Reduction::claim() {
  if (!started_) return std::nullopt;
  if (eager_) return claim_eager();
  for (int rank = 0; rank < layout_.size(); ++rank)
    if (!is_me(rank))
      if (auto copy = claim_copy(rank)) return copy;
  return claim_sum();
}

void Reduction::run(const Work& work) const {
  const size_t count = work.end - work.begin;
  if (work.kind == Kind::kEager) return layout_.tree().run(work.leaves, sum_.data(), count);
  float* const into = sum_.data() + layout_.slice(work.rank, sum_.size()).begin + work.begin;
  if (work.kind == Kind::kSum) return layout_.tree().run(work.leaves, into, count);
  std::memcpy(into, work.leaves[0], count * sizeof(float));
}

void Reduction::finish(const Work& work) {
  if (work.kind == Kind::kCopy) {
    peer(work.rank).copying = false;
    peer(work.rank).taken = work.end;
    return;
  }
  summing_ = false;
  if (work.kind == Kind::kSum) {
    summed_ = work.end;
    return;
  }
  eager_summed_ = true;
  summed_ = mine_.size();
  for (int rank = 0; rank < layout_.size(); ++rank)
    peer(rank).taken = layout_.slice(rank, sum_.size()).size();
}

bool Reduction::has_taken(int rank) const {
  return peer(rank).taken == layout_.slice(rank, sum_.size()).size();
}

size_t Reduction::progress_of(int rank) const {
  return std::max(peer(rank).taken, peer(rank).ready);
}

bool Reduction::reads_in_place(const Work& work) const {
  if (work.kind == Kind::kEager) return false;
  if (work.kind == Kind::kCopy) return true;
  for (int rank = 0; rank < layout_.size(); ++rank)
    if (!is_me(rank))
      for (const float* part : peer(rank).parts)
        if (part) return true;
  return false;
}

bool Reduction::is_complete() const {
  if (!started_ || summing_ || summed_ != mine_.size() || hold_.use_count() > 1) return false;
  for (int rank = 0; rank < layout_.size(); ++rank) {
    if (is_me(rank)) continue;
    const PeerState& other = peer(rank);
    if (!other.started || !has_taken(rank) || other.copying) return false;
    if (!eager_ && other.reads_our_sum && mine_.size() > 0 && !other.took) return false;
  }
  return true;
}

}  // namespace howdah::comm
