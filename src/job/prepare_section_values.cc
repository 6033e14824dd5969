#include "job/prepare_section_values.h"

#include "base/nearest.h"

namespace howdah::job {
using Kind = YamlValue::Kind;

void refuse(Status& error, const YamlPlace& at, const std::string& what,
            const std::string& advice) {
  YamlValue value;
  value.place = at;
  YamlSection(nullptr, "", error).refuse(value, what, advice);
}

void refuse_unknown(Status& error, const YamlPlace& at, const std::string& what,
                    const std::string& word, const std::vector<std::string>& known) {
  const std::string near = nearest(word, known);
  refuse(error, at, "unknown " + what + " '" + word + "'",
         near.empty() ? "known: " + join(known) : "did you mean '" + near + "'?");
}

std::string read_word(const YamlValue& value, const std::string& path, Status& error) {
  if (value.kind == Kind::kScalar) return value.scalar;
  if (value.kind == Kind::kNull)
    refuse(error, value.place, "'" + path + "' is empty", "put a word such as null in quotes");
  else
    refuse(error, value.place, "'" + path + "' must be a single value");
  return {};
}

std::vector<std::string> read_words(const YamlValue& value, const std::string& path,
                                    Status& error) {
  if (value.kind == Kind::kMap) {
    refuse(error, value.place, "'" + path + "' must be a word or a list of words");
    return {};
  }
  std::vector<std::string> words;
  each_of(value, [&](const YamlValue& entry) { words.push_back(read_word(entry, path, error)); });
  return words;
}

std::vector<std::string> read_words(YamlSection& keys, const std::string& key,
                                    const std::string& path, Status& error) {
  const YamlValue* found = keys.any(key);
  if (!found) return {};
  return read_words(*found, path + "." + key, error);
}

char read_sign(YamlSection& keys, const std::string& key, const std::string& path, char fallback,
               Status& error) {
  const YamlValue* found = keys.any(key);
  if (!found) return fallback;
  const std::string word = read_word(*found, path + "." + key, error);
  if (word == "tab" || word == "\\t") return '\t';
  if (word.empty() || (word == "none" && key != "delimiter")) return '\0';
  if (word.size() > 1)
    refuse(error, found->place,
           "'" + path + "." + key + "' must be one ASCII character, not '" + word + "'");
  return word[0];
}

std::optional<bool> as_flag(const YamlValue& value) {
  if (value.kind != Kind::kScalar || value.quoted) return std::nullopt;
  if (value.scalar == "true") return true;
  if (value.scalar == "false") return false;
  return std::nullopt;
}

}  // namespace howdah::job
