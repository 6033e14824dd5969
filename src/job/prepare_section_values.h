// Values that the sections of a preparation share: words, columns, choices, a rule or several.
#pragma once

#include <string>
#include <vector>

#include "job/yaml_section.h"
#include "prepare/words.h"

namespace howdah::job {

void refuse(Status& error, const YamlPlace& at, const std::string& what,
            const std::string& advice = "");
// "unknown WHAT 'word'", and the nearest known one.
void refuse_unknown(Status& error, const YamlPlace& at, const std::string& what,
                    const std::string& word, const std::vector<std::string>& known);

// A single value; empty with a complaint for others. `path` names it: "prepare.steps.clean.rules".
std::string read_word(const YamlValue& value, const std::string& path, Status& error);
// A word or a list of words.
std::vector<std::string> read_words(const YamlValue& value, const std::string& path, Status& error);
// The same of a key; empty when absent.
std::vector<std::string> read_words(YamlSection& keys, const std::string& key,
                                    const std::string& path, Status& error);
// One character; also "tab", and "none" or "" for 0.
char read_sign(YamlSection& keys, const std::string& key, const std::string& path, char fallback,
               Status& error);
// True or false; nothing for what is neither.
std::optional<bool> as_flag(const YamlValue& value);

template <typename Choice>
Choice read_choice(YamlSection& keys, const std::string& key, Choice fallback) {
  return static_cast<Choice>(
      keys.choice(key, prepare::words_of<Choice>(), static_cast<size_t>(fallback)));
}

// The maps of a list, or the one map given instead of a list.
template <typename Read>
void each_of(const YamlValue& value, Read&& read) {
  if (value.kind == YamlValue::Kind::kList)
    for (const YamlValue& entry : value.list) read(entry);
  else
    read(value);
}

}  // namespace howdah::job
