#include "job/user_module_section.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "job/yaml_text.h"

namespace howdah::job {
namespace {

using model::UserModule;

constexpr size_t kMostOptions = 100, kLongestValue = 4096;

// A URI as it is; "net.pt" beside the file that names it, "file:///jobs/net.pt".
std::string beside(const YamlPlace& place, const std::string& name) {
  if (name.find("://") != std::string::npos || name.starts_with('/')) return name;
  if (place.file.find("://") != std::string::npos) return name;  // a staged job names URIs
  const auto folder = std::filesystem::path(place.file).parent_path();
  std::error_code error;
  const auto path = std::filesystem::absolute(
      place.line > 0 ? folder / name : std::filesystem::path(name), error);
  return error ? name : "file://" + path.lexically_normal().string();
}

bool good_text(const std::string& text) {
  return text.size() <= kLongestValue && std::none_of(text.begin(), text.end(), [](char c) {
           return static_cast<unsigned char>(c) < ' ' || c == '\x7f';
         });
}

void read_options(YamlSection& keys, UserModule& module) {
  const YamlValue* options = keys.any("options");
  if (!options) return;
  if (options->kind != YamlValue::Kind::kMap || options->map.size() > kMostOptions)
    return keys.refuse(
        *options, fmt::format("'model.options' must be a map of {} options at most", kMostOptions));
  for (size_t i = 0; i < options->map.size(); ++i) {
    const auto& [name, value] = options->map[i];
    std::string text = value.scalar;
    bool good = value.kind != YamlValue::Kind::kMap && value.kind != YamlValue::Kind::kNull;
    if (value.kind == YamlValue::Kind::kList)
      for (const YamlValue& element : value.list) {
        good &= element.kind == YamlValue::Kind::kScalar;
        text += (text.empty() ? "" : ",") + element.scalar;
      }
    if (!good || name.empty() || !good_text(name) || !good_text(text))
      return keys.refuse(
          value, fmt::format("'model.options.{}' must be one value, or a list of values", name));
    module.options[name] = text;
  }
}

bool is_sha256(const std::string& text) {
  return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

}  // namespace

std::optional<UserModule> read_user_module(YamlSection& keys, model::Task task) {
  const YamlValue* archive = keys.any("torchscript");
  const YamlValue* plugin = keys.any("plugin");
  if (!archive && !plugin) return std::nullopt;
  UserModule module;
  module.kind = archive ? UserModule::Kind::kTorchScript : UserModule::Kind::kPlugin;
  const std::string word(model::user_module_word(module.kind));
  for (const char* other : {"type", "layers", "decoder", "plugin"})
    if (word != other && keys.has(other))
      keys.refuse(*keys.any(word),
                  fmt::format("'model.{}' and 'model.{}' are two models", word, other),
                  "leave one out");
  module.where = keys.where(word);
  module.file = beside((archive ? archive : plugin)->place, keys.required_text(word));
  if (!good_text(module.file))
    keys.refuse(*keys.any(word), fmt::format("'model.{}' names no file", word));
  if (plugin) read_options(keys, module);
  module.sha256 = keys.text("sha256", "");
  if (!module.sha256.empty() && !is_sha256(module.sha256))
    keys.refuse(*keys.any("sha256"), "'model.sha256' must be 64 digits of 0-9 and a-f");
  if (task == model::Task::kTranslation)
    keys.refuse(*keys.any(word),
                fmt::format("'model.{}' cannot translate: a translation has an"
                            " encoder and a decoder",
                            word),
                "describe it by layers, or take a model of the zoo: {type: transformer}");
  return module;
}

std::string user_module_to_yaml(const UserModule& module) {
  std::string text =
      fmt::format("{{{}: {}", model::user_module_word(module.kind), quoted(module.file));
  if (!module.sha256.empty()) text += ", sha256: " + quoted(module.sha256);
  if (!module.options.empty()) {
    std::string options;
    for (const auto& [name, value] : module.options)
      options += fmt::format("{}{}: {}", options.empty() ? "" : ", ", quoted(name), quoted(value));
    text += ", options: {" + options + "}";
  }
  return text + "}";
}

}  // namespace howdah::job
