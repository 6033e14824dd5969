#include "job/prepare_section_layout.h"

#include <algorithm>
#include <charconv>

#include "base/nearest.h"
#include "job/prepare_section_values.h"
#include "prepare/expression.h"
#include "prepare/limits.h"

namespace howdah::job {
namespace {
using prepare::Expression;
using prepare::OutputSpec;
using prepare::PartitionSpec;
using prepare::SplitSpec;
using Kind = YamlValue::Kind;
using Level = PartitionSpec::Level;

const std::vector<std::string>& split_words() {
  static const std::vector<std::string> words = {"seed", "stratify", "group",
                                                 "time", "exact",    "until"};
  return words;
}

std::optional<double> as_share(const YamlValue& value) {
  const std::string& text = value.scalar;
  double share = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), share);
  if (value.kind != Kind::kScalar || value.quoted || failed != std::errc() ||
      end != text.data() + text.size() || !(share > 0 && share <= 1))
    return std::nullopt;
  return share;
}

// The parts, in the order written. Their shares may be left out where `until` cuts by time.
void read_parts(const YamlValue& value, const std::string& path, SplitSpec& split,
                YamlSection& keys, Status& error) {
  std::vector<SplitSpec::Part> parts;
  bool without_shares = false;
  for (size_t i = 0; i < value.map.size(); ++i) {
    const auto& [name, share] = value.map[i];
    if (std::find(split_words().begin(), split_words().end(), name) != split_words().end())
      continue;
    keys.any(name);
    const auto number = as_share(share);
    without_shares |= share.kind == Kind::kNull;
    if (!number && share.kind != Kind::kNull) {
      const std::string near = nearest(name, split_words());
      return refuse(error, near.empty() ? share.place : value.key_places[i],
                    near.empty()
                        ? "'" + path + "." + name + "' must be a share above 0 and at most 1"
                        : "unknown key '" + path + "." + name + "'",
                    near.empty() ? "write " + name + ": 0.8" : "did you mean '" + near + "'?");
    }
    parts.push_back({name, number.value_or(0)});
  }
  if (parts.empty()) return;
  split.parts = std::move(parts);
  if (!without_shares) return;
  const auto given = [](const SplitSpec::Part& part) { return part.share > 0; };
  if (split.until.empty() || std::any_of(split.parts.begin(), split.parts.end(), given))
    return refuse(error, value.place, "'" + path + "' leaves out the share of a part",
                  "write train: 0.8; only 'until' does without shares");
  for (SplitSpec::Part& part : split.parts)
    part.share = 1.0 / static_cast<double>(split.parts.size());
}

// ---- partition

const std::vector<std::string>& time_functions() {
  static const std::vector<std::string> names = {"year", "month",  "day",    "hour",
                                                 "date", "minute", "weekday"};
  return names;
}

// "carrier" of carrier, "year" of year(time), "lower_city" of lower(city); empty where nothing
// offers itself.
std::string folder_name(const Expression& expression) {
  if (expression.kind == Expression::Kind::kColumn) return expression.text;
  if (expression.kind != Expression::Kind::kCall || expression.arguments.empty() ||
      expression.arguments[0].kind != Expression::Kind::kColumn ||
      !std::all_of(expression.text.begin(), expression.text.end(),
                   [](char c) { return c == '_' || (c >= 'a' && c <= 'z'); }))
    return {};
  const auto& times = time_functions();
  if (std::find(times.begin(), times.end(), expression.text) != times.end()) return expression.text;
  return expression.text + "_" + expression.arguments[0].text;
}

void add_value_level(const YamlValue& value, const std::string& name, const std::string& path,
                     PartitionSpec& partition, Status& error) {
  Level level;
  level.expression = read_word(value, path + ".by", error);
  level.name = name;
  const auto parsed = prepare::parse_expression(level.expression);
  if (!parsed) {
    if (error.is_ok()) error = parsed.status().with_peer(value.place.to_string());
    return;
  }
  if (level.name.empty()) level.name = folder_name(*parsed);
  if (level.name.empty())
    return refuse(error, value.place, "the partition '" + level.expression + "' needs a name",
                  "write by: [{NAME: " + level.expression + "}]");
  partition.levels.push_back(std::move(level));
}

void read_by(const YamlValue& by, const std::string& path, PartitionSpec& partition,
             Status& error) {
  each_of(by, [&](const YamlValue& entry) {
    if (entry.kind == Kind::kMap)
      for (const auto& [name, expression] : entry.map)
        add_value_level(expression, name, path, partition, error);
    else
      add_value_level(entry, "", path, partition, error);
  });
}

void read_buckets(YamlSection& keys, Level::Kind kind, const std::string& path,
                  PartitionSpec& partition, Status& error) {
  const std::string& word = prepare::word_of(kind);
  const YamlValue* found = keys.any(word);
  if (!found) return;
  const int64_t least = kind == Level::Kind::kRange ? 2 : 1;
  Level level;
  level.kind = kind;
  const auto buckets = [&](YamlSection& from, const std::string& prefix) {
    if (!from.any("buckets"))
      refuse(error, found->place, "'" + prefix + ".buckets' is missing", "write buckets: 16");
    return from.integer("buckets", least, least, prepare::kMostPartitionBuckets);
  };
  if (found->kind == Kind::kMap) {
    YamlSection inner(found, path + "." + word, error, found->place);
    level.expression = inner.required_text("column");
    level.name = inner.text("name", "");
    level.buckets = buckets(inner, path + "." + word);
    inner.finish();
  } else {
    level.expression = read_word(*found, path + "." + word, error);
    level.buckets = buckets(keys, path);
  }
  if (level.name.empty())
    level.name = level.expression + (kind == Level::Kind::kHash ? "_bucket" : "_range");
  partition.levels.push_back(std::move(level));
}

}  // namespace

SplitSpec read_split(const YamlValue& value, const std::string& path, Status& error) {
  SplitSpec split;
  split.where = value.place.to_string();
  YamlSection keys(&value, path, error, value.place);
  if (!keys.present()) return split;
  split.seed = static_cast<uint64_t>(keys.integer("seed", 0, 0));
  split.exact = keys.flag("exact", false);
  split.until = read_words(keys, "until", path, error);
  for (const auto by : {SplitSpec::By::kClass, SplitSpec::By::kGroup, SplitSpec::By::kTime}) {
    const std::string& word = prepare::word_of(by);
    const std::string column = keys.text(word, "");
    if (column.empty()) continue;
    if (!split.column.empty())
      keys.refuse(*keys.any(word), "'" + path +
                                       "' can be by one of stratify, group and time, not " +
                                       prepare::word_of(split.by) + " and " + word);
    split.by = by;
    split.column = column;
  }
  read_parts(value, path, split, keys, error);
  keys.finish();
  return split;
}

PartitionSpec read_partition(const YamlValue& value, const std::string& path, Status& error) {
  PartitionSpec partition;
  partition.where = value.place.to_string();
  YamlSection keys(&value, path, error, value.place);
  if (!keys.present()) return partition;
  if (const YamlValue* by = keys.any("by")) read_by(*by, path, partition, error);
  read_buckets(keys, Level::Kind::kHash, path, partition, error);
  read_buckets(keys, Level::Kind::kRange, path, partition, error);
  if (const YamlValue* buckets = keys.any("buckets");
      buckets && !keys.any("hash") && !keys.any("range"))
    keys.refuse(*buckets, "'" + path + ".buckets' goes with 'hash' or 'range'");
  partition.time_zone = keys.text("time_zone", partition.time_zone);
  partition.max_partitions =
      keys.integer("max_partitions", partition.max_partitions, 1, prepare::kMostPartitions);
  keys.finish();
  if (partition.levels.empty())
    refuse(error, value.place, "'" + path + "' names no partition",
           "write partition: {by: [carrier]}");
  return partition;
}

OutputSpec read_output(const YamlValue& value, const std::string& path, Status& error) {
  OutputSpec output;
  output.where = value.place.to_string();
  if (value.kind == Kind::kScalar) {
    output.uri = value.scalar;
    return output;
  }
  YamlSection keys(&value, path, error, value.place);
  output.uri = keys.text("uri", "");
  output.format = read_choice(keys, "format", output.format);
  output.target_file_bytes =
      keys.size_bytes("target_file", output.target_file_bytes, prepare::kLeastFileBytes);
  const auto& words = prepare::compressions();
  const std::string usual = output.format == prepare::OutputFormat::kParquet ? "zstd" : "none";
  const auto at = std::find(words.begin(), words.end(), usual) - words.begin();
  output.compression = words[keys.choice("compression", words, static_cast<size_t>(at))];
  keys.finish();  // first, so that a mistyped key is told as such
  keys.required_text("uri");
  return output;
}

}  // namespace howdah::job
