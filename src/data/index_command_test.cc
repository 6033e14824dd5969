#include "data/index_command.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <nlohmann/json.hpp>

#include "dataset/index.h"
#include "dataset/request.h"
#include "formats/idx_sample.h"

namespace howdah::data {
namespace {

using formats::idx_images;
using formats::idx_labels;
using formats::store;

class IndexCommandTest : public testing::Test {
 protected:
  fs::FileSystems files_{hadoop::Configuration(), hadoop::User{"alice", ""}, hadoop::Credentials()};
  IndexCommand command_;
  std::string out_, err_;

  IndexCommandTest() {
    const auto source = files_.resolve("mem://command/source");
    store(*source->files, "/source/train-images", idx_images(20));
    store(*source->files, "/source/train-labels", idx_labels(20, 4));
    command_.source = "mem://command/source";
    command_.output = "mem://command/out/set";
    command_.json = true;
  }
  ~IndexCommandTest() override {
    const auto root = files_.resolve("mem://command/source");
    (void)root->files->remove("/out", true, Deadline::never());
  }
  Status run() {
    char* out = nullptr;
    char* err = nullptr;
    size_t out_size = 0, err_size = 0;
    std::FILE* out_file = open_memstream(&out, &out_size);
    std::FILE* err_file = open_memstream(&err, &err_size);
    const Status status = run_index(command_, files_, out_file, err_file, {});
    std::fclose(out_file);
    std::fclose(err_file);
    out_.assign(out, out_size);
    err_.assign(err, err_size);
    std::free(out);
    std::free(err);
    return status;
  }
};

TEST_F(IndexCommandTest, prints_one_json_object) {
  for (const bool reused : {false, true}) {
    const Status status = run();
    ASSERT_TRUE(status.is_ok()) << status.to_string();
    EXPECT_EQ(out_.find('\n'), out_.size() - 1);
    const auto json = nlohmann::json::parse(out_, nullptr, false);
    ASSERT_TRUE(json.is_object()) << out_;
    EXPECT_EQ(json["index"], "mem://command/out/set");
    EXPECT_EQ(json["fingerprint"].get<std::string>().size(), 64U);
    EXPECT_EQ(json["reused"], reused);
    EXPECT_EQ(json["partitions"]["train"]["records"], 20);
    EXPECT_EQ(json["partitions"]["train"]["bytes"], 200);
    EXPECT_TRUE(json["seconds"].is_number());
    EXPECT_EQ(json.size(), 5U);
    EXPECT_EQ(err_, "");
  }
}

TEST_F(IndexCommandTest, names_the_folder_after_the_fingerprint_when_asked) {
  command_.output = "mem://command/out/{fingerprint}";
  ASSERT_TRUE(run().is_ok());
  const auto json = nlohmann::json::parse(out_);
  EXPECT_EQ(json["index"], "mem://command/out/" + json["fingerprint"].get<std::string>());
}

TEST_F(IndexCommandTest, tells_a_person_what_came_of_it_and_how_far_it_is) {
  command_.json = false;
  command_.progress = true;
  ASSERT_TRUE(run().is_ok());
  EXPECT_TRUE(out_.starts_with("indexed into mem://command/out/set: train 20, 4 classes")) << out_;
  EXPECT_EQ(err_, "indexing train: 20 of 20 records\n");
}

TEST_F(IndexCommandTest, says_what_where_and_what_to_do_in_one_line) {
  command_.classes = 3;
  const Status status = run();
  EXPECT_EQ(status.code(), Code::kCorrupt);
  EXPECT_EQ(out_, "");
  EXPECT_EQ(describe(status),
            "read mem://command/source/train-labels: a label of 3 at byte 11, where 0 to 2 can be; "
            "correct the number of classes, or the file");
  EXPECT_EQ(describe(Status(Code::kIo, "two\nlines")), "two lines");
}

TEST_F(IndexCommandTest, takes_classes_from_what_was_trained_on) {
  ASSERT_TRUE(run().is_ok());
  const auto folder = files_.resolve("mem://command/other");
  store(*folder->files, "/other/train-images", idx_images(3));
  store(*folder->files, "/other/train-labels", idx_labels(3, 2));
  command_.source = "mem://command/other";
  dataset::Request request;
  request.learned = command_.output;
  command_.request = request.to_json();
  command_.output = "mem://command/out/asked";
  const Status status = run();
  ASSERT_TRUE(status.is_ok()) << status.to_string();
  EXPECT_EQ(dataset::Index::load(files_, command_.output, Deadline::never())->classes, 4);
  request.learned = "mem://command/nowhere";
  command_.request = request.to_json();
  const std::string said = describe(run());
  EXPECT_TRUE(
      said.starts_with("read the index of the data that were trained on "
                       "/nowhere/index.json"))
      << said;
}

TEST_F(IndexCommandTest, refuses_an_unknown_scheme) {
  command_.source = "gopher://x/y";
  EXPECT_EQ(run().code(), Code::kInvalidArgument);
}

}  // namespace
}  // namespace howdah::data
