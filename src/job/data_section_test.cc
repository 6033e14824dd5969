#include "job/data_section.h"

#include <gtest/gtest.h>

#include "job/job_spec.h"

namespace howdah::job {
namespace {

using dataset::Request;
using dataset::TargetKind;
using dataset::Tokenizer;

std::string job_of(const std::string& task, const std::string& data) {
  return "name: a\ntask: " + task + "\ndata: {source: /data" + data +
         "}\nmodel: {layers: [flatten, dense: {units: 2}]}\n";
}
JobSpec parsed(const std::string& task, const std::string& data) {
  auto spec = parse_job(job_of(task, data), "job.yaml");
  EXPECT_TRUE(spec) << spec.status().to_string();
  return spec ? *spec : JobSpec{};
}
std::string complaint(const std::string& task, const std::string& data) {
  const auto spec = parse_job(job_of(task, data), "job.yaml");
  EXPECT_FALSE(spec) << task << data;
  return spec.status().to_string();
}

TEST(DataSection, of_texts_has_fallbacks_for_all_but_the_column) {
  const JobSpec spec = parsed("text_classification", ", text: review");
  Request due;
  due.records = Request::Records::kTexts;
  due.text = "review";
  due.targets = {"label"};
  EXPECT_EQ(spec.data.request, due);
  EXPECT_TRUE(spec.training.bucketing);
  EXPECT_TRUE(due.check().is_ok());
}

TEST(DataSection, keeps_what_was_read_within_its_budget) {
  const auto cache_of = [](const std::string& data, const std::string& more = "") {
    const auto spec = parse_job(job_of("image_classification", data) + more, "job.yaml");
    EXPECT_TRUE(spec) << spec.status().to_string();
    const dataset::CacheBudget cache = spec ? spec->data.cache : dataset::CacheBudget{};
    const auto again = parse_job(to_yaml(*spec), "again.yaml");
    EXPECT_TRUE(again) << again.status().to_string();
    EXPECT_EQ(again->data.cache.memory_bytes, cache.memory_bytes);
    EXPECT_EQ(again->data.cache.disk_bytes, cache.disk_bytes);
    return std::pair(cache.memory_bytes, cache.disk_bytes);
  };
  using Budget = std::pair<int64_t, int64_t>;
  EXPECT_EQ(cache_of(""), Budget(64 << 20, 0));
  EXPECT_EQ(cache_of(", cache: {memory: 256 MiB, disk: 2 GiB}"),
            Budget(256 << 20, int64_t{2} << 30));
  EXPECT_EQ(cache_of(", cache: {memory: 0}"), Budget(0, 0));
  // Of a small worker half at most is taken.
  EXPECT_EQ(cache_of("", "resources: {memory: 100 MiB}\n"), Budget(50 << 20, 0));
  EXPECT_NE(complaint("image_classification", ", cache: {memory: 3 GiB}")
                .find("job.yaml:3:30: 'data.cache.memory' is more than half of "
                      "'resources.memory'"),
            std::string::npos);
  EXPECT_NE(complaint("image_classification", ", cache: {ram: 3 MiB}").find("'data.cache.ram'"),
            std::string::npos);
  EXPECT_NE(complaint("image_classification", ", cache: {disk: much}").find("must be a size"),
            std::string::npos);
}

TEST(DataSection, asks_for_what_each_task_needs) {
  const Request translation = parsed("translation",
                                     ", text: en, target: es, tokens: {tokenizer: sentencepiece, "
                                     "vocabulary: 800, length: 30, target_length: 40}")
                                  .data.request;
  EXPECT_EQ(translation.target_kind, TargetKind::kTokens);
  EXPECT_EQ(translation.tokenizer, Tokenizer::kSentencepiece);
  EXPECT_EQ(translation.targets, std::vector<std::string>{"es"});
  EXPECT_EQ(translation.vocabulary, 800);
  EXPECT_EQ(translation.length, 30);
  EXPECT_EQ(translation.target_length, 40);
  const Request tagging = parsed("tagging", ", text: words, target: tags").data.request;
  EXPECT_EQ(tagging.tokenizer, Tokenizer::kBlanks);
  const Request model =
      parsed("language_model", ", text: words, tokens: {tokenizer: characters}").data.request;
  EXPECT_EQ(model.target_kind, TargetKind::kNone);
  EXPECT_TRUE(model.targets.empty());
  const Request table =
      parsed("binary_classification", ", target: late, features: [a, b]").data.request;
  EXPECT_EQ(table.records, Request::Records::kTable);
  EXPECT_EQ(table.target_kind, TargetKind::kClass);
  EXPECT_EQ(table.features, (std::vector<std::string>{"a", "b"}));
  const Request regression = parsed("regression", ", target: [x, y]").data.request;
  EXPECT_EQ(regression.target_kind, TargetKind::kValues);
  EXPECT_EQ(regression.targets, (std::vector<std::string>{"x", "y"}));
  for (const Request& request : {translation, tagging, model, table, regression})
    EXPECT_TRUE(request.check().is_ok()) << request.to_json();
  EXPECT_EQ(parsed("image_classification", "").data.request, Request{});
}

TEST(DataSection, resolved_is_the_same_section) {
  for (const auto& [task, data] : std::vector<std::pair<std::string, std::string>>{
           {"text_classification",
            ", text: 'a \"b', classes: 3, tokens: {min_count: 2, lowercase: false, bucketing: "
            "false}"},
           {"translation", ", text: en, target: es, tokens: {target_length: 9}"},
           {"translation", ", text: en, target: es, tokens: {tokenizer: sentencepiece}"},
           {"tagging", ", text: words, target: tags, index: /i"},
           {"language_model", ", text: words"},
           {"classification", ", features: [a], preprocess: [normalize: {method: standard}]"},
           {"regression", ", target: [x, y]"},
           {"image_classification", ", classes: 7"}}) {
    const JobSpec spec = parsed(task, data);
    const std::string text = to_yaml(spec);
    const auto again = parse_job(text, "job.yaml");
    ASSERT_TRUE(again) << again.status().to_string() << "\n" << text;
    EXPECT_EQ(to_yaml(*again), text);
    EXPECT_EQ(again->data.request, spec.data.request);
    EXPECT_EQ(again->training.bucketing, spec.training.bucketing);
  }
}

TEST(DataSection, refuses_keys_that_do_not_go_with_the_task) {
  EXPECT_EQ(complaint("image_classification", ", text: a"),
            "job.yaml:3:29: 'data.text' does not go with task: image_classification; it is of "
            "images with labels; say which: task: text_classification, ...");
  EXPECT_EQ(complaint("regression", ", tokens: {length: 3}"),
            "job.yaml:3:31: 'data.tokens' does not go with task: regression; tables have "
            "'features' and a 'target'");
  EXPECT_EQ(complaint("regression", ", classes: 3"),
            "job.yaml:3:32: 'data.classes' does not go with task: regression; leave it out");
  EXPECT_EQ(complaint("language_model", ", text: a, target: b"),
            "job.yaml:3:40: 'data.target' does not go with task: language_model; a language model "
            "finds a text's own next token");
  EXPECT_EQ(complaint("tagging", ", text: a, tokens: {tokenizer: words}"),
            "job.yaml:3:52: 'data.tokens.tokenizer' does not go with task: tagging; each tag "
            "stands for a word, and words are parted by blanks");
  EXPECT_EQ(complaint("tagging", ", text: a, tokens: {target_length: 3}"),
            "job.yaml:3:56: 'data.tokens.target_length' does not go with task: tagging; it is of "
            "the text that a translation writes");
  EXPECT_EQ(complaint("tagging", ", text: a, preprocess: []"),
            "job.yaml:3:44: 'data.preprocess' does not go with task: tagging; texts have a 'text', "
            "a 'target' and 'tokens'");
}

TEST(DataSection, names_what_is_missing_or_wrong) {
  EXPECT_EQ(complaint("tagging", ""), "job.yaml:3:7: 'data.text' is missing");
  EXPECT_EQ(complaint("translation", ", text: a"), "job.yaml:3:7: 'data.target' is missing");
  EXPECT_EQ(complaint("text_classification", ", text: a, tokens: {tokenizer: word}"),
            "job.yaml:3:52: 'data.tokens.tokenizer' cannot be 'word'; did you mean 'words'?");
  EXPECT_EQ(complaint("text_classification", ", text: a, tokens: {vocabulary: 4}"),
            "job.yaml:3:53: 'data.tokens.vocabulary' must be from 5 to 4194304, not 4");
  EXPECT_EQ(complaint("text_classification", ", text: a, tokens: {lenght: 4}"),
            "job.yaml:3:41: unknown key 'data.tokens.lenght'; did you mean 'length'?");
  EXPECT_EQ(complaint("classification", ", target: a, features: [b, b]"),
            "job.yaml:3:48: 'data.features' names 'b' twice");
  EXPECT_EQ(complaint("classification", ", target: a, features: [b, a]"),
            "job.yaml:3:44: 'data.features' names the target 'a'");
  EXPECT_EQ(complaint("classification", ", features: {a: b}"),
            "job.yaml:3:33: 'data.features' must be a list of columns");
}

}  // namespace
}  // namespace howdah::job
