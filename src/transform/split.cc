#include "transform/split.h"

#include <arrow/array.h>
#include <arrow/type.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "transform/column_views.h"
#include "transform/split_cuts.h"
#include "transform/split_kinds.h"

namespace howdah::transform {
namespace {

using statistics::Hash128;

// Splits by hashes alone: nothing to learn.
class HashSplitter : public Splitter {
 public:
  explicit HashSplitter(const prepare::SplitSpec& spec) : spec_(spec), cuts_(spec.parts) {}
  std::unique_ptr<Collector> collector() const override { return nullptr; }
  Status fit(const Collector&) override { return Status::ok(); }
  void state(nlohmann::ordered_json&) const override {}
  Status restore(const nlohmann::ordered_json&) override { return Status::ok(); }

 protected:
  prepare::SplitSpec spec_;
  ShareCuts cuts_;
};

class ByRecord final : public HashSplitter {
 public:
  using HashSplitter::HashSplitter;
  Result<std::vector<uint8_t>> assign(const Records& records) const override {
    std::vector<uint8_t> parts(records.identities.size());
    for (size_t i = 0; i < parts.size(); ++i)
      parts[i] = cuts_.part_of(split_hash(records.identities[i], spec_.seed));
    return parts;
  }
};

// By the value of a column: kGroup by it alone, kClass by it and the record.
class ByValue final : public HashSplitter {
 public:
  using HashSplitter::HashSplitter;
  Result<std::vector<uint8_t>> assign(const Records& records) const override {
    const auto column = HOWDAH_TRY(hashable(HOWDAH_TRY(column_of(*records.batch, spec_.column))));
    std::vector<Hash128> values(records.identities.size());
    if (static_cast<size_t>(column->length()) != values.size())
      return Status(Code::kInternal, "not one identity a record");
    add_value_hashes(*column, {}, 0, values);
    const bool with_record = spec_.by == prepare::SplitSpec::By::kClass;
    std::vector<uint8_t> parts(values.size());
    for (size_t i = 0; i < parts.size(); ++i) {
      Hash128 hash = finished(values[i]);
      if (with_record) {
        hash.high ^= records.identities[i].high;
        hash.low += records.identities[i].low;
      }
      parts[i] = cuts_.part_of(split_hash(hash, spec_.seed));
    }
    return parts;
  }
};

Status check(const prepare::SplitSpec& spec) {
  constexpr size_t kMostParts = 255;
  if (spec.parts.empty() || spec.parts.size() > kMostParts)
    return Status(Code::kInvalidArgument, "a split has 1 to 255 parts");
  double sum = 0;
  for (const auto& part : spec.parts) {
    if (!(part.share >= 0 && part.share <= 1))
      return Status(Code::kInvalidArgument,
                    "the share of \"" + part.name + "\" is not between 0 and 1");
    sum += part.share;
  }
  const bool by_instants = spec.by == prepare::SplitSpec::By::kTime && !spec.until.empty();
  if (!by_instants && std::abs(sum - 1) > 1e-6)
    return Status(Code::kInvalidArgument,
                  "the parts' shares add up to " + std::to_string(sum) + ", not 1");
  return Status::ok();
}

Result<std::unique_ptr<Splitter>> created(const prepare::SplitSpec& spec,
                                          const arrow::Schema& schema) {
  using By = prepare::SplitSpec::By;
  HOWDAH_TRY(check(spec));
  if (spec.by == By::kRecord) return std::unique_ptr<Splitter>(new ByRecord(spec));
  const auto field = HOWDAH_TRY(required_column(schema, spec.column, spec.where));
  if (spec.by == By::kTime) return split_by_time(spec, *field->type());
  if (arrow::is_nested(field->type()->id()))
    return Status(Code::kInvalidArgument, "column \"" + spec.column + "\" is " +
                                              field->type()->ToString() +
                                              ", which has no single values to split by");
  if (spec.by == By::kClass && spec.exact) return split_by_exact_class(spec);
  return std::unique_ptr<Splitter>(new ByValue(spec));
}

}  // namespace

Result<std::unique_ptr<Splitter>> Splitter::create(const prepare::SplitSpec& spec,
                                                   const std::shared_ptr<arrow::Schema>& schema) {
  auto splitter = created(spec, *schema);
  if (!splitter) return splitter.status().with_operation(spec.where);
  return splitter;
}

}  // namespace howdah::transform
