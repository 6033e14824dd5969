// Typed, strict reading of one map of a job file: what was not asked for is an error that names the
// nearest known key. The first error of a file is kept; reading goes on with the fallbacks.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "job/yaml_tree.h"

namespace howdah::job {

class YamlSection {
 public:
  // `value` null: an absent section, everything takes its fallback. `error` outlives the section.
  // `around`: where the section would stand, for what is missing in an absent one.
  YamlSection(const YamlValue* value, std::string path, Status& error, YamlPlace around = {});

  bool present() const { return value_ != nullptr; }
  bool has(const std::string& key) const;
  std::string text(const std::string& key, const std::string& fallback);
  std::string required_text(const std::string& key);
  int64_t integer(const std::string& key, int64_t fallback, int64_t least,
                  int64_t most = std::numeric_limits<int64_t>::max());
  // [3, 5], or one number for a list of one.
  std::vector<int64_t> integers(const std::string& key, std::vector<int64_t> fallback,
                                int64_t least, int64_t most);
  double number(const std::string& key, double fallback, double least, double most);
  bool flag(const std::string& key, bool fallback);
  // One of the words; returns its position.
  size_t choice(const std::string& key, const std::vector<std::string>& words, size_t fallback);
  // "2 GiB", "512 MiB", "100 MB", or a number of bytes.
  int64_t size_bytes(const std::string& key, int64_t fallback, int64_t least);
  // "2 epochs", "500 steps": the number and the unit's position in `units` (given in the singular).
  struct Amount {
    int64_t count;
    size_t unit;
  };
  Amount amount(const std::string& key, Amount fallback, const std::vector<std::string>& units);
  YamlSection section(const std::string& key);
  const YamlValue* list(const std::string& key);  // null when absent
  const YamlValue* any(const std::string& key);   // null when absent

  // Known words that this version cannot do: refused in so many words.
  void not_built_yet(const std::vector<std::string>& keys);
  void refuse(const YamlValue& at, const std::string& what, const std::string& advice = "");
  // Where the key stands, else the section: for messages about what was read.
  std::string where(const std::string& key) const;
  // Complains about keys that nobody asked for. Call it last.
  void finish();

 private:
  const YamlValue* scalar(const std::string& key);
  // The number of a scalar; refuses what is none or out of range.
  std::optional<int64_t> whole(const std::string& key, const YamlValue& scalar, int64_t least,
                               int64_t most);
  std::string named(const std::string& key) const;

  const YamlValue* value_;
  YamlPlace place_;
  std::string path_;
  Status& error_;
  std::vector<std::string> known_;
};

}  // namespace howdah::job
