// What every FileSystem promises (src/fs/file_system.h) of the bytes in its files.
#include <thread>

#include "conformance.h"

namespace howdah::fs {
namespace {

class FileContent : public FileSystemConformance {};

TEST_P(FileContent, reads_back_what_was_written_for_every_length_near_a_border) {
  for (const size_t length :
       {0ul, 1ul, 511ul, 512ul, 513ul, 65535ul, 65536ul, 65537ul, 1000000ul}) {
    const std::string content = pattern(length);
    write("file", content);
    EXPECT_TRUE(read("file") == content) << length;
    EXPECT_EQ(files().stat(path("file"), soon())->length_bytes, static_cast<int64_t>(length));
  }
}

TEST_P(FileContent, joins_many_small_writes) {
  const std::string content = pattern(300'000);
  auto file = files().create(path("file"), {}, soon());
  ASSERT_TRUE(file) << file.status().to_string();
  size_t at = 0, step = 1;
  while (at < content.size()) {
    const size_t count = std::min(step, content.size() - at);
    ASSERT_TRUE((*file)->write(as_bytes(content).subspan(at, count), soon()).is_ok());
    at += count;
    step = step * 3 % 4099 + 1;
    EXPECT_EQ((*file)->position(), static_cast<int64_t>(at));
  }
  ASSERT_TRUE((*file)->close(soon()).is_ok());
  EXPECT_TRUE(read("file") == content);
}

TEST_P(FileContent, reads_at_any_offset_and_stops_at_the_end) {
  const std::string content = pattern(200'000);
  write("file", content);
  auto file = files().open(path("file"), soon());
  ASSERT_TRUE(file) << file.status().to_string();
  EXPECT_EQ((*file)->length_bytes(), 200'000);
  for (const int64_t offset : {0l, 1l, 511l, 512l, 513l, 65'535l, 131'072l, 199'999l}) {
    for (const size_t length : {1ul, 2ul, 512ul, 70'000ul}) {
      std::string into(length, '\0');
      const auto count = (*file)->read_at(offset, std::as_writable_bytes(std::span(into)), soon());
      ASSERT_TRUE(count) << count.status().to_string();
      const std::string expected = content.substr(static_cast<size_t>(offset), length);
      ASSERT_EQ(*count, expected.size()) << offset << " " << length;
      EXPECT_TRUE(into.substr(0, *count) == expected) << offset << " " << length;
    }
  }
  std::byte one{};
  EXPECT_EQ(*(*file)->read_at(200'000, {&one, 1}, soon()), 0u);
  EXPECT_EQ(*(*file)->read_at(1'000'000, {&one, 1}, soon()), 0u);
  EXPECT_EQ((*file)->read_at(-1, {&one, 1}, soon()).status().code(), Code::kInvalidArgument);
}

TEST_P(FileContent, lets_several_threads_read_one_file) {
  const std::string content = pattern(1 << 20);
  write("file", content);
  auto file = files().open(path("file"), soon());
  ASSERT_TRUE(file) << file.status().to_string();
  std::vector<std::jthread> threads;
  for (size_t thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&, thread] {
      for (size_t turn = 0; turn < 30; ++turn) {
        const size_t offset = (thread * 7919 + turn * 104'729) % content.size();
        std::string into(10'000, '\0');
        const auto count = (*file)->read_at(static_cast<int64_t>(offset),
                                            std::as_writable_bytes(std::span(into)), soon());
        ASSERT_TRUE(count) << count.status().to_string();
        EXPECT_TRUE(into.substr(0, *count) == content.substr(offset, into.size()));
      }
    });
  }
}

TEST_P(FileContent, shows_flushed_bytes_to_who_opens_the_file_while_it_is_written) {
  auto file = files().create(path("file"), {}, soon());
  ASSERT_TRUE(file) << file.status().to_string();
  std::string content;
  for (const std::string& piece : {std::string("first line\n"), pattern(600), pattern(70'000)}) {
    content += piece;
    ASSERT_TRUE((*file)->write(as_bytes(piece), soon()).is_ok());
    const Status flushed = (*file)->flush(soon());
    ASSERT_TRUE(flushed.is_ok()) << flushed.to_string();
    EXPECT_TRUE(read("file") == content);
  }
  ASSERT_TRUE((*file)->flush(soon()).is_ok());
  ASSERT_TRUE((*file)->close(soon()).is_ok());
  EXPECT_TRUE(read("file") == content);
}

TEST_P(FileContent, a_reader_keeps_to_the_length_at_the_time_of_opening) {
  auto file = files().create(path("file"), {}, soon());
  ASSERT_TRUE(file) << file.status().to_string();
  ASSERT_TRUE((*file)->write(as_bytes("seen"), soon()).is_ok());
  ASSERT_TRUE((*file)->flush(soon()).is_ok());
  auto reader = files().open(path("file"), soon());
  ASSERT_TRUE(reader) << reader.status().to_string();
  ASSERT_TRUE((*file)->write(as_bytes(" not seen"), soon()).is_ok());
  ASSERT_TRUE((*file)->close(soon()).is_ok());
  EXPECT_EQ((*reader)->length_bytes(), 4);
  std::string into(100, '\0');
  EXPECT_EQ(*(*reader)->read_at(0, std::as_writable_bytes(std::span(into)), soon()), 4u);
}

TEST_P(FileContent, keeps_what_was_flushed_of_an_abandoned_file) {
  {
    auto file = files().create(path("file"), {}, soon());
    ASSERT_TRUE(file) << file.status().to_string();
    ASSERT_TRUE((*file)->write(as_bytes("kept"), soon()).is_ok());
    ASSERT_TRUE((*file)->flush(soon()).is_ok());
  }
  EXPECT_EQ(read("file"), "kept");
  const Status recovered = files().recover_lease(path("file"), soon());
  ASSERT_TRUE(recovered.is_ok()) << recovered.to_string();
  EXPECT_EQ(read("file"), "kept");
}

TEST_P(FileContent, recovers_the_lease_of_a_file_that_nobody_writes_at_once) {
  write("file", "content");
  EXPECT_TRUE(files().recover_lease(path("file"), soon()).is_ok());
  EXPECT_EQ(files().recover_lease(path("missing"), soon()).code(), Code::kNotFound);
}

TEST_P(FileContent, appends_to_what_is_there) {
  std::string content;
  write("file", content);
  for (const size_t length : {1ul, 510ul, 2ul, 511ul, 65'536ul, 100ul}) {
    const std::string piece = pattern(length);
    auto file = files().append(path("file"), soon());
    ASSERT_TRUE(file) << file.status().to_string();
    EXPECT_EQ((*file)->position(), static_cast<int64_t>(content.size()));
    ASSERT_TRUE((*file)->write(as_bytes(piece), soon()).is_ok());
    const Status closed = (*file)->close(soon());
    ASSERT_TRUE(closed.is_ok()) << closed.to_string();
    content += piece;
    EXPECT_TRUE(read("file") == content) << length;
  }
}

TEST_P(FileContent, has_one_writer_at_a_time) {
  auto first = files().create(path("file"), {}, soon());
  ASSERT_TRUE(first) << first.status().to_string();
  EXPECT_EQ(files().append(path("file"), soon()).status().code(), Code::kFailedPrecondition);
  ASSERT_TRUE((*first)->close(soon()).is_ok());
  auto second = files().append(path("file"), soon());
  ASSERT_TRUE(second) << second.status().to_string();
  EXPECT_EQ(files().append(path("file"), soon()).status().code(), Code::kFailedPrecondition);
  ASSERT_TRUE((*second)->close(soon()).is_ok());
}

TEST_P(FileContent, flushes_inside_the_chunk_that_an_append_fills) {
  write("file", pattern(100));
  auto file = files().append(path("file"), soon());
  ASSERT_TRUE(file) << file.status().to_string();
  std::string content = pattern(100);
  for (const size_t length : {10ul, 20ul, 500ul, 1000ul, 1ul}) {
    ASSERT_TRUE((*file)->write(as_bytes(pattern(length)), soon()).is_ok());
    const Status flushed = (*file)->flush(soon());
    ASSERT_TRUE(flushed.is_ok()) << flushed.to_string();
    content += pattern(length);
    EXPECT_TRUE(read("file") == content) << length;
  }
  ASSERT_TRUE((*file)->close(soon()).is_ok());
  EXPECT_TRUE(read("file") == content);
}

TEST_P(FileContent, a_reader_of_an_overwritten_file_is_not_given_the_new_bytes) {
  write("file", "old content");
  auto reader = files().open(path("file"), soon());
  ASSERT_TRUE(reader) << reader.status().to_string();
  write("file", "NEW CONTENT");
  std::string into(100, '\0');
  const auto count = (*reader)->read_at(0, std::as_writable_bytes(std::span(into)), soon());
  if (count) {
    EXPECT_EQ(into.substr(0, *count), "old content");
  }
  EXPECT_EQ(read("file"), "NEW CONTENT");
}

INSTANTIATE_TEST_SUITE_P(All, FileContent, ::testing::ValuesIn(backends()),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace howdah::fs
