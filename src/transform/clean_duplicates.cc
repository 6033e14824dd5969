// Drops records that equal an earlier one, in whole or in some columns: values as the steps before
// have left them; two missing values are equal. The first in (file, position) stays.
//
// Equality of 128-bit hashes is taken for equality: among 10^12 different records, two are taken
// for one with a probability below 10^-14.
#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <fmt/format.h>

#include "transform/column_views.h"
#include "transform/identity.h"
#include "transform/steps.h"

namespace howdah::transform {
namespace {

class DropDuplicates : public Step, public Grouping {
 public:
  DropDuplicates(const prepare::DropDuplicates& rule, const prepare::StepSpec& spec)
      : Step(spec), rule_(rule) {}

  Result<std::shared_ptr<arrow::Schema>> bind(
      const std::shared_ptr<arrow::Schema>& schema) override {
    columns_ = HOWDAH_TRY(required_columns(*schema, rule_.keys, any_type, "any type", spec_.where));
    return schema;
  }
  const Grouping* grouping() const override { return this; }
  bool drops_rows() const override { return true; }
  std::vector<std::string> reads() const override { return columns_; }
  std::vector<std::string> writes() const override { return {}; }
  Status apply(Records&, Effects&) const override { return Status::ok(); }

  Status entries(const Records& records, std::vector<GroupEntry>& into) const override {
    const auto keys = HOWDAH_TRY(select_columns(*records.batch, columns_));
    const auto hashes = HOWDAH_TRY(identities_of(*keys));
    for (size_t i = 0; i < hashes.size(); ++i)
      into.push_back({hashes[i], records.chunk, records.rows[i], {}});
    return Status::ok();
  }
  void judge(std::span<const GroupEntry>, std::vector<uint8_t>& drop) const override {
    std::fill(drop.begin() + 1, drop.end(), uint8_t{1});
  }
  std::string reason() const override {
    if (rule_.keys.empty()) return "the same as an earlier record";
    return fmt::format("the same as an earlier record in ({})", fmt::join(rule_.keys, ", "));
  }

 private:
  const prepare::DropDuplicates rule_;
  std::vector<std::string> columns_;
};

}  // namespace

StepOrError make(const prepare::DropDuplicates& rule, const prepare::StepSpec& spec) {
  return std::unique_ptr<Step>(std::make_unique<DropDuplicates>(rule, spec));
}

}  // namespace howdah::transform
