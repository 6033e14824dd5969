#include "data/read_filter.h"

#include <arrow/array.h>
#include <arrow/type.h>

#include "formats/arrow_status.h"
#include "prepare/expression.h"
#include "transform/column_views.h"
#include "transform/evaluate.h"

namespace howdah::data {

Status check_filter(const prepare::SourceSpec& spec, const arrow::Schema& schema) {
  if (spec.filter.empty()) return Status::ok();
  HOWDAH_TRY(formats::load_arrow_functions());
  const auto filter = prepare::parse_expression(spec.filter);
  if (!filter) return filter.status().with_operation("filter").with_peer(spec.where);
  const auto type = transform::type_of(*filter, schema);
  if (!type) return type.status().with_operation("filter").with_peer(spec.where);
  if ((*type)->id() == arrow::Type::BOOL) return Status::ok();
  return Status(Code::kInvalidArgument, "\"" + spec.filter + "\" is " + (*type)->ToString() +
                                            ", not a condition that is true or false")
      .with_operation("filter")
      .with_peer(spec.where);
}

Result<int64_t> apply_filter(const prepare::SourceSpec& spec, transform::Records& records) {
  if (spec.filter.empty()) return int64_t{0};
  const auto filter = HOWDAH_TRY(prepare::parse_expression(spec.filter));
  const auto truths = HOWDAH_TRY(transform::evaluate(filter, *records.batch));
  if (truths->type_id() != arrow::Type::BOOL)
    return Status(Code::kInvalidArgument, "the filter is no condition").with_peer(spec.where);
  const auto& passes = static_cast<const arrow::BooleanArray&>(*truths);
  const transform::Presence present(passes);
  std::vector<uint8_t> keep(static_cast<size_t>(passes.length()));
  for (int64_t i = 0; i < passes.length(); ++i)
    keep[static_cast<size_t>(i)] = passes.Value(i) && present[i];
  const int64_t before = records.size();
  HOWDAH_TRY(records.filter(keep));
  return before - records.size();
}

}  // namespace howdah::data
