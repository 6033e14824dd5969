// A YAML document as a plain tree that remembers where each value stands, so that every complaint
// can name file:line:column, also after `extends`, ${VAR} and --set.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/result.h"

namespace howdah::job {

struct YamlPlace {
  std::string file;
  int line = 0, column = 0;       // from 1; 0 for what came from --set
  std::string to_string() const;  // "job.yaml:3:7", or "--set"
};

struct YamlValue {
  enum class Kind { kNull, kScalar, kList, kMap } kind = Kind::kNull;
  YamlPlace place;
  std::string scalar;
  bool quoted = false;  // a string, whatever it looks like
  std::vector<YamlValue> list;
  std::vector<std::pair<std::string, YamlValue>> map;  // in the order written
  std::vector<YamlPlace> key_places;                   // parallel to map

  const YamlValue* find(const std::string& key) const;
};

// kInvalidArgument: not YAML, a key given twice, nested deeper than 64, more than 1 MiB or than
// 100,000 values (aliases multiply them), a second document.
Result<YamlValue> parse_yaml(const std::string& text, const std::string& file);

// `over` wins; maps are merged key by key, everything else is replaced.
YamlValue merge(YamlValue base, const YamlValue& over);
// As merge, but a map with another `type` or `schedule` than the base's replaces that: its other
// keys were of that kind.
YamlValue extend(YamlValue base, const YamlValue& over);

// Replaces ${NAME} and ${NAME:-default} in scalars from the environment; $${ stands for ${.
//   kInvalidArgument  a name that is not set
Status expand_variables(YamlValue& value);

// "a.b=c": c is read as YAML.
Status set_value(YamlValue& root, const std::string& assignment);

// "a, b, c"
std::string join(const std::vector<std::string>& words);

}  // namespace howdah::job
