#include <algorithm>
#include <cmath>
#include <string_view>

#include "prepare/complaint.h"
#include "prepare/expression.h"
#include "prepare/instant.h"
#include "prepare/limits.h"
#include "prepare/spec_fields.h"
#include "prepare/step_check.h"
#include "prepare/text_check.h"
#include "prepare/words.h"

namespace howdah::prepare {
namespace {
using Level = PartitionSpec::Level;

bool is_made_of(std::string_view text, std::string_view more) {
  return std::all_of(text.begin(), text.end(), [more](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           more.find(c) != std::string_view::npos;
  });
}

std::string from_to(int64_t least, int64_t most) {
  return "from " + std::to_string(least) + " to " + std::to_string(most);
}

// ---- source

Status check_signs(const SourceSpec& source) {
  const CsvOptions& csv = source.csv;
  const auto is_sign = [](char c) { return c == '\t' || (c >= 0x20 && c < 0x7f); };
  if (!is_sign(csv.delimiter))
    return refuse_at(source.where, "'delimiter' must be one ASCII character");
  for (const auto& [key, sign] : {std::pair("quote", csv.quote), std::pair("escape", csv.escape)}) {
    if (sign && !is_sign(sign))
      return refuse_at(source.where, std::string("'") + key + "' must be one ASCII character");
    if (sign == csv.delimiter)
      return refuse_at(source.where,
                       std::string("'") + key + "' and 'delimiter' are the same character");
  }
  if (csv.newlines_in_values && !csv.quote && !csv.escape)
    return refuse_at(source.where, "'newlines_in_values' needs a quote around such values");
  return Status::ok();
}

Status check_columns(const SourceSpec& source) {
  for (const auto& [key, columns] :
       {std::pair("columns", &source.columns), std::pair("names", &source.csv.names)}) {
    if (const std::string* twice = repeated(*columns))
      return refuse_at(source.where,
                       std::string("'") + key + "' gives the column '" + *twice + "' twice");
    if (std::find(columns->begin(), columns->end(), "") != columns->end())
      return refuse_at(source.where, std::string("'") + key + "' holds a column without a name");
  }
  const auto must_be_in = [&](const Columns& list, const char* key, const std::string& column) {
    if (list.empty() || std::find(list.begin(), list.end(), column) != list.end())
      return Status::ok();
    return refuse_at(
        source.where,
        std::string("'") + key + "' leaves out the column '" + column + "' that is asked for",
        meant(column, list));
  };
  for (const std::string& column : source.columns)
    HOWDAH_TRY(must_be_in(source.csv.names, "names", column));
  for (const auto& [column, type] : source.types) {
    HOWDAH_TRY(must_be_in(source.columns, "columns", column));
    HOWDAH_TRY(must_be_in(source.csv.names, "names", column));
  }
  if (source.filter.empty()) return Status::ok();
  const auto filter = parse_expression(source.filter);
  if (!filter) return filter.status().with_operation("filter").with_peer(source.where);
  for (const std::string& column : columns_of(*filter)) {
    HOWDAH_TRY(must_be_in(source.columns, "columns", column));
    HOWDAH_TRY(must_be_in(source.csv.names, "names", column));
  }
  return Status::ok();
}

Status check_images(const SourceSpec& source) {
  const ImageOptions& images = source.images;
  if (images.channels != 0 && images.channels != 1 && images.channels != 3)
    return refuse_at(source.where, "images have 1 channel (gray) or 3 (RGB), not " +
                                       std::to_string(images.channels));
  for (const int64_t side : {images.height, images.width})
    if (side < 0 || side > kMostImageSide)
      return refuse_at(source.where, "a side of an image must be " + from_to(1, kMostImageSide) +
                                         " pixels, not " + std::to_string(side));
  if ((images.height == 0) != (images.width == 0))
    return refuse_at(source.where, "images are resized to a height and a width; one is missing");
  const int64_t bytes = images.height * images.width * (images.channels == 0 ? 3 : images.channels);
  if (bytes > source.max_record_bytes)
    return refuse_at(source.where, "images of " + std::to_string(bytes) +
                                       " bytes, where a record may have " +
                                       std::to_string(source.max_record_bytes));
  if (images.encoded && (images.channels != 0 || images.height != 0))
    return refuse_at(source.where,
                     "'encoded' keeps images as they are: neither channels nor sides can be given");
  return Status::ok();
}

Status check_source(const SourceSpec& source) {
  if (source.uris.empty()) return refuse_at(source.where, "the source names no files");
  if (std::find(source.uris.begin(), source.uris.end(), "") != source.uris.end())
    return refuse_at(source.where, "the source holds an empty path");
  if (const std::string* twice = repeated(source.uris))
    return refuse_at(source.where, "the source '" + *twice + "' is given twice");
  if (std::find(encodings().begin(), encodings().end(), source.encoding) == encodings().end())
    return refuse_at(
        source.where, "unknown encoding '" + source.encoding + "'",
        meant(source.encoding, encodings(), "known: utf-8, latin-1, windows-1252, utf-16"));
  if (source.max_record_bytes < kLeastRecordBytes || source.max_record_bytes > kMostRecordBytes)
    return refuse_at(source.where, "the longest record must have " +
                                       from_to(kLeastRecordBytes, kMostRecordBytes) +
                                       " bytes, not " + std::to_string(source.max_record_bytes));
  HOWDAH_TRY(check_signs(source));
  HOWDAH_TRY(check_images(source));
  return check_columns(source);
}

// ---- split

Status check_parts(const SplitSpec& split) {
  const auto count = static_cast<int64_t>(split.parts.size());
  if (count < 1 || count > kMostParts)
    return refuse_at(split.where, "a split has " + from_to(1, kMostParts) + " parts, not " +
                                      std::to_string(count));
  std::vector<std::string> names;
  double sum = 0;
  for (const SplitSpec::Part& part : split.parts) {
    names.push_back(part.name);
    if (part.name.empty() || part.name.size() > 64 || !is_made_of(part.name, "_-") ||
        part.name[0] == '_')
      return refuse_at(split.where, "the part '" + part.name +
                                        "' must be called by letters, "
                                        "digits, '-' and '_', 64 at most");
    if (!(part.share > 0 && part.share <= 1))
      return refuse_at(split.where,
                       "the share of '" + part.name + "' must be above 0 and at most 1");
    sum += part.share;
  }
  if (const std::string* twice = repeated(names))
    return refuse_at(split.where, "the part '" + *twice + "' is given twice");
  if (std::abs(sum - 1) > 1e-9) {
    std::string shown = std::to_string(sum);
    shown.erase(shown.find_last_not_of('0') + 1);
    if (shown.ends_with('.')) shown.pop_back();
    return refuse_at(split.where, "the shares of a split must add up to 1, not " + shown);
  }
  return Status::ok();
}

Status check_split(const SplitSpec& split) {
  HOWDAH_TRY(check_parts(split));
  const std::string& by = word_of(split.by);
  if (split.by == SplitSpec::By::kRecord && !split.column.empty())
    return refuse_at(split.where, "a split by record needs no column");
  if (split.by != SplitSpec::By::kRecord && split.column.empty())
    return refuse_at(split.where, "'" + by + "' needs a column");
  if (split.exact && split.by != SplitSpec::By::kClass)
    return refuse_at(split.where, "'exact' goes with 'stratify'");
  if (split.until.empty()) return Status::ok();
  if (split.by != SplitSpec::By::kTime) return refuse_at(split.where, "'until' goes with 'time'");
  if (split.until.size() + 1 != split.parts.size())
    return refuse_at(split.where, "'until' must give the end of each part but the last: " +
                                      std::to_string(split.parts.size() - 1) +
                                      " points in time, not " + std::to_string(split.until.size()));
  std::optional<Instant> last;
  for (const std::string& text : split.until) {
    const auto instant = parse_instant(text);
    if (!instant)
      return refuse_at(split.where, "'" + text + "' is no point in time",
                       "write 2013-01-31 or 2013-01-31T12:00:00Z");
    if (last && *instant <= *last)
      return refuse_at(split.where, "'until' must go forward in time; '" + text + "' does not");
    last = instant;
  }
  return Status::ok();
}

// Steps of `normalize:` learn from the part "train".
bool learns_from_training(const StepSpec& step) {
  if (const auto* piece = std::get_if<SentencePiece>(&step.kind)) return piece->model.empty();
  const auto* normalize = std::get_if<Normalize>(&step.kind);
  if (normalize)
    return normalize->method != Normalize::Method::kLog &&
           normalize->method != Normalize::Method::kHash;
  return std::holds_alternative<Vocabulary>(step.kind) ||
         std::holds_alternative<ImageStandard>(step.kind);
}

// ---- partition

Status check_level(const Level& level, const std::string& where) {
  if (level.name.empty() || level.name.size() > 200 ||
      level.name.find_first_of(std::string_view("/=\0", 3)) != std::string::npos ||
      level.name[0] == '.' || level.name[0] == '_')
    return refuse_at(where, "a partition's folder cannot be called '" + level.name + "'",
                     "use no '/' and no '=', and no '.' or '_' at the beginning");
  if (level.kind == Level::Kind::kValue) {
    const auto parsed = parse_expression(level.expression);
    if (!parsed) return parsed.status().with_peer(where);
    if (columns_of(*parsed).empty())
      return refuse_at(where, "the partition '" + level.expression + "' names no column");
    return Status::ok();
  }
  const std::string& kind = word_of(level.kind);
  if (level.expression.empty()) return refuse_at(where, "'" + kind + "' needs a column");
  const int64_t least = level.kind == Level::Kind::kRange ? 2 : 1;
  if (level.buckets < least || level.buckets > kMostPartitionBuckets)
    return refuse_at(where, "'buckets' of '" + kind + "' must be " +
                                from_to(least, kMostPartitionBuckets) + ", not " +
                                std::to_string(level.buckets));
  return Status::ok();
}

Status check_partition(const PartitionSpec& partition) {
  if (static_cast<int64_t>(partition.levels.size()) > kMostLevels)
    return refuse_at(partition.where,
                     "partitions are nested more than " + std::to_string(kMostLevels) + " deep");
  std::vector<std::string> names;
  for (const Level& level : partition.levels) {
    HOWDAH_TRY(check_level(level, partition.where));
    names.push_back(level.name);
  }
  if (const std::string* twice = repeated(names))
    return refuse_at(partition.where, "two levels of partitions have the name '" + *twice + "'",
                     "name one of them: by: [{other: month(time)}]");
  const std::string& zone = partition.time_zone;
  if (zone.empty() || zone.size() > 64 || !is_made_of(zone, "_-+/:") || zone[0] == '/')
    return refuse_at(partition.where, "'" + zone + "' is no time zone",
                     "write UTC or America/New_York");
  if (partition.max_partitions < 1 || partition.max_partitions > kMostPartitions)
    return refuse_at(partition.where, "'max_partitions' must be " + from_to(1, kMostPartitions) +
                                          ", not " + std::to_string(partition.max_partitions));
  return Status::ok();
}

// ---- output

Status check_compression(const OutputSpec& output) {
  const auto& known = compressions();
  if (std::find(known.begin(), known.end(), output.compression) != known.end()) return Status::ok();
  return refuse_at(
      output.where, "unknown compression '" + output.compression + "'",
      meant(output.compression, known, "known: none, snappy, gzip, zstd, lz4, brotli"));
}

// Without "file://" and slashes at the end, for comparing.
std::string plain(std::string uri) {
  if (uri.starts_with("file://")) uri.erase(0, 7);
  while (uri.size() > 1 && uri.ends_with('/')) uri.pop_back();
  return uri;
}

bool lies_in(const std::string& path, const std::string& folder) {
  return path == folder || path.starts_with(folder.ends_with('/') ? folder : folder + "/");
}

Status check_output(const OutputSpec& output, const SourceSpec& source) {
  if (output.uri.empty()) return refuse_at(output.where, "the output has no 'uri'");
  if (output.uri.find_first_of("*?[]{}") != std::string::npos)
    return refuse_at(output.where, "the output '" + output.uri + "' must be a folder, no pattern");
  if (output.target_file_bytes < kLeastFileBytes || output.target_file_bytes > kMostFileBytes)
    return refuse_at(output.where, "files of the output must have " +
                                       from_to(kLeastFileBytes, kMostFileBytes) + " bytes, not " +
                                       std::to_string(output.target_file_bytes));
  HOWDAH_TRY(check_compression(output));
  const std::string target = plain(output.uri);
  for (const std::string& uri : source.uris) {
    const size_t star = uri.find_first_of("*?[{");
    const size_t slash = star == std::string::npos ? star : uri.rfind('/', star);
    const std::string folder = star == std::string::npos
                                   ? plain(uri)
                                   : plain(slash == std::string::npos ? "." : uri.substr(0, slash));
    if (lies_in(folder, target))
      return refuse_at(output.where,
                       "the output '" + output.uri + "' would replace its source '" + uri + "'",
                       "give another output");
    if (star == std::string::npos && lies_in(target, folder))
      return refuse_at(output.where,
                       "the output '" + output.uri + "' lies in its source '" + uri +
                           "', and would be read the next time",
                       "give another output");
  }
  return Status::ok();
}

}  // namespace

Status PrepareSpec::check() const {
  HOWDAH_TRY(check_texts(*this));
  if (name.size() > 100 || !is_made_of(name, "-_."))
    return refuse_at(source.where, "'name' must be letters, digits, '-', '_' and '.', 100 at most");
  HOWDAH_TRY(check_source(source));
  if (!transform.empty() && !steps.empty())
    return refuse_at(steps.front().where, "'steps' and 'transform' cannot both be given",
                     "'transform' brings its own steps");
  HOWDAH_TRY(check_steps(steps, source.columns));
  HOWDAH_TRY(check_split(split));
  const bool has_training =
      std::any_of(split.parts.begin(), split.parts.end(),
                  [](const SplitSpec::Part& part) { return part.name == kTrainPart; });
  for (const StepSpec& step : steps)
    if (!has_training && learns_from_training(step))
      return refuse_at(step.where,
                       step.name + " learns from the part 'train', which the split lacks",
                       "call a part of the split 'train'");
  HOWDAH_TRY(check_partition(partition));
  return check_output(output, source);
}

}  // namespace howdah::prepare
