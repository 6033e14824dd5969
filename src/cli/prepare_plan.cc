#include "cli/prepare_plan.h"

#include <fmt/format.h>

#include "prepare/words.h"

namespace howdah::cli {
namespace {
using prepare::PartitionSpec;
using prepare::PrepareSpec;
using prepare::SplitSpec;
using prepare::word_of;
using Level = PartitionSpec::Level;

constexpr size_t kShownSources = 5;

std::string size_text(int64_t bytes) {
  if (bytes % (1 << 30) == 0) return fmt::format("{} GiB", bytes >> 30);
  if (bytes % (1 << 20) == 0) return fmt::format("{} MiB", bytes >> 20);
  if (bytes % (1 << 10) == 0) return fmt::format("{} KiB", bytes >> 10);
  return fmt::format("{} bytes", bytes);
}

std::string source_text(const prepare::SourceSpec& source) {
  std::string text;
  for (size_t i = 0; i < source.uris.size() && i < kShownSources; ++i)
    text += (i ? ", " : "") + source.uris[i];
  if (source.uris.size() > kShownSources)
    text += fmt::format(", and {} more", source.uris.size() - kShownSources);
  text += source.format == prepare::Format::kAuto ? " (format by the files)"
                                                  : fmt::format(" ({})", word_of(source.format));
  if (!source.columns.empty()) text += fmt::format(", {} columns of it", source.columns.size());
  if (!source.filter.empty()) text += fmt::format(", rows where {}", source.filter);
  static constexpr const char* kBad[] = {"dropped and counted", "put into quarantine", "an error"};
  return text + fmt::format("; bad records are {}", kBad[static_cast<int>(source.bad_records)]);
}

std::string split_text(const SplitSpec& split) {
  std::string text;
  for (size_t i = 0; i < split.parts.size(); ++i) {
    text += (i ? ", " : "") + split.parts[i].name;
    if (split.until.empty())
      text += fmt::format(" {:.6g}%", split.parts[i].share * 100);
    else if (i < split.until.size())
      text += " until " + split.until[i];
  }
  if (split.parts.size() == 1) return text;
  switch (split.by) {
    case SplitSpec::By::kRecord:
      return text + fmt::format("; by record, seed {}", split.seed);
    case SplitSpec::By::kClass:
      return text + fmt::format("; stratified by {}{}, seed {}", split.column,
                                split.exact ? " exactly" : "", split.seed);
    case SplitSpec::By::kGroup:
      return text + fmt::format("; by group of {}, seed {}", split.column, split.seed);
    case SplitSpec::By::kTime:
      return text + "; by time of " + split.column;
  }
  return text;
}

std::string partition_text(const PartitionSpec& partition) {
  if (partition.levels.empty()) return "none";
  std::string text;
  for (const Level& level : partition.levels) {
    if (!text.empty()) text += ", then ";
    if (level.kind == Level::Kind::kValue)
      text += level.name == level.expression ? level.name : level.name + "=" + level.expression;
    else
      text +=
          fmt::format("{}={} {} of {}", level.name, level.buckets,
                      level.kind == Level::Kind::kHash ? "buckets" : "ranges", level.expression);
  }
  return text + fmt::format("; times in {}, at most {} partitions", partition.time_zone,
                            partition.max_partitions);
}

}  // namespace

std::string plan_text(const PrepareSpec& spec) {
  std::string text = fmt::format("{}\n  source     {}\n", spec.name, source_text(spec.source));
  if (!spec.transform.empty()) text += fmt::format("  steps      those of {}\n", spec.transform);
  if (spec.transform.empty() && spec.steps.empty()) text += "  steps      none\n";
  for (size_t i = 0; i < spec.steps.size(); ++i)
    text += fmt::format("  {:<9}  {}. {}\n", i ? "" : "steps", i + 1, spec.steps[i].name);
  text += fmt::format("  split      {}\n", split_text(spec.split));
  text += fmt::format("  partition  {}\n", partition_text(spec.partition));
  text += fmt::format("  output     {} ({}, compression {}, files of {})\n", spec.output.uri,
                      word_of(spec.output.format), spec.output.compression,
                      size_text(spec.output.target_file_bytes));
  if (spec.quarantine)
    text += fmt::format("  dropped    to {}/_quarantine, with the reason\n", spec.output.uri);
  return text;
}

}  // namespace howdah::cli
