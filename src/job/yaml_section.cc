#include "job/yaml_section.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/nearest.h"

namespace howdah::job {
namespace {

template <typename Number>
std::optional<Number> parse_number(const std::string& text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return number;
}

std::string trim_number(double number) {
  if (std::abs(number) >= 1e15) return fmt::format("{:g}", number);
  std::string text = std::to_string(number);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.ends_with('.')) text.pop_back();
  return text;
}

// "12 epochs" -> 12, "epochs"; also without the blank.
std::pair<std::string, std::string> split_amount(const std::string& text) {
  const size_t end = text.find_first_not_of("0123456789.");
  if (end == std::string::npos) return {text, ""};
  const size_t word = text.find_first_not_of(' ', end);
  return {text.substr(0, end), word == std::string::npos ? "" : text.substr(word)};
}

}  // namespace

YamlSection::YamlSection(const YamlValue* value, std::string path, Status& error, YamlPlace around)
    : value_(value),
      place_(value ? value->place : std::move(around)),
      path_(std::move(path)),
      error_(error) {
  if (value_ && value_->kind == YamlValue::Kind::kNull) value_ = nullptr;
  if (value_ && value_->kind != YamlValue::Kind::kMap) {
    refuse(*value_, (path_.empty() ? "a job file" : "'" + path_ + "'") + " must be a map of keys");
    value_ = nullptr;
  }
}

std::string YamlSection::named(const std::string& key) const {
  return path_.empty() ? key : path_ + "." + key;
}

void YamlSection::refuse(const YamlValue& at, const std::string& what, const std::string& advice) {
  if (!error_.is_ok()) return;
  error_ = Status(Code::kInvalidArgument, what).with_peer(at.place.to_string());
  if (!advice.empty()) error_ = error_.with_advice(advice);
}

std::string YamlSection::where(const std::string& key) const {
  if (!value_) return {};
  const YamlValue* found = value_->find(key);
  return (found ? found->place : value_->place).to_string();
}

const YamlValue* YamlSection::any(const std::string& key) {
  if (std::find(known_.begin(), known_.end(), key) == known_.end()) known_.push_back(key);
  const YamlValue* found = value_ ? value_->find(key) : nullptr;
  return found && found->kind != YamlValue::Kind::kNull ? found : nullptr;
}

bool YamlSection::has(const std::string& key) const {
  return value_ && value_->find(key);
}

const YamlValue* YamlSection::scalar(const std::string& key) {
  const YamlValue* found = any(key);
  if (found && found->kind != YamlValue::Kind::kScalar) {
    refuse(*found, "'" + named(key) + "' must be a single value");
    return nullptr;
  }
  return found;
}

std::string YamlSection::text(const std::string& key, const std::string& fallback) {
  const YamlValue* found = scalar(key);
  return found ? found->scalar : fallback;
}

std::string YamlSection::required_text(const std::string& key) {
  const YamlValue* found = scalar(key);
  if (found && !found->scalar.empty()) return found->scalar;
  if (error_.is_ok())
    error_ = Status(Code::kInvalidArgument, "'" + named(key) + "' is missing")
                 .with_peer(place_.to_string());
  return {};
}

std::optional<int64_t> YamlSection::whole(const std::string& key, const YamlValue& scalar,
                                          int64_t least, int64_t most) {
  const auto number = parse_number<int64_t>(scalar.scalar);
  if (!number || scalar.quoted || scalar.kind != YamlValue::Kind::kScalar) {
    refuse(scalar, "'" + named(key) + "' must be a whole number, not '" + scalar.scalar + "'");
    return std::nullopt;
  }
  if (*number < least || *number > most) {
    refuse(scalar, "'" + named(key) + "' must be " +
                       (most == std::numeric_limits<int64_t>::max()
                            ? "at least " + std::to_string(least)
                            : "from " + std::to_string(least) + " to " + std::to_string(most)) +
                       ", not " + scalar.scalar);
    return std::nullopt;
  }
  return number;
}

int64_t YamlSection::integer(const std::string& key, int64_t fallback, int64_t least,
                             int64_t most) {
  const YamlValue* found = scalar(key);
  return found ? whole(key, *found, least, most).value_or(fallback) : fallback;
}

std::vector<int64_t> YamlSection::integers(const std::string& key, std::vector<int64_t> fallback,
                                           int64_t least, int64_t most) {
  const YamlValue* found = any(key);
  if (!found) return fallback;
  if (found->kind != YamlValue::Kind::kList)
    return {integer(key, fallback.empty() ? least : fallback[0], least, most)};
  std::vector<int64_t> numbers;
  for (const YamlValue& entry : found->list) {
    const auto number = whole(key, entry, least, most);
    if (!number) return fallback;
    numbers.push_back(*number);
  }
  return numbers;
}

double YamlSection::number(const std::string& key, double fallback, double least, double most) {
  const YamlValue* found = scalar(key);
  if (!found) return fallback;
  const auto number = parse_number<double>(found->scalar);
  if (!number || !std::isfinite(*number) || found->quoted) {
    refuse(*found, "'" + named(key) + "' must be a number, not '" + found->scalar + "'");
    return fallback;
  }
  if (*number < least || *number > most) {
    refuse(*found, "'" + named(key) + "' must be from " + trim_number(least) + " to " +
                       trim_number(most) + ", not " + found->scalar);
    return fallback;
  }
  return *number;
}

bool YamlSection::flag(const std::string& key, bool fallback) {
  const YamlValue* found = scalar(key);
  if (!found) return fallback;
  if (found->scalar == "true") return true;
  if (found->scalar == "false") return false;
  refuse(*found, "'" + named(key) + "' must be true or false, not '" + found->scalar + "'");
  return fallback;
}

size_t YamlSection::choice(const std::string& key, const std::vector<std::string>& words,
                           size_t fallback) {
  const YamlValue* found = scalar(key);
  if (!found) return fallback;
  for (size_t i = 0; i < words.size(); ++i)
    if (words[i] == found->scalar) return i;
  const std::string near = nearest(found->scalar, words);
  refuse(*found, "'" + named(key) + "' cannot be '" + found->scalar + "'",
         near.empty() ? "known: " + join(words) : "did you mean '" + near + "'?");
  return fallback;
}

int64_t YamlSection::size_bytes(const std::string& key, int64_t fallback, int64_t least) {
  const YamlValue* found = scalar(key);
  if (!found) return fallback;
  const auto [digits, unit] = split_amount(found->scalar);
  const auto number = parse_number<double>(digits);
  static const std::vector<std::pair<std::string, double>> kUnits = {
      {"", 1},     {"B", 1},    {"KiB", 1024.0}, {"MiB", 1048576.0},       {"GiB", 1073741824.0},
      {"KB", 1e3}, {"MB", 1e6}, {"GB", 1e9},     {"TiB", 1099511627776.0}, {"TB", 1e12}};
  const auto scale = std::find_if(kUnits.begin(), kUnits.end(), [&unit = unit](const auto& entry) {
    return entry.first == unit;
  });
  if (!number || scale == kUnits.end() || *number * scale->second > 9e18) {
    refuse(*found, "'" + named(key) + "' must be a size, not '" + found->scalar + "'",
           "write it as 512 MiB or 2 GiB");
    return fallback;
  }
  const auto bytes = static_cast<int64_t>(*number * scale->second);
  if (bytes < least) {
    const bool large = least >= 1 << 20;
    refuse(*found, "'" + named(key) + "' must be at least " +
                       std::to_string(least >> (large ? 20 : 10)) + (large ? " MiB" : " KiB") +
                       ", not " + found->scalar);
    return fallback;
  }
  return bytes;
}

YamlSection::Amount YamlSection::amount(const std::string& key, Amount fallback,
                                        const std::vector<std::string>& units) {
  const YamlValue* found = scalar(key);
  if (!found) return fallback;
  const auto [digits, word] = split_amount(found->scalar);
  const auto number = parse_number<int64_t>(digits);
  for (size_t i = 0; i < units.size(); ++i)
    if (number && *number > 0 && (word == units[i] || word == units[i] + "s")) return {*number, i};
  refuse(*found, "'" + named(key) + "' must be an amount, not '" + found->scalar + "'",
         "write it as '5 " + units.front() + "s'");
  return fallback;
}

YamlSection YamlSection::section(const std::string& key) {
  return YamlSection(any(key), named(key), error_, place_);
}

const YamlValue* YamlSection::list(const std::string& key) {
  const YamlValue* found = any(key);
  if (found && found->kind != YamlValue::Kind::kList) {
    refuse(*found, "'" + named(key) + "' must be a list");
    return nullptr;
  }
  return found;
}

void YamlSection::not_built_yet(const std::vector<std::string>& keys) {
  for (const std::string& key : keys)
    if (const YamlValue* found = any(key))
      refuse(*found, "'" + named(key) + "' is not built yet", "leave it out");
}

void YamlSection::finish() {
  if (!value_) return;
  for (size_t i = 0; i < value_->map.size(); ++i) {
    const std::string& key = value_->map[i].first;
    if (std::find(known_.begin(), known_.end(), key) != known_.end()) continue;
    const std::string near = nearest(key, known_);
    YamlValue at;
    at.place = value_->key_places[i];
    refuse(at, "unknown key '" + named(key) + "'",
           near.empty() ? "known here: " + join(known_) : "did you mean '" + near + "'?");
  }
}

}  // namespace howdah::job
