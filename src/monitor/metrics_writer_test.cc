#include "monitor/metrics_writer.h"

#include <gtest/gtest.h>

#include "fs/memory_file_system.h"

namespace howdah::monitor {
namespace {
using std::chrono::seconds;

Deadline soon() {
  return Deadline::after(seconds(30));
}

class Away : public fs::MemoryFileSystem {
 public:
  Away() : MemoryFileSystem("away") {}
  Result<std::unique_ptr<fs::OutputFile>> create(const std::string&, const fs::CreateOptions&,
                                                 Deadline) override {
    return Status(Code::kUnavailable, "the file system is away");
  }
};

std::string content(fs::FileSystem& files) {
  const auto text = fs::read_file(files, "/metrics", 8 << 20, soon());
  return text ? *text : text.status().to_string();
}

TEST(MetricsWriter, closing_writes_every_line_in_order) {
  const auto files = std::make_shared<fs::MemoryFileSystem>("m");
  MetricsWriter writer({files, "/metrics"});
  for (const char* line : {"one", "two", "three"}) writer.write(line);
  writer.close(soon());
  EXPECT_EQ(content(*files), "one\ntwo\nthree\n");
  EXPECT_EQ(writer.dropped(), 0);
}

TEST(MetricsWriter, goes_on_in_a_file_that_is_there) {
  const auto files = std::make_shared<fs::MemoryFileSystem>("m");
  for (const char* line : {"one", "two"}) {
    MetricsWriter writer({files, "/metrics"});
    writer.write(line);
    writer.close(soon());
  }
  EXPECT_EQ(content(*files), "one\ntwo\n");
}

TEST(MetricsWriter, a_file_system_that_is_away_costs_lines_and_no_more) {
  MetricsWriter writer({std::make_shared<Away>(), "/metrics"});
  for (const char* line : {"one", "two", "three"}) writer.write(line);
  writer.close(soon());
  EXPECT_EQ(writer.dropped(), 3);
}

TEST(MetricsWriter, drops_and_counts_what_is_beyond_its_limit) {
  const auto files = std::make_shared<fs::MemoryFileSystem>("m");
  MetricsWriter writer({files, "/metrics"});
  writer.write(std::string(5 << 20, 'x'));
  writer.write("one");
  writer.close(soon());
  EXPECT_EQ(writer.dropped(), 1);
  EXPECT_EQ(content(*files), "one\n");
}

TEST(MetricsWriter, makes_no_file_where_there_is_nothing_to_say) {
  const auto files = std::make_shared<fs::MemoryFileSystem>("m");
  MetricsWriter({files, "/metrics"}).close(soon());
  EXPECT_EQ(files->stat("/metrics", soon()).status().code(), Code::kNotFound);
}

}  // namespace
}  // namespace howdah::monitor
