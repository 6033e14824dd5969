// A prepared dataset of images (Parquet with the columns image, height, width, channels, label).
#include <arrow/array/array_binary.h>
#include <arrow/array/array_primitive.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <set>

#include "data/class_names.h"
#include "data/prepared_datasets.h"
#include "data/prepared_partition.h"

namespace howdah::data {
namespace {

constexpr const char* kLabel = "label";

Status not_trained_from(std::string what) {
  return Status(Code::kInvalidArgument, std::move(what))
      .with_operation("read the prepared data")
      .with_advice("prepare images of one size: images: {height: 32, width: 32, channels: 3}");
}

std::optional<int32_t> class_number(std::string_view label) {
  int32_t number = 0;
  const auto [end, failed] = std::from_chars(label.data(), label.data() + label.size(), number);
  if (failed != std::errc() || end != label.data() + label.size() || number < 0) return {};
  return number;
}

// Which number a label has: its own where all of them are whole numbers, else its place among the
// sorted ones.
struct Labels {
  ClassNames names;  // none: numbers

  static Labels of(const std::set<std::string>& seen) {
    if (std::all_of(seen.begin(), seen.end(), class_number)) return {};
    return {ClassNames::in_order({seen.begin(), seen.end()})};
  }
  // kCorrupt: no number, where there are no names. kInvalidArgument: none of the names.
  Result<int32_t> find(std::string_view label) const {
    if (!names.names().empty()) {
      if (const auto found = names.find(label)) return *found;
      return names.absent(label, "class", kLabel);
    }
    if (const auto number = class_number(label)) return *number;
    return Status(Code::kInvalidArgument,
                  fmt::format("the label '{}', where numbers are due", shown(label)));
  }
};

class ImageEncoder : public RowEncoder {
 public:
  // labels: null where they are not asked for.
  ImageEncoder(std::vector<int64_t> shape, int64_t classes, std::shared_ptr<const Labels> labels)
      : shape_(std::move(shape)), classes_(classes), labels_(std::move(labels)) {}

  std::vector<std::string> columns() const override {
    std::vector<std::string> columns = {"image", "height", "width", "channels"};
    if (labels_) columns.emplace_back(kLabel);
    return columns;
  }
  Status bind(const arrow::RecordBatch& batch) override {
    columns_ = HOWDAH_TRY(Columns::of(batch, labels_ != nullptr));
    return Status::ok();
  }
  Status append(int64_t row, std::vector<std::byte>& into) override {
    const Columns& from = columns_;
    for (size_t s = 0; s < shape_.size(); ++s)
      if (from.sides[s]->IsNull(row) || from.sides[s]->Value(row) != shape_[s])
        return not_trained_from("images of several sizes");
    const std::string_view pixels = from.image->GetView(row);
    const int64_t channels = shape_[0], plane = shape_[1] * shape_[2];
    if (from.image->IsNull(row) || static_cast<int64_t>(pixels.size()) != channels * plane)
      return not_trained_from("images that are not pixels");
    // Interleaved pixels become planes.
    const size_t at = into.size();
    into.resize(at + pixels.size());
    std::byte* out = into.data() + at;
    for (int64_t c = 0; c < channels; ++c)
      for (int64_t i = 0; i < plane; ++i)
        *out++ = static_cast<std::byte>(pixels[static_cast<size_t>(i * channels + c)]);
    return labels_ ? append_label(row, into) : Status::ok();
  }

 private:
  Status append_label(int64_t row, std::vector<std::byte>& into) const {
    if (columns_.label->IsNull(row)) return Status(Code::kCorrupt, "an image without a label");
    const int32_t label = HOWDAH_TRY(labels_->find(columns_.label->GetView(row)));
    if (label >= classes_)
      return Status(Code::kCorrupt,
                    fmt::format("the label {}, where {} classes are due", label, classes_));
    append_value(label, into);
    return Status::ok();
  }

  struct Columns {
    std::shared_ptr<arrow::BinaryArray> image;
    std::vector<std::shared_ptr<arrow::Int64Array>> sides;  // channels, height, width
    std::shared_ptr<arrow::StringArray> label;

    static Result<Columns> of(const arrow::RecordBatch& batch, bool labels) {
      Columns columns;
      columns.image = std::static_pointer_cast<arrow::BinaryArray>(
          HOWDAH_TRY(cast_column(batch, "image", arrow::binary())));
      for (const char* side : {"channels", "height", "width"})
        columns.sides.push_back(std::static_pointer_cast<arrow::Int64Array>(
            HOWDAH_TRY(cast_column(batch, side, arrow::int64()))));
      if (labels)
        columns.label = std::static_pointer_cast<arrow::StringArray>(
            HOWDAH_TRY(cast_column(batch, kLabel, arrow::utf8())));
      return columns;
    }
  };

  const std::vector<int64_t> shape_;
  const int64_t classes_;
  const std::shared_ptr<const Labels> labels_;
  Columns columns_;
};

class PreparedImages : public PreparedDataset {
 public:
  PreparedImages(fs::Location folder, std::string manifest, Wanted wanted)
      : PreparedDataset(std::move(folder), std::move(manifest), std::move(wanted)),
        classes_(wanted_.classes.value_or(dataset::kMaxClasses)) {}

  Result<std::vector<Partition>> open(dataset::Index& index, std::stop_token,
                                      Deadline deadline) override {
    const Parts parts = HOWDAH_TRY(this->parts());
    std::shared_ptr<const Labels> labels;
    if (wanted_.request.labelled) {
      labels = std::make_shared<const Labels>(HOWDAH_TRY(labels_of(parts, deadline)));
      index.class_names = labels->names.names();
    } else {
      index.target = {.kind = dataset::TargetKind::kNone, .width = 0};
      index.classes = 1;
    }
    index.shape = HOWDAH_TRY(shape_of(first_of(parts), deadline));
    return partitions(
        parts, [&] { return std::make_unique<ImageEncoder>(index.shape, classes_, labels); });
  }

 private:
  Result<Labels> labels_of(const Parts& parts, Deadline deadline) const {
    if (wanted_.learned) {
      HOWDAH_TRY(check_targets({kLabel}, first_of(parts), deadline));
      return Labels{ClassNames::in_order(wanted_.learned->index.class_names)};
    }
    std::set<std::string> seen;
    for (const auto& [_, part] : parts) HOWDAH_TRY(collect_labels(part, seen, deadline));
    return Labels::of(seen);
  }

  Status collect_labels(const PreparedPart& part, std::set<std::string>& seen,
                        Deadline deadline) const {
    auto batches = HOWDAH_TRY(PartBatches::open(part.files, {kLabel}, deadline));
    while (true) {
      const PartBatch batch = HOWDAH_TRY(batches.next(deadline));
      if (!batch.batch) return Status::ok();
      const auto labels = std::static_pointer_cast<arrow::StringArray>(
          HOWDAH_TRY(cast_column(*batch.batch, kLabel, arrow::utf8())));
      for (int64_t row = 0; row < labels->length(); ++row)
        if (!labels->IsNull(row)) seen.emplace(labels->GetView(row));
      if (static_cast<int64_t>(seen.size()) > dataset::kMaxClasses)
        return Status(Code::kInvalidArgument,
                      fmt::format("more than {} different labels", dataset::kMaxClasses))
            .with_peer(folder_.uri());
    }
  }

  // Of the first image; the others are compared with it as they are read.
  Result<std::vector<int64_t>> shape_of(const PreparedPart& part, Deadline deadline) const {
    auto batches =
        HOWDAH_TRY(PartBatches::open(part.files, {"channels", "height", "width"}, deadline));
    const auto batch = HOWDAH_TRY(batches.next(deadline)).batch;
    if (!batch)
      return not_trained_from("prepared data without a record to train from")
          .with_peer(folder_.uri());
    std::vector<int64_t> shape;
    for (int c = 0; c < batch->num_columns(); ++c) {
      const auto sides = std::static_pointer_cast<arrow::Int64Array>(
          HOWDAH_TRY(cast_column(*batch, batch->column_name(c), arrow::int64())));
      shape.push_back(sides->IsNull(0) ? 0 : sides->Value(0));
      if (shape.back() < 1 || shape.back() > dataset::kMaxRecordBytes)
        return not_trained_from("an image without pixels").with_peer(folder_.uri());
    }
    return shape;
  }

  const int64_t classes_;
};

}  // namespace

std::unique_ptr<RawDataset> make_prepared_images(fs::Location folder, std::string manifest,
                                                 RawDataset::Wanted wanted) {
  return std::make_unique<PreparedImages>(std::move(folder), std::move(manifest),
                                          std::move(wanted));
}

}  // namespace howdah::data
