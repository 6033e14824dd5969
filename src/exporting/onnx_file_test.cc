#include "exporting/onnx_file.h"

#include <gmock/gmock.h>

#include <set>

#include "exporting/proto/onnx.pb.h"
#include "exporting/test_models.h"
#include "model/layer_types.h"

namespace howdah::exporting {
namespace {

using testing::HasSubstr;

onnx::ModelProto parsed(const TrainedModel& model) {
  const auto file = onnx_file(model);
  EXPECT_TRUE(file) << file.status().to_string();
  onnx::ModelProto proto;
  EXPECT_TRUE(file && proto.ParseFromString(*file));
  return proto;
}

void add_types(const std::vector<model::Layer>& layers, std::set<model::LayerType>& types) {
  for (const model::Layer& layer : layers) {
    types.insert(layer.type);
    for (const auto& branch : layer.branches) add_types(branch, types);
  }
}

// So that a new type is written by every format and compared in tests/export, or says why not.
TEST(TestModels, hold_every_layer_type_that_takes_values) {
  std::set<model::LayerType> types;
  add_types(image_model().training.layers, types);
  add_types(row_model().training.layers, types);
  // docs/export.md says that these are refused.
  const std::set<model::LayerType> refused = {model::LayerType::kGlobalMaxPool,
                                              model::LayerType::kEmbedColumns,
                                              model::LayerType::kOneHotColumns};
  for (const model::LayerTypeRow& row : model::layer_types())
    if (row.takes == model::Takes::kValues || row.takes == model::Takes::kEither) {
      EXPECT_NE(types.contains(row.type), refused.contains(row.type)) << row.name;
    }
}

TEST(OnnxFile, has_each_node_after_those_whose_outputs_it_takes) {
  for (const TrainedModel& model : {image_model(), row_model()}) {
    const onnx::ModelProto proto = parsed(model);
    std::set<std::string> known{kInputName};
    for (const auto& tensor : proto.graph().initializer())
      EXPECT_TRUE(known.insert(tensor.name()).second) << tensor.name();
    for (const auto& node : proto.graph().node()) {
      for (const std::string& input : node.input())
        EXPECT_TRUE(known.contains(input)) << node.name() << " takes " << input;
      for (const std::string& output : node.output())
        EXPECT_TRUE(known.insert(output).second) << output;
    }
    EXPECT_TRUE(known.contains(kOutputName));
  }
}

TEST(OnnxFile, names_weights_as_the_job_does_and_holds_their_values) {
  const TrainedModel model = row_model();
  const onnx::ModelProto proto = parsed(model);
  size_t found = 0;
  for (const auto& initializer : proto.graph().initializer())
    for (const train::TensorView& tensor : model.tensors)
      if (tensor.name == initializer.name()) {
        ++found;
        EXPECT_EQ(initializer.raw_data(), as_text(tensor.bytes)) << tensor.name;
      }
  EXPECT_EQ(found, model.tensors.size());
}

TEST(OnnxFile, takes_raw_pixels_of_any_batch) {
  const onnx::ModelProto proto = parsed(image_model());
  ASSERT_EQ(proto.graph().input_size(), 1);
  const auto& input = proto.graph().input(0).type().tensor_type();
  EXPECT_EQ(input.elem_type(), onnx::TensorProto::UINT8);
  EXPECT_EQ(input.shape().dim(0).dim_param(), "batch");
  EXPECT_EQ(input.shape().dim(3).dim_value(), 28);
  const auto& output = proto.graph().output(0);
  EXPECT_EQ(output.name(), kOutputName);
  EXPECT_EQ(output.type().tensor_type().shape().dim(1).dim_value(), 10);
  EXPECT_EQ(proto.opset_import(0).version(), 17);
}

TEST(OnnxFile, takes_features_of_a_table_as_floats) {
  auto training = training_of("    - dense: {units: 3}\n", {4}, 3);
  training.normalization = {};
  const onnx::ModelProto proto = parsed(model_of(training, dataset::ElementType::kFloat32));
  EXPECT_EQ(proto.graph().input(0).type().tensor_type().elem_type(), onnx::TensorProto::FLOAT);
  EXPECT_EQ(proto.graph().node(0).op_type(), "Gemm");
}

TEST(OnnxFile, holds_the_names_of_the_classes) {
  TrainedModel model = row_model();
  model.class_names = {"a\"b", "c"};
  const onnx::ModelProto proto = parsed(model);
  ASSERT_EQ(proto.metadata_props_size(), 1);
  EXPECT_EQ(proto.metadata_props(0).value(), R"(["a\"b","c"])");
}

TEST(OnnxFile, refuses_a_layer_that_it_cannot_write_by_its_place) {
  TrainedModel model = row_model();
  model.training.layers = {{.type = model::LayerType::kGlobalMaxPool, .where = "job.yaml:6:7"}};
  const auto file = onnx_file(model);
  EXPECT_EQ(file.status().code(), Code::kUnsupported);
  EXPECT_THAT(file.status().to_string(), HasSubstr("global_max_pool"));
}

TEST(OnnxFile, refuses_a_decoder_and_says_where_it_stands) {
  TrainedModel model = row_model();
  model.training.decoder = model.training.layers;
  const auto file = onnx_file(model);
  EXPECT_EQ(file.status().code(), Code::kUnsupported);
  EXPECT_THAT(file.status().to_string(), HasSubstr("decoder"));
  EXPECT_THAT(file.status().to_string(), HasSubstr("job.yaml:6:7: a network with"));
}

}  // namespace
}  // namespace howdah::exporting
