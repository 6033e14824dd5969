#include "comm/segment.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

namespace howdah::comm {
namespace {

TEST(Segment, is_read_by_another_mapping_and_never_beyond_its_end) {
  SegmentTable table(true);
  const auto segment = table.allocate(5000).value();
  segment->floats()[4999] = 42.0f;
  auto mapped =
      MappedSegment::map(net::FileDescriptor(dup(segment->fd())), segment->size_bytes()).value();
  EXPECT_EQ(mapped.at(4999 * 4, 1)[0], 42.0f);
  const uint64_t size = segment->size_bytes();
  EXPECT_NE(mapped.at(0, size / 4), nullptr);
  EXPECT_EQ(mapped.at(0, size / 4 + 1), nullptr);
  EXPECT_EQ(mapped.at(4, size / 4), nullptr);
  EXPECT_EQ(mapped.at(2, 1), nullptr);
  EXPECT_EQ(mapped.at(size + 4, 0), nullptr);
  EXPECT_EQ(mapped.at(~uint64_t{3}, 1), nullptr);
  EXPECT_EQ(mapped.at(0, ~uint64_t{0}), nullptr);
}

TEST(Segment, refuses_memory_that_its_owner_could_shrink) {
  net::FileDescriptor fd(memfd_create("test", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  ASSERT_EQ(ftruncate(fd.get(), 8192), 0);
  EXPECT_EQ(MappedSegment::map(net::FileDescriptor(dup(fd.get())), 8192).status().code(),
            Code::kCorrupt);
  ASSERT_EQ(fcntl(fd.get(), F_ADD_SEALS, F_SEAL_SHRINK), 0);
  EXPECT_TRUE(MappedSegment::map(net::FileDescriptor(dup(fd.get())), 8192));
  EXPECT_EQ(MappedSegment::map(net::FileDescriptor(dup(fd.get())), 8193).status().code(),
            Code::kCorrupt);
}

TEST(Segment, cannot_be_resized) {
  SegmentTable table(true);
  const auto segment = table.allocate(100).value();
  EXPECT_NE(ftruncate(segment->fd(), 0), 0);
  EXPECT_NE(ftruncate(segment->fd(), 1 << 20), 0);
}

TEST(SegmentTable, finds_only_spans_that_lie_wholly_inside) {
  SegmentTable table(true);
  const auto segment = table.allocate(100).value();
  const std::span<float> all = segment->floats();
  EXPECT_EQ(table.find(all), segment);
  EXPECT_EQ(table.find(all.subspan(10, 20)), segment);
  EXPECT_EQ(table.find(std::span<const float>(all.data() + 90, 11)), nullptr);
  std::vector<float> own(10);
  EXPECT_EQ(table.find(own), nullptr);
}

TEST(SegmentTable, forgets_what_was_freed) {
  SegmentTable table(true);
  auto segment = table.allocate(100).value();
  const std::span<float> all = segment->floats();
  segment.reset();
  EXPECT_EQ(table.find(all), nullptr);
}

TEST(SegmentTable, gives_plain_memory_without_shared_memory) {
  SegmentTable table(false);
  const auto segment = table.allocate(100).value();
  segment->floats()[99] = 1;
  EXPECT_EQ(segment->number(), 0u);
  EXPECT_EQ(table.find(segment->floats()), nullptr);
}

}  // namespace
}  // namespace howdah::comm
