// Mean and standard deviation of each channel of the training part's images, with values in [0, 1].
// They are kept for the training, which applies them to every image: the bytes stay as they are,
// and yet each image is counted as changed.
//
// An image is a binary value of height × width × channels bytes, beside the columns height, width
// and channels.
#include <arrow/array/array_binary.h>
#include <arrow/type.h>
#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "transform/column_views.h"
#include "transform/image_standard_sums.h"
#include "transform/normalize_step.h"

namespace howdah::transform {
namespace {

constexpr uint32_t kMaxChannels = 16;
constexpr double kMaxSide = 1 << 20;
constexpr const char* kSides[] = {"height", "width", "channels"};

bool image_type(const arrow::DataType& type) {
  return type.id() == arrow::Type::BINARY || type.id() == arrow::Type::LARGE_BINARY;
}

std::string_view bytes_at(const arrow::Array& column, int64_t row) {
  if (column.type_id() == arrow::Type::BINARY)
    return static_cast<const arrow::BinaryArray&>(column).GetView(row);
  return static_cast<const arrow::LargeBinaryArray&>(column).GetView(row);
}

class PixelCollector : public Collector {
 public:
  explicit PixelCollector(prepare::StepSpec spec) : spec_(std::move(spec)) {}

  Status add(const Records& records) override;
  void write_to(std::string& bytes) const override {
    statistics::ByteWriter writer(bytes);
    writer.u8(mixed_);
    writer.u64(pixels_);
    writer.u32(static_cast<uint32_t>(channels_.size()));
    for (const ChannelSums& channel : channels_) {
      writer.u64(channel.sum);
      writer.u64(channel.sum_of_squares);
    }
  }
  Status merge(statistics::ByteReader& bytes) override;
  // Whether all images have the same channels.
  Status judge() const {
    if (!mixed_) return Status::ok();
    return wrong_spec(spec_, "images of different numbers of channels have no common mean")
        .with_advice("read all images with the same number of channels");
  }
  uint64_t pixels() const { return pixels_; }
  const std::vector<ChannelSums>& channels() const { return channels_; }

 private:
  void expect_channels(size_t count) {
    if (channels_.empty()) channels_.resize(count);
    mixed_ |= channels_.size() != count;
  }
  prepare::StepSpec spec_;
  std::vector<ChannelSums> channels_;
  uint64_t pixels_ = 0;
  bool mixed_ = false;
};

Status PixelCollector::add(const Records& records) {
  const auto& rule = std::get<prepare::ImageStandard>(spec_.kind);
  const auto images = HOWDAH_TRY(column_of(*records.batch, rule.column));
  std::vector<NumericView> sides;
  for (const char* side : kSides)
    sides.push_back(HOWDAH_TRY(NumericView::of(HOWDAH_TRY(column_of(*records.batch, side)))));
  for (int64_t row = 0; row < images->length(); ++row) {
    if (images->IsNull(row)) continue;
    const std::string_view bytes = bytes_at(*images, row);
    double shape[3];
    for (size_t s = 0; s < 3; ++s) {
      const double side = sides[s].values()[static_cast<size_t>(row)];
      shape[s] = sides[s].present()[row] && side >= 0 && side <= kMaxSide ? side : -1;
    }
    const double due = shape[0] * shape[1] * shape[2];
    const bool sound = shape[0] >= 0 && shape[1] >= 0 && shape[2] >= 1 && shape[2] <= kMaxChannels;
    if (!sound || due != static_cast<double>(bytes.size()))
      return wrong_spec(
          spec_, fmt::format("an image of {} bytes in column \"{}\" (record {} of its "
                             "chunk), where height × width × channels is {}",
                             bytes.size(), rule.column, records.rows[static_cast<size_t>(row)],
                             sound ? fmt::format("{:.0f}", due) : "not known"));
    const auto count = static_cast<size_t>(shape[2]);
    expect_channels(count);
    if (mixed_) return judge();
    add_pixels({reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()}, channels_);
    pixels_ += bytes.size() / count;
  }
  return Status::ok();
}

Status PixelCollector::merge(statistics::ByteReader& bytes) {
  mixed_ |= HOWDAH_TRY(bytes.u8()) != 0;
  pixels_ += HOWDAH_TRY(bytes.u64());
  const uint32_t count = HOWDAH_TRY(bytes.u32());
  if (count > kMaxChannels) return Status(Code::kCorrupt, "more channels than images have");
  if (count > 0) expect_channels(count);
  for (uint32_t c = 0; c < count; ++c) {
    ChannelSums more;
    more.sum = HOWDAH_TRY(bytes.u64());
    more.sum_of_squares = HOWDAH_TRY(bytes.u64());
    if (mixed_) continue;
    channels_[c].sum += more.sum;
    channels_[c].sum_of_squares += more.sum_of_squares;
  }
  return Status::ok();
}

class ImageStandardStep : public Step {
 public:
  explicit ImageStandardStep(const prepare::StepSpec& spec) : Step(spec) {}

  Result<std::shared_ptr<arrow::Schema>> bind(
      const std::shared_ptr<arrow::Schema>& schema) override {
    HOWDAH_TRY(required_columns(*schema, {rule().column}, image_type, "images", spec_.where));
    HOWDAH_TRY(required_columns(*schema, {std::begin(kSides), std::end(kSides)}, number_type,
                                "numbers", spec_.where));
    return schema;
  }
  bool learns_from_training_only() const override { return true; }
  std::unique_ptr<Collector> collector() const override {
    return std::make_unique<PixelCollector>(spec_);
  }
  std::vector<std::string> reads() const override {
    std::vector<std::string> columns(std::begin(kSides), std::end(kSides));
    columns.push_back(rule().column);
    return columns;
  }
  std::vector<std::string> writes() const override { return {}; }
  Status fit(const Collector& collected) override {
    const auto* sums = dynamic_cast<const PixelCollector*>(&collected);
    if (!sums) return Status(Code::kInternal, "another step's collector");
    HOWDAH_TRY(sums->judge());
    pixels_ = sums->pixels();
    means_.clear();
    deviations_.clear();
    for (const ChannelSums& channel : sums->channels()) {
      means_.push_back(channel.mean(pixels_));
      deviations_.push_back(channel.standard_deviation(pixels_));
    }
    learnt_ = true;
    return Status::ok();
  }
  void state(nlohmann::ordered_json& json) const override {
    if (!learnt_) return;
    json["column"] = rule().column;
    json["pixels"] = pixels_;
    json["mean"] = means_;  // one a channel
    json["standard_deviation"] = deviations_;
  }
  Status restore(const nlohmann::ordered_json& json) override;
  std::vector<std::string> warnings() const override {
    if (!learnt_ || pixels_ > 0) return {};
    return {fmt::format("{}: there is no image in the training part: nothing was learnt", name())};
  }
  Status apply(Records& records, Effects& effects) const override {
    if (pixels_ == 0) return Status::ok();
    const auto images = HOWDAH_TRY(column_of(*records.batch, rule().column));
    effects.effect.rows_changed += images->length() - images->null_count();
    effects.effect.values_changed += images->length() - images->null_count();
    return Status::ok();
  }

 private:
  const prepare::ImageStandard& rule() const {
    return std::get<prepare::ImageStandard>(spec_.kind);
  }
  bool learnt_ = false;
  uint64_t pixels_ = 0;
  std::vector<double> means_, deviations_;
};

Status ImageStandardStep::restore(const nlohmann::ordered_json& json) {
  const auto numbers = [&](const char* key) {
    const auto list = json.find(key);
    return list != json.end() && list->is_array() && list->size() <= kMaxChannels &&
           std::all_of(list->begin(), list->end(), [](const auto& at) { return at.is_number(); });
  };
  const auto pixels = json.find("pixels");
  if (!numbers("mean") || !numbers("standard_deviation") || pixels == json.end() ||
      !pixels->is_number_unsigned() ||
      json.find("mean")->size() != json.find("standard_deviation")->size())
    return Status(Code::kCorrupt, "the kept figures of " + name() + " are incomplete")
        .with_advice("prepare the data again");
  pixels_ = pixels->get<uint64_t>();
  means_ = json.find("mean")->get<std::vector<double>>();
  deviations_ = json.find("standard_deviation")->get<std::vector<double>>();
  learnt_ = true;
  return Status::ok();
}

}  // namespace

StepOrError make(const prepare::ImageStandard&, const prepare::StepSpec& spec) {
  return std::unique_ptr<Step>(std::make_unique<ImageStandardStep>(spec));
}

}  // namespace howdah::transform
