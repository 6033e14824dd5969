#include "transform/normalize_numbers.h"

namespace howdah::transform {

Result<std::shared_ptr<arrow::Schema>> NumberStep::bind(
    const std::shared_ptr<arrow::Schema>& schema) {
  columns_ =
      HOWDAH_TRY(required_columns(*schema, rule().columns, number_type, "numbers", spec_.where));
  return with_type(*schema, arrow::float64());
}

Status NumberStep::replace(Records& records, const std::string& column,
                           std::shared_ptr<arrow::Array> values, Effects& effects) {
  effects.effect.values_changed += values->length() - values->null_count();
  return records.set_column(column, std::move(values));
}

}  // namespace howdah::transform
