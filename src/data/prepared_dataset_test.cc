#include <arrow/array.h>
#include <arrow/builder.h>
#include <arrow/record_batch.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "data/index_builder.h"
#include "formats/file_writer.h"
#include "fs/memory_file_system.h"

namespace howdah::data {
namespace {

struct Image {
  std::string pixels;  // interleaved
  int32_t height, width, channels;
  const char* label;
};

class PreparedDataset : public testing::Test {
 protected:
  // One file of a part, and its line of the manifest.
  void write(const std::string& part, const std::vector<Image>& images) {
    arrow::BinaryBuilder pixels;
    arrow::Int32Builder height, width, channels;
    arrow::StringBuilder label;
    for (const Image& image : images) {
      ASSERT_TRUE(pixels.Append(image.pixels).ok() && height.Append(image.height).ok() &&
                  width.Append(image.width).ok() && channels.Append(image.channels).ok());
      ASSERT_TRUE((image.label ? label.Append(image.label) : label.AppendNull()).ok());
    }
    const auto schema = arrow::schema(
        {arrow::field("name", arrow::utf8()), arrow::field("image", arrow::binary()),
         arrow::field("height", arrow::int32()), arrow::field("width", arrow::int32()),
         arrow::field("channels", arrow::int32()), arrow::field("label", arrow::utf8())});
    const auto labels = label.Finish().ValueOrDie();
    const auto batch = arrow::RecordBatch::Make(
        schema, static_cast<int64_t>(images.size()),
        {arrow::MakeArrayOfNull(arrow::utf8(), labels->length()).ValueOrDie(),
         pixels.Finish().ValueOrDie(), height.Finish().ValueOrDie(), width.Finish().ValueOrDie(),
         channels.Finish().ValueOrDie(), labels});
    const std::string path = part + "/part-00000.parquet";
    auto writer = formats::FileWriter::create(*files_, "/p/" + path, schema, {}, Deadline::never());
    ASSERT_TRUE(writer) << writer.status().to_string();
    ASSERT_TRUE((*writer)->write(*batch).is_ok());
    const auto written = (*writer)->close();
    ASSERT_TRUE(written);
    manifest_["files"].push_back(
        {{"path", path}, {"rows", written->rows}, {"bytes", written->bytes}});
  }
  Result<BuildOutcome> build(const BuildOptions& options = {}) {
    fs::CreateOptions replace;
    replace.overwrite = true;
    const Status stored = fs::write_file(*files_, "/p/_MANIFEST.json", as_bytes(manifest_.dump()),
                                         replace, Deadline::never());
    EXPECT_TRUE(stored.is_ok());
    return build_index({files_, "/p"}, {files_, "/index"}, options, Deadline::never());
  }
  void start_anew() {
    files_ = std::make_shared<fs::MemoryFileSystem>("t");
    manifest_["files"] = nlohmann::json::array();
  }
  std::string refused(const BuildOptions& options = {}) {
    return build(options).status().message();
  }
  std::string records(const std::string& part) {
    return *fs::read_file(*files_, "/index/" + part + ".records", 1 << 20, Deadline::never());
  }

  std::shared_ptr<fs::MemoryFileSystem> files_ = std::make_shared<fs::MemoryFileSystem>("t");
  nlohmann::json manifest_ = {{"kind", "howdah dataset"}, {"files", nlohmann::json::array()}};
};

TEST_F(PreparedDataset, becomes_planes_of_pixels_and_numbers_of_classes) {
  write("train", {{"rgbRGB", 1, 2, 3, "dog"}, {"abcABC", 1, 2, 3, "cat"}});
  write("validation", {{"uvwUVW", 1, 2, 3, "cat"}});
  write("test", {{"xyzXYZ", 1, 2, 3, "eel"}});
  const auto built = build();
  ASSERT_TRUE(built) << built.status().to_string();
  EXPECT_EQ(built->index.shape, (std::vector<int64_t>{3, 1, 2}));
  EXPECT_EQ(built->index.class_names, (std::vector<std::string>{"cat", "dog", "eel"}));
  EXPECT_EQ(built->index.classes, 3);
  const auto label = [](char number) { return std::string{number, 0, 0, 0}; };
  EXPECT_EQ(records("train"), "rRgGbB" + label(1) + "aAbBcC" + label(0));
  EXPECT_EQ(records("validation"), "uUvVwW" + label(0));
  EXPECT_EQ(records("test"), "xXyYzZ" + label(2));
  EXPECT_EQ(built->index.partition("test")->records_by_class, (std::vector<int64_t>{0, 0, 1}));
  EXPECT_FALSE(built->index.mean.empty());
  EXPECT_TRUE(build()->reused);
}

TEST_F(PreparedDataset, keeps_labels_that_are_numbers) {
  write("train", {{"a", 1, 1, 1, "7"}, {"b", 1, 1, 1, "10"}});
  const auto built = build();
  ASSERT_TRUE(built) << built.status().to_string();
  EXPECT_TRUE(built->index.class_names.empty());
  EXPECT_EQ(built->index.classes, 11);
  EXPECT_EQ(records("train"), std::string("a\7\0\0\0b\12\0\0\0", 10));
}

TEST_F(PreparedDataset, that_cannot_be_trained_from_is_refused) {
  write("train", {{"a", 1, 1, 1, "cat"}, {"ab", 1, 2, 1, "cat"}});
  EXPECT_EQ(refused(), "images of several sizes");
  start_anew();
  write("train", {{"a", 1, 1, 1, "cat"}, {"b", 1, 1, 1, nullptr}});
  EXPECT_EQ(refused(), "an image without a label");
  start_anew();
  write("train", {{"\x89PNG", 8, 8, 1, "cat"}});
  EXPECT_EQ(refused(), "images that are not pixels");
  start_anew();
  write("test", {{"a", 1, 1, 1, "cat"}});
  EXPECT_EQ(refused(), "prepared data without a part 'train'");
  start_anew();
  write("train", {{"a", 1, 1, 1, "cat"}});
  BuildOptions options;
  options.classes = 2;
  EXPECT_EQ(refused(options), "2 classes, where the labels have 1 names");
  manifest_["files"][0]["rows"] = 2;
  EXPECT_EQ(refused(), "1 records where the manifest says 2");
  manifest_["kind"] = "else";
  EXPECT_EQ(refused(), "is no manifest of a prepared dataset");
}

}  // namespace
}  // namespace howdah::data
