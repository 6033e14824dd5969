// A prepared dataset of images (Parquet with the columns image, height, width, channels, label) as
// what an indexed dataset is made of: its parts train, validation and test.
#include <arrow/array/array_binary.h>
#include <arrow/array/array_primitive.h>
#include <arrow/compute/cast.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "data/raw_dataset.h"
#include "data/work_folder.h"
#include "dataset/index.h"
#include "formats/arrow_status.h"
#include "formats/sources.h"

namespace howdah::data {
namespace {

using formats::from_arrow;

constexpr int64_t kMaxManifestBytes = 256 << 20;
constexpr int64_t kPortionBytes = int64_t{1} << 30;
constexpr const char* kLabel = "label";
constexpr const char* kParts[] = {"train", "validation", "test"};

Status not_trained_from(const fs::Location& folder, std::string what) {
  return Status(Code::kInvalidArgument, std::move(what))
      .with_operation("read the prepared data")
      .with_peer(folder.uri())
      .with_advice("prepare images of one size: images: {height: 32, width: 32, channels: 3}");
}

// What the manifest says of a part.
struct Part {
  std::vector<formats::SourceFile> files;
  int64_t records = 0;
};

// The batches of some columns of a part, in their order.
class PartBatches {
 public:
  static Result<PartBatches> open(std::vector<formats::SourceFile> files,
                                  std::vector<std::string> columns, Deadline deadline) {
    prepare::SourceSpec spec;
    spec.format = prepare::Format::kParquet;
    spec.columns = std::move(columns);
    PartBatches batches;
    batches.source_ = HOWDAH_TRY(formats::make_parquet_source({std::move(files), std::move(spec)}));
    batches.schema_ = HOWDAH_TRY(batches.source_->survey(deadline));
    batches.portions_ = HOWDAH_TRY(batches.source_->portions(kPortionBytes, deadline));
    return batches;
  }

  // Null at the end.
  Result<std::shared_ptr<arrow::RecordBatch>> next(Deadline deadline) {
    while (reader_ || at_ < portions_.size()) {
      if (!reader_) reader_ = HOWDAH_TRY(source_->read(portions_[at_++], deadline));
      const auto chunk = HOWDAH_TRY(reader_->next(deadline));
      if (!chunk) {
        reader_.reset();
        continue;
      }
      auto parsed = HOWDAH_TRY(source_->parse(*chunk, schema_));
      if (!parsed.bad.empty() || !parsed.batch)
        return Status(Code::kCorrupt,
                      parsed.bad.empty() ? "files of different columns" : parsed.bad.front().reason)
            .with_peer(source_->files()[static_cast<size_t>(chunk->id.file)].location.uri());
      if (parsed.batch->num_rows() > 0) return std::move(parsed.batch);
    }
    return std::shared_ptr<arrow::RecordBatch>();
  }

 private:
  PartBatches() = default;
  std::unique_ptr<formats::Source> source_;
  formats::TableSchema schema_;
  std::vector<formats::Portion> portions_;
  std::unique_ptr<formats::ChunkReader> reader_;
  size_t at_ = 0;
};

Result<std::shared_ptr<arrow::Array>> cast_column(const arrow::RecordBatch& batch,
                                                  const std::string& name,
                                                  const std::shared_ptr<arrow::DataType>& type) {
  HOWDAH_TRY(formats::load_arrow_functions());
  const auto column = batch.GetColumnByName(name);
  if (column->type()->Equals(*type)) return column;
  return from_arrow(arrow::compute::Cast(*column, type));
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

class PreparedPartition : public PartitionReader {
 public:
  PreparedPartition(fs::Location folder, Part part, std::vector<int64_t> shape,
                    std::shared_ptr<const Labels> labels)
      : folder_(std::move(folder)),
        part_(std::move(part)),
        shape_(std::move(shape)),
        labels_(std::move(labels)) {}

  int64_t records() const override { return part_.records; }
  std::vector<int64_t> shape() const override { return shape_; }

  Status read(int64_t count, int64_t classes, std::vector<std::byte>& into,
              Deadline deadline) override {
    if (!batches_)
      batches_ = HOWDAH_TRY(PartBatches::open(
          part_.files, {"image", "height", "width", "channels", kLabel}, deadline));
    into.clear();
    for (int64_t left = std::min(count, part_.records - done_); left > 0; --left, ++done_) {
      while (!columns_ || row_ == columns_->image->length()) {
        const auto batch = HOWDAH_TRY(batches_->next(deadline));
        if (!batch)
          return Status(Code::kCorrupt,
                        fmt::format("{} records where the manifest says {}", done_, part_.records))
              .with_peer(folder_.uri());
        columns_ = HOWDAH_TRY(Columns::of(*batch));
        row_ = 0;
      }
      HOWDAH_TRY(append(row_++, classes, into));
    }
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

  Status append(int64_t row, int64_t classes, std::vector<std::byte>& into) const {
    const Columns& from = *columns_;
    for (size_t s = 0; s < shape_.size(); ++s)
      if (from.sides[s]->IsNull(row) || from.sides[s]->Value(row) != shape_[s])
        return not_trained_from(folder_, "images of several sizes");
    const std::string_view pixels = from.image->GetView(row);
    const int64_t channels = shape_[0], plane = shape_[1] * shape_[2];
    if (from.image->IsNull(row) || static_cast<int64_t>(pixels.size()) != channels * plane)
      return not_trained_from(folder_, "images that are not pixels");
    const auto label =
        from.label->IsNull(row) ? std::nullopt : labels_->find(from.label->GetView(row));
    if (!label || *label >= classes)
      return Status(Code::kCorrupt,
                    label ? fmt::format("the label {}, where {} classes are due", *label, classes)
                          : std::string("an image without a label"))
          .with_peer(folder_.uri());
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

  const fs::Location folder_;
  const Part part_;
  const std::vector<int64_t> shape_;
  const std::shared_ptr<const Labels> labels_;
  std::optional<PartBatches> batches_;
  std::optional<Columns> columns_;
  int64_t row_ = 0, done_ = 0;
};

class PreparedDataset : public RawDataset {
 public:
  PreparedDataset(fs::Location folder, std::string manifest)
      : folder_(std::move(folder)), manifest_(std::move(manifest)) {}

  void describe(const std::function<void(const std::string&)>& part) const override {
    part("prepared");
    part(manifest_);
  }
  std::vector<std::string> class_names() const override { return labels_->names; }

  Result<std::vector<Partition>> open(Deadline deadline) override {
    const auto parts = HOWDAH_TRY(read_parts());
    if (!parts.contains(kParts[0]))
      return not_trained_from(folder_, "prepared data without a part 'train'");
    std::set<std::string> seen;
    for (const auto& [_, part] : parts) HOWDAH_TRY(collect_labels(part, seen, deadline));
    labels_ = std::make_shared<const Labels>(Labels::of(seen));
    const auto shape = HOWDAH_TRY(shape_of(parts.at(kParts[0]), deadline));
    std::vector<Partition> partitions;
    for (const char* name : kParts)
      if (const auto part = parts.find(name); part != parts.end())
        partitions.push_back(
            {name, std::make_unique<PreparedPartition>(folder_, part->second, shape, labels_)});
    return partitions;
  }

 private:
  Result<std::map<std::string, Part>> read_parts() const {
    const auto manifest = nlohmann::json::parse(manifest_, nullptr, false);
    std::map<std::string, Part> parts;
    try {
      if (manifest.at("kind") != "howdah dataset") throw std::invalid_argument("kind");
      for (const auto& file : manifest.at("files")) {
        const auto path = file.at("path").get<std::string>();
        if (!path.ends_with(".parquet"))
          return Status(Code::kUnsupported, "only prepared data in Parquet can be trained from")
              .with_peer(folder_.uri() + "/" + path);
        Part& part = parts[path.substr(0, path.find('/'))];
        part.files.push_back(
            {{folder_.files, folder_.path + "/" + path}, path, file.at("bytes").get<int64_t>(), 0});
        part.records += file.at("rows").get<int64_t>();
      }
    } catch (const std::exception&) {
      return Status(Code::kCorrupt, "is no manifest of a prepared dataset")
          .with_peer(folder_.uri() + "/" + kManifestFile);
    }
    return parts;
  }

  Status collect_labels(const Part& part, std::set<std::string>& seen, Deadline deadline) const {
    auto batches = HOWDAH_TRY(PartBatches::open(part.files, {kLabel}, deadline));
    while (const auto batch = HOWDAH_TRY(batches.next(deadline))) {
      const auto labels = std::static_pointer_cast<arrow::StringArray>(
          HOWDAH_TRY(cast_column(*batch, kLabel, arrow::utf8())));
      for (int64_t row = 0; row < labels->length(); ++row)
        if (!labels->IsNull(row)) seen.emplace(labels->GetView(row));
      if (static_cast<int64_t>(seen.size()) > dataset::kMaxClasses)
        return Status(Code::kInvalidArgument,
                      fmt::format("more than {} different labels", dataset::kMaxClasses))
            .with_peer(folder_.uri());
    }
    return Status::ok();
  }

  // Of the first image; the others are compared with it as they are read.
  Result<std::vector<int64_t>> shape_of(const Part& part, Deadline deadline) const {
    auto batches =
        HOWDAH_TRY(PartBatches::open(part.files, {"channels", "height", "width"}, deadline));
    const auto batch = HOWDAH_TRY(batches.next(deadline));
    if (!batch) return not_trained_from(folder_, "prepared data without a record to train from");
    std::vector<int64_t> shape;
    for (int c = 0; c < batch->num_columns(); ++c) {
      const auto sides = std::static_pointer_cast<arrow::Int64Array>(
          HOWDAH_TRY(cast_column(*batch, batch->column_name(c), arrow::int64())));
      shape.push_back(sides->IsNull(0) ? 0 : sides->Value(0));
      if (shape.back() < 1 || shape.back() > dataset::kMaxRecordBytes)
        return not_trained_from(folder_, "an image without pixels");
    }
    return shape;
  }

  const fs::Location folder_;
  const std::string manifest_;
  std::shared_ptr<const Labels> labels_ = std::make_shared<Labels>();
};

}  // namespace

Result<std::unique_ptr<RawDataset>> find_prepared_dataset(const fs::Location& folder,
                                                          Deadline deadline) {
  auto manifest = HOWDAH_TRY(
      fs::read_file(*folder.files, folder.path + "/" + kManifestFile, kMaxManifestBytes, deadline));
  return std::unique_ptr<RawDataset>(
      std::make_unique<PreparedDataset>(folder, std::move(manifest)));
}

}  // namespace howdah::data
