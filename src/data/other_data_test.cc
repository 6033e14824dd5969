// Other data than a model was trained on, indexed to be asked about.
#include "data/test_prepared.h"

namespace howdah::data {
namespace {

using dataset::Part;
using dataset::Request;
using dataset::TargetKind;
using dataset::Tokenizer;
using testing::HasSubstr;
using Labels = std::vector<int32_t>;
using Values = std::vector<float>;
using Names = std::vector<std::string>;

class OtherTexts : public PreparedData {
 protected:
  OtherTexts() {
    options_.request.records = Request::Records::kTexts;
    options_.request.text = "text";
    options_.request.targets = {"label"};
    options_.request.length = 4;
  }
  void write(const std::string& part, const Texts& texts_of, const Texts& labels) {
    PreparedData::write(part, {{"text", texts(texts_of)}, {"label", texts(labels)}});
  }
  dataset::Index built() {
    const auto built = build();
    EXPECT_TRUE(built) << built.status().to_string();
    return built ? built->index : dataset::Index();
  }
};

TEST_F(OtherTexts, get_the_numbers_that_were_trained_with) {
  write("train", {"Good, good film", "A bad film", ""}, {"pos", "neg", "neg"});
  ASSERT_TRUE(build());
  const std::string vocabulary = file("vocabulary.txt");
  ask_about_others();
  write("test", {"a BAD bad thing", "film"}, {"pos", "pos"});
  const auto index = built();
  EXPECT_EQ(file("vocabulary.txt"), vocabulary);
  EXPECT_EQ(index.class_names, (Names{"neg", "pos"}));
  EXPECT_EQ(index.tokens, options_.learned->index.tokens);
  EXPECT_EQ(index.partitions.size(), 1U);
  const auto test = read(index, Part::kTest);
  EXPECT_EQ(features<int32_t>(test), (Labels{7, 8, 8, 1, 4, 0, 0, 0}));
  EXPECT_EQ(test.labels, (Labels{1, 1}));
  EXPECT_TRUE(build()->reused);
}

TEST_F(OtherTexts, are_another_dataset_for_another_model) {
  write("train", {"a b b", "c"}, {"x", "y"});
  ASSERT_TRUE(build());
  ask_about_others();
  write("train", {"b c"}, {"x"});
  const std::string fingerprint = built().fingerprint;
  // What was learnt counts, not where it lies.
  ASSERT_TRUE(files_->rename("/learned", "/moved", true, Deadline::never()).is_ok());
  auto learned = *LearnedIndex::load({files_, "/moved"}, Deadline::never());
  options_.request.learned = learned.folder.uri();
  options_.learned = std::make_shared<const LearnedIndex>(learned);
  EXPECT_TRUE(build()->reused);
  options_.request.labelled = false;
  EXPECT_NE(built().fingerprint, fingerprint);
  options_.request.labelled = true;
  learned.index.fingerprint[0] = learned.index.fingerprint[0] == '0' ? '1' : '0';
  options_.learned = std::make_shared<const LearnedIndex>(learned);
  EXPECT_NE(built().fingerprint, fingerprint);
}

TEST_F(OtherTexts, need_no_label_to_be_asked_about) {
  write("train", {"good film", "bad film"}, {"pos", "neg"});
  ASSERT_TRUE(build());
  ask_about_others(/*labelled=*/false);
  PreparedData::write("train", {{"text", texts({"bad thing"})}});
  auto index = built();
  EXPECT_EQ(index.target, (dataset::Target{.kind = TargetKind::kNone, .width = 0}));
  EXPECT_EQ(dataset::Index::from_json(index.to_json())->to_json(), index.to_json());
  auto train = read(index, Part::kTrain);
  EXPECT_EQ(features<int32_t>(train), (Labels{5, 1, 0, 0}));
  EXPECT_TRUE(train.labels.empty());
  // Labels that are there are not looked at.
  begin_data();
  write("train", {"film"}, {"never heard of"});
  write("validation", {"film"}, {{}});
  index = built();
  EXPECT_EQ(features<int32_t>(read(index, Part::kTrain)), (Labels{4, 0, 0, 0}));
  EXPECT_EQ(features<int32_t>(read(index, Part::kValidation)), (Labels{4, 0, 0, 0}));
}

TEST_F(OtherTexts, that_answers_cannot_be_measured_by_are_refused) {
  write("train", {"a", "b"}, {"x", "yes"});
  ASSERT_TRUE(build());
  ask_about_others();
  PreparedData::write("test", {{"text", texts({"a"})}});
  EXPECT_THAT(refused(), HasSubstr("/p/test/part-0.parquet: there is no column 'label', which the "
                                   "answers are measured by; howdah predict"));
  begin_data();
  write("validation", {"a", "b"}, {"x", "yess"});
  EXPECT_THAT(refused(), HasSubstr("/p/validation/part-0.parquet, row 2: the class 'yess' of the "
                                   "column 'label' does not occur in the training part; did it "
                                   "mean 'yes'?"));
  begin_data();
  EXPECT_THAT(refused(), HasSubstr("without a part that could be asked about"));
  PreparedData::write("test", {{"review", texts({"a"})}, {"label", texts({"x"})}});
  EXPECT_THAT(refused(), HasSubstr("'text'"));
  ASSERT_TRUE(files_->remove("/learned/vocabulary.txt", false, Deadline::never()).is_ok());
  begin_data();
  write("train", {"a"}, {"x"});
  EXPECT_THAT(refused(), HasSubstr("/learned/vocabulary.txt"));
}

TEST_F(OtherTexts, of_another_kind_than_the_training_are_refused) {
  write("train", {"a", "b"}, {"x", "y"});
  ASSERT_TRUE(build());
  ask_about_others();
  write("train", {"a", "b"}, {"x", "y"});
  const BuildOptions good = options_;
  const auto refuses = [&](const std::function<void(Request&)>& change, const char* what) {
    options_ = good;
    change(options_.request);
    EXPECT_THAT(refused(), HasSubstr(what));
  };
  refuses([](Request& request) { request.length = 5; }, "texts of 4 tokens");
  refuses([](Request& request) { request.lowercase = false; }, "another tokenizer");
  refuses([](Request& request) { request.target_kind = TargetKind::kTokens; },
          "not of this target");
  refuses(
      [](Request& request) {
        request.records = Request::Records::kTable;
        request.text.clear();
      },
      "not of this kind");
}

TEST_F(OtherTexts, have_the_tags_that_were_trained_with) {
  options_.request.target_kind = TargetKind::kTokens;
  options_.request.tokenizer = Tokenizer::kBlanks;
  write("train", {"The dog's barks", "a dog"}, {"DET NOUN VERB", "DET NOUN"});
  ASSERT_TRUE(build());
  ask_about_others();
  write("test", {"barks the cat"}, {"VERB DET NOUN"});
  auto index = built();
  EXPECT_EQ(index.class_names, (Names{"<padding>", "DET", "NOUN", "VERB"}));
  auto test = read(index, Part::kTest);
  EXPECT_EQ(features<int32_t>(test), (Labels{5, 8, 1, 0}));
  EXPECT_EQ(test.labels, (Labels{3, 1, 2, 0}));
  options_.request.labelled = false;
  index = built();
  EXPECT_EQ(features<int32_t>(read(index, Part::kTest)), (Labels{5, 8, 1, 0}));
  EXPECT_TRUE(index.class_names.empty());
}

TEST_F(OtherTexts, are_translated_with_both_vocabularies) {
  options_.request.target_kind = TargetKind::kTokens;
  options_.request.target_length = 5;
  write("train", {"good day", "day"}, {"buenos días", "día a día y día"});
  ASSERT_TRUE(build());
  ask_about_others();
  write("train", {"night day"}, {"día noches"});
  auto index = built();
  EXPECT_EQ(index.tokens, options_.learned->index.tokens);
  auto train = read(index, Part::kTrain);
  EXPECT_EQ(features<int32_t>(train), (Labels{1, 4, 0, 0}));
  EXPECT_EQ(train.labels, (Labels{2, 4, 1, 3, 0}));
  options_.request.labelled = false;
  index = built();
  EXPECT_EQ(index.tokens.target_vocabulary, 0);
  EXPECT_EQ(features<int32_t>(read(index, Part::kTrain)), (Labels{1, 4, 0, 0}));
}

TEST_F(OtherTexts, keep_the_model_of_parts_of_words) {
  options_.request.tokenizer = Tokenizer::kSentencepiece;
  options_.request.vocabulary = 40;
  write("train", {"the lower the newer", "low lower lowest"}, {"x", "y"});
  ASSERT_TRUE(build());
  const std::string model = file("tokenizer.model");
  ask_about_others();
  write("train", {"new low"}, {"y"});
  const auto index = built();
  EXPECT_EQ(file("tokenizer.model"), model);
  EXPECT_EQ(read(index, Part::kTrain).labels, (Labels{1}));
}

TEST_F(OtherTexts, of_a_language_model_are_their_own_target) {
  options_.request.target_kind = TargetKind::kNone;
  options_.request.targets.clear();
  write("train", {"b a", "a a"}, {{}, {}});
  ASSERT_TRUE(build());
  ask_about_others();
  PreparedData::write("test", {{"text", texts({"a c b"})}});
  EXPECT_EQ(features<int32_t>(read(built(), Part::kTest)), (Labels{2, 4, 1, 5, 3}));
}

class OtherTable : public PreparedData {
 protected:
  OtherTable() {
    options_.request.records = Request::Records::kTable;
    options_.request.targets = {"late"};
    write("train", {{"distance", whole({10, 20, 30})},
                    {"late", flags({false, true, true})},
                    {"carrier", texts({"UA", "AA", "UA"})}});
    EXPECT_TRUE(build());
  }
};

TEST_F(OtherTable, gets_the_codes_and_figures_that_were_trained_with) {
  ask_about_others();
  write("test", {{"carrier", texts({"AA", "new", {}})},
                 {"more", texts({"a", "b", "c"})},
                 {"distance", numbers({0.5, 1, 2})},
                 {"late", texts({"true", "true", "false"})}});
  const auto built = build();
  ASSERT_TRUE(built) << built.status().to_string();
  const dataset::Index &index = built->index, &learned = options_.learned->index;
  EXPECT_EQ(index.columns, learned.columns);
  EXPECT_EQ(index.mean, learned.mean);
  EXPECT_EQ(index.stddev, learned.stddev);
  const auto test = read(index, Part::kTest);
  EXPECT_EQ(features<float>(test), (Values{0.5, 2, 1, 0, 2, 0}));
  EXPECT_EQ(test.labels, (Labels{1, 1, 0}));
}

TEST_F(OtherTable, needs_no_target_to_be_asked_about) {
  ask_about_others(/*labelled=*/false);
  write("train", {{"carrier", texts({"UA"})}, {"distance", whole({7})}});
  const auto built = build();
  ASSERT_TRUE(built) << built.status().to_string();
  EXPECT_EQ(built->index.target.kind, TargetKind::kNone);
  EXPECT_EQ(dataset::Index::from_json(built->index.to_json())->to_json(), built->index.to_json());
  const auto train = read(built->index, Part::kTrain);
  EXPECT_EQ(features<float>(train), (Values{7, 1}));
  EXPECT_TRUE(train.labels.empty() && train.values.empty());
}

TEST_F(OtherTable, of_other_columns_is_refused) {
  ask_about_others();
  const Named carrier{"carrier", texts({"UA"})}, distance{"distance", whole({7})};
  write("test", {carrier, distance});
  EXPECT_THAT(refused(), HasSubstr("there is no column 'late', which the answers"));
  begin_data();
  write("test", {carrier, distance, {"late", texts({"perhaps"})}});
  EXPECT_THAT(refused(), HasSubstr("row 1: the class 'perhaps' of the column 'late'"));
  options_.request.labelled = false;
  begin_data();
  write("test", {carrier});
  EXPECT_THAT(refused(), HasSubstr("there is no column 'distance'"));
  begin_data();
  write("test", {carrier, {"distance", texts({"7"})}});
  EXPECT_THAT(refused(), HasSubstr("the column 'distance' does not hold numbers, as it did"));
  begin_data();
  write("test", {distance, {"carrier", whole({7})}});
  EXPECT_THAT(refused(), HasSubstr("the column 'carrier' does not hold categories, as it did"));
}

class OtherImages : public PreparedData {
 protected:
  // One pixel each.
  void write(const std::string& part, const std::string& pixels, const Texts& labels) {
    arrow::BinaryBuilder image;
    for (const char& pixel : pixels) EXPECT_TRUE(image.Append(std::string(1, pixel)).ok());
    const auto one = whole(std::vector<std::optional<int64_t>>(pixels.size(), 1));
    std::vector<Named> columns = {
        {"image", image.Finish().ValueOrDie()}, {"height", one}, {"width", one}, {"channels", one}};
    if (!labels.empty()) columns.push_back({"label", texts(labels)});
    PreparedData::write(part, columns);
  }
};

TEST_F(OtherImages, get_the_classes_that_were_trained_with) {
  write("train", "abc", {"cat", "dog", "eel"});
  ASSERT_TRUE(build());
  ask_about_others();
  write("test", "xy", {"eel", "dog"});
  auto built = build();
  ASSERT_TRUE(built) << built.status().to_string();
  EXPECT_EQ(built->index.class_names, (Names{"cat", "dog", "eel"}));
  EXPECT_EQ(read(built->index, Part::kTest).labels, (Labels{2, 1}));
  begin_data();
  write("test", "x", {"ant"});
  EXPECT_THAT(refused(), HasSubstr("row 1: the class 'ant' of the column 'label'"));
  begin_data();
  write("test", "xyz", {});
  EXPECT_THAT(refused(), HasSubstr("there is no column 'label', which the answers"));
  options_.request.labelled = false;
  built = build();
  ASSERT_TRUE(built) << built.status().to_string();
  const auto test = read(built->index, Part::kTest);
  EXPECT_EQ(features<char>(test), (std::vector<char>{'x', 'y', 'z'}));
  EXPECT_TRUE(test.labels.empty());
}

TEST_F(OtherImages, are_of_as_many_classes_where_these_are_numbers) {
  write("train", "abc", {"0", "1", "9"});
  ASSERT_TRUE(build());
  ask_about_others();
  write("train", "x", {"3"});
  const auto built = build();
  ASSERT_TRUE(built) << built.status().to_string();
  EXPECT_EQ(built->index.classes, 10);
  EXPECT_EQ(built->index.mean, options_.learned->index.mean);
  begin_data();
  write("train", "x", {"10"});
  EXPECT_THAT(refused(), HasSubstr("the label 10, where 10 classes are due"));
  begin_data();
  write("train", "x", {"cat"});
  EXPECT_THAT(refused(), HasSubstr("the label 'cat', where numbers are due"));
}

}  // namespace
}  // namespace howdah::data
