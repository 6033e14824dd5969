#include "train/safetensors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace howdah::train {
namespace {

std::string write(const std::vector<TensorView>& tensors) {
  std::string file;
  EXPECT_TRUE(write_safetensors(tensors, [&](Bytes bytes) {
    file += as_text(bytes);
    return Status::ok();
  }));
  return file;
}

const std::vector<float> kFloats{1.5F, -2, 3};
const int64_t kCount = 7;

std::vector<TensorView> example() {
  return {{"b", TensorType::kFloat32, {3, 1}, std::as_bytes(std::span(kFloats))},
          {"a", TensorType::kFloat32, {2}, std::as_bytes(std::span(kFloats).first(2))},
          {"n", TensorType::kInt64, {}, std::as_bytes(std::span(&kCount, 1))}};
}

std::string with_header(std::string header, const std::string& data) {
  std::string file(8, '\0');
  file[0] = static_cast<char>(header.size());
  return file + header + data;
}

// The bytes that Hugging Face's Python package 0.4 writes for the same tensors.
TEST(Safetensors, writes_the_published_format_to_the_byte) {
  const std::string file = write(example());
  const std::string header =
      R"({"__metadata__":{"format":"pt"},"n":{"dtype":"I64","shape":[],"data_offsets":[0,8]},)"
      R"("a":{"dtype":"F32","shape":[2],"data_offsets":[8,16]},)"
      R"("b":{"dtype":"F32","shape":[3,1],"data_offsets":[16,28]}})";
  EXPECT_EQ(static_cast<unsigned char>(file[0]), (header.size() + 7) / 8 * 8);
  EXPECT_EQ(file.substr(8, header.size()), header);
  EXPECT_EQ(file.size(), 8 + (header.size() + 7) / 8 * 8 + 28);
}

TEST(Safetensors, gives_back_what_was_written) {
  const std::string file = write(example());
  const auto tensors = parse_safetensors(as_bytes(file));
  ASSERT_TRUE(tensors.is_ok()) << tensors.status().to_string();
  ASSERT_EQ(tensors->size(), 3U);
  const TensorView& b = (*tensors)[2];
  EXPECT_EQ(b.name, "b");
  EXPECT_EQ(b.shape, (std::vector<int64_t>{3, 1}));
  EXPECT_EQ(std::memcmp(b.bytes.data(), kFloats.data(), 12), 0);
}

TEST(Safetensors, does_not_depend_on_the_order_of_the_tensors) {
  auto reversed = example();
  std::reverse(reversed.begin(), reversed.end());
  EXPECT_EQ(write(example()), write(reversed));
}

TEST(Safetensors, stops_at_the_first_error_of_the_writer) {
  int calls = 0;
  const Status full(Code::kDiskFull, "full");
  EXPECT_EQ(write_safetensors(example(),
                              [&](Bytes) {
                                ++calls;
                                return full;
                              })
                .code(),
            Code::kDiskFull);
  EXPECT_EQ(calls, 1);
}

TEST(Safetensors, refuses_files_that_contradict_themselves) {
  const auto code = [](const std::string& file) {
    return parse_safetensors(as_bytes(file)).status().code();
  };
  const std::string good = write(example());
  EXPECT_EQ(code(""), Code::kCorrupt);
  EXPECT_EQ(code(good.substr(0, 7)), Code::kCorrupt);
  EXPECT_EQ(code(good.substr(0, good.size() - 1)), Code::kCorrupt);
  EXPECT_EQ(code(good + "x"), Code::kCorrupt);
  EXPECT_EQ(code(with_header("[1]", "")), Code::kCorrupt);
  EXPECT_EQ(code(with_header("{", "")), Code::kCorrupt);
  EXPECT_EQ(code(with_header(R"({"a":{"dtype":"F32"}})", "")), Code::kCorrupt);
  EXPECT_EQ(
      code(with_header(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}})", "12345678")),
      Code::kCorrupt);
  EXPECT_EQ(code(with_header(R"({"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}})", "1234")),
            Code::kCorrupt);
  EXPECT_EQ(
      code(with_header(
          R"({"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]}})", "")),
      Code::kCorrupt);
  EXPECT_EQ(code(with_header(R"({"a":{"dtype":"F16","shape":[2],"data_offsets":[0,4]}})", "1234")),
            Code::kUnsupported);
  std::string endless = good;
  std::fill_n(endless.begin(), 8, '\xff');
  EXPECT_EQ(code(endless), Code::kCorrupt);
}

}  // namespace
}  // namespace howdah::train
