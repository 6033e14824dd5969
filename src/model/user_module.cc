#include "model/user_module.h"

#include <nlohmann/json.hpp>

namespace howdah::model {
namespace {

using nlohmann::json;

json tensor_json(const std::string& name, const Shape& shape) {
  return {{"name", name}, {"shape", shape}};
}

Shape shape_from(const json& tensor) {
  return tensor.at("shape").get<Shape>();
}

int64_t count_of(const Shape& shape) {
  int64_t count = 1;
  for (const int64_t extent : shape) count *= extent;
  return count;
}

}  // namespace

std::string_view user_module_word(UserModule::Kind kind) {
  return kind == UserModule::Kind::kTorchScript ? "torchscript" : "plugin";
}

std::string parts_to_json(const std::vector<LayerShape>& parts) {
  json list = json::array();
  for (const LayerShape& part : parts) {
    json entry{{"name", part.name}, {"parameters", json::array()}, {"buffers", json::array()}};
    for (const LayerParameter& parameter : part.trained) {
      json tensor = tensor_json(parameter.name, parameter.shape);
      tensor["regularized"] = parameter.regularized;
      tensor["frozen"] = parameter.frozen;
      entry["parameters"].push_back(std::move(tensor));
    }
    for (const LayerBuffer& buffer : part.buffers)
      entry["buffers"].push_back(tensor_json(buffer.name, buffer.shape));
    list.push_back(std::move(entry));
  }
  return list.dump(-1, ' ', false, json::error_handler_t::replace);
}

Result<std::vector<LayerShape>> parts_from_json(const std::string& text) {
  std::vector<LayerShape> parts;
  try {
    for (const json& entry : json::parse(text)) {
      LayerShape& part = parts.emplace_back();
      part.name = entry.at("name").get<std::string>();
      for (const json& tensor : entry.at("parameters")) {
        part.trained.push_back({.name = tensor.at("name").get<std::string>(),
                                .shape = shape_from(tensor),
                                .regularized = tensor.at("regularized").get<bool>(),
                                .frozen = tensor.at("frozen").get<bool>()});
        part.parameters += count_of(part.trained.back().shape);
      }
      for (const json& tensor : entry.at("buffers"))
        part.buffers.push_back({tensor.at("name").get<std::string>(), shape_from(tensor)});
    }
  } catch (const json::exception& error) {
    return Status(Code::kCorrupt, std::string("no list of a module's parts: ") + error.what());
  }
  return parts;
}

}  // namespace howdah::model
