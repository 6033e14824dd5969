// A prepared dataset in memory, as tests write it, and the indexed one that is made of it.
#pragma once

#include <arrow/array.h>
#include <arrow/builder.h>
#include <arrow/record_batch.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <nlohmann/json.hpp>
#include <optional>

#include "data/index_builder.h"
#include "dataset/stream_reader.h"
#include "formats/file_writer.h"
#include "fs/memory_file_system.h"

namespace howdah::data {

class PreparedData : public testing::Test {
 protected:
  using Texts = std::vector<std::optional<std::string>>;
  using Numbers = std::vector<std::optional<double>>;
  struct Named {
    std::string name;
    std::shared_ptr<arrow::Array> values;
  };

  static std::shared_ptr<arrow::Array> texts(const Texts& values) {
    return column<arrow::StringBuilder>(values);
  }
  static std::shared_ptr<arrow::Array> numbers(const Numbers& values) {
    return column<arrow::DoubleBuilder>(values);
  }
  static std::shared_ptr<arrow::Array> whole(const std::vector<std::optional<int64_t>>& values) {
    return column<arrow::Int64Builder>(values);
  }
  static std::shared_ptr<arrow::Array> flags(const std::vector<std::optional<bool>>& values) {
    return column<arrow::BooleanBuilder>(values);
  }

  // Another file of a part, and its line of the manifest.
  void write(const std::string& part, const std::vector<Named>& columns) {
    arrow::FieldVector fields;
    arrow::ArrayVector arrays;
    for (const Named& one : columns) {
      fields.push_back(arrow::field(one.name, one.values->type()));
      arrays.push_back(one.values);
    }
    const auto schema = arrow::schema(fields);
    const auto batch = arrow::RecordBatch::Make(schema, arrays[0]->length(), arrays);
    const std::string path =
        part + "/part-" + std::to_string(manifest_["files"].size()) + ".parquet";
    auto writer = formats::FileWriter::create(*files_, "/p/" + path, schema, {}, Deadline::never());
    ASSERT_TRUE(writer) << writer.status().to_string();
    ASSERT_TRUE((*writer)->write(*batch).is_ok());
    const auto written = (*writer)->close();
    ASSERT_TRUE(written);
    manifest_["files"].push_back(
        {{"path", path}, {"rows", written->rows}, {"bytes", written->bytes}});
  }
  Result<BuildOutcome> build() {
    EXPECT_TRUE(fs::write_file(*files_, "/p/_MANIFEST.json", as_bytes(manifest_.dump()),
                               {.overwrite = true}, Deadline::never())
                    .is_ok());
    return build_index({files_, "/p"}, {files_, "/index"}, options_, Deadline::never());
  }
  // What was built is what a model was trained on; the data that follow are others.
  void ask_about_others(bool labelled = true) {
    ASSERT_TRUE(files_->rename("/index", "/learned", true, Deadline::never()).is_ok());
    begin_data();
    auto learned = LearnedIndex::load({files_, "/learned"}, Deadline::never());
    ASSERT_TRUE(learned) << learned.status().to_string();
    options_.learned = std::make_shared<const LearnedIndex>(std::move(*learned));
    options_.request.learned = options_.learned->folder.uri();
    options_.request.labelled = labelled;
  }
  // What follows is written in place of what was.
  void begin_data() {
    ASSERT_TRUE(files_->remove("/p", true, Deadline::never()).is_ok());
    manifest_["files"] = nlohmann::json::array();
  }
  std::string refused() { return build().status().to_string(); }
  void start_anew() {
    files_ = std::make_shared<fs::MemoryFileSystem>("t");
    manifest_["files"] = nlohmann::json::array();
  }
  std::string file(const std::string& name) {
    return *fs::read_file(*files_, "/index/" + name, 1 << 24, Deadline::never());
  }
  // All records of a part in order, through the reader that a training has.
  dataset::RecordBatch read(const dataset::Index& index, dataset::Part part) {
    dataset::PlanOptions plan;
    plan.part = part;
    plan.split = {.train = 1, .validation = 0};
    plan.batch = 1 << 20;
    plan.shuffle = false;
    auto reader = dataset::StreamReader::open(index, fs::Location{files_, "/index"}, plan, 0, 0, 0,
                                              dataset::ReaderOptions{});
    EXPECT_TRUE(reader) << reader.status().to_string();
    dataset::RecordBatch batch;
    const Status read = (*reader)->next(batch, Deadline::after(std::chrono::seconds(30)));
    EXPECT_TRUE(read.is_ok()) << read.to_string();
    return batch;
  }
  template <typename T>
  static std::vector<T> features(const dataset::RecordBatch& batch) {
    std::vector<T> values(batch.features.size() / sizeof(T));
    std::memcpy(values.data(), batch.features.data(), batch.features.size());
    return values;
  }

  std::shared_ptr<fs::MemoryFileSystem> files_ = std::make_shared<fs::MemoryFileSystem>("t");
  nlohmann::json manifest_ = {{"kind", "howdah dataset"}, {"files", nlohmann::json::array()}};
  BuildOptions options_;

 private:
  template <typename Builder, typename T>
  static std::shared_ptr<arrow::Array> column(const std::vector<std::optional<T>>& values) {
    Builder builder;
    for (const auto& value : values)
      EXPECT_TRUE((value ? builder.Append(*value) : builder.AppendNull()).ok());
    return builder.Finish().ValueOrDie();
  }
};

}  // namespace howdah::data
