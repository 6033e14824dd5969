#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "prepare/spec.h"
#include "prepare/words.h"

namespace howdah::prepare {
namespace {

StepSpec step(StepKind kind) {
  return {std::move(kind), "", "prep.yaml:3:5"};
}

// One step a kind, no field at its default.
std::vector<StepSpec> all_kinds() {
  std::vector<StepSpec> steps = {
      step(DropMissing{{"a", "b"}, true}),
      step(FillMissing{FillMissing::Method::kMedian, {"a"}, "0", "class"}),
      step(DropDuplicates{{"a", "größe \"x\"\n"}}),
      step(DropNearDuplicates{"text", 0.7, 0, 9, 64, UINT64_MAX}),
      step(Outliers{Outliers::Method::kQuantile, Outliers::Action::kMark, {"a"}, 1.5, 0.01, {}}),
      step(KeepWhere{"a > 1 and b = 'x'"}),
      step(DateRange{{"day"}, "2013-01-01", "2013-12-31", true}),
      step(TextLength{{"text"}, 3, INT64_MAX - 1}),
      step(CleanText{{"text"}, CleanText::Unicode::kNfkc, CleanText::Case::kUpper, true, false}),
      step(LabelNoise{"label", true}),
      step(Normalize{Normalize::Method::kHash, {"a"}, 10, 2, 77, 5}),
      step(Vocabulary{"text", true, false, 100, 3, 64}),
      step(SentencePiece{"text", 99, true, 5, "hdfs:///m"}),
      step(ImageStandard{"picture"}),
      step(SelectColumns{{"a"}, true}),
      step(DeriveColumn{"c", "a / 0.1"})};
  name_steps(steps);
  return steps;
}

PrepareSpec full() {
  PrepareSpec spec;
  spec.name = "all";
  spec.source.uris = {"hdfs:///raw/*.csv", "/b"};
  spec.source.format = Format::kCsv;
  spec.source.csv = {';', '\0', '\\', false, {"a", "b"}, true};
  spec.source.images = {3, 32, 28, true};
  spec.source.columns = {"b"};
  spec.source.filter = "b > 1";
  spec.source.types = {{"b", ColumnType::kTimestamp}};
  spec.source.missing_words = {"-"};
  spec.source.encoding = "latin-1";
  spec.source.bad_records = BadRecordAction::kQuarantine;
  spec.source.type_errors_become_missing = true;
  spec.source.absent_columns_are_missing = true;
  spec.source.max_record_bytes = 1 << 20;
  spec.source.where = "prep.yaml:2:1";
  spec.steps = all_kinds();
  spec.transform = "hdfs:///t/transform.json";
  spec.split.parts = {{"train", 0.7}, {"rest", 0.3}};
  spec.split.seed = 7;
  spec.split.by = SplitSpec::By::kTime;
  spec.split.column = "day";
  spec.split.exact = true;
  spec.split.until = {"2013-10-01"};
  spec.partition.levels = {{PartitionSpec::Level::Kind::kRange, "a", "a_range", 8}};
  spec.partition.time_zone = "America/New_York";
  spec.partition.max_partitions = 5;
  spec.output = {"hdfs:///out", OutputFormat::kJsonLines, 1 << 20, "gzip", "prep.yaml:9:1"};
  spec.quarantine = true;
  return spec;
}

TEST(SpecJson, holds_every_field_of_every_part_and_kind) {
  const PrepareSpec spec = full();
  ASSERT_EQ(spec.steps.size(), std::variant_size_v<StepKind>);
  const std::string text = spec.to_json();
  const auto again = PrepareSpec::from_json(text);
  ASSERT_TRUE(again) << again.status().to_string();
  EXPECT_EQ(again->to_json(), text);
  const auto json = nlohmann::json::parse(text),
             fallback = nlohmann::json::parse(PrepareSpec{}.to_json());
  for (const char* part : {"source", "split", "partition", "output"})
    for (const auto& [key, value] : json[part].items())
      if (key != "where") {
        EXPECT_TRUE(key == "by" || value != fallback[part][key]) << part << "." << key;
      }
  for (size_t i = 0; i < spec.steps.size(); ++i) {
    EXPECT_EQ(again->steps[i].kind.index(), i);
    EXPECT_EQ(json["steps"][i]["rule"], rule_names()[i]);
    EXPECT_EQ(again->steps[i].where, "prep.yaml:3:5");
  }
}

// Fingerprints of outputs are made of this text: where it changes, everything is prepared again.
TEST(SpecJson, writes_each_field_in_this_very_form) {
  EXPECT_EQ(full().to_json(false),
            R"~({"name":"all","source":{"uris":["hdfs:///raw/*.csv","/b"],"format":"csv",)~"
            R"~("csv":{"delimiter":";","quote":"","escape":"\\","header":false,"names":["a",)~"
            R"~("b"],"newlines_in_values":true},"images":{"channels":3,)~"
            R"~("height":32,"width":28,"encoded":true},"columns":["b"],"filter":"b > 1",)~"
            R"~("types":{"b":"timestamp"},)~"
            R"~("missing":["-"],"encoding":"latin-1","bad_records":"quarantine",)~"
            R"~("type_errors_become_missing":true,"absent_columns_are_missing":true,)~"
            R"~("max_record_bytes":1048576},"steps":[{"rule":"drop_missing",)~"
            R"~("step":"clean.drop_missing(a, b)","columns":["a","b"],)~"
            R"~("only_if_all":true},{"rule":"fill_missing","step":"clean.fill_missing(a)",)~"
            R"~("method":"median","columns":["a"],"value":"0",)~"
            R"~("by":"class"},{"rule":"drop_duplicates",)~"
            R"~("step":"clean.drop_duplicates(a, größe \"x\"\n)","keys":["a",)~"
            R"~("größe \"x\"\n"]},{"rule":"near_duplicates",)~"
            R"~("step":"clean.near_duplicates(text)","column":"text","threshold":0.7,)~"
            R"~("shingle_words":0,"shingle_characters":9,"permutations":64,)~"
            R"~("seed":18446744073709551615},{"rule":"outliers","step":"clean.outliers(a)",)~"
            R"~("method":"quantile","action":"mark","columns":["a"],"factor":1.5,"low":0.01,)~"
            R"~("high":null},{"rule":"rules","step":"clean.rules(a > 1 and b = 'x')",)~"
            R"~("expression":"a > 1 and b = 'x'"},{"rule":"dates","step":"clean.dates(day)",)~"
            R"~("columns":["day"],"from":"2013-01-01","to":"2013-12-31",)~"
            R"~("become_missing":true},{"rule":"text_length","step":"clean.text_length(text)",)~"
            R"~("columns":["text"],"min_characters":3,)~"
            R"~("max_characters":9223372036854775806},{"rule":"text","step":"clean.text(text)",)~"
            R"~("columns":["text"],"unicode":"nfkc","case":"upper","strip_html":true,)~"
            R"~("collapse_whitespace":false},{"rule":"label_noise",)~"
            R"~("step":"clean.label_noise(label)","label":"label",)~"
            R"~("drop":true},{"rule":"normalize","step":"normalize.hash(a)","method":"hash",)~"
            R"~("columns":["a"],"max_categories":10,"min_count":2,"buckets":77,)~"
            R"~("quantiles":5},{"rule":"vocabulary","step":"vocabulary(text)","column":"text",)~"
            R"~("characters":true,"lower":false,"size":100,"min_count":3,)~"
            R"~("length":64},{"rule":"sentencepiece","step":"sentencepiece(text)",)~"
            R"~("column":"text","size":99,"bpe":true,"sample_records":5,)~"
            R"~("model":"hdfs:///m"},{"rule":"image","step":"image(picture)",)~"
            R"~("column":"picture"},{"rule":"select","step":"drop(a)","columns":["a"],)~"
            R"~("drop":true},{"rule":"derive","step":"derive(c)","column":"c",)~"
            R"~("expression":"a / 0.1"}],"transform":"hdfs:///t/transform.json",)~"
            R"~("split":{"parts":[{"name":"train","share":0.7},{"name":"rest","share":0.3}],)~"
            R"~("seed":7,"by":"time","column":"day","exact":true,"until":["2013-10-01"]},)~"
            R"~("partition":{"levels":[{"kind":"range","expression":"a","name":"a_range",)~"
            R"~("buckets":8}],"time_zone":"America/New_York","max_partitions":5},)~"
            R"~("output":{"uri":"hdfs:///out","format":"jsonl","target_file_bytes":1048576,)~"
            R"~("compression":"gzip"},"quarantine":true})~");
}

TEST(SpecJson, keeps_each_value) {
  const auto again = PrepareSpec::from_json(full().to_json());
  ASSERT_TRUE(again);
  EXPECT_EQ(again->source.csv.delimiter, ';');
  EXPECT_EQ(again->source.csv.quote, '\0');
  EXPECT_EQ(again->source.types.at("b"), ColumnType::kTimestamp);
  EXPECT_EQ(std::get<DropDuplicates>(again->steps[2].kind).keys[1], "größe \"x\"\n");
  EXPECT_EQ(std::get<DropNearDuplicates>(again->steps[3].kind).seed, UINT64_MAX);
  const auto& outliers = std::get<Outliers>(again->steps[4].kind);
  EXPECT_EQ(outliers.low, 0.01);
  EXPECT_FALSE(outliers.high);
  EXPECT_EQ(std::get<TextLength>(again->steps[7].kind).max_characters, INT64_MAX - 1);
  EXPECT_EQ(std::get<SentencePiece>(again->steps[12].kind).model, "hdfs:///m");
  EXPECT_EQ(std::get<DeriveColumn>(again->steps[15].kind).name, "c");
}

TEST(SpecJson, is_the_same_text_wherever_the_job_file_stands) {
  PrepareSpec here = full(), there = full();
  there.source.where = there.output.where = there.steps[2].where = "other.yaml:1:1";
  EXPECT_NE(here.to_json(), there.to_json());
  EXPECT_EQ(here.to_json(false), there.to_json(false));
  EXPECT_EQ(here.to_json(false).find("where"), std::string::npos);
  EXPECT_EQ(PrepareSpec::from_json(here.to_json(false))->to_json(false), here.to_json(false));
}

TEST(SpecJson, gives_absent_keys_their_defaults) {
  const auto spec = PrepareSpec::from_json(
      R"({"source": {"uris": ["/a"]}, "steps": [{"rule": "normalize", "method": "robust"}]})");
  ASSERT_TRUE(spec) << spec.status().to_string();
  EXPECT_EQ(spec->output.target_file_bytes, 128 << 20);
  EXPECT_EQ(std::get<Normalize>(spec->steps[0].kind).method, Normalize::Method::kRobust);
  EXPECT_EQ(std::get<Normalize>(spec->steps[0].kind).buckets, 1024);
}

TEST(SpecJson, calls_garbage_corrupt) {
  for (const std::string text : {"", "{", "[]", "3", "null", "{} {}", "{\"name\": \"\xff\"}"})
    EXPECT_EQ(PrepareSpec::from_json(text).status().code(), Code::kCorrupt) << text;
  EXPECT_EQ(PrepareSpec::from_json(std::string(100'000, '[')).status().code(), Code::kCorrupt);
}

TEST(SpecJson, refuses_what_does_not_fit_with_its_path) {
  const std::vector<std::pair<std::string, std::string>> table = {
      {R"({"nam": "a"})", "preparation: 'nam' is unknown; did you mean 'name'?"},
      {R"({"name": 3})", "preparation: 'name' must be a text"},
      {R"({"source": []})", "preparation: 'source' must be an object"},
      {R"({"source": {"csv": {"quote": "ab"}}})",
       "preparation: 'source.csv.quote' must be one character or none"},
      {R"({"source": {"format": "cvs"}})", "preparation: 'source.format' cannot be 'cvs'"},
      {R"({"source": {"types": {"a": "int"}}})", "preparation: 'source.types.a' cannot be 'int'"},
      {R"({"steps": {}})", "preparation: 'steps' must be a list"},
      {R"({"steps": [{}]})", "preparation: 'steps[0].rule' is no rule: ''"},
      {R"({"steps": [{"rule": "drop_missing"}, {"rule": "outliers", "low": "a"}]})",
       "preparation: 'steps[1].low' must be a number"},
      {R"({"steps": [{"rule": "near_duplicates", "permutations": 4294967296}]})",
       "preparation: 'steps[0].permutations' must be a whole number that fits"},
      {R"({"split": {"seed": -1}})", "preparation: 'split.seed' must be a whole number that fits"},
      {R"({"split": {"parts": [{"share": true}]}})",
       "preparation: 'split.parts[0].share' must be a number"},
      {R"({"quarantine": 1})", "preparation: 'quarantine' must be true or false"}};
  for (const auto& [text, message] : table) {
    const auto spec = PrepareSpec::from_json(text);
    ASSERT_FALSE(spec) << text;
    EXPECT_EQ(spec.status().code(), Code::kInvalidArgument);
    EXPECT_EQ(spec.status().to_string(), message);
  }
}

TEST(StepNames, are_what_a_reader_of_the_report_recognizes) {
  std::vector<StepSpec> steps = {
      step(DropMissing{{"dep_delay"}, false}),
      step(DropMissing{}),
      step(DropMissing{{"dep_delay"}, true}),
      step(DropMissing{{"dep_delay"}, false}),
      step(Normalize{Normalize::Method::kMinMax, {"a", "b", "c", "d", "e", "f"}, 0, 1, 1, 2}),
      step(SelectColumns{{"a", "b", "c", "d"}, false}),
      step(SelectColumns{{"a"}, true}),
      step(KeepWhere{std::string(59, 'x') + "öö > 1"})};
  name_steps(steps);
  std::vector<std::string> names;
  for (const StepSpec& one : steps) names.push_back(one.name);
  EXPECT_EQ(names, (std::vector<std::string>{
                       "clean.drop_missing(dep_delay)", "clean.drop_missing",
                       "clean.drop_missing(dep_delay) #2", "clean.drop_missing(dep_delay) #3",
                       "normalize.minmax(a, b, c, and 3 more)", "select(a, b, c, d)", "drop(a)",
                       "clean.rules(" + std::string(59, 'x') + "...)"}));
}

TEST(Words, stand_for_every_choice) {
  EXPECT_EQ(word_of(Format::kSequenceFile), "sequencefile");
  EXPECT_EQ(word_of(ColumnType::kTimestamp), "timestamp");
  EXPECT_EQ(word_of(BadRecordAction::kFail), "fail");
  EXPECT_EQ(word_of(SplitSpec::By::kTime), "time");
  EXPECT_EQ(word_of(PartitionSpec::Level::Kind::kRange), "range");
  EXPECT_EQ(word_of(OutputFormat::kTar), "tar");
  EXPECT_EQ(word_of(FillMissing::Method::kMode), "mode");
  EXPECT_EQ(word_of(Outliers::Method::kRange), "range");
  EXPECT_EQ(word_of(Outliers::Action::kMark), "mark");
  EXPECT_EQ(word_of(CleanText::Unicode::kNfkc), "nfkc");
  EXPECT_EQ(word_of(CleanText::Case::kUpper), "upper");
  EXPECT_EQ(word_of(Normalize::Method::kHash), "hash");
  EXPECT_EQ(rule_name(DeriveColumn{}), "derive");
  EXPECT_EQ(rule_names().size(), std::variant_size_v<StepKind>);
}

}  // namespace
}  // namespace howdah::prepare
