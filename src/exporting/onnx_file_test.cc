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
TEST(TestModels, hold_every_layer_type) {
  std::set<model::LayerType> types;
  for (const auto& [name, model] : all_models()) {
    add_types(model.training.layers, types);
    add_types(model.training.decoder, types);
  }
  for (const model::LayerTypeRow& row : model::layer_types())
    EXPECT_TRUE(types.contains(row.type)) << row.name;
}

TEST(OnnxFile, has_each_node_after_those_whose_outputs_it_takes) {
  for (const auto& [name, model] : all_models()) {
    const onnx::ModelProto proto = parsed(model);
    std::set<std::string> known;
    for (const auto& input : proto.graph().input()) known.insert(input.name());
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
  for (const auto& [name, model] : all_models()) {
    const onnx::ModelProto proto = parsed(model);
    size_t found = 0;
    for (const auto& initializer : proto.graph().initializer())
      for (const train::TensorView& tensor : model.tensors)
        if (tensor.name == initializer.name()) {
          ++found;
          EXPECT_EQ(initializer.raw_data(), as_text(tensor.bytes)) << tensor.name;
        }
    EXPECT_EQ(found, model.tensors.size()) << name;
  }
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
  ASSERT_EQ(proto.metadata_props_size(), 2);
  EXPECT_EQ(proto.metadata_props(0).value(), R"(["a\"b","c"])");
}

TEST(OnnxFile, takes_texts_of_any_length) {
  const onnx::ModelProto proto = parsed(text_model(kTextLayers));
  const auto& input = proto.graph().input(0).type().tensor_type();
  EXPECT_EQ(input.elem_type(), onnx::TensorProto::INT64);
  EXPECT_EQ(input.shape().dim(1).dim_param(), "length");
}

TEST(OnnxFile, takes_a_text_and_what_was_written_of_the_other_one) {
  const onnx::ModelProto proto = parsed(text_model(kTranslationLayers, "translation", 40));
  ASSERT_EQ(proto.graph().input_size(), 2);
  EXPECT_EQ(proto.graph().input(1).name(), kTargetInputName);
  const auto& output = proto.graph().output(0).type().tensor_type().shape();
  EXPECT_EQ(output.dim(1).dim_param(), "target_length");
  EXPECT_EQ(output.dim(2).dim_value(), 40);
}

}  // namespace
}  // namespace howdah::exporting
