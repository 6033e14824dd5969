#include "data/pipeline.h"

#include <arrow/array/array_binary.h>
#include <arrow/array/array_dict.h>
#include <arrow/compute/api_vector.h>
#include <arrow/compute/cast.h>
#include <arrow/datum.h>
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "formats/arrow_status.h"

namespace howdah::data {
namespace {

using transform::Records;

bool meet(const std::vector<std::string>& names, const std::set<std::string>& blocked) {
  return std::any_of(names.begin(), names.end(),
                     [&](const std::string& name) { return blocked.contains(name); });
}

// Each row's value as text.
Result<transform::RowLabels> labels_of(const arrow::Array& values) {
  const auto texts = HOWDAH_TRY(formats::from_arrow(arrow::compute::Cast(values, arrow::utf8())));
  const auto encoded = HOWDAH_TRY(formats::from_arrow(arrow::compute::DictionaryEncode(
      texts,
      arrow::compute::DictionaryEncodeOptions(arrow::compute::DictionaryEncodeOptions::ENCODE))));
  const auto made = encoded.make_array();
  const auto& array = static_cast<const arrow::DictionaryArray&>(*made);
  const auto& names = static_cast<const arrow::StringArray&>(*array.dictionary());
  transform::RowLabels labels;
  for (int64_t i = 0; i < names.length(); ++i)
    labels.names.push_back(names.IsNull(i) ? "<missing>" : names.GetString(i));
  labels.of_row.reserve(static_cast<size_t>(array.length()));
  for (int64_t r = 0; r < array.length(); ++r)
    labels.of_row.push_back(static_cast<uint32_t>(array.GetValueIndex(r)));
  return labels;
}

}  // namespace

Result<std::unique_ptr<Pipeline>> Pipeline::create(const prepare::PrepareSpec& spec,
                                                   const std::shared_ptr<arrow::Schema>& input) {
  HOWDAH_TRY(formats::load_arrow_functions());
  auto pipeline = std::unique_ptr<Pipeline>(new Pipeline());
  pipeline->spec_ = spec;
  pipeline->input_ = input;
  for (const auto& part : spec.split.parts) pipeline->part_names_.push_back(part.name);
  bool assigned = false;
  for (const prepare::StepSpec& step_spec : spec.steps) {
    Item item;
    item.step = HOWDAH_TRY(transform::make_step(step_spec));
    if (!assigned && item.step->learns_from_training_only()) {
      pipeline->assign_at_ = pipeline->items_.size();
      pipeline->items_.emplace_back();
      assigned = true;
    }
    pipeline->items_.push_back(std::move(item));
  }
  if (!assigned) {
    pipeline->assign_at_ = pipeline->items_.size();
    pipeline->items_.emplace_back();
  }
  pipeline->fitted_.assign(pipeline->items_.size(), 0);
  pipeline->drops_.resize(pipeline->items_.size());
  HOWDAH_TRY(pipeline->bind());
  for (size_t i = 0; i < pipeline->items_.size(); ++i)
    if (!pipeline->items_[i].learns) pipeline->fitted_[i] = 1;
  pipeline->advance();
  return pipeline;
}

Status Pipeline::bind() {
  auto schema = input_;
  for (size_t i = 0; i < items_.size(); ++i) {
    Item& item = items_[i];
    if (!item.step) {
      if (!splitter_) {
        splitter_ = HOWDAH_TRY(transform::Splitter::create(spec_.split, schema));
        partitioner_ = HOWDAH_TRY(transform::Partitioner::create(spec_.partition, schema));
      }
      item.reads = partitioner_->reads();
      if (!spec_.split.column.empty()) item.reads.push_back(spec_.split.column);
      item.learns = splitter_->collector() != nullptr || partitioner_->collector() != nullptr;
      continue;
    }
    schema = HOWDAH_TRY(item.step->bind(schema));
    item.reads = item.step->reads();
    item.writes = item.step->writes();
    item.drops_rows = item.step->drops_rows();
    item.training_only = item.step->learns_from_training_only();
    item.learns = item.step->grouping() != nullptr || item.step->collector() != nullptr;
  }
  output_ = std::move(schema);
  return Status::ok();
}

Pipeline::Round Pipeline::next_round() const {
  Round round;
  round.counted_from = counted_;
  round.ready = learnt_;
  std::set<std::string> blocked;
  bool all = true, parts = learnt_ > assign_at_;
  size_t i = learnt_;
  for (; i < items_.size() && all; ++i) {
    const Item& item = items_[i];
    const bool hidden = meet(item.reads, blocked);
    if (!fitted_[i]) {
      const bool can = !hidden && (!item.training_only || parts);
      const bool groups = item.step && item.step->grouping();
      round.tail += !can ? '-' : groups ? 'g' : 'c';
      blocked.insert(item.writes.begin(), item.writes.end());
      if (item.drops_rows || !item.step) all = false;
    } else if (hidden) {
      round.tail += '-';
      blocked.insert(item.writes.begin(), item.writes.end());
      if (item.drops_rows || !item.step) all = false;
    } else {
      round.tail += 'a';
      parts = parts || i == assign_at_;
    }
  }
  round.counts_pieces = all && !pieces_counted_;
  return round;
}

std::unique_ptr<RoundResults> Pipeline::results(const Round& round, bool profile_before) const {
  auto results = std::make_unique<RoundResults>();
  results->collectors.resize(items_.size());
  results->tally.effects.resize(items_.size());
  results->groups.resize(items_.size());
  for (size_t k = 0; k < round.tail.size(); ++k) {
    if (round.tail[k] != 'c') continue;
    const Item& item = items_[round.ready + k];
    if (item.step) {
      results->collectors[round.ready + k] = item.step->collector();
    } else {
      results->splitter = splitter_->collector();
      results->partitioner = partitioner_->collector();
    }
  }
  results->wants_quarantine = spec_.quarantine;
  results->wants_bad_quarantine =
      spec_.quarantine || spec_.source.bad_records == prepare::BadRecordAction::kQuarantine;
  if (profile_before) results->tally.before = std::make_unique<Profile>();
  if (ready_to_write()) results->tally.after = std::make_unique<Profile>();
  return results;
}

Status Pipeline::assign(Records& records) const {
  records.parts = HOWDAH_TRY(splitter_->assign(records));
  auto partitions = HOWDAH_TRY(partitioner_->assign(records));
  records.partitions = {std::move(partitions.of_row), std::move(partitions.folders)};
  if (spec_.split.by == prepare::SplitSpec::By::kClass)
    records.classes = HOWDAH_TRY(labels_of(*records.column(spec_.split.column)));
  return Status::ok();
}

Status Pipeline::apply(size_t i, Records& records, RoundResults& results, Count count) const {
  const Item& item = items_[i];
  if (!item.step) return assign(records);
  transform::Effects effects;
  effects.effect.rows_in = records.size();
  effects.want_reasons = count == Count::kYes;
  if (!results.wants_quarantine) effects.reasons_limit = DroppedRecords::kPerRule;
  if (item.step->grouping()) {
    HOWDAH_TRY(drop_grouped(i, records, effects));
  } else {
    HOWDAH_TRY(item.step->apply(records, effects));
  }
  if (count == Count::kNo) return Status::ok();
  transform::StepEffect& sum =
      count == Count::kYes ? results.tally.effects[i] : results.tally.foreseen[i];
  sum.rows_in += effects.effect.rows_in;
  sum.rows_dropped += effects.effect.rows_dropped;
  sum.rows_changed += effects.effect.rows_changed;
  sum.values_changed += effects.effect.values_changed;
  sum.rows_marked += effects.effect.rows_marked;
  for (transform::DroppedRow& row : effects.dropped) {
    DroppedRecord dropped{
        records.chunk,         row.row, -1, item.step->name(), std::move(row.reason),
        std::move(row.content)};
    results.tally.sample.add(dropped);
    if (results.wants_quarantine) results.quarantined.push_back(std::move(dropped));
  }
  return Status::ok();
}

Status Pipeline::drop_grouped(size_t i, Records& records, transform::Effects& effects) const {
  const auto& sentenced = drops_[i].rows_of(records.chunk);
  if (sentenced.empty()) return Status::ok();
  std::vector<uint8_t> keep(records.rows.size(), 1);
  size_t next = 0;
  for (size_t r = 0; r < keep.size(); ++r) {
    while (next < sentenced.size() && sentenced[next] < records.rows[r]) ++next;
    if (next < sentenced.size() && sentenced[next] == records.rows[r]) keep[r] = 0;
  }
  const transform::Grouping& grouping = *items_[i].step->grouping();
  const auto reason = [&](int64_t) { return grouping.reason(); };
  if (grouping.drops()) return effects.drop(records, keep, reason);
  for (uint8_t& flag : keep) flag = !flag;
  effects.mark(records, keep, reason);
  return Status::ok();
}

Status Pipeline::read(const Round& round, size_t from, Records& records,
                      RoundResults& results) const {
  if (results.tally.before) HOWDAH_TRY(results.tally.before->add(records));
  for (size_t i = from; i < round.ready; ++i)
    HOWDAH_TRY(apply(i, records, results, i >= round.counted_from ? Count::kYes : Count::kNo));
  if (results.tally.after) HOWDAH_TRY(results.tally.after->add(records));
  if (round.tail.empty() && !round.counts_pieces) return Status::ok();
  return tail(round, records, results);
}

Result<Records> Pipeline::training_records(const Records& records) const {
  const uint8_t part = training_part();
  std::vector<uint8_t> keep(records.parts.size());
  for (size_t r = 0; r < keep.size(); ++r) keep[r] = records.parts[r] == part;
  Records training = records;
  HOWDAH_TRY(training.filter(keep));
  return training;
}

Status Pipeline::tail(const Round& round, const Records& from, RoundResults& results) const {
  Records records = from;
  std::optional<Records> training;  // of `records` as they are now
  bool told = false;                // how many they are
  for (size_t k = 0; k < round.tail.size(); ++k) {
    const size_t i = round.ready + k;
    const Item& item = items_[i];
    switch (round.tail[k]) {
      case 'c':
        if (item.training_only) {
          if (!training) training = HOWDAH_TRY(training_records(records));
          if (!told) {
            results.dealt_rows += records.size();
            results.training_rows += training->size();
            told = true;
          }
          HOWDAH_TRY(results.collectors[i]->add(*training));
        } else if (item.step) {
          HOWDAH_TRY(results.collectors[i]->add(records));
        } else {
          if (results.splitter) HOWDAH_TRY(results.splitter->add(records));
          if (results.partitioner) HOWDAH_TRY(results.partitioner->add(records));
        }
        break;
      case 'g':
        HOWDAH_TRY(item.step->grouping()->entries(records, results.groups[i]));
        break;
      case 'a':
        HOWDAH_TRY(apply(i, records, results, round.counts_pieces ? Count::kForeseen : Count::kNo));
        training.reset();
        break;
      default:
        break;
    }
  }
  return round.counts_pieces ? count_pieces(records, results) : Status::ok();
}

Status Pipeline::count_pieces(const Records& records, RoundResults& results) const {
  for (size_t r = 0; r < records.classes.of_row.size(); ++r)
    ++results.tally.classes[records.classes.names[records.classes.of_row[r]]][records.parts[r]];
  const Dealt dealt = deal(records);
  for (size_t g = 0; g < dealt.groups.size(); ++g)
    results.tally.pieces.add(records.chunk, dealt.groups[g], dealt.rows_of_group[g]);
  if (static_cast<int64_t>(results.tally.pieces.counts().size()) >
      spec_.partition.max_partitions * static_cast<int64_t>(part_names_.size()))
    return Status(Code::kInvalidArgument,
                  fmt::format("there are more than {} partitions", spec_.partition.max_partitions))
        .with_peer(spec_.partition.where)
        .with_advice("partition by a coarser value, or by hash with a number of buckets");
  return Status::ok();
}

uint8_t Pipeline::training_part() const {
  const auto at = std::find(part_names_.begin(), part_names_.end(), prepare::kTrainPart);
  return static_cast<uint8_t>(at == part_names_.end() ? 0 : at - part_names_.begin());
}

// What is learnt from nothing would leave everything as it is, and look as if it had been learnt.
Status Pipeline::check_training(const Round& round, const RoundResults& results) const {
  if (results.dealt_rows > 0 && results.training_rows == 0) return no_training(results.dealt_rows);
  if (!round.counts_pieces) return Status::ok();
  int64_t rows = 0;
  for (const auto& [key, chunks] : results.tally.pieces.counts()) {
    if (key.part == training_part()) return Status::ok();
    for (const auto& [chunk, count] : chunks) rows += count;
  }
  return rows == 0 ? Status::ok() : no_training(rows);
}

Status Pipeline::no_training(int64_t rows) const {
  using By = prepare::SplitSpec::By;
  const std::string& name = part_names_[training_part()];
  const auto advice = [&]() -> std::string {
    switch (spec_.split.by) {
      case By::kTime:
        return spec_.split.until.empty() ? "give it a larger share"
                                         : "give a later time in `until`";
      case By::kGroup:
        return fmt::format(
            "set another seed, split by a column of more groups than \"{}\" has, or "
            "give it a larger share",
            spec_.split.column);
      default:
        return "set another seed, give it a larger share, or prepare more records";
    }
  };
  return Status(Code::kInvalidArgument,
                fmt::format("none of {} records is in part \"{}\" of the split, so there is "
                            "nothing to learn from and to train with",
                            rows, name))
      .with_peer(spec_.split.where)
      .with_advice(advice());
}

std::vector<std::string> Pipeline::warnings() const {
  std::vector<std::string> lines;
  for (const Item& item : items_)
    if (item.step)
      for (std::string& line : item.step->warnings()) lines.push_back(std::move(line));
  return lines;
}

Status Pipeline::learn(const Round& round, const RoundResults& results,
                       std::vector<DropList>&& drops_by_item) {
  HOWDAH_TRY(check_training(round, results));
  for (size_t k = 0; k < round.tail.size(); ++k) {
    const size_t i = round.ready + k;
    if (round.tail[k] == 'c') {
      if (items_[i].step) HOWDAH_TRY(items_[i].step->fit(*results.collectors[i]));
      if (!items_[i].step && results.splitter) HOWDAH_TRY(splitter_->fit(*results.splitter));
      if (!items_[i].step && results.partitioner)
        HOWDAH_TRY(partitioner_->fit(*results.partitioner));
      fitted_[i] = 1;
    } else if (round.tail[k] == 'g') {
      drops_[i] = std::move(drops_by_item[i]);
      fitted_[i] = 1;
    }
  }
  counted_ = round.ready;
  pieces_counted_ = pieces_counted_ || round.counts_pieces;
  advance();
  return bind();
}

void Pipeline::advance() {
  while (learnt_ < items_.size() && fitted_[learnt_]) ++learnt_;
}

const transform::Grouping* Pipeline::grouping(size_t item) const {
  return items_[item].step ? items_[item].step->grouping() : nullptr;
}

std::string Pipeline::item_name(size_t item) const {
  return items_[item].step ? items_[item].step->name() : "split";
}

Result<std::shared_ptr<arrow::Schema>> Pipeline::output_schema() const {
  auto schema = output_;
  for (const std::string& name : partitioner_->columns_in_folders()) {
    const int at = schema->GetFieldIndex(name);
    if (at >= 0) schema = HOWDAH_TRY(formats::from_arrow(schema->RemoveField(at)));
  }
  if (schema->num_fields() == 0)
    return Status(Code::kInvalidArgument, "no column is left to write")
        .with_peer(spec_.output.where)
        .with_advice("the columns that partition the data lie in the folders' names");
  return schema;
}

Result<std::shared_ptr<arrow::RecordBatch>> Pipeline::output_columns(
    std::shared_ptr<arrow::RecordBatch> batch) const {
  for (const std::string& name : partitioner_->columns_in_folders()) {
    const int at = batch->schema()->GetFieldIndex(name);
    if (at >= 0) batch = HOWDAH_TRY(formats::from_arrow(batch->RemoveColumn(at)));
  }
  return batch;
}

}  // namespace howdah::data
