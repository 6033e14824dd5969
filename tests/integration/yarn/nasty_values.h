// Arguments and values of variables that a shell, or YARN's expansions, would like to change.
#pragma once

#include <string>
#include <vector>

inline std::vector<std::string> nasty_values() {
  return {"",
          " ",
          "plain",
          "it's",
          "say \"hello\"",
          "$HOME ${HOME} $(id) `id`",
          "back\\slash \\n \\\\ \\\"",
          "two\nlines\n",
          "tab\there",
          "{{HOME}} {{ }} {{",
          "}}",
          "<LOG_DIR> <CPS> <ADD_OPENS> {{CLASSPATH}}<CPS>",
          "a;b&c|d>e<f(g)*?[x]!~#%",
          "'\"'\"'",
          "$'\\x41'",
          "grüße, 世界",
          "\x01\x7f",
          "--option=with space",
          "\\"};
}
