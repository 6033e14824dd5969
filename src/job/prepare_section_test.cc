#include "job/prepare_section.h"

#include <gtest/gtest.h>

#include "job/job_spec.h"
#include "prepare/words.h"

namespace howdah::job {
namespace {
using namespace prepare;  // NOLINT: the rules' names

const std::string kFlights =
    "name: flights\n"
    "prepare:\n"
    "  source: hdfs:///raw/flights/*.csv\n"
    "  format: csv\n"
    "  steps:\n"
    "    - clean: {drop_missing: [dep_delay], drop_duplicates: true, outliers: {columns: "
    "[dep_delay], method: iqr, factor: 3, action: drop}}\n"
    "    - normalize: {columns: [dep_delay, distance], method: standard}\n"
    "  split: {train: 0.8, validation: 0.1, test: 0.1, seed: 7, stratify: carrier}\n"
    "  partition: {by: [year(time_hour), month(time_hour)]}\n"
    "  output: {uri: hdfs:///data/flights, format: parquet, target_file: 128 MiB}\n";

PrepareSpec parsed(const std::string& text) {
  const auto file = parse_any_job(text, "p.yaml");
  EXPECT_TRUE(file) << file.status().to_string();
  return file && file->prepare ? *file->prepare : PrepareSpec{};
}
std::string complaint(const std::string& text) {
  const auto file = parse_any_job(text, "p.yaml");
  EXPECT_FALSE(file) << text;
  EXPECT_EQ(file.status().code(), Code::kInvalidArgument);
  return file.status().to_string();
}
// A preparation with these lines in its section, from line 3 on.
std::string with(const std::string& lines) {
  return "name: a\nprepare:\n" + lines + "  source: /raw\n  output: /out\n";
}
std::string with_steps(const std::string& steps) {
  return with("  steps:\n" + steps);
}
template <typename Rule>
Rule only(const std::string& step) {
  const PrepareSpec spec = parsed(with_steps("    - " + step + "\n"));
  EXPECT_EQ(spec.steps.size(), 1U);
  const Rule* rule = spec.steps.empty() ? nullptr : std::get_if<Rule>(&spec.steps[0].kind);
  EXPECT_TRUE(rule) << step;
  return rule ? *rule : Rule();
}

TEST(PrepareSection, reads_a_whole_preparation) {
  const PrepareSpec spec = parsed(kFlights);
  EXPECT_EQ(spec.name, "flights");
  EXPECT_EQ(spec.source.uris, Columns{"hdfs:///raw/flights/*.csv"});
  EXPECT_EQ(spec.source.format, Format::kCsv);
  std::vector<std::string> names;
  for (const StepSpec& step : spec.steps) names.push_back(step.name);
  EXPECT_EQ(names, (std::vector<std::string>{"clean.drop_missing(dep_delay)",
                                             "clean.drop_duplicates", "clean.outliers(dep_delay)",
                                             "normalize.standard(dep_delay, distance)"}));
  EXPECT_EQ(spec.steps[0].where, "p.yaml:6:29");
  EXPECT_EQ(spec.steps[3].where, "p.yaml:7:18");
  EXPECT_EQ(spec.split.by, SplitSpec::By::kClass);
  EXPECT_EQ(spec.split.column, "carrier");
  EXPECT_EQ(spec.split.seed, 7U);
  ASSERT_EQ(spec.split.parts.size(), 3U);
  EXPECT_EQ(spec.split.parts[1].name, "validation");
  EXPECT_EQ(spec.split.parts[1].share, 0.1);
  ASSERT_EQ(spec.partition.levels.size(), 2U);
  EXPECT_EQ(spec.partition.levels[1].expression, "month(time_hour)");
  EXPECT_EQ(spec.partition.levels[1].name, "month");
  EXPECT_EQ(spec.output.uri, "hdfs:///data/flights");
  EXPECT_EQ(spec.output.target_file_bytes, 128 << 20);
  EXPECT_EQ(spec.output.compression, "zstd");
}

TEST(PrepareSection, reads_every_key_of_a_source) {
  const SourceSpec source =
      parsed(
          "name: a\npreprocess:\n  source: [/a/*.csv, /b.csv.gz]\n  format: csv\n  delimiter: ';'\n"
          "  quote: \"'\"\n  escape: \"\\\\\"\n  names: [x, y]\n  newlines_in_values: true\n"
          "  columns: [y]\n  filter: y > 1\n  types: {y: timestamp}\n  missing: [\"\", \"-\"]\n"
          "  encoding: windows-1252\n  bad_records: quarantine\n  type_errors: missing\n"
          "  absent_columns: missing\n  max_record: 1 MiB\n  quarantine: true\n  output: /out\n")
          .source;
  EXPECT_EQ(source.uris, (Columns{"/a/*.csv", "/b.csv.gz"}));
  EXPECT_EQ(source.csv.delimiter, ';');
  EXPECT_EQ(source.csv.quote, '\'');
  EXPECT_EQ(source.csv.escape, '\\');
  EXPECT_FALSE(source.csv.header);
  EXPECT_EQ(source.csv.names, (Columns{"x", "y"}));
  EXPECT_TRUE(source.csv.newlines_in_values);
  EXPECT_EQ(source.columns, Columns{"y"});
  EXPECT_EQ(source.filter, "y > 1");
  EXPECT_EQ(source.types.at("y"), ColumnType::kTimestamp);
  EXPECT_EQ(source.missing_words, (Columns{"", "-"}));
  EXPECT_EQ(source.encoding, "windows-1252");
  EXPECT_EQ(source.bad_records, BadRecordAction::kQuarantine);
  EXPECT_TRUE(source.type_errors_become_missing);
  EXPECT_TRUE(source.absent_columns_are_missing);
  EXPECT_EQ(source.max_record_bytes, 1 << 20);
}

TEST(PrepareSection, reads_how_images_become_pixels) {
  const SourceSpec source = parsed(with("  format: tar\n  images: {channels: 3, height: 32, width: "
                                        "28}\n"))
                                .source;
  EXPECT_EQ(source.images.channels, 3);
  EXPECT_EQ(source.images.height, 32);
  EXPECT_EQ(source.images.width, 28);
  EXPECT_FALSE(source.images.encoded);
  EXPECT_TRUE(parsed(with("  images: {encoded: true}\n")).source.images.encoded);
}

TEST(PrepareSection, separates_tsv_by_tabs_and_compresses_parquet_only) {
  const PrepareSpec spec = parsed(
      "name: a\nprepare: {source: /a, format: tsv, quote: none, output: {uri: /o, format: csv}}\n");
  EXPECT_EQ(spec.source.csv.delimiter, '\t');
  EXPECT_EQ(spec.source.csv.quote, '\0');
  EXPECT_TRUE(spec.source.csv.header);
  EXPECT_EQ(spec.output.format, OutputFormat::kCsv);
  EXPECT_EQ(spec.output.compression, "none");
  EXPECT_EQ(parsed(with("  delimiter: tab\n")).source.csv.delimiter, '\t');
}

TEST(PrepareSection, takes_the_short_and_the_long_form_of_a_rule) {
  EXPECT_TRUE(only<DropMissing>("clean: {drop_missing: true}").columns.empty());
  EXPECT_EQ(only<DropMissing>("clean: {drop_missing: a}").columns, Columns{"a"});
  EXPECT_TRUE(
      only<DropMissing>("clean: {drop_missing: {columns: [a], only_if_all: true}}").only_if_all);
  EXPECT_EQ(only<DropDuplicates>("clean: {drop_duplicates: [a, b]}").keys, (Columns{"a", "b"}));
  EXPECT_EQ(only<FillMissing>("clean: {fill_missing: median}").method,
            FillMissing::Method::kMedian);
  const auto by = only<FillMissing>("clean: {fill_missing: {columns: [a], method: mode, by: c}}");
  EXPECT_EQ(by.method, FillMissing::Method::kMode);
  EXPECT_EQ(by.by, "c");
  EXPECT_EQ(only<FillMissing>("clean: {fill_missing: {columns: a, value: 0}}").method,
            FillMissing::Method::kConstant);
  EXPECT_EQ(only<LabelNoise>("clean: {label_noise: label}").label, "label");
  EXPECT_TRUE(only<LabelNoise>("clean: {label_noise: {label: l, drop: true}}").drop);
  EXPECT_EQ(only<ImageStandard>("image").column, "image");
  EXPECT_EQ(only<ImageStandard>("image: {column: picture}").column, "picture");
  EXPECT_EQ(only<SelectColumns>("select: a").columns, Columns{"a"});
  EXPECT_TRUE(only<SelectColumns>("drop: [a, b]").drop);
}

TEST(PrepareSection, fills_each_column_in_its_own_way) {
  const PrepareSpec spec =
      parsed(with_steps("    - clean: {fill_missing: {a: mean, b: 0, c: \"mean\", d: unknown}}\n"));
  ASSERT_EQ(spec.steps.size(), 4U);
  const auto rule = [&](size_t i) { return std::get<FillMissing>(spec.steps[i].kind); };
  EXPECT_EQ(rule(0).method, FillMissing::Method::kMean);
  EXPECT_EQ(rule(0).columns, Columns{"a"});
  EXPECT_EQ(rule(1).method, FillMissing::Method::kConstant);
  EXPECT_EQ(rule(1).value, "0");
  EXPECT_EQ(rule(2).method, FillMissing::Method::kConstant);
  EXPECT_EQ(rule(2).value, "mean");
  EXPECT_EQ(rule(3).value, "unknown");
}

TEST(PrepareSection, reads_the_rules_of_text_dates_and_outliers) {
  const auto near = only<DropNearDuplicates>(
      "clean: {near_duplicates: {column: t, threshold: 0.9, shingle_characters: 7, permutations: "
      "64, seed: 3}}");
  EXPECT_EQ(near.shingle_words, 0);
  EXPECT_EQ(near.shingle_characters, 7);
  EXPECT_EQ(near.permutations, 64);
  const auto outliers = only<Outliers>(
      "clean: {outliers: {columns: [a], method: quantile, low: 0.01, high: 0.99, action: clip}}");
  EXPECT_EQ(outliers.action, Outliers::Action::kClip);
  EXPECT_EQ(outliers.low, 0.01);
  EXPECT_EQ(
      only<DateRange>("clean: {dates: {columns: d, from: 2013-01-01, become_missing: true}}").from,
      "2013-01-01");
  const auto length = only<TextLength>("clean: {text_length: {columns: [t], max: 100}}");
  EXPECT_EQ(length.min_characters, 1);
  EXPECT_EQ(length.max_characters, 100);
  const auto text = only<CleanText>(
      "clean: {text: {columns: [t], unicode: nfkc, case: lower, strip_html: true}}");
  EXPECT_EQ(text.unicode, CleanText::Unicode::kNfkc);
  EXPECT_EQ(text.letter_case, CleanText::Case::kLower);
  EXPECT_TRUE(text.strip_html);
  EXPECT_TRUE(text.collapse_whitespace);
}

TEST(PrepareSection, reads_what_makes_numbers_of_values) {
  const auto onehot = only<Normalize>(
      "normalize: {columns: [c], method: onehot, max_categories: 20, min_count: 5}");
  EXPECT_EQ(onehot.method, Normalize::Method::kOneHot);
  EXPECT_EQ(onehot.max_categories, 20);
  EXPECT_EQ(only<Normalize>("normalize: {columns: c, method: hash, buckets: 64}").buckets, 64);
  const auto words = only<Vocabulary>("vocabulary: {column: t, size: 500, length: 40}");
  EXPECT_EQ(words.size, 500);
  EXPECT_EQ(words.length, 40);
  const auto pieces = only<SentencePiece>("sentencepiece: {column: t, size: 1000, type: bpe}");
  EXPECT_TRUE(pieces.bpe);
  const auto derived = only<DeriveColumn>("derive: {speed: distance / air_time * 60}");
  EXPECT_EQ(derived.name, "speed");
  EXPECT_EQ(derived.expression, "distance / air_time * 60");
}

TEST(PrepareSection, keeps_the_order_in_which_rules_are_written) {
  const PrepareSpec spec = parsed(with_steps(
      "    - clean:\n        rules: [a > 0, b < 5]\n        drop_missing: true\n"
      "        outliers: [{columns: [a]}, {columns: [b]}]\n      normalize: {columns: a}\n"
      "    - clean: {drop_missing: true}\n"));
  std::vector<std::string> names;
  for (const StepSpec& step : spec.steps) names.push_back(step.name);
  EXPECT_EQ(names, (std::vector<std::string>{"clean.rules(a > 0)", "clean.rules(b < 5)",
                                             "clean.drop_missing", "clean.outliers(a)",
                                             "clean.outliers(b)", "normalize.standard(a)",
                                             "clean.drop_missing #2"}));
}

TEST(PrepareSection, splits_by_time_with_or_without_shares) {
  const SplitSpec split =
      parsed(with("  split: {train, validation, test, time: t, until: [2013-10-01, 2013-11-01]}\n"))
          .split;
  EXPECT_EQ(split.by, SplitSpec::By::kTime);
  ASSERT_EQ(split.parts.size(), 3U);
  EXPECT_EQ(split.parts[2].name, "test");
  EXPECT_EQ(split.until, (Columns{"2013-10-01", "2013-11-01"}));
  EXPECT_EQ(parsed(with("  split: {train: 0.9, later: 0.1, time: t}\n")).split.until.size(), 0U);
}

TEST(PrepareSection, combines_partitions_by_value_hash_and_range) {
  const PartitionSpec two =
      parsed(with("  partition: {range: distance, by: carrier, buckets: 8, time_zone: "
                  "America/New_York, max_partitions: 99}\n"))
          .partition;
  ASSERT_EQ(two.levels.size(), 2U);
  EXPECT_EQ(two.levels[0].name, "carrier");
  EXPECT_EQ(two.levels[1].name, "distance_range");
  EXPECT_EQ(two.levels[1].buckets, 8);
  EXPECT_EQ(two.time_zone, "America/New_York");
  EXPECT_EQ(two.max_partitions, 99);
  const PartitionSpec three =
      parsed(with("  partition:\n    by: [lower(city), {decade: floor(age / 10)}]\n"
                  "    hash: {column: tailnum, buckets: 16, name: bucket}\n"
                  "    range: {column: distance, buckets: 4}\n"))
          .partition;
  ASSERT_EQ(three.levels.size(), 4U);
  EXPECT_EQ(three.levels[0].name, "lower_city");
  EXPECT_EQ(three.levels[1].name, "decade");
  EXPECT_EQ(three.levels[2].name, "bucket");
  EXPECT_EQ(three.levels[2].buckets, 16);
  EXPECT_EQ(three.levels[3].buckets, 4);
}

TEST(PrepareSection, names_the_place_and_the_nearest_key) {
  const std::vector<std::pair<std::string, std::string>> table = {
      {with("  formt: csv\n"), "p.yaml:3:3: unknown key 'prepare.formt'; did you mean 'format'?"},
      {with("  format: cvs\n"),
       "p.yaml:3:11: 'prepare.format' cannot be 'cvs'; did you mean "
       "'csv'?"},
      {with("  types: {a: int}\n"), "p.yaml:3:14: unknown type 'int'; did you mean 'int64'?"},
      {with("  encoding: utf8\n"),
       "p.yaml:3:13: 'prepare.encoding' cannot be 'utf8'; did you mean 'utf-8'?"},
      {with("  delimiter: ab\n"),
       "p.yaml:3:14: 'prepare.delimiter' must be one ASCII character, not 'ab'"},
      {with("  format: parquet\n  header: true\n"),
       "p.yaml:4:11: 'prepare.header' goes with the formats csv and tsv, not parquet"},
      {with("  format: csv\n  images: {channels: 3}\n"),
       "p.yaml:4:11: 'prepare.images' goes with the formats images, tar and idx, not csv"},
      {with("  images: {chanels: 3}\n"),
       "p.yaml:3:12: unknown key 'prepare.images.chanels'; did you mean 'channels'?"},
      {with("  images: {channels: 2}\n"),
       "p.yaml:4:11: images have 1 channel (gray) or 3 (RGB), not 2"},
      {with("  images: {height: 70000, width: 1}\n"),
       "p.yaml:3:20: 'prepare.images.height' must be from 1 to 65535, not 70000"},
      {with("  missing: [NA, null]\n"),
       "p.yaml:3:17: 'prepare.missing' is empty; put a word such as null in quotes"},
      {with("  max_record: 1\n"),
       "p.yaml:3:15: 'prepare.max_record' must be at least 1 KiB, not "
       "1"},
      {with_steps("    - cleen: {drop_missing: true}\n"),
       "p.yaml:4:7: unknown step 'cleen'; did you mean 'clean'?"},
      {with_steps("    - drop_missing: true\n"),
       "p.yaml:4:7: 'drop_missing' is a rule of clean, not a step; write - clean: {drop_missing: "
       "...}"},
      {with_steps("    - clean: {outlier: {columns: [a]}}\n"),
       "p.yaml:4:15: unknown rule of clean 'outlier'; did you mean 'outliers'?"},
      {with_steps("    - clean: {outliers: {colums: [a]}}\n"),
       "p.yaml:4:26: unknown key 'prepare.steps.clean.outliers.colums'; did you mean 'columns'?"},
      {with_steps("    - clean: {outliers: {method: range, factor: 3, low: 1}}\n"),
       "p.yaml:4:49: 'prepare.steps.clean.outliers.factor' does not go with the method range; give "
       "'low' and 'high'"},
      {with_steps("    - clean: {fill_missing: avrage}\n"),
       "p.yaml:4:29: unknown method of fill_missing 'avrage'; known: constant, mean, median, mode"},
      {with_steps("    - clean: {fill_missing: {columns: a, method: constant}}\n"),
       "p.yaml:4:29: 'prepare.steps.clean.fill_missing.value' is missing"},
      {with_steps("    - clean: {rules: [a > 1, \"b >> 2\"]}\n"),
       "p.yaml:4:30: character 4 of 'b >> 2': expected a value, found '>'"},
      {with_steps("    - clean: []\n"),
       "p.yaml:4:14: 'prepare.steps.clean' must be a map of rules; "
       "write clean: {drop_missing: true}"},
      {with_steps("    - clean\n"),
       "p.yaml:4:7: a step is a map; write - clean: {drop_missing: true}"},
      {with_steps("    - normalize: {columns: a, method: zscore}\n"),
       "p.yaml:4:39: 'prepare.steps.normalize.method' cannot be 'zscore'; known: standard, minmax, "
       "maxabs, robust, log, quantile, onehot, index, hash"},
      {with_steps("    - normalize: {columns: a, method: onehot, buckets: 3}\n"),
       "p.yaml:4:56: 'prepare.steps.normalize.buckets' goes with hash, not onehot"},
      {with_steps("    - derive: {a: lowr(b)}\n"),
       "p.yaml:4:19: character 1 of 'lowr(b)': unknown function 'lowr'; did you mean 'lower'?"},
      {with_steps("    - select: [a]\n    - drop: [b]\n"),
       "p.yaml:5:13: drop(b): there is no column 'b' here; did you mean 'a'?"},
      {with("  split: {train: 0.8, stratfy: c}\n"),
       "p.yaml:3:23: unknown key 'prepare.split.stratfy'; did you mean 'stratify'?"},
      {with("  split: {train: 80, test: 20}\n"),
       "p.yaml:3:18: 'prepare.split.train' must be a share above 0 and at most 1; write train: "
       "0.8"},
      {with("  split: {train: 0.8, test: 0.1}\n"),
       "p.yaml:3:10: the shares of a split must add up to 1, not 0.9"},
      {with("  split: {train: 0.8, test: }\n"),
       "p.yaml:3:10: 'prepare.split' leaves out the share of a part; write train: 0.8; only "
       "'until' does without shares"},
      {with("  split: {train: 1, stratify: a, group: b}\n"),
       "p.yaml:3:41: 'prepare.split' can be by one of stratify, group and time, not stratify and "
       "group"},
      {with("  partition: {by: [a + b]}\n"),
       "p.yaml:3:20: the partition 'a + b' needs a name; write by: [{NAME: a + b}]"},
      {with("  partition: {by: [yer(t)]}\n"),
       "p.yaml:3:20: character 1 of 'yer(t)': unknown function 'yer'; did you mean 'year'?"},
      {with("  partition: {hash: a}\n"),
       "p.yaml:3:21: 'prepare.partition.buckets' is missing; write buckets: 16"},
      {with("  partition: {by: a, buckets: 3}\n"),
       "p.yaml:3:31: 'prepare.partition.buckets' goes with 'hash' or 'range'"},
      {with("  partition: {time_zone: UTC}\n"),
       "p.yaml:3:14: 'prepare.partition' names no partition; write partition: {by: [carrier]}"},
      {"name: a\nprepare:\n  source: /raw\n",
       "p.yaml:3:3: 'prepare.output' is missing; write output: {uri: hdfs:///data/a}"},
      {"name: a\nprepare:\n  output: /out\n", "p.yaml:3:3: 'prepare.source' is missing"},
      {"name: a\nprepare: {source: [], output: /o}\n",
       "p.yaml:2:19: 'prepare.source' names no files"},
      {"name: a\nprepare: {source: /raw, output: {url: /o}}\n",
       "p.yaml:2:34: unknown key 'prepare.output.url'; did you mean 'uri'?"},
      {"name: a\nprepare: {source: /raw, output: {format: csv}}\n",
       "p.yaml:2:33: 'prepare.output.uri' is missing"},
      {"name: a\nprepare: {source: /raw, output: {uri: /o, target_file: 1}}\n",
       "p.yaml:2:56: 'prepare.output.target_file' must be at least 4 KiB, not 1"},
      {"name: a\nprepare: {source: /raw, output: /raw/out}\n",
       "p.yaml:2:33: the output '/raw/out' lies in its source '/raw', and would be read the next "
       "time; give another output"},
      {"name: a\nprepare:\n",
       "p.yaml:2:1: 'prepare' is empty; give at least 'source' and 'output'"},
      {"name: a\nprepare: 3\n", "p.yaml:2:10: 'prepare' must be a map of keys"},
      {"name: a\nprepare: {source: /a, output: /b}\npreprocess: {}\n",
       "p.yaml:3:13: 'prepare' and 'preprocess' are the same section; leave one out"},
      {"name: a\nprepare: {source: /a, output: /b}\nquue: x\n",
       "p.yaml:3:1: unknown key 'quue'; known here: extends, name, home, prepare"},
      {"prepare: {source: /a, output: /b}\n", "p.yaml:1:1: 'name' is missing"}};
  for (const auto& [text, message] : table) EXPECT_EQ(complaint(text), message) << text;
}

const std::string kTraining =
    "name: t\ndata: {source: /data}\nmodel: {layers: [flatten, {dense: {units: 10}}]}\n";

TEST(PrepareSection, stands_in_a_training_job_too) {
  const auto file =
      parse_any_job(kTraining + "preprocess: {source: /raw, output: /data}\n", "p.yaml");
  ASSERT_TRUE(file) << file.status().to_string();
  ASSERT_TRUE(file->training);
  ASSERT_TRUE(file->prepare);
  EXPECT_EQ(file->prepare->name, "t");
  EXPECT_EQ(file->prepare->output.uri, "/data");
  EXPECT_EQ(complaint(kTraining + "preprocess: {sorce: /raw, output: /data}\n"),
            "p.yaml:4:14: unknown key 'preprocess.sorce'; did you mean 'source'?");
}

TEST(PrepareSection, feeds_the_training_that_names_no_source) {
  const std::string model = "model: {layers: [flatten, {dense: {units: 10}}]}\n";
  const std::string prepare = "prepare: {source: /raw, output: /prepared}\n";
  const auto file = parse_any_job("name: t\n" + prepare + model, "p.yaml");
  ASSERT_TRUE(file) << file.status().to_string();
  EXPECT_EQ(file->training->data.source, "/prepared");
  EXPECT_EQ(parse_any_job(kTraining + prepare, "p.yaml")->training->data.source, "/data");
  EXPECT_EQ(complaint("name: t\n" + model), "p.yaml:1:1: 'data.source' is missing");
}

TEST(PrepareSection, alone_is_no_training) {
  const auto spec = parse_job(kFlights, "p.yaml");
  EXPECT_EQ(spec.status().to_string(),
            "p.yaml: the job file prepares data, it does not train; use: howdah prepare p.yaml");
  EXPECT_FALSE(parse_any_job(kTraining, "p.yaml")->prepare);
}

TEST(PrepareSection, survives_wrong_shapes_everywhere) {
  const std::vector<std::string> keys = {"source",    "format",  "delimiter",  "names",
                                         "types",     "missing", "steps",      "split",
                                         "partition", "output",  "quarantine", "transform"};
  const std::vector<std::string> rules = {"drop_missing",    "fill_missing", "drop_duplicates",
                                          "near_duplicates", "outliers",     "rules",
                                          "dates",           "text_length",  "text",
                                          "label_noise"};
  for (const std::string value : {"", "3", "true", "[]", "{}", "[[]]", "[{}]", "[3]", "{a: {}}",
                                  "{a: [b]}", "[{a: {}}]", "\"\\0\"", "[null]", "{columns: {}}"}) {
    for (const std::string& key : keys)
      (void)parse_any_job("name: a\nprepare: {" + key + ": " + value + "}\n", "p.yaml").is_ok();
    for (const std::string& rule : rules)
      (void)parse_any_job(with_steps("    - clean: {" + rule + ": " + value + "}\n"), "p.yaml")
          .is_ok();
    for (const char* step :
         {"clean", "normalize", "vocabulary", "sentencepiece", "image", "select", "drop", "derive"})
      (void)parse_any_job(with_steps("    - " + std::string(step) + ": " + value + "\n"), "p.yaml")
          .is_ok();
  }
}

}  // namespace
}  // namespace howdah::job
