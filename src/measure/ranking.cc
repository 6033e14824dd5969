#include "measure/ranking.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>

#include "measure/counts_io.h"
#include "statistics/ordered_image.h"

namespace howdah::measure {
namespace {

__extension__ typedef unsigned __int128 uint128;

constexpr double kNoNumber = std::numeric_limits<double>::quiet_NaN();

}  // namespace

void Ranking::add(bool positive, double score) {
  if (std::isnan(score)) {
    ++nans_;
    return;
  }
  waiting_.push_back(
      {statistics::image_of(score + 0.0) >> level_, positive ? 0 : 1, positive ? 1 : 0});
  if (waiting_.size() >= std::max<size_t>(4096, bins_.size() / 2)) settle();
}

void Ranking::unite(Bins& sorted) {
  if (sorted.empty()) return;
  size_t last = 0;
  for (size_t i = 1; i < sorted.size(); ++i) {
    if (sorted[i].key == sorted[last].key) {
      sorted[last].negatives += sorted[i].negatives;
      sorted[last].positives += sorted[i].positives;
    } else {
      sorted[++last] = sorted[i];
    }
  }
  sorted.resize(last + 1);
}

void Ranking::settle() {
  if (waiting_.empty()) return;
  const auto by_key = [](const Bin& a, const Bin& b) { return a.key < b.key; };
  std::sort(waiting_.begin(), waiting_.end(), by_key);
  unite(waiting_);
  const auto middle = static_cast<std::ptrdiff_t>(bins_.size());
  bins_.insert(bins_.end(), waiting_.begin(), waiting_.end());
  std::inplace_merge(bins_.begin(), bins_.begin() + middle, bins_.end(), by_key);
  unite(bins_);
  waiting_.clear();
  keep_within_limit();
}

void Ranking::raise(int level) {
  if (level <= level_) return;
  for (Bin& bin : bins_) bin.key >>= level - level_;
  level_ = level;
  unite(bins_);
}

// The least level with few enough bins. Neighbours stay apart below the level at which their
// highest different bit is lost, so one count over the neighbours tells of every level.
void Ranking::keep_within_limit() {
  if (bins_.size() <= exact_) return;
  std::array<size_t, 65> lost{};  // [more levels]
  for (size_t i = 1; i < bins_.size(); ++i)
    ++lost[static_cast<size_t>(std::bit_width(bins_[i].key ^ bins_[i - 1].key))];
  size_t left = bins_.size();
  int more = 0;
  while (left > exact_) left -= lost[static_cast<size_t>(++more)];
  raise(level_ + more);
}

Ranking Ranking::settled() const {
  Ranking copy = *this;
  copy.settle();
  return copy;
}

void Ranking::merge(const Ranking& other) {
  settle();
  Ranking theirs = other.settled();
  const int level = std::max(level_, theirs.level_);
  raise(level);
  theirs.raise(level);
  nans_ += theirs.nans_;
  waiting_ = std::move(theirs.bins_);
  settle();
}

Ranking::Figure Ranking::roc_auc() const {
  const Ranking all = settled();
  int64_t positives = 0, negatives = 0;
  uint128 won = 0, tied = 0;  // pairs of a positive and a negative record; the won ones twice
  for (const Bin& bin : all.bins_) {
    won += static_cast<uint128>(bin.positives) * static_cast<uint128>(negatives) * 2;
    tied += static_cast<uint128>(bin.positives) * static_cast<uint128>(bin.negatives);
    positives += bin.positives;
    negatives += bin.negatives;
  }
  if (nans_ > 0 || positives == 0 || negatives == 0) return {kNoNumber, kNoNumber};
  const auto pairs =
      static_cast<double>(static_cast<uint128>(positives) * static_cast<uint128>(negatives) * 2);
  return {static_cast<double>(won + tied) / pairs,
          all.level_ == 0 ? 0 : static_cast<double>(tied) / pairs};
}

// In a bin with p positive and n negative records, after P and N of the bins above it, the
// precision at any of the positive ones lies between (P + 1) / (P + 1 + N + n) and
// (P + p) / (P + p + N).
Ranking::Figure Ranking::average_precision() const {
  if (nans_ > 0) return {kNoNumber, kNoNumber};
  const Ranking all = settled();
  int64_t positives = 0;
  for (const Bin& bin : all.bins_) positives += bin.positives;
  if (positives == 0) return {};
  double value = 0, least = 0, most = 0;
  int64_t above_positive = 0, above_negative = 0;
  const auto precision = [](int64_t positive, int64_t negative) {
    return static_cast<double>(positive) / static_cast<double>(positive + negative);
  };
  for (size_t i = all.bins_.size(); i-- > 0;) {
    const Bin& bin = all.bins_[i];
    if (bin.positives > 0) {
      const double share = static_cast<double>(bin.positives) / static_cast<double>(positives);
      least += share * precision(above_positive + 1, above_negative + bin.negatives);
      most += share * precision(above_positive + bin.positives, above_negative);
      value += share * precision(above_positive + bin.positives, above_negative + bin.negatives);
    }
    above_positive += bin.positives;
    above_negative += bin.negatives;
  }
  return {value, all.level_ == 0 ? 0 : std::max(most - value, value - least)};
}

void Ranking::write_to(statistics::ByteWriter& bytes) const {
  const Ranking all = settled();
  bytes.u8(static_cast<uint8_t>(all.level_));
  bytes.varint(static_cast<uint64_t>(all.nans_));
  bytes.varint(all.bins_.size());
  uint64_t before = 0;
  for (const Bin& bin : all.bins_) {
    bytes.varint(bin.key - before);
    bytes.varint(static_cast<uint64_t>(bin.negatives));
    bytes.varint(static_cast<uint64_t>(bin.positives));
    before = bin.key;
  }
}

Status Ranking::merge(statistics::ByteReader& bytes) {
  const Status broken(Code::kCorrupt, "a member's scores are beyond their range");
  Ranking theirs(exact_);
  theirs.level_ = HOWDAH_TRY(bytes.u8());
  const uint64_t nans = HOWDAH_TRY(bytes.varint());
  const uint64_t bins = HOWDAH_TRY(bytes.varint());
  if (theirs.level_ > 63 || bins > exact_) return broken;
  constexpr auto kMost = static_cast<uint64_t>(kMostCounted);
  uint64_t key = 0, counted = nans;
  if (nans > kMost) return broken;
  for (uint64_t i = 0; i < bins; ++i) {
    const uint64_t step = HOWDAH_TRY(bytes.varint());
    const uint64_t negatives = HOWDAH_TRY(bytes.varint());
    const uint64_t positives = HOWDAH_TRY(bytes.varint());
    if ((i > 0 && step == 0) || step > (UINT64_MAX >> theirs.level_) - key || negatives > kMost ||
        positives > kMost || negatives + positives == 0)
      return broken;
    key += step;
    counted += negatives + positives;
    if (counted > kMost) return broken;
    theirs.bins_.push_back({key, static_cast<int64_t>(negatives), static_cast<int64_t>(positives)});
  }
  for (const Bins* own : {&bins_, &waiting_})
    for (const Bin& bin : *own) counted += static_cast<uint64_t>(bin.negatives + bin.positives);
  counted += static_cast<uint64_t>(nans_);
  if (counted > kMost) return broken;
  theirs.nans_ = static_cast<int64_t>(nans);
  merge(theirs);
  return Status::ok();
}

}  // namespace howdah::measure
