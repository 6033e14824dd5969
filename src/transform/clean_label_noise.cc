// Equal records (in all columns but the label) that bear different labels.
//
// A label that more than half of such records bear is believed: the others are noise. Without one,
// all of them are. Records without a label contradict nobody. Equality of hashes is taken for
// equality: of 128 bits for records, of 64 for the labels of one group.
#include <arrow/type.h>

#include <map>

#include "transform/column_views.h"
#include "transform/identity.h"
#include "transform/steps.h"

namespace howdah::transform {
namespace {

class LabelNoise : public Step, public Grouping {
 public:
  LabelNoise(const prepare::LabelNoise& rule, const prepare::StepSpec& spec)
      : Step(spec), rule_(rule) {}

  Result<std::shared_ptr<arrow::Schema>> bind(
      const std::shared_ptr<arrow::Schema>& schema) override {
    HOWDAH_TRY(required_column(*schema, rule_.label, spec_.where));
    others_.clear();
    for (const std::string& name : schema->field_names())
      if (name != rule_.label) others_.push_back(name);
    if (others_.empty())
      return Status(Code::kInvalidArgument,
                    "there is no column but the label \"" + rule_.label + "\" to compare")
          .with_peer(spec_.where);
    return schema;
  }
  const Grouping* grouping() const override { return this; }
  bool drops_rows() const override { return rule_.drop; }
  std::vector<std::string> reads() const override {
    std::vector<std::string> all = others_;
    all.push_back(rule_.label);
    return all;
  }
  std::vector<std::string> writes() const override { return {}; }
  Status apply(Records&, Effects&) const override { return Status::ok(); }

  Status entries(const Records& records, std::vector<GroupEntry>& into) const override {
    const auto keys = HOWDAH_TRY(select_columns(*records.batch, others_));
    const auto labels = HOWDAH_TRY(select_columns(*records.batch, {rule_.label}));
    const auto key_hashes = HOWDAH_TRY(identities_of(*keys));
    const auto label_hashes = HOWDAH_TRY(identities_of(*labels));
    const Presence present(*labels->column(0));
    for (size_t i = 0; i < key_hashes.size(); ++i) {
      if (!present[static_cast<int64_t>(i)]) continue;
      std::string payload;  // 8 bytes lie in the string itself
      statistics::ByteWriter(payload).u64(label_hashes[i].low);
      into.push_back({key_hashes[i], records.chunk, records.rows[i], std::move(payload)});
    }
    return Status::ok();
  }

  void judge(std::span<const GroupEntry> group, std::vector<uint8_t>& drop) const override {
    std::map<std::string_view, size_t> counts;
    for (const GroupEntry& entry : group) ++counts[entry.payload];
    if (counts.size() < 2) return;
    for (size_t i = 0; i < group.size(); ++i)
      drop[i] = counts[group[i].payload] * 2 > group.size() ? 0 : 1;
  }
  std::string reason() const override {
    return "equal records bear other labels in \"" + rule_.label + "\"";
  }
  bool drops() const override { return rule_.drop; }

 private:
  const prepare::LabelNoise rule_;
  std::vector<std::string> others_;
};

}  // namespace

StepOrError make(const prepare::LabelNoise& rule, const prepare::StepSpec& spec) {
  return std::unique_ptr<Step>(std::make_unique<LabelNoise>(rule, spec));
}

}  // namespace howdah::transform
