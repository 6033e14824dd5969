#include "data/deal.h"

#include <arrow/array/array_primitive.h>
#include <arrow/buffer.h>
#include <arrow/compute/api_vector.h>
#include <arrow/datum.h>

#include <algorithm>
#include <numeric>

#include "formats/arrow_status.h"

namespace howdah::data {
namespace {

// The order that brings the rows of one piece together and keeps their order within it.
std::vector<uint64_t> order_by(const std::vector<int32_t>& pieces) {
  std::vector<uint64_t> order(pieces.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&](uint64_t a, uint64_t b) { return pieces[a] < pieces[b]; });
  return order;
}

}  // namespace

Dealt deal(const transform::Records& records) {
  constexpr uint32_t kNone = UINT32_MAX;
  Dealt dealt;
  dealt.group_of_row.resize(records.rows.size());
  const size_t folders = std::max<size_t>(1, records.partitions.names.size());
  std::vector<uint32_t> group_of(folders * 256, kNone);
  for (size_t r = 0; r < records.rows.size(); ++r) {
    const size_t code = records.parts[r] * folders + records.partitions.of_row[r];
    uint32_t& group = group_of[code];
    if (group == kNone) {
      group = static_cast<uint32_t>(dealt.groups.size());
      dealt.groups.push_back(
          {records.parts[r], records.partitions.names[records.partitions.of_row[r]]});
      dealt.rows_of_group.push_back(0);
    }
    dealt.group_of_row[r] = group;
    ++dealt.rows_of_group[group];
  }
  return dealt;
}

Result<std::vector<PieceSlice>> cut(const transform::Records& records,
                                    const std::shared_ptr<arrow::RecordBatch>& batch,
                                    const PiecePlan& plan) {
  std::vector<PieceSlice> slices;
  if (records.size() == 0) return slices;
  const Dealt dealt = deal(records);
  std::vector<PiecePlan::Place> places;
  for (const PartitionKey& key : dealt.groups)
    places.push_back(HOWDAH_TRY(plan.place(records.chunk, key)));
  std::vector<int64_t> next(places.size());
  for (size_t g = 0; g < places.size(); ++g) next[g] = places[g].first_rank;
  std::vector<int32_t> pieces(records.rows.size());
  for (size_t r = 0; r < pieces.size(); ++r) {
    const uint32_t group = dealt.group_of_row[r];
    pieces[r] = plan.piece_of(places[group], next[group]++);
  }
  auto sorted = batch;
  if (!std::is_sorted(pieces.begin(), pieces.end())) {
    const auto order = order_by(pieces);
    const auto indices = std::make_shared<arrow::UInt64Array>(static_cast<int64_t>(order.size()),
                                                              arrow::Buffer::Wrap(order));
    sorted = HOWDAH_TRY(formats::from_arrow(arrow::compute::Take(batch, indices))).record_batch();
    std::sort(pieces.begin(), pieces.end());
  }
  for (size_t begin = 0; begin < pieces.size();) {
    size_t end = begin;
    while (end < pieces.size() && pieces[end] == pieces[begin]) ++end;
    slices.push_back({pieces[begin], sorted->Slice(static_cast<int64_t>(begin),
                                                   static_cast<int64_t>(end - begin))});
    begin = end;
  }
  return slices;
}

}  // namespace howdah::data
