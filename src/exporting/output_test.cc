#include "exporting/output.h"

#include <gmock/gmock.h>

namespace howdah::exporting {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Deadline soon() {
  return Deadline::after(std::chrono::seconds(20));
}

class OutputTest : public testing::Test {
 protected:
  fs::Location at(const std::string& path) { return files_.resolve("mem://test" + path).value(); }
  std::string read(const std::string& path) {
    return fs::read_file(*at(path).files, path, 1000, soon()).value();
  }
  std::vector<std::string> names(const std::string& path) {
    std::vector<std::string> names;
    const auto entries = at(path).files->list(path, soon());
    for (const auto& entry : *entries) names.push_back(entry.name());
    return names;
  }
  fs::FileSystems files_{{}, {}, {}};
};

TEST_F(OutputTest, a_file_appears_whole_and_alone) {
  ASSERT_TRUE(write_file(at("/out/a.onnx"), "one", false, soon()));
  EXPECT_EQ(read("/out/a.onnx"), "one");
  EXPECT_THAT(names("/out"), ElementsAre("a.onnx"));
}

TEST_F(OutputTest, what_is_there_stays_without_overwrite) {
  ASSERT_TRUE(write_file(at("/out/a.onnx"), "one", false, soon()));
  const Status refused = check_output(at("/out/a.onnx"), false, false, soon());
  EXPECT_EQ(refused.code(), Code::kAlreadyExists);
  EXPECT_THAT(refused.to_string(), HasSubstr("--overwrite"));
  // Also what came while the network was written.
  EXPECT_EQ(write_file(at("/out/a.onnx"), "two", false, soon()).code(), Code::kAlreadyExists);
  EXPECT_EQ(read("/out/a.onnx"), "one");
  EXPECT_THAT(names("/out"), ElementsAre("a.onnx"));
  ASSERT_TRUE(check_output(at("/out/a.onnx"), false, true, soon()));
  ASSERT_TRUE(write_file(at("/out/a.onnx"), "two", true, soon()));
  EXPECT_EQ(read("/out/a.onnx"), "two");
}

TEST_F(OutputTest, a_folder_is_replaced_as_a_whole) {
  const std::vector<ExportedFile> first{{"model.json", "1"}, {"old", "1"}};
  const std::vector<ExportedFile> second{{"model.json", "2"}};
  ASSERT_TRUE(write_folder(at("/out/net"), first, false, soon()));
  EXPECT_EQ(write_folder(at("/out/net"), second, false, soon()).code(), Code::kAlreadyExists);
  EXPECT_THAT(names("/out/net"), ElementsAre("model.json", "old"));
  ASSERT_TRUE(check_output(at("/out/net"), true, true, soon()));
  ASSERT_TRUE(write_folder(at("/out/net"), second, true, soon()));
  EXPECT_THAT(names("/out/net"), ElementsAre("model.json"));
  EXPECT_THAT(names("/out"), ElementsAre("net"));
}

TEST_F(OutputTest, a_folder_of_something_else_is_never_replaced) {
  ASSERT_TRUE(write_file(at("/home/me/letter"), "dear", false, soon()));
  const Status refused = check_output(at("/home/me"), true, true, soon());
  EXPECT_EQ(refused.code(), Code::kFailedPrecondition);
  EXPECT_THAT(refused.to_string(), HasSubstr("no export"));
}

TEST_F(OutputTest, a_folder_is_no_place_for_a_file_nor_the_other_way_round) {
  ASSERT_TRUE(write_file(at("/out/a.onnx"), "one", false, soon()));
  EXPECT_EQ(check_output(at("/out"), false, true, soon()).code(), Code::kFailedPrecondition);
  EXPECT_EQ(check_output(at("/out/a.onnx"), true, true, soon()).code(), Code::kFailedPrecondition);
}

}  // namespace
}  // namespace howdah::exporting
