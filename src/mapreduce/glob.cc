#include "mapreduce/glob.h"

namespace howdah::mapreduce {
namespace {

constexpr size_t kMaxPatterns = 1000;

Status bad_braces(const std::string& pattern) {
  return Status(Code::kInvalidArgument, "a brace without its other half")
      .with_peer(pattern)
      .with_advice("write {a,b}, or \\{ for the character itself");
}

// The characters between '[' and ']'; `pattern` begins behind the '['. Advances behind the ']'.
bool class_matches(std::string_view& pattern, char c, bool* closed) {
  bool inverse = false, found = false;
  if (!pattern.empty() && (pattern[0] == '^' || pattern[0] == '!')) {
    inverse = true;
    pattern.remove_prefix(1);
  }
  for (bool first = true; !pattern.empty(); first = false) {
    char low = pattern[0];
    pattern.remove_prefix(1);
    if (low == ']' && !first) {
      *closed = true;
      return found != inverse;
    }
    if (low == '\\' && !pattern.empty()) {
      low = pattern[0];
      pattern.remove_prefix(1);
    }
    char high = low;
    if (pattern.size() >= 2 && pattern[0] == '-' && pattern[1] != ']') {
      high = pattern[1];
      pattern.remove_prefix(2);
    }
    const auto byte = [](char value) { return static_cast<unsigned char>(value); };
    found = found || (byte(low) <= byte(c) && byte(c) <= byte(high));
  }
  *closed = false;
  return false;
}

// One step without '*'; advances `pattern` where it matches.
bool one_matches(std::string_view& pattern, char c) {
  const char sign = pattern[0];
  pattern.remove_prefix(1);
  if (sign == '?') return true;
  if (sign == '[') {
    bool closed = false;
    return class_matches(pattern, c, &closed) && closed;
  }
  if (sign != '\\' || pattern.empty()) return sign == c;
  const bool same = pattern[0] == c;
  pattern.remove_prefix(1);
  return same;
}

}  // namespace

bool is_glob(std::string_view text) {
  return text.find_first_of("*?[{\\") != std::string_view::npos;
}

Result<std::vector<std::string>> expand_braces(const std::string& pattern) {
  std::vector<std::string> open = {pattern}, done;
  while (!open.empty()) {
    const std::string text = std::move(open.back());
    open.pop_back();
    size_t begin = std::string::npos;
    for (size_t i = 0; i < text.size(); ++i) {
      if (text[i] == '\\') {
        ++i;
      } else if (text[i] == '{') {
        begin = i;
        break;
      } else if (text[i] == '}') {
        return bad_braces(pattern);
      }
    }
    if (begin == std::string::npos) {
      done.push_back(text);
    } else {
      std::vector<std::string> choices(1);
      size_t depth = 1, at = begin + 1;
      for (; at < text.size(); ++at) {
        const char c = text[at];
        if (c == '{') ++depth;
        if (c == '}' && --depth == 0) break;
        if (c == ',' && depth == 1) {
          choices.emplace_back();
          continue;
        }
        choices.back() += c;
        if (c == '\\' && at + 1 < text.size()) choices.back() += text[++at];
      }
      if (depth > 0) return bad_braces(pattern);
      for (const std::string& choice : choices)
        open.push_back(text.substr(0, begin) + choice + text.substr(at + 1));
    }
    if (open.size() + done.size() > kMaxPatterns)
      return Status(Code::kInvalidArgument, "more than 1000 patterns in one").with_peer(pattern);
  }
  return done;
}

// Only the last '*' is gone back to: enough, because what stands before it has matched as early as
// it can.
bool matches_glob(std::string_view pattern, std::string_view name) {
  std::string_view after_star, behind;
  bool star = false;
  while (!name.empty() || !pattern.empty()) {
    if (!pattern.empty() && pattern[0] == '*') {
      pattern.remove_prefix(1);
      star = true;
      after_star = pattern;
      behind = name;
      continue;
    }
    if (!pattern.empty() && !name.empty() && one_matches(pattern, name[0])) {
      name.remove_prefix(1);
      continue;
    }
    if (!star || behind.empty()) return false;
    behind.remove_prefix(1);
    name = behind;
    pattern = after_star;
  }
  return true;
}

std::string unescape_glob(std::string_view pattern) {
  std::string text;
  for (size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] == '\\' && i + 1 < pattern.size()) ++i;
    text += pattern[i];
  }
  return text;
}

}  // namespace howdah::mapreduce
