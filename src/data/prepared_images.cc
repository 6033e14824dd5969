// A prepared dataset of images (Parquet with the columns image, height, width, channels, label).
#include <arrow/array/array_binary.h>
#include <arrow/array/array_primitive.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>
#include <set>

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
  std::vector<std::string> names;  // empty: numbers
  std::map<std::string, int32_t, std::less<>> places;

  static Labels of(const std::set<std::string>& seen) {
    Labels labels;
    if (std::all_of(seen.begin(), seen.end(), class_number)) return labels;
    for (const std::string& name : seen) {
      labels.places[name] = static_cast<int32_t>(labels.names.size());
      labels.names.push_back(name);
    }
    return labels;
  }
  std::optional<int32_t> find(std::string_view label) const {
    if (names.empty()) return class_number(label);
    const auto found = places.find(label);
    return found == places.end() ? std::nullopt : std::optional(found->second);
  }
};

class ImageEncoder : public RowEncoder {
 public:
  ImageEncoder(std::vector<int64_t> shape, int64_t classes, std::shared_ptr<const Labels> labels)
      : shape_(std::move(shape)), classes_(classes), labels_(std::move(labels)) {}

  std::vector<std::string> columns() const override {
    return {"image", "height", "width", "channels", kLabel};
  }
  Status bind(const arrow::RecordBatch& batch) override {
    columns_ = HOWDAH_TRY(Columns::of(batch));
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
    const auto label =
        from.label->IsNull(row) ? std::nullopt : labels_->find(from.label->GetView(row));
    if (!label || *label >= classes_)
      return Status(Code::kCorrupt,
                    label ? fmt::format("the label {}, where {} classes are due", *label, classes_)
                          : std::string("an image without a label"));
    // Interleaved pixels become planes.
    const size_t at = into.size();
    into.resize(at + pixels.size() + sizeof(int32_t));
    std::byte* out = into.data() + at;
    for (int64_t c = 0; c < channels; ++c)
      for (int64_t i = 0; i < plane; ++i)
        *out++ = static_cast<std::byte>(pixels[static_cast<size_t>(i * channels + c)]);
    for (size_t b = 0; b < sizeof(int32_t); ++b)
      *out++ = static_cast<std::byte>(static_cast<uint32_t>(*label) >> (8 * b));
    return Status::ok();
  }

 private:
  struct Columns {
    std::shared_ptr<arrow::BinaryArray> image;
    std::vector<std::shared_ptr<arrow::Int64Array>> sides;  // channels, height, width
    std::shared_ptr<arrow::StringArray> label;

    static Result<Columns> of(const arrow::RecordBatch& batch) {
      Columns columns;
      columns.image = std::static_pointer_cast<arrow::BinaryArray>(
          HOWDAH_TRY(cast_column(batch, "image", arrow::binary())));
      for (const char* side : {"channels", "height", "width"})
        columns.sides.push_back(std::static_pointer_cast<arrow::Int64Array>(
            HOWDAH_TRY(cast_column(batch, side, arrow::int64()))));
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
  PreparedImages(fs::Location folder, std::string manifest, std::optional<int64_t> classes)
      : PreparedDataset(std::move(folder), std::move(manifest)),
        classes_(classes.value_or(dataset::kMaxClasses)) {}

  Result<std::vector<Partition>> open(dataset::Index& index, std::stop_token,
                                      Deadline deadline) override {
    const auto parts = HOWDAH_TRY(parts_of(folder_, manifest_));
    std::set<std::string> seen;
    for (const auto& [_, part] : parts) HOWDAH_TRY(collect_labels(part, seen, deadline));
    const auto labels = std::make_shared<const Labels>(Labels::of(seen));
    index.shape = HOWDAH_TRY(shape_of(parts.at(kParts[0]), deadline));
    index.class_names = labels->names;
    return partitions(
        parts, [&] { return std::make_unique<ImageEncoder>(index.shape, classes_, labels); });
  }

 private:
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
                                                 std::optional<int64_t> classes) {
  return std::make_unique<PreparedImages>(std::move(folder), std::move(manifest), classes);
}

}  // namespace howdah::data
