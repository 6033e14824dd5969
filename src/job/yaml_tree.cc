#include "job/yaml_tree.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <cstdlib>
#include <set>

namespace howdah::job {
namespace {

constexpr size_t kLimitBytes = 1 << 20;
constexpr int kLimitDepth = 64;
// Aliases make a large tree from a small text.
constexpr int kLimitValues = 100'000;

Status refuse(const YamlPlace& place, const std::string& what) {
  return Status(Code::kInvalidArgument, what).with_peer(place.to_string());
}

YamlPlace place_of(const YAML::Mark& mark, const std::string& file) {
  if (mark.is_null()) return {file, 1, 1};  // an empty document
  return {file, mark.line + 1, mark.column + 1};
}

Result<YamlValue> convert(const YAML::Node& node, const std::string& file, int depth, int& values) {
  YamlValue value;
  value.place = place_of(node.Mark(), file);
  if (depth > kLimitDepth) return refuse(value.place, "nested too deeply");
  if (++values > kLimitValues) return refuse(value.place, "more than 100,000 values");
  switch (node.Type()) {
    case YAML::NodeType::Scalar:
      value.kind = YamlValue::Kind::kScalar;
      value.scalar = node.Scalar();
      value.quoted = node.Tag() == "!";
      break;
    case YAML::NodeType::Sequence:
      value.kind = YamlValue::Kind::kList;
      for (const auto& entry : node)
        value.list.push_back(HOWDAH_TRY(convert(entry, file, depth + 1, values)));
      break;
    case YAML::NodeType::Map: {
      value.kind = YamlValue::Kind::kMap;
      std::set<std::string> seen;
      for (const auto& entry : node) {
        const YamlPlace place = place_of(entry.first.Mark(), file);
        if (!entry.first.IsScalar()) return refuse(place, "a key must be a word");
        const std::string key = entry.first.Scalar();
        if (!seen.insert(key).second) return refuse(place, "the key '" + key + "' is given twice");
        value.map.emplace_back(key, HOWDAH_TRY(convert(entry.second, file, depth + 1, values)));
        value.key_places.push_back(place);
      }
      break;
    }
    case YAML::NodeType::Null:
    case YAML::NodeType::Undefined:
      break;
  }
  return value;
}

Result<std::string> expand(const std::string& text, const YamlPlace& place) {
  std::string out;
  for (size_t at = 0; at < text.size();) {
    if (text.compare(at, 3, "$${") == 0) {
      out += "${";
      at += 3;
      continue;
    }
    if (text.compare(at, 2, "${") != 0) {
      out += text[at++];
      continue;
    }
    const size_t end = text.find('}', at);
    if (end == std::string::npos) return refuse(place, "'${' without '}' in '" + text + "'");
    std::string name = text.substr(at + 2, end - at - 2), fallback;
    const size_t colon = name.find(":-");
    const bool has_fallback = colon != std::string::npos;
    if (has_fallback) {
      fallback = name.substr(colon + 2);
      name.resize(colon);
    }
    if (const char* found = std::getenv(name.c_str()))
      out += found;
    else if (has_fallback)
      out += fallback;
    else
      return refuse(place, "the environment variable " + name + " is not set")
          .with_advice("set it, or write ${" + name + ":-default}");
    at = end + 1;
  }
  return out;
}

// Whether the two say what they are, `type: sgd` and `type: adam`, and differ in it.
bool of_another_kind(const YamlValue& base, const YamlValue& over) {
  for (const char* key : {"type", "schedule"}) {
    const YamlValue *before = base.find(key), *now = over.find(key);
    if (before && now && before->scalar != now->scalar) return true;
  }
  return false;
}

YamlValue lay_over(YamlValue base, const YamlValue& over, bool kinds_replace) {
  if (base.kind != YamlValue::Kind::kMap || over.kind != YamlValue::Kind::kMap) return over;
  if (kinds_replace && of_another_kind(base, over)) return over;
  for (size_t i = 0; i < over.map.size(); ++i) {
    const auto& [key, value] = over.map[i];
    const auto found = std::find_if(base.map.begin(), base.map.end(),
                                    [&key = key](const auto& entry) { return entry.first == key; });
    if (found == base.map.end()) {
      base.map.emplace_back(key, value);
      base.key_places.push_back(over.key_places[i]);
    } else {
      found->second = lay_over(std::move(found->second), value, kinds_replace);
      base.key_places[static_cast<size_t>(found - base.map.begin())] = over.key_places[i];
    }
  }
  base.place = over.place;
  return base;
}

}  // namespace

std::string YamlPlace::to_string() const {
  if (line == 0) return file;
  return file + ":" + std::to_string(line) + ":" + std::to_string(column);
}

const YamlValue* YamlValue::find(const std::string& key) const {
  for (const auto& [name, value] : map)
    if (name == key) return &value;
  return nullptr;
}

Result<YamlValue> parse_yaml(const std::string& text, const std::string& file) {
  if (text.size() > kLimitBytes)
    return Status(Code::kInvalidArgument, "larger than 1 MiB").with_peer(file);
  int values = 0;
  try {
    const std::vector<YAML::Node> documents = YAML::LoadAll(text);
    if (documents.empty()) return convert(YAML::Node(), file, 0, values);
    if (documents.size() > 1)
      return refuse(place_of(documents[1].Mark(), file), "a second document, after '---'");
    return convert(documents[0], file, 0, values);
  } catch (const YAML::Exception& error) {
    return refuse(place_of(error.mark, file), "not YAML: " + error.msg);
  }
}

YamlValue merge(YamlValue base, const YamlValue& over) {
  return lay_over(std::move(base), over, false);
}

YamlValue extend(YamlValue base, const YamlValue& over) {
  return lay_over(std::move(base), over, true);
}

Status expand_variables(YamlValue& value) {
  if (value.kind == YamlValue::Kind::kScalar)
    value.scalar = HOWDAH_TRY(expand(value.scalar, value.place));
  for (YamlValue& entry : value.list) HOWDAH_TRY(expand_variables(entry));
  for (auto& [key, entry] : value.map) HOWDAH_TRY(expand_variables(entry));
  return Status::ok();
}

Status set_value(YamlValue& root, const std::string& assignment) {
  const YamlPlace place{"--set " + assignment, 0, 0};
  const size_t equals = assignment.find('=');
  if (equals == std::string::npos || equals == 0)
    return refuse(place, "no assignment").with_advice("write --set key.inner=value");
  YamlValue value = HOWDAH_TRY(parse_yaml(assignment.substr(equals + 1), place.file));
  value.place = place;
  std::string path = assignment.substr(0, equals);
  // Wraps the value from the innermost key outwards, then merges it over the whole.
  while (!path.empty()) {
    const size_t dot = path.rfind('.');
    const std::string key = dot == std::string::npos ? path : path.substr(dot + 1);
    path = dot == std::string::npos ? "" : path.substr(0, dot);
    if (key.empty()) return refuse(place, "an empty key");
    YamlValue outer;
    outer.kind = YamlValue::Kind::kMap;
    outer.place = place;
    outer.map.emplace_back(key, std::move(value));
    outer.key_places.push_back(place);
    value = std::move(outer);
  }
  root = merge(std::move(root), value);
  return Status::ok();
}

std::string join(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

}  // namespace howdah::job
