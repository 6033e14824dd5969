#include "transform/normalize_numbers.h"

namespace howdah::transform {

Result<std::shared_ptr<arrow::Schema>> NumberStep::bind(
    const std::shared_ptr<arrow::Schema>& schema) {
  columns_ = HOWDAH_TRY(chosen_columns(*schema, number_type, "numbers"));
  return with_type(*schema, arrow::float64());
}

}  // namespace howdah::transform
