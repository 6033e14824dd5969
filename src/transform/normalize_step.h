// What the methods of Normalize have in common.
//
// What they learn comes from the training part: collectors are given nothing else.
#pragma once

#include <arrow/type_fwd.h>

#include <memory>
#include <string>
#include <vector>

#include "transform/column_views.h"
#include "transform/step.h"
#include "transform/steps.h"

namespace howdah::transform {

// kInvalidArgument at spec.where.
Status wrong_spec(const prepare::StepSpec& spec, std::string message);

// A step over several columns, each of which becomes another one.
class NormalizeStep : public Step {
 public:
  std::vector<std::string> reads() const override { return columns_; }
  std::vector<std::string> writes() const override { return columns_; }
  std::vector<std::string> warnings() const override;

 protected:
  explicit NormalizeStep(prepare::StepSpec spec) : Step(std::move(spec)) {}
  // required_columns() of the rule. Where it names none, what only describes an image beside it is
  // left alone.
  //   kInvalidArgument also where nothing else is there
  Result<std::vector<std::string>> chosen_columns(const arrow::Schema& schema, TypePredicate takes,
                                                  const std::string& due) const;
  const prepare::Normalize& rule() const { return std::get<prepare::Normalize>(spec_.kind); }
  // The training part had no value of columns_[i] to learn from: the column stays as it is.
  bool stays(size_t i) const { return i < stays_.size() && stays_[i] != 0; }
  // The schema with `type` in place of each column's own, but for those that stay.
  std::shared_ptr<arrow::Schema> with_type(const arrow::Schema& schema,
                                           const std::shared_ptr<arrow::DataType>& type) const;
  // The object of each column in json["columns"], in the order of columns_, which are taken from it
  // when bind() has not been called. kCorrupt.
  Result<std::vector<const nlohmann::ordered_json*>> restore_columns(
      const nlohmann::ordered_json& json);
  Status corrupt_state(const std::string& what) const;

  std::vector<std::string> columns_;  // of bind()
  std::vector<uint8_t> stays_;        // one a column; of fit() and restore() where they learn
};

// One maker a file.
StepOrError make_scale(const prepare::StepSpec& spec);     // normalize_scale.cc
StepOrError make_log(const prepare::StepSpec& spec);       // normalize_log.cc
StepOrError make_quantile(const prepare::StepSpec& spec);  // normalize_quantile.cc
StepOrError make_one_hot(const prepare::StepSpec& spec);   // normalize_one_hot.cc
StepOrError make_index(const prepare::StepSpec& spec);     // normalize_index.cc
StepOrError make_hash(const prepare::StepSpec& spec);      // normalize_hash.cc

}  // namespace howdah::transform
