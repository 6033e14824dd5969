// onehot and index learn the same: each column's categories in the training part, the most frequent
// first, equally frequent ones by their bytes.
//
// Missing values, "<unknown>" itself, texts that are no valid UTF-8, and what the training part did
// not have (or too rarely, or beyond max_categories) are unknown. A column without any value in the
// training part stays as it is.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "transform/normalize_category_view.h"
#include "transform/normalize_step.h"
#include "transform/normalize_words.h"

namespace howdah::transform {

inline constexpr const char* kUnknown = "<unknown>";
inline constexpr int64_t kMaxCategories = 100'000;
inline constexpr size_t kMaxCategoryBytes = 256;

class CategoryStep : public NormalizeStep {
 public:
  bool learns_from_training_only() const override { return true; }
  // A column with too many categories, or with texts longer than any category: kInvalidArgument
  // from add() or at the latest from fit(), naming the column and what to do.
  std::unique_ptr<Collector> collector() const override;
  Status fit(const Collector& collected) override;
  void state(nlohmann::ordered_json& json) const override;
  Status restore(const nlohmann::ordered_json& json) override;

 protected:
  // `most`: how many categories a column may have.
  CategoryStep(const prepare::StepSpec& spec, int64_t most) : NormalizeStep(spec), most_(most) {}
  Status bind_columns(const arrow::Schema& schema);
  // 0: unknown; 1...: categories. One a row.
  Status encode(const std::shared_ptr<arrow::Array>& column, size_t which,
                std::span<int64_t> codes) const;

  bool learnt_ = false;
  std::vector<WordTable> tables_;  // one a column

 private:
  int64_t most_;
};

// Checks max_categories and min_count.
Status check_categories(const prepare::StepSpec& spec, int64_t most);

}  // namespace howdah::transform
