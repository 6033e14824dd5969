#include "transform/normalize_categories.h"

#include <fmt/core.h>

#include <nlohmann/json.hpp>

#include "formats/text_encoding.h"
#include "statistics/value_counts.h"

namespace howdah::transform {
namespace {

using statistics::ValueCounts;

bool can_be_category(std::string_view text) {
  return text != kUnknown && formats::is_valid_utf8(text);
}

struct Counted {
  explicit Counted(size_t limit) : counts(limit) {}
  ValueCounts counts;
  bool too_long = false;
};

class CategoryCollector : public Collector {
 public:
  CategoryCollector(prepare::StepSpec spec, std::vector<std::string> columns, size_t limit)
      : spec_(std::move(spec)),
        columns_(std::move(columns)),
        limit_(limit),
        counted_(columns_.size(), Counted(limit)) {}

  Status add(const Records& records) override;
  void write_to(std::string& bytes) const override {
    statistics::ByteWriter writer(bytes);
    for (const Counted& column : counted_) {
      writer.u8(column.too_long);
      column.counts.write_to(writer);
    }
  }
  Status merge(statistics::ByteReader& bytes) override {
    for (Counted& column : counted_) {
      column.too_long |= HOWDAH_TRY(bytes.u8()) != 0;
      HOWDAH_TRY(column.counts.merge(bytes));
    }
    return Status::ok();
  }
  const ValueCounts& counts(size_t column) const { return counted_[column].counts; }
  // Whether the columns are categories at all.
  Status judge() const;

 private:
  prepare::StepSpec spec_;
  std::vector<std::string> columns_;
  size_t limit_;
  std::vector<Counted> counted_;
};

Status CategoryCollector::add(const Records& records) {
  for (size_t i = 0; i < columns_.size(); ++i) {
    Counted& into = counted_[i];
    const auto array = HOWDAH_TRY(column_of(*records.batch, columns_[i]));
    HOWDAH_TRY(CategoryView::of(array)).count([&](std::string_view text, int64_t times) {
      if (text.size() > kMaxCategoryBytes)
        into.too_long = true;
      else
        into.counts.add(text, times);
    });
  }
  return judge();
}

Status CategoryCollector::judge() const {
  for (size_t i = 0; i < columns_.size(); ++i) {
    if (counted_[i].too_long)
      return wrong_spec(spec_, fmt::format("column \"{}\" holds texts longer than {} bytes, which "
                                           "are no categories",
                                           columns_[i], kMaxCategoryBytes))
          .with_advice("use method hash, or a vocabulary");
    if (counted_[i].counts.overflowed())
      return wrong_spec(spec_, fmt::format("column \"{}\" has more than {} different values",
                                           columns_[i], limit_))
          .with_advice(limit_ <= static_cast<size_t>(kMaxCategories)
                           ? "set max_categories to keep the most frequent, or use method hash"
                           : "use method hash");
  }
  return Status::ok();
}

}  // namespace

Status check_categories(const prepare::StepSpec& spec, int64_t most) {
  const auto& rule = std::get<prepare::Normalize>(spec.kind);
  if (rule.max_categories < 0 || rule.max_categories > most)
    return wrong_spec(
        spec, fmt::format("max_categories is {}; at most {} are due", rule.max_categories, most));
  if (rule.min_count < 1)
    return wrong_spec(spec, fmt::format("min_count is {}; at least 1 is due", rule.min_count));
  return Status::ok();
}

Status CategoryStep::bind_columns(const arrow::Schema& schema) {
  columns_ = HOWDAH_TRY(
      chosen_columns(schema, rule().columns.empty() ? evident_category_type : category_type,
                     rule().columns.empty() ? "texts or bool" : "texts, integers, bool or dates"));
  return Status::ok();
}

std::unique_ptr<Collector> CategoryStep::collector() const {
  // Where rare ones are left out, more of them can be seen than are kept.
  const bool selects = rule().max_categories > 0 || rule().min_count > 1;
  const auto limit = static_cast<size_t>(selects ? 10 * kMaxCategories : most_);
  return std::make_unique<CategoryCollector>(spec_, columns_, limit);
}

Status CategoryStep::fit(const Collector& collected) {
  const auto* counted = dynamic_cast<const CategoryCollector*>(&collected);
  if (!counted) return Status(Code::kInternal, "another step's collector");
  HOWDAH_TRY(counted->judge());
  std::vector<WordTable> tables;
  std::vector<uint8_t> stays;
  for (size_t i = 0; i < columns_.size(); ++i) {
    stays.push_back(counted->counts(i).distinct() == 0);
    std::vector<std::string> categories;
    for (auto& [value, count] : counted->counts(i).sorted()) {
      if (count < rule().min_count) break;
      if (rule().max_categories > 0 &&
          static_cast<int64_t>(categories.size()) == rule().max_categories)
        break;
      if (can_be_category(value)) categories.push_back(std::move(value));
    }
    if (static_cast<int64_t>(categories.size()) > most_)
      return wrong_spec(spec_, fmt::format("column \"{}\" has {} categories; at most {} are due",
                                           columns_[i], categories.size(), most_))
          .with_advice("set max_categories to keep the most frequent, or use method hash");
    tables.emplace_back(categories);
  }
  tables_ = std::move(tables);
  stays_ = std::move(stays);
  learnt_ = true;
  return Status::ok();
}

// {"columns": {"carrier": {"categories": ["UA", "B6"]}}}; null: it stays.
void CategoryStep::state(nlohmann::ordered_json& json) const {
  for (size_t i = 0; i < tables_.size(); ++i) {
    if (stays(i)) {
      json["columns"][columns_[i]]["categories"] = nullptr;
      continue;
    }
    auto list = nlohmann::ordered_json::array();
    for (uint32_t place = 0; place < tables_[i].size(); ++place)
      list.push_back(std::string(tables_[i].word(place)));
    json["columns"][columns_[i]]["categories"] = std::move(list);
  }
}

Status CategoryStep::restore(const nlohmann::ordered_json& json) {
  const auto kept = HOWDAH_TRY(restore_columns(json));
  std::vector<WordTable> tables;
  std::vector<uint8_t> stays;
  for (size_t i = 0; i < kept.size(); ++i) {
    const auto list = kept[i]->find("categories");
    stays.push_back(list != kept[i]->end() && list->is_null());
    if (stays.back()) {
      tables.emplace_back();
      continue;
    }
    if (list == kept[i]->end() || !list->is_array() || static_cast<int64_t>(list->size()) > most_)
      return corrupt_state(fmt::format("column \"{}\" has no categories", columns_[i]));
    std::vector<std::string> categories;
    for (const auto& category : *list) {
      if (!category.is_string())
        return corrupt_state(fmt::format("column \"{}\": a category is no text", columns_[i]));
      categories.push_back(category.get<std::string>());
    }
    tables.emplace_back(categories);
  }
  tables_ = std::move(tables);
  stays_ = std::move(stays);
  learnt_ = true;
  return Status::ok();
}

Status CategoryStep::encode(const std::shared_ptr<arrow::Array>& column, size_t which,
                            std::span<int64_t> codes) const {
  const auto view = HOWDAH_TRY(CategoryView::of(column));
  const WordTable& table = tables_[which];
  // kNone is the greatest number there is: one more is 0.
  view.encode(
      [&](std::string_view text) { return static_cast<int64_t>(uint32_t(table.find(text) + 1)); },
      0, codes);
  return Status::ok();
}

}  // namespace howdah::transform
