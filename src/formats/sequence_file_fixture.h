// The source of one SequenceFile in memory, for tests.
#pragma once

#include <gmock/gmock.h>

#include "formats/sequence_file_sample.h"
#include "formats/source_sample.h"

namespace howdah::formats {

class SequenceFileSourceTest : public SourceSample {
 protected:
  static std::string io(const std::string& name) { return "org.apache.hadoop.io." + name; }
  static SequenceFileSample fruits(SequenceFileSample::Layout layout) {
    SequenceFileSample sample;
    sample.layout = layout;
    for (const char* fruit : {"apple", "pear", "", "fig", "plum", "kiwi", "lime", "date"})
      sample.add_texts(fruit, fruit + std::string("-tree"));
    return sample;
  }
  static std::vector<std::string> fruit_rows() {
    return {"apple|apple-tree", "pear|pear-tree", "-tree",          "fig|fig-tree",
            "plum|plum-tree",   "kiwi|kiwi-tree", "lime|lime-tree", "date|date-tree"};
  }
  Result<Read> read_file(const std::string& content) {
    store("a.seq", content);
    return read();
  }
  std::vector<std::string> rows_of_file(const std::string& content) {
    const auto result = read_file(content);
    EXPECT_TRUE(result.is_ok()) << result.status().to_string();
    return result.is_ok() ? result->all() : std::vector<std::string>();
  }
  void expect_error(const std::string& content, Code code, const std::string& what) {
    const auto result = read_file(content);
    ASSERT_EQ(result.status().code(), code) << result.status().to_string();
    EXPECT_THAT(result.status().to_string(), testing::HasSubstr(what));
    EXPECT_THAT(result.status().to_string(), testing::HasSubstr("mem://t/in/a.seq"));
  }
};

}  // namespace howdah::formats
