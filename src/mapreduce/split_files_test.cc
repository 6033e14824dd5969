#include "mapreduce/split_files.h"

#include <gtest/gtest.h>

#include "hadoop/vint.h"

namespace howdah::mapreduce {
namespace {

using std::string_literals::operator""s;

TEST(SplitFiles, one_split_has_exactly_hadoops_bytes) {
  const SplitFiles files = write_splits({{"hdfs://n:1/a", 256, 1000, {"h"}}});
  EXPECT_EQ(files.splits, "SPL\0\0\0\1"s +
                              "\x22org.apache.hadoop.mapred.FileSplit"
                              "\x0chdfs://n:1/a" +
                              "\0\0\0\0\0\0\1\0"s + "\0\0\0\0\0\0\3\xe8"s);
  EXPECT_EQ(files.meta_info, "META-SPL\1\1"s + "\1\1h" + "\7" + "\x8e\3\xe8"s);
}

TEST(SplitFiles, every_offset_of_the_meta_info_leads_to_its_split) {
  std::vector<InputSplit> splits;
  for (int i = 0; i < 300; ++i)
    splits.push_back({"hdfs://n:1/" + std::string(static_cast<size_t>(i), 'x'), i, i, {}});
  const SplitFiles files = write_splits(splits);
  hadoop::WritableReader meta(as_bytes(std::string_view(files.meta_info).substr(8)));
  EXPECT_EQ(*meta.vint(), 1);
  ASSERT_EQ(*meta.vint(), 300);
  for (const InputSplit& split : splits) {
    EXPECT_EQ(*meta.vint(), 0);
    const auto offset = static_cast<size_t>(*meta.vlong());
    EXPECT_EQ(*meta.vlong(), split.length_bytes);
    hadoop::WritableReader at(as_bytes(std::string_view(files.splits).substr(offset)));
    EXPECT_EQ(*at.sized(100), "org.apache.hadoop.mapred.FileSplit");
    EXPECT_EQ(*at.sized(1000), split.uri);
  }
}

}  // namespace
}  // namespace howdah::mapreduce
