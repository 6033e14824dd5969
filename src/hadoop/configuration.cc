#include "hadoop/configuration.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <limits>

#include "hadoop/configuration_xml.h"

namespace howdah::hadoop {
namespace {

namespace files = std::filesystem;

constexpr std::array<const char*, 4> kSiteFiles{"core-site.xml", "hdfs-site.xml", "yarn-site.xml",
                                                "mapred-site.xml"};
// Hadoop's own limit on nested ${...}; and one on what they may grow to.
constexpr int kMaxExpansions = 20;
constexpr size_t kMaxValueBytes = size_t{1} << 20;

struct Renamed {
  std::string_view old_name, name;
};
constexpr std::array kRenamed{
    Renamed{"fs.default.name", "fs.defaultFS"},
    Renamed{"dfs.federation.nameservices", "dfs.nameservices"},
    Renamed{"dfs.block.size", "dfs.blocksize"},
    Renamed{"dfs.umaskmode", "fs.permissions.umask-mode"},
    Renamed{"io.bytes.per.checksum", "dfs.bytes-per-checksum"},
    Renamed{"dfs.write.packet.size", "dfs.client-write-packet-size"},
    Renamed{"dfs.socket.timeout", "dfs.client.socket-timeout"},
    Renamed{"mapred.job.queue.name", "mapreduce.job.queuename"},
    Renamed{"mapred.local.dir", "mapreduce.cluster.local.dir"},
};

std::string_view current_name(std::string_view key) {
  const auto* found = std::ranges::find(kRenamed, key, &Renamed::old_name);
  return found == kRenamed.end() ? key : found->name;
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n\f\v";
  const size_t begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

std::string environment(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  return value ? value : "";
}

// ${env.NAME}, ${env.NAME-default} where NAME is not set, ${env.NAME:-default} where it is empty
// too; and the Java system properties that configurations use. Nothing: unknown.
std::optional<std::string> outer_variable(std::string_view name) {
  if (name.starts_with("env.")) {
    name.remove_prefix(4);
    const size_t dash = name.find('-');
    if (dash == std::string_view::npos) {
      const char* value = std::getenv(std::string(name).c_str());
      return value ? std::optional<std::string>(value) : std::nullopt;
    }
    const bool also_empty = dash > 0 && name[dash - 1] == ':';
    const char* value =
        std::getenv(std::string(name.substr(0, dash - (also_empty ? 1 : 0))).c_str());
    if (value && (!also_empty || *value)) return value;
    return std::string(name.substr(dash + 1));
  }
  if (name == "user.name") {
    std::string user = environment("HADOOP_USER_NAME");
    if (user.empty()) user = environment("USER");
    return user.empty() ? std::nullopt : std::optional(user);
  }
  if (name == "user.home") return environment("HOME");
  if (name == "java.io.tmpdir") return "/tmp";
  return std::nullopt;
}

// A whole number with an optional unit behind it; nothing when it is neither.
std::optional<std::pair<int64_t, std::string>> number_and_unit(std::string_view text) {
  text = trimmed(text);
  if (text.starts_with('+')) text.remove_prefix(1);
  int base = 10;
  if (text.starts_with("0x") || text.starts_with("0X")) {
    base = 16;
    text.remove_prefix(2);
    if (text.starts_with('-')) return std::nullopt;
  }
  int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  if (error != std::errc()) return std::nullopt;
  return std::pair(number,
                   lower(trimmed({end, static_cast<size_t>(text.data() + text.size() - end)})));
}

std::optional<int64_t> times(int64_t number, int64_t factor) {
  int64_t product = 0;
  if (__builtin_mul_overflow(number, factor, &product)) return std::nullopt;
  return product;
}

}  // namespace

Result<Configuration> Configuration::load(const std::string& folder) {
  Configuration configuration;
  configuration.folder_ = folder;
  std::error_code error;
  if (!files::is_directory(folder, error))
    return Status(Code::kNotFound, "no such folder")
        .with_operation("read configuration")
        .with_peer(folder);
  bool found = false;
  for (const char* name : kSiteFiles) {
    const std::string path = (files::path(folder) / name).string();
    if (!files::exists(path, error)) continue;
    found = true;
    configuration.apply(HOWDAH_TRY(read_properties_file(path)));
  }
  if (!found)
    return Status(Code::kNotFound,
                  "none of core-site.xml, hdfs-site.xml, yarn-site.xml, mapred-site.xml is there")
        .with_operation("read configuration")
        .with_peer(folder);
  return configuration;
}

Result<Configuration> Configuration::load_default() {
  if (const std::string folder = environment("HADOOP_CONF_DIR"); !folder.empty()) {
    auto loaded = load(folder);
    if (!loaded) return loaded.status().with_advice("see HADOOP_CONF_DIR");
    return loaded;
  }
  const std::string home = environment("HADOOP_HOME");
  const std::string inside_home = home.empty() ? "" : home + "/etc/hadoop";
  for (const std::string& folder : {inside_home, std::string("/etc/hadoop/conf")}) {
    if (folder.empty()) continue;
    auto loaded = load(folder);
    if (loaded || loaded.status().code() != Code::kNotFound) return loaded;
  }
  return Configuration();
}

Status Configuration::add_xml(std::string_view xml, const std::string& name) {
  apply(HOWDAH_TRY(parse_properties(xml, name)));
  return Status::ok();
}

void Configuration::apply(std::vector<Property> properties) {
  for (Property& property : properties) {
    Entry& entry = entries_[std::string(current_name(property.name))];
    if (entry.final_value) continue;
    entry = {std::move(property.value), std::move(property.source), property.is_final};
  }
}

void Configuration::set(std::string key, std::string value) {
  entries_[std::string(current_name(key))] = {std::move(value), "the command line", false};
}

// Innermost ${...} first, each result looked at again, as Hadoop does. What has no value stays as
// it is written; so does a value that refers to itself.
std::string Configuration::expand(std::string text) const {
  const std::string original = text;
  size_t from = 0;
  for (int round = 0; round < kMaxExpansions;) {
    const size_t end = text.find('}', from);
    if (end == std::string::npos) return text;
    const size_t begin = text.rfind("${", end);
    if (begin == std::string::npos || begin < from) {
      from = end + 1;
      continue;
    }
    const std::string_view name = std::string_view(text).substr(begin + 2, end - begin - 2);
    std::optional<std::string> value = outer_variable(name);
    if (!value) {
      const auto found = entries_.find(current_name(name));
      if (found != entries_.end()) value = found->second.value;
    }
    if (!value) {
      from = end + 1;
      continue;
    }
    if (text.size() + value->size() > kMaxValueBytes) return original;
    text.replace(begin, end - begin + 1, *value);
    ++round;
  }
  return text.find("${") == std::string::npos ? text : original;
}

std::optional<std::string> Configuration::get(std::string_view key) const {
  const auto found = entries_.find(current_name(key));
  if (found == entries_.end()) return std::nullopt;
  std::string value(trimmed(expand(found->second.value)));
  if (value.empty()) return std::nullopt;
  return value;
}

std::string Configuration::get(std::string_view key, std::string_view fallback) const {
  return get(key).value_or(std::string(fallback));
}

Status Configuration::refuse(std::string_view key, std::string_view value,
                             std::string_view wanted) const {
  const auto found = entries_.find(current_name(key));
  const std::string source = found == entries_.end() ? "" : found->second.source;
  return Status(Code::kInvalidArgument, fmt::format("{} is '{}', not {}", key, value, wanted))
      .with_operation("read configuration")
      .with_peer(source);
}

Result<int64_t> Configuration::get_int(std::string_view key, int64_t fallback) const {
  const auto value = get(key);
  if (!value) return fallback;
  const auto number = number_and_unit(*value);
  if (!number || !number->second.empty()) return refuse(key, *value, "a whole number");
  return number->first;
}

Result<bool> Configuration::get_bool(std::string_view key, bool fallback) const {
  const auto value = get(key);
  if (!value) return fallback;
  const std::string word = lower(*value);
  if (word == "true") return true;
  if (word == "false") return false;
  return refuse(key, *value, "true or false");
}

Result<std::chrono::milliseconds> Configuration::get_duration(
    std::string_view key, std::chrono::milliseconds fallback,
    std::chrono::milliseconds unit) const {
  struct Unit {
    std::string_view name;
    int64_t nanoseconds;
  };
  constexpr std::array kUnits{Unit{"ns", 1},
                              Unit{"us", 1'000},
                              Unit{"ms", 1'000'000},
                              Unit{"s", 1'000'000'000},
                              Unit{"m", 60'000'000'000},
                              Unit{"h", 3'600'000'000'000},
                              Unit{"d", 86'400'000'000'000}};
  const auto value = get(key);
  if (!value) return fallback;
  const auto number = number_and_unit(*value);
  const auto refused = refuse(key, *value, "a time such as 30s, 5m or 100ms");
  if (!number) return refused;
  std::optional<int64_t> ms;
  if (number->second.empty()) {
    ms = times(number->first, unit.count());
  } else {
    const auto* found = std::ranges::find(kUnits, number->second, &Unit::name);
    if (found == kUnits.end()) return refused;
    ms = found->nanoseconds >= 1'000'000 ? times(number->first, found->nanoseconds / 1'000'000)
                                         : number->first / (1'000'000 / found->nanoseconds);
  }
  if (!ms) return refused;
  return std::chrono::milliseconds(*ms);
}

Result<int64_t> Configuration::get_size_bytes(std::string_view key, int64_t fallback) const {
  const auto value = get(key);
  if (!value) return fallback;
  const auto number = number_and_unit(*value);
  const auto refused = refuse(key, *value, "a size such as 4096, 128m or 1g");
  if (!number) return refused;
  int shift = 0;
  if (!number->second.empty()) {
    constexpr std::string_view kUnits = "kmgtpe";
    const size_t at = kUnits.find(number->second[0]);
    if (number->second.size() != 1 || at == std::string_view::npos) return refused;
    shift = 10 * static_cast<int>(at + 1);
  }
  const auto bytes = times(number->first, int64_t{1} << shift);
  if (!bytes) return refused;
  return *bytes;
}

std::vector<std::string> Configuration::get_list(std::string_view key) const {
  std::vector<std::string> list;
  const std::string value = get(key, "");
  for (size_t at = 0; at < value.size();) {
    const size_t end = std::min(value.find(',', at), value.size());
    if (const auto entry = trimmed(std::string_view(value).substr(at, end - at)); !entry.empty())
      list.emplace_back(entry);
    at = end + 1;
  }
  return list;
}

std::string Configuration::default_fs() const {
  return get("fs.defaultFS", "file:///");
}

bool answer_soon(Configuration& configuration) {
  constexpr const char* kRetries = "howdah.rpc.retries";
  if (configuration.get(kRetries)) return false;
  configuration.set(kRetries, "6");
  return true;
}

}  // namespace howdah::hadoop
