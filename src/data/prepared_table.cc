// A prepared dataset as a table: a row is one float32 a column. Numbers are themselves, strings and
// truth values the codes of their categories.
#include <arrow/array/array_primitive.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "data/prepared_datasets.h"
#include "data/training_pass.h"
#include "statistics/moments.h"
#include "text/vocabulary.h"

namespace howdah::data {
namespace {

using dataset::TargetKind;
using formats::Inferred;

constexpr int64_t kCategoryBytes = 64 << 20;  // of a column, while they are counted

bool is_number(Inferred type) {
  return type == Inferred::kInt64 || type == Inferred::kFloat64;
}
bool is_category(Inferred type) {
  return type == Inferred::kString || type == Inferred::kBool;
}

Result<std::shared_ptr<arrow::DoubleArray>> numbers_of(const arrow::RecordBatch& batch,
                                                       const std::string& column) {
  return std::static_pointer_cast<arrow::DoubleArray>(
      HOWDAH_TRY(cast_column(batch, column, arrow::float64())));
}
Result<std::shared_ptr<arrow::StringArray>> categories_of(const arrow::RecordBatch& batch,
                                                          const std::string& column) {
  return std::static_pointer_cast<arrow::StringArray>(
      HOWDAH_TRY(cast_column(batch, column, arrow::utf8())));
}

Status append_number(const arrow::DoubleArray& numbers, int64_t row, const std::string& column,
                     std::vector<std::byte>& into) {
  if (numbers.IsNull(row)) return missing_value(column);
  const double value = numbers.Value(row);
  if (!(std::abs(value) <= std::numeric_limits<float>::max()))
    return Status(
               Code::kInvalidArgument,
               fmt::format("the column '{}' holds {}, which is no finite float32", column, value))
        .with_advice("drop such rows, or clip them, when the data are prepared");
  append_value(static_cast<float>(value), into);
  return Status::ok();
}

// A feature, and what the training part says, or said, of it.
struct Feature {
  std::string name;
  bool numeric = true;
  statistics::Moments moments;
  text::TokenCounts counts{kCategoryBytes};
  std::vector<std::string> categories;
  std::map<std::string, int32_t, std::less<>> codes;

  Status learn(const arrow::RecordBatch& batch) {
    if (numeric) {
      const auto numbers = HOWDAH_TRY(numbers_of(batch, name));
      for (int64_t row = 0; row < numbers->length(); ++row)
        if (!numbers->IsNull(row)) moments.add(numbers->Value(row));
      return Status::ok();
    }
    const auto texts = HOWDAH_TRY(categories_of(batch, name));
    for (int64_t row = 0; row < texts->length(); ++row)
      if (!texts->IsNull(row) && !counts.add(texts->GetView(row))) return too_many();
    return Status::ok();
  }
  // As it was learnt before.
  static Feature of(const dataset::Column& column) {
    Feature feature;
    feature.name = column.name;
    feature.numeric = column.categories.empty();
    feature.categories = column.categories;
    feature.number();
    return feature;
  }
  Status finish() {
    categories = counts.most_frequent(dataset::kMaxCategories + 1, 1);
    if (static_cast<int64_t>(categories.size()) > dataset::kMaxCategories) return too_many();
    counts = text::TokenCounts(0);
    number();
    return Status::ok();
  }
  void number() {
    for (size_t i = 0; i < categories.size(); ++i)
      codes.emplace(categories[i], static_cast<int32_t>(i) + 1);
  }
  Status too_many() const {
    return Status(Code::kInvalidArgument,
                  fmt::format("the column '{}' has more than {} categories, or {} MiB of them",
                              name, dataset::kMaxCategories, kCategoryBytes >> 20))
        .with_advice("leave it out of data.features, or prepare it: normalize with method hash");
  }
};
using Features = std::vector<Feature>;

class TableEncoder : public RowEncoder {
 public:
  TableEncoder(const dataset::Request& request, std::shared_ptr<const Features> features,
               std::shared_ptr<const ClassNames> classes, std::vector<std::string> columns)
      : request_(request),
        features_(std::move(features)),
        classes_(std::move(classes)),
        columns_(std::move(columns)) {}

  std::vector<std::string> columns() const override { return columns_; }

  Status bind(const arrow::RecordBatch& batch) override {
    numbers_.clear();
    texts_.clear();
    for (const Feature& feature : *features_) {
      numbers_.push_back(feature.numeric ? HOWDAH_TRY(numbers_of(batch, feature.name)) : nullptr);
      texts_.push_back(feature.numeric ? nullptr : HOWDAH_TRY(categories_of(batch, feature.name)));
    }
    if (!request_.labelled) return Status::ok();
    if (classes_) {
      targets_ = HOWDAH_TRY(classes_of(batch, request_.targets.front()));
      return Status::ok();
    }
    for (const std::string& target : request_.targets)
      numbers_.push_back(HOWDAH_TRY(numbers_of(batch, target)));
    return Status::ok();
  }

  Status append(int64_t row, std::vector<std::byte>& into) override {
    for (size_t i = 0; i < features_->size(); ++i) {
      const Feature& feature = (*features_)[i];
      if (feature.numeric) {
        HOWDAH_TRY(append_number(*numbers_[i], row, feature.name, into));
        continue;
      }
      const auto code = texts_[i]->IsNull(row) ? feature.codes.end()
                                               : feature.codes.find(texts_[i]->GetView(row));
      append_value(code == feature.codes.end() ? 0.0F : static_cast<float>(code->second), into);
    }
    if (!request_.labelled) return Status::ok();
    if (!classes_) {
      for (size_t t = 0; t < request_.targets.size(); ++t)
        HOWDAH_TRY(append_number(*numbers_[features_->size() + t], row, request_.targets[t], into));
      return Status::ok();
    }
    if (targets_->IsNull(row)) return missing_value(request_.targets.front());
    const auto number = classes_->find(targets_->GetView(row));
    if (!number) return classes_->absent(targets_->GetView(row), "class", request_.targets.front());
    append_value(*number, into);
    return Status::ok();
  }

 private:
  const dataset::Request request_;
  const std::shared_ptr<const Features> features_;
  const std::shared_ptr<const ClassNames> classes_;  // null: the targets are numbers, or none
  const std::vector<std::string> columns_;
  std::vector<std::shared_ptr<arrow::DoubleArray>> numbers_;  // of features, then of targets
  std::vector<std::shared_ptr<arrow::StringArray>> texts_;
  std::shared_ptr<arrow::StringArray> targets_;
};

class PreparedTable : public PreparedDataset {
 public:
  PreparedTable(fs::Location folder, std::string manifest, Wanted wanted)
      : PreparedDataset(std::move(folder), std::move(manifest), std::move(wanted)),
        request_(wanted_.request),
        classes_(request_.labelled && request_.target_kind == TargetKind::kClass) {}

  Result<std::vector<Partition>> open(dataset::Index& index, std::stop_token stop,
                                      Deadline deadline) override {
    const Parts parts = HOWDAH_TRY(this->parts());
    const Learnt learnt = HOWDAH_TRY(wanted_.learned ? learnt_before(first_of(parts), deadline)
                                                     : learn(first_of(parts), stop, deadline));
    describe_records(learnt, index);
    std::vector<std::string> columns;
    if (request_.labelled) columns = request_.targets;
    for (const Feature& feature : *learnt.features) columns.push_back(feature.name);
    return partitions(parts, [&] {
      return std::make_unique<TableEncoder>(request_, learnt.features, learnt.classes, columns);
    });
  }

 private:
  struct Learnt {
    std::shared_ptr<const Features> features;
    std::shared_ptr<const ClassNames> classes;
  };

  Result<Learnt> learn(const PreparedPart& part, const std::stop_token& stop,
                       Deadline deadline) const {
    const auto chosen = choose(part, deadline);
    if (!chosen.is_ok()) return chosen.status().with_peer(folder_.uri());
    auto features = std::make_shared<Features>(*chosen);
    std::vector<std::string> columns = request_.targets;
    for (const Feature& feature : *features) columns.push_back(feature.name);

    ClassCollector collector(request_.targets.front());
    HOWDAH_TRY(
        pass_over(folder_, part, columns, stop, deadline, [&](const PartBatch& rows) -> Status {
          for (Feature& feature : *features) HOWDAH_TRY(feature.learn(*rows.batch));
          return classes_ ? collector.add(rows) : Status::ok();
        }));
    for (Feature& feature : *features) HOWDAH_TRY(feature.finish());
    Learnt learnt{std::move(features), nullptr};
    if (!classes_) return learnt;
    auto names = collector.finish();
    if (!names.is_ok()) return names.status().with_peer(folder_.uri());
    learnt.classes = *names;
    return learnt;
  }

  // The columns that the network was trained on; that they still hold what they held.
  Result<Learnt> learnt_before(const PreparedPart& part, Deadline deadline) const {
    if (request_.labelled) HOWDAH_TRY(check_targets(request_.targets, part, deadline));
    const auto batches = HOWDAH_TRY(PartBatches::open(part.files, {}, deadline));
    auto features = std::make_shared<Features>();
    for (const dataset::Column& column : wanted_.learned->index.columns) {
      features->push_back(Feature::of(column));
      const auto type = type_of(batches.schema(), column.name);
      if (!type.is_ok()) return type.status().with_peer(folder_.uri());
      if (features->back().numeric ? is_number(*type) : is_category(*type)) continue;
      const char* due = features->back().numeric ? "numbers" : "categories";
      return Status(Code::kInvalidArgument,
                    fmt::format("the column '{}' does not hold {}, as it did for the training",
                                column.name, due))
          .with_operation("read the prepared data")
          .with_peer(folder_.uri())
          .with_advice(
              "prepare the data with transform: the training's transform.json, which keeps the "
              "types of columns");
    }
    Learnt learnt{std::move(features), nullptr};
    if (classes_)
      learnt.classes = std::make_shared<const ClassNames>(
          ClassNames::in_order(wanted_.learned->index.class_names));
    return learnt;
  }

  // The columns that the network sees, with their types.
  Result<Features> choose(const PreparedPart& part, Deadline deadline) const {
    const auto batches = HOWDAH_TRY(PartBatches::open(part.files, {}, deadline));
    const formats::TableSchema& schema = batches.schema();
    for (const std::string& target : request_.targets) {
      const Inferred type = HOWDAH_TRY(type_of(schema, target));
      if (request_.target_kind == TargetKind::kValues && !is_number(type))
        return Status(
                   Code::kInvalidArgument,
                   fmt::format("the target '{}' holds no numbers, and a regression finds numbers",
                               target))
            .with_advice("name a column of numbers as data.target, or take task: classification");
    }
    std::vector<std::string> names = request_.features;
    if (names.empty())
      for (const formats::TableColumn& column : schema.columns)
        if (std::find(request_.targets.begin(), request_.targets.end(), column.name) ==
            request_.targets.end())
          names.push_back(column.name);
    if (names.empty())
      return Status(Code::kInvalidArgument, "there is no column beside the target");
    Features features;
    for (const std::string& name : names) {
      const Inferred type = HOWDAH_TRY(type_of(schema, name));
      if (!is_number(type) && !is_category(type))
        return Status(Code::kInvalidArgument,
                      fmt::format("the column '{}' holds neither numbers nor categories", name))
            .with_advice(
                "leave it out of data.features, or make numbers of it when the data are "
                "prepared");
      features.emplace_back().name = name;
      features.back().numeric = is_number(type);
    }
    return features;
  }

  void describe_records(const Learnt& learnt, dataset::Index& index) const {
    index.element = dataset::ElementType::kFloat32;
    index.shape = {static_cast<int64_t>(learnt.features->size())};
    index.target = {.kind = TargetKind::kNone, .width = 0};
    index.classes = 1;
    if (request_.labelled)
      index.target = {.kind = request_.target_kind,
                      .width = static_cast<int64_t>(request_.targets.size())};
    if (learnt.classes) {
      index.class_names = learnt.classes->names();
      index.classes = static_cast<int64_t>(index.class_names.size());
    } else if (request_.labelled) {
      index.target.names = request_.targets;
    }
    for (const Feature& feature : *learnt.features) {
      index.columns.push_back({feature.name, feature.categories});
      index.mean.push_back(feature.numeric ? feature.moments.mean() : 0);
      index.stddev.push_back(feature.numeric ? feature.moments.standard_deviation() : 1);
    }
  }

  const dataset::Request& request_;
  const bool classes_;
};

}  // namespace

std::unique_ptr<RawDataset> make_prepared_table(fs::Location folder, std::string manifest,
                                                RawDataset::Wanted wanted) {
  return std::make_unique<PreparedTable>(std::move(folder), std::move(manifest), std::move(wanted));
}

}  // namespace howdah::data
