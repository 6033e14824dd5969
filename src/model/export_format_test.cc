#include "model/export_format.h"

#include <gmock/gmock.h>

namespace howdah::model {
namespace {

TEST(ExportFormat, is_known_by_its_name) {
  EXPECT_EQ(parse_export_format("onnx").value(), ExportFormat::kOnnx);
  EXPECT_EQ(parse_export_format("pytorch").value(), ExportFormat::kPyTorch);
  EXPECT_EQ(export_format_names().size(), size_t{4});
}

TEST(ExportFormat, of_another_name_is_refused_with_the_nearest) {
  EXPECT_THAT(parse_export_format("onx").status().to_string(),
              testing::HasSubstr("did you mean 'onnx'?"));
  EXPECT_THAT(parse_export_format("keras").status().to_string(),
              testing::HasSubstr("one of safetensors, torchscript, onnx, pytorch"));
}

}  // namespace
}  // namespace howdah::model
