// A preparation bound to its source's columns: the steps in order, where records are dealt to
// splits and partitions, and what has been learnt so far.
//
// The data are read several times. In each reading (a *round*) records pass through the steps that
// are ready, up to the first that has something to learn; it and whatever does not depend on its
// result learn together. When nothing is left to learn, the last reading writes.
//
// Splits and partitions are assigned after the cleaning, before the first step that learns from the
// training part alone: they see values that are clean and not yet normalized.
//
// Const members are thread-safe.
#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "data/deal.h"
#include "data/drop_list.h"
#include "data/round_results.h"
#include "prepare/spec.h"
#include "transform/partition.h"
#include "transform/split.h"
#include "transform/step.h"

namespace howdah::data {

class Pipeline {
 public:
  // kInvalidArgument at the place in the job file.
  static Result<std::unique_ptr<Pipeline>> create(const prepare::PrepareSpec& spec,
                                                  const std::shared_ptr<arrow::Schema>& input);

  // What the next reading does.
  struct Round {
    size_t counted_from = 0;  // the first item whose effects this reading counts
    size_t ready = 0;         // items before it are applied
    // What is tried behind it, on a copy: 'c' collect, 'g' group, 'a' apply, '-' pass over.
    std::string tail;
    bool counts_pieces = false;
    bool learns() const { return tail.find_first_of("cg") != std::string::npos; }
  };
  Round next_round() const;
  // The reading that writes comes when nothing is to learn and the pieces are known.
  bool ready_to_write() const { return learnt_ == items_.size() && pieces_counted_; }

  // Takes records, of which the first `from` items have been applied, as far as they are ready.
  // Feeds `results`. What remains in `records` has had items [0, round.ready) applied.
  Status read(const Round& round, size_t from, transform::Records& records,
              RoundResults& results) const;
  // The empty results that a reader of this round feeds.
  std::unique_ptr<RoundResults> results(const Round& round, bool profile_before) const;
  // Ends a round: takes what was learnt.
  //   kInvalidArgument  at the split: no record is in the part that is trained with
  Status learn(const Round& round, const RoundResults& results,
               std::vector<DropList>&& drops_by_item);
  // For every grouping item of the round, its judge; null elsewhere.
  const transform::Grouping* grouping(size_t item) const;
  size_t items() const { return items_.size(); }
  size_t counted() const { return counted_; }  // the effects of items before it are in the tally
  std::string item_name(size_t item) const;
  size_t assigning_item() const { return assign_at_; }  // no step: parts and partitions

  // The columns of the output files, when all is learnt.
  Result<std::shared_ptr<arrow::Schema>> output_schema() const;
  // Leaves out the columns that lie in folder names.
  Result<std::shared_ptr<arrow::RecordBatch>> output_columns(
      std::shared_ptr<arrow::RecordBatch> batch) const;

  const std::vector<std::string>& part_names() const { return part_names_; }
  // `train`; without a part of that name, what is trained with is the first.
  uint8_t training_part() const;
  // What the user should know of what was learnt.
  std::vector<std::string> warnings() const;

  // All that was learnt but drop lists: what transform.json holds, and how mappers get it.
  nlohmann::ordered_json state() const;
  Status restore(const nlohmann::ordered_json& state);
  // Takes what the steps of another preparation learnt (its state()), so that they change these
  // records as they changed those. Splits, partitions and duplicates are still learnt from the
  // data.
  Status adopt(const nlohmann::ordered_json& state);
  // Drop lists of items, by item; for mappers.
  const std::vector<DropList>& drops() const { return drops_; }
  void set_drops(size_t item, DropList&& drops) { drops_[item] = std::move(drops); }

 private:
  // A step, or (step null) the place where parts and partitions are assigned.
  struct Item {
    std::unique_ptr<transform::Step> step;
    bool learns = false;
    std::vector<std::string> reads, writes;
    bool drops_rows = false, training_only = false;
  };
  Pipeline() = default;
  Status bind();
  void advance();
  Status assign(transform::Records& records) const;
  enum class Count { kNo, kForeseen, kYes };
  Status apply(size_t item, transform::Records& records, RoundResults& results, Count count) const;
  Status drop_grouped(size_t item, transform::Records& records, transform::Effects& effects) const;
  Status count_pieces(const transform::Records& records, RoundResults& results) const;
  Result<transform::Records> training_records(const transform::Records& records) const;
  Status check_training(const Round& round, const RoundResults& results) const;
  Status no_training(int64_t rows) const;
  Status tail(const Round& round, const transform::Records& records, RoundResults& results) const;

  prepare::PrepareSpec spec_;
  std::shared_ptr<arrow::Schema> input_, output_;
  std::vector<Item> items_;
  size_t assign_at_ = 0;  // index of the assigning item
  std::unique_ptr<transform::Splitter> splitter_;
  std::unique_ptr<transform::Partitioner> partitioner_;
  std::vector<std::string> part_names_;
  std::vector<uint8_t> fitted_;  // by item
  size_t learnt_ = 0;            // items before it are fitted
  size_t counted_ = 0;           // effects of items before it have been counted
  bool pieces_counted_ = false;
  std::vector<DropList> drops_;
};

}  // namespace howdah::data
