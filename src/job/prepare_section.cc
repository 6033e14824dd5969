#include "job/prepare_section.h"

#include <algorithm>

#include "job/prepare_section_layout.h"
#include "job/prepare_section_steps.h"
#include "job/prepare_section_values.h"
#include "prepare/limits.h"

namespace howdah::job {
namespace {
using prepare::Format;
using prepare::SourceSpec;
using Kind = YamlValue::Kind;

// `names` without a word about a header: the file has none.
void read_csv(YamlSection& keys, const std::string& path, SourceSpec& source, Status& error) {
  prepare::CsvOptions& csv = source.csv;
  for (const char* key : {"delimiter", "quote", "escape", "header", "names", "newlines_in_values"})
    if (keys.has(key) && source.format != Format::kCsv && source.format != Format::kTsv &&
        source.format != Format::kAuto)
      if (const YamlValue* found = keys.any(key))
        refuse(error, found->place,
               "'" + path + "." + key + "' goes with the formats csv and tsv, not " +
                   prepare::word_of(source.format));
  const char usual = source.format == Format::kTsv ? '\t' : csv.delimiter;
  csv.delimiter = read_sign(keys, "delimiter", path, usual, error);
  csv.quote = read_sign(keys, "quote", path, csv.quote, error);
  csv.escape = read_sign(keys, "escape", path, csv.escape, error);
  csv.names = read_words(keys, "names", path, error);
  csv.header = keys.flag("header", csv.names.empty());
  csv.newlines_in_values = keys.flag("newlines_in_values", false);
}

void read_images(YamlSection& keys, const std::string& path, SourceSpec& source, Status& error) {
  const YamlValue* found = keys.any("images");
  if (!found) return;
  const Format format = source.format;
  if (format != Format::kAuto && format != Format::kImages && format != Format::kTar &&
      format != Format::kIdx)
    return refuse(error, found->place,
                  "'" + path + ".images' goes with the formats images, tar and idx, not " +
                      prepare::word_of(format));
  YamlSection images = keys.section("images");
  source.images.channels = images.integer("channels", 0, 1, 3);
  source.images.height = images.integer("height", 0, 1, prepare::kMostImageSide);
  source.images.width = images.integer("width", 0, 1, prepare::kMostImageSide);
  source.images.encoded = images.flag("encoded", false);
  images.finish();
}

void read_types(YamlSection& keys, const std::string& path, SourceSpec& source, Status& error) {
  const YamlValue* types = keys.any("types");
  if (!types) return;
  if (types->kind != Kind::kMap)
    return refuse(error, types->place, "'" + path + ".types' must be a map",
                  "write types: {tailnum: string}");
  const auto& words = prepare::words_of<prepare::ColumnType>();
  for (const auto& [column, value] : types->map) {
    const std::string word = read_word(value, path + ".types." + column, error);
    const auto found = std::find(words.begin(), words.end(), word);
    if (found == words.end()) {
      refuse_unknown(error, value.place, "type", word, words);
      continue;
    }
    source.types[column] = static_cast<prepare::ColumnType>(found - words.begin());
  }
}

void read_source(YamlSection& keys, const std::string& path, SourceSpec& source, Status& error) {
  source.where = keys.where("source");
  source.uris = read_words(keys, "source", path, error);
  source.format = read_choice(keys, "format", source.format);
  read_csv(keys, path, source, error);
  read_images(keys, path, source, error);
  source.columns = read_words(keys, "columns", path, error);
  source.filter = keys.text("filter", "");
  read_types(keys, path, source, error);
  if (keys.any("missing")) source.missing_words = read_words(keys, "missing", path, error);
  source.encoding = prepare::encodings()[keys.choice("encoding", prepare::encodings(), 0)];
  source.bad_records = read_choice(keys, "bad_records", source.bad_records);
  source.type_errors_become_missing = keys.choice("type_errors", {"bad", "missing"}, 0) == 1;
  source.absent_columns_are_missing = keys.choice("absent_columns", {"error", "missing"}, 0) == 1;
  source.max_record_bytes =
      keys.size_bytes("max_record", source.max_record_bytes, prepare::kLeastRecordBytes);
}

}  // namespace

prepare::PrepareSpec read_prepare(const YamlValue& section, const std::string& path,
                                  const std::string& name, Status& error) {
  prepare::PrepareSpec spec;
  spec.name = name;
  YamlSection keys(&section, path, error, section.place);
  if (!keys.present()) {
    refuse(error, section.place, "'" + path + "' is empty", "give at least 'source' and 'output'");
    return spec;
  }
  read_source(keys, path, spec.source, error);
  if (const YamlValue* steps = keys.list("steps"))
    spec.steps = read_steps(*steps, path + ".steps", error);
  prepare::name_steps(spec.steps);
  spec.transform = keys.text("transform", "");
  if (const YamlValue* split = keys.any("split"))
    spec.split = read_split(*split, path + ".split", error);
  if (const YamlValue* partition = keys.any("partition"))
    spec.partition = read_partition(*partition, path + ".partition", error);
  const YamlValue* output = keys.any("output");
  if (output) spec.output = read_output(*output, path + ".output", error);
  spec.quarantine = keys.flag("quarantine", false);
  // Last, so that a mistyped key is told as such.
  keys.finish();
  if (const YamlValue* source = keys.any("source"); source && spec.source.uris.empty())
    refuse(error, source->place, "'" + path + ".source' names no files");
  else if (!source)
    keys.required_text("source");
  if (!output)
    refuse(error, section.place, "'" + path + ".output' is missing",
           "write output: {uri: hdfs:///data/" + (name.empty() ? "NAME" : name) + "}");
  if (error.is_ok()) error = spec.check();
  return spec;
}

}  // namespace howdah::job
