// For tests of steps: records from JSON, and a step's whole life over them, in one piece and in
// many.
#pragma once

#include <arrow/array.h>
#include <arrow/json/from_string.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <numeric>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "formats/arrow_status.h"
#include "transform/steps.h"

namespace howdah::transform {

// Rows as JSON objects: [{"x": 1}, {"x": null}].
inline Records records_of(const std::shared_ptr<arrow::Schema>& schema, const std::string& rows,
                          formats::ChunkId chunk = {}) {
  static const bool initialized = formats::load_arrow_functions().is_ok();
  EXPECT_TRUE(initialized);
  const auto array = arrow::json::ArrayFromJSONString(arrow::struct_(schema->fields()), rows);
  EXPECT_TRUE(array.ok()) << array.status().ToString();
  Records records;
  records.chunk = chunk;
  records.batch = arrow::RecordBatch::FromStructArray(*array).ValueOrDie();
  records.rows.resize(static_cast<size_t>(records.batch->num_rows()));
  std::iota(records.rows.begin(), records.rows.end(), 0U);
  records.identities.resize(records.rows.size());
  return records;
}

// Pieces of at most `rows` rows, which keep their places in the chunk.
inline std::vector<Records> in_pieces(const Records& records, size_t rows) {
  std::vector<Records> pieces;
  for (size_t begin = 0; begin < records.rows.size(); begin += rows) {
    const size_t count = std::min(rows, records.rows.size() - begin);
    Records piece = records;
    piece.batch = records.batch->Slice(static_cast<int64_t>(begin), static_cast<int64_t>(count));
    piece.rows.assign(records.rows.begin() + static_cast<int64_t>(begin),
                      records.rows.begin() + static_cast<int64_t>(begin + count));
    piece.identities.resize(count);
    pieces.push_back(std::move(piece));
  }
  return pieces;
}

struct Outcome {
  std::vector<std::string> rows;     // as JSON, what remains
  std::vector<uint32_t> kept;        // their places in the chunk
  std::vector<std::string> reasons;  // "3: x is missing", of those dropped or marked
  StepEffect effect;
  std::string state;   // as JSON
  std::string learnt;  // the collectors' bytes
  std::shared_ptr<arrow::Schema> schema;
};

// What whoever runs the steps does with one that compares records.
inline Status judge_and_drop(const Grouping& grouping, std::vector<Records>& pieces,
                             Effects& effects) {
  std::vector<GroupEntry> entries;
  for (auto piece = pieces.rbegin(); piece != pieces.rend(); ++piece)
    HOWDAH_TRY(grouping.entries(*piece, entries));
  std::sort(entries.begin(), entries.end(), [](const GroupEntry& a, const GroupEntry& b) {
    return std::tie(a.key, a.chunk, a.row) < std::tie(b.key, b.chunk, b.row);
  });
  std::set<std::pair<formats::ChunkId, uint32_t>> gone;
  for (size_t begin = 0, end; begin < entries.size(); begin = end) {
    for (end = begin + 1; end < entries.size() && entries[end].key == entries[begin].key;) ++end;
    if (end - begin < 2) continue;
    std::vector<uint8_t> drop(end - begin);
    grouping.judge(std::span<const GroupEntry>(&entries[begin], end - begin), drop);
    for (size_t i = 0; i < drop.size(); ++i)
      if (drop[i]) gone.emplace(entries[begin + i].chunk, entries[begin + i].row);
  }
  for (Records& piece : pieces) {
    std::vector<uint8_t> picked;
    for (const uint32_t row : piece.rows) picked.push_back(gone.count({piece.chunk, row}) > 0);
    const auto reason = [&](int64_t) { return grouping.reason(); };
    if (!grouping.drops()) {
      effects.mark(piece, picked, reason);
      continue;
    }
    for (uint8_t& flag : picked) flag = !flag;
    HOWDAH_TRY(effects.drop(piece, picked, reason));
  }
  return Status::ok();
}

inline Status apply_all(Step& step, std::vector<Records>& pieces, Outcome& outcome) {
  Effects effects;
  effects.want_reasons = true;
  if (step.grouping()) {
    HOWDAH_TRY(judge_and_drop(*step.grouping(), pieces, effects));
  } else {
    for (Records& piece : pieces) HOWDAH_TRY(step.apply(piece, effects));
  }
  for (const auto* list : {&effects.dropped, &effects.marked})
    for (const DroppedRow& row : *list)
      outcome.reasons.push_back(std::to_string(row.row) + ": " + row.reason);
  outcome.effect = effects.effect;
  for (const Records& piece : pieces) {
    EXPECT_TRUE(piece.batch->ValidateFull().ok());
    EXPECT_EQ(piece.batch->num_rows(), piece.size());
    EXPECT_TRUE(piece.batch->schema()->Equals(outcome.schema))
        << piece.batch->schema()->ToString() << " is not what bind() said";
    for (int64_t row = 0; row < piece.size(); ++row)
      outcome.rows.push_back(row_as_json(*piece.batch, row));
    outcome.kept.insert(outcome.kept.end(), piece.rows.begin(), piece.rows.end());
  }
  return Status::ok();
}

// A step's life: bind, collect by several collectors, merge from last to first, fit, apply.
inline Result<Outcome> live(Step& step, std::vector<Records> pieces, size_t collectors) {
  Outcome outcome;
  outcome.schema = HOWDAH_TRY(step.bind(pieces.at(0).batch->schema()));
  if (auto whole = step.collector()) {
    std::vector<std::unique_ptr<Collector>> parts;
    for (size_t i = 0; i < collectors; ++i) parts.push_back(step.collector());
    for (size_t i = 0; i < pieces.size(); ++i) HOWDAH_TRY(parts[i % collectors]->add(pieces[i]));
    for (auto part = parts.rbegin(); part != parts.rend(); ++part) {
      std::string bytes;
      (*part)->write_to(bytes);
      statistics::ByteReader reader(bytes);
      HOWDAH_TRY(whole->merge(reader));
      EXPECT_EQ(reader.left(), 0U);
    }
    whole->write_to(outcome.learnt);
    HOWDAH_TRY(step.fit(*whole));
    outcome.schema = HOWDAH_TRY(step.bind(pieces.at(0).batch->schema()));
  }
  nlohmann::ordered_json state = nlohmann::ordered_json::object();
  step.state(state);
  outcome.state = state.dump();
  HOWDAH_TRY(apply_all(step, pieces, outcome));
  return outcome;
}

// Runs the rule over the records. On the way checks what every step promises: the same outcome in
// whatever pieces and collectors the records come, and from the state in the place of learning.
template <typename Rule>
Result<Outcome> run(const Rule& rule, const Records& records) {
  prepare::StepSpec spec{rule, "clean.rule", "prep.yaml:6:14"};
  const auto step = HOWDAH_TRY(make(rule, spec));
  const Outcome outcome = HOWDAH_TRY(live(*step, {records}, 1));
  for (const auto& [rows, collectors] : {std::pair<size_t, size_t>{1, 3}, {2, 2}, {3, 1}, {7, 4}}) {
    const auto other = HOWDAH_TRY(make(rule, spec));
    const Outcome again = HOWDAH_TRY(live(*other, in_pieces(records, rows), collectors));
    EXPECT_EQ(again.rows, outcome.rows) << "in pieces of " << rows;
    EXPECT_EQ(again.kept, outcome.kept);
    EXPECT_EQ(again.reasons, outcome.reasons);
    EXPECT_EQ(again.state, outcome.state);
    EXPECT_EQ(again.learnt, outcome.learnt);
    EXPECT_EQ(again.effect.rows_dropped, outcome.effect.rows_dropped);
    EXPECT_EQ(again.effect.rows_changed, outcome.effect.rows_changed);
    EXPECT_EQ(again.effect.values_changed, outcome.effect.values_changed);
    EXPECT_EQ(again.effect.rows_marked, outcome.effect.rows_marked);
  }
  const auto restored = HOWDAH_TRY(make(rule, spec));
  Outcome again;
  again.schema = HOWDAH_TRY(restored->bind(records.batch->schema()));
  HOWDAH_TRY(restored->restore(nlohmann::ordered_json::parse(outcome.state)));
  std::vector<Records> pieces = {records};
  HOWDAH_TRY(apply_all(*restored, pieces, again));
  EXPECT_EQ(again.rows, outcome.rows) << "from the state " << outcome.state;
  EXPECT_EQ(again.reasons, outcome.reasons);
  nlohmann::ordered_json state = nlohmann::ordered_json::object();
  restored->state(state);
  EXPECT_EQ(state.dump(), outcome.state);
  return outcome;
}

}  // namespace howdah::transform
