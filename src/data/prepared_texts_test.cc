#include "data/test_prepared.h"
#include "text/encoder.h"

namespace howdah::data {
namespace {

using dataset::Part;
using dataset::Request;
using dataset::TargetKind;
using dataset::Tokenizer;
using testing::ElementsAre;
using testing::HasSubstr;
using Labels = std::vector<int32_t>;

const std::string kReserved = "<padding>\n<unknown>\n<begin>\n<end>\n";

class PreparedTexts : public PreparedData {
 protected:
  PreparedTexts() {
    options_.request.records = Request::Records::kTexts;
    options_.request.text = "text";
    options_.request.targets = {"label"};
    options_.request.length = 4;
  }
  void write(const std::string& part, const Texts& texts_of, const Texts& labels) {
    PreparedData::write(part, {{"id", whole(std::vector<std::optional<int64_t>>(texts_of.size()))},
                               {"label", texts(labels)},
                               {"text", texts(texts_of)}});
  }
};

TEST_F(PreparedTexts, become_tokens_and_classes) {
  write("train", {"Good, good film", "A bad film", ""}, {"pos", "neg", "neg"});
  write("validation", {"a GOOD thing!"}, {"neg"});
  write("test", {"one two three four five six"}, {"pos"});
  const auto built = build();
  ASSERT_TRUE(built) << built.status().to_string();
  // "film" and "good" twice, in the order of their bytes, then the rest.
  EXPECT_EQ(file("vocabulary.txt"), kReserved + "film\ngood\n,\na\nbad\n");
  const dataset::Index& index = built->index;
  EXPECT_EQ(index.element, dataset::ElementType::kInt32);
  EXPECT_EQ(index.shape, (std::vector<int64_t>{4}));
  EXPECT_EQ(index.tokens.vocabulary, 9);
  EXPECT_EQ(index.tokens.file, "vocabulary.txt");
  EXPECT_EQ(index.class_names, (std::vector<std::string>{"neg", "pos"}));
  EXPECT_EQ(index.partition("train")->records_by_class, (std::vector<int64_t>{2, 1}));
  const auto train = read(index, Part::kTrain);
  EXPECT_EQ(features<int32_t>(train), (Labels{5, 6, 5, 4, 7, 8, 4, 0, 1, 0, 0, 0}));
  EXPECT_EQ(train.labels, (Labels{1, 0, 0}));
  EXPECT_EQ(features<int32_t>(read(index, Part::kValidation)), (Labels{7, 5, 1, 1}));
  EXPECT_EQ(features<int32_t>(read(index, Part::kTest)), (Labels{1, 1, 1, 1}));
  EXPECT_EQ(dataset::Index::from_json(index.to_json())->to_json(), index.to_json());
  EXPECT_TRUE(build()->reused);
}

TEST_F(PreparedTexts, are_another_dataset_when_another_one_is_asked_for) {
  write("train", {"a b b", "c c c"}, {"x", "y"});
  std::set<std::string> fingerprints = {build()->index.fingerprint};
  const auto first = file("train.records");
  options_.request.lowercase = false;
  fingerprints.insert(build()->index.fingerprint);
  options_.request.min_count = 2;
  fingerprints.insert(build()->index.fingerprint);
  EXPECT_EQ(file("vocabulary.txt"), kReserved + "c\nb\n");
  options_.request.vocabulary = 5;
  fingerprints.insert(build()->index.fingerprint);
  EXPECT_EQ(file("vocabulary.txt"), kReserved + "c\n");
  options_.request.length = 5;
  fingerprints.insert(build()->index.fingerprint);
  options_.request.tokenizer = Tokenizer::kCharacters;
  fingerprints.insert(build()->index.fingerprint);
  EXPECT_EQ(fingerprints.size(), 6U);
  options_.request = {};
  options_.request.records = Request::Records::kTexts;
  options_.request.text = "text";
  options_.request.targets = {"label"};
  options_.request.length = 4;
  EXPECT_FALSE(build()->reused);  // replaced meanwhile
  EXPECT_EQ(file("train.records"), first);
}

TEST_F(PreparedTexts, of_characters_keep_blanks) {
  options_.request.tokenizer = Tokenizer::kCharacters;
  write("train", {"ñ ñ", "Ñ"}, {"0", "1"});
  const auto built = build();
  ASSERT_TRUE(built) << built.status().to_string();
  EXPECT_EQ(file("vocabulary.txt"), kReserved + "ñ\n \n");
  EXPECT_EQ(features<int32_t>(read(built->index, Part::kTrain)), (Labels{4, 5, 4, 0, 4, 0, 0, 0}));
}

TEST_F(PreparedTexts, have_classes_in_the_order_of_numbers_and_truth_values) {
  PreparedData::write("train", {{"text", texts({"a", "b", "c"})}, {"label", whole({10, -2, 9})}});
  auto built = build();
  ASSERT_TRUE(built) << built.status().to_string();
  EXPECT_EQ(built->index.class_names, (std::vector<std::string>{"-2", "9", "10"}));
  EXPECT_EQ(read(built->index, Part::kTrain).labels, (Labels{2, 0, 1}));
  start_anew();
  PreparedData::write("train", {{"text", texts({"a", "b"})}, {"label", flags({true, false})}});
  built = build();
  ASSERT_TRUE(built) << built.status().to_string();
  EXPECT_EQ(built->index.class_names, (std::vector<std::string>{"false", "true"}));
  EXPECT_EQ(read(built->index, Part::kTrain).labels, (Labels{1, 0}));
}

TEST_F(PreparedTexts, of_a_language_model_are_their_own_target) {
  options_.request.target_kind = TargetKind::kNone;
  options_.request.targets.clear();
  write("train", {"b a", "a a a a a a", ""}, {{}, {}, {}});
  const auto built = build();
  ASSERT_TRUE(built) << built.status().to_string();
  EXPECT_EQ(built->index.shape, (std::vector<int64_t>{5}));
  EXPECT_EQ(built->index.target_bytes(), 0);
  EXPECT_TRUE(built->index.partition("train")->records_by_class.empty());
  const auto train = read(built->index, Part::kTrain);
  EXPECT_EQ(features<int32_t>(train), (Labels{2, 5, 4, 3, 0, 2, 4, 4, 4, 4, 2, 3, 0, 0, 0}));
  EXPECT_TRUE(train.labels.empty());
}

TEST_F(PreparedTexts, have_a_tag_for_each_word) {
  options_.request.target_kind = TargetKind::kTokens;
  options_.request.tokenizer = Tokenizer::kBlanks;
  write("train", {"The dog's barks", " a\tdog "}, {"DET NOUN VERB", "DET  NOUN"});
  write("test", {"the the the the the"}, {"DET DET DET DET NOUN"});
  const auto built = build();
  ASSERT_TRUE(built) << built.status().to_string();
  EXPECT_EQ(file("vocabulary.txt"), kReserved + "a\nbarks\ndog\ndog's\nthe\n");
  EXPECT_EQ(built->index.class_names,
            (std::vector<std::string>{"<padding>", "DET", "NOUN", "VERB"}));
  EXPECT_EQ(built->index.classes, 4);
  const auto train = read(built->index, Part::kTrain);
  EXPECT_EQ(features<int32_t>(train), (Labels{8, 7, 5, 0, 4, 6, 0, 0}));
  EXPECT_EQ(train.labels, (Labels{1, 2, 3, 0, 1, 2, 0, 0}));
  EXPECT_EQ(read(built->index, Part::kTest).labels, (Labels{1, 1, 1, 1}));

  start_anew();
  write("train", {"a b", "c d e"}, {"X Y", "X Y"});
  EXPECT_THAT(refused(),
              HasSubstr("/p/train/part-0.parquet, row 2: 2 tags in 'label' for 3 words"));
  start_anew();
  write("train", {"a b", ""}, {"X Y", ""});
  EXPECT_THAT(refused(), HasSubstr("row 2: the column 'text' has no word"));
  start_anew();
  write("train", {"a b"}, {"X Y"});
  write("test", {"a", "b"}, {"Y", "Z"});
  EXPECT_THAT(refused(), HasSubstr("row 2: the tag 'Z' of the column 'label' does not occur in the "
                                   "training part"));
}

TEST_F(PreparedTexts, of_a_translation_are_framed) {
  options_.request.target_kind = TargetKind::kTokens;
  options_.request.target_length = 5;
  write("train", {"good day", "day"}, {"buenos días", "día a día y día"});
  const auto built = build();
  ASSERT_TRUE(built) << built.status().to_string();
  EXPECT_EQ(file("vocabulary.txt"), kReserved + "day\ngood\n");
  EXPECT_EQ(file("target_vocabulary.txt"), kReserved + "día\na\nbuenos\ndías\ny\n");
  EXPECT_EQ(built->index.tokens.target_vocabulary, 9);
  EXPECT_EQ(built->index.target.width, 5);
  const auto train = read(built->index, Part::kTrain);
  EXPECT_EQ(features<int32_t>(train), (Labels{5, 4, 0, 0, 4, 0, 0, 0}));
  EXPECT_EQ(train.labels, (Labels{2, 6, 7, 3, 0, 2, 4, 5, 4, 8}));  // cut: no end
}

TEST_F(PreparedTexts, share_one_model_of_parts_of_words) {
  options_.request.target_kind = TargetKind::kTokens;
  options_.request.tokenizer = Tokenizer::kSentencepiece;
  options_.request.vocabulary = 60;
  options_.request.length = options_.request.target_length = 24;
  const Texts english = {"the lower the newer", "low lower lowest", "new newer newest"};
  const Texts spanish = {"lo bajo lo nuevo", "bajo más bajo", "nuevo más nuevo"};
  write("train", english, spanish);
  const auto built = build();
  ASSERT_TRUE(built) << built.status().to_string();
  const dataset::Tokens& tokens = built->index.tokens;
  EXPECT_EQ(tokens.file, "tokenizer.model");
  EXPECT_EQ(tokens.target_file, tokens.file);
  EXPECT_EQ(tokens.target_vocabulary, tokens.vocabulary);
  const std::string model = file("tokenizer.model"), records = file("train.records");
  const auto encoder = text::Encoder::load(tokens, text::Encoder::Side::kTarget, {files_, "/index"},
                                           Deadline::never());
  ASSERT_TRUE(encoder) << encoder.status().to_string();
  const auto train = read(built->index, Part::kTrain);
  for (size_t i = 0; i < 3; ++i) {
    EXPECT_EQ((*encoder)->decode(std::span(train.labels).subspan(i * 24, 24)), spanish[i]);
    EXPECT_EQ(train.labels[i * 24], 2);
  }
  // Again, the same bytes.
  ASSERT_TRUE(files_->remove("/index", true, Deadline::never()).is_ok());
  ASSERT_TRUE(build());
  EXPECT_EQ(file("tokenizer.model"), model);
  EXPECT_EQ(file("train.records"), records);
}

TEST_F(PreparedTexts, with_a_fault_are_refused_by_file_and_row) {
  write("train", {"a", "b"}, {"x", "y"});
  write("train", {"a", {}}, {"x", "y"});
  EXPECT_THAT(refused(),
              HasSubstr("/p/train/part-1.parquet, row 2: the column 'text' has no value"));
  start_anew();
  write("train", {"a", "b"}, {"x", {}});
  EXPECT_THAT(refused(), HasSubstr("row 2: the column 'label' has no value"));
  start_anew();
  write("train", {"a", "b"}, {"x", "y"});
  write("validation", {"a", "b", "c"}, {"x", "y", "yy"});
  EXPECT_THAT(refused(), HasSubstr("/p/validation/part-1.parquet, row 3: the class 'yy' of the "
                                   "column 'label' does not occur in the training part; did it "
                                   "mean 'y'?"));
  start_anew();
  write("train", {"a", "b"}, {"x", "x"});
  EXPECT_THAT(refused(), HasSubstr("the column 'label' is always 'x' in the training part"));
  start_anew();
  write("test", {"a"}, {"x"});
  EXPECT_THAT(refused(), HasSubstr("prepared data without a part 'train'"));
}

TEST_F(PreparedTexts, of_a_wrong_column_are_refused) {
  write("train", {"a", "b"}, {"x", "y"});
  options_.request.text = "txt";
  EXPECT_THAT(refused(), HasSubstr("'text'"));
  options_.request.text = "id";
  EXPECT_THAT(refused(), HasSubstr("the column 'id' holds int64, where texts are due"));
  options_.request.text = "text";
  start_anew();
  PreparedData::write("train", {{"text", texts({"a", "b"})}, {"label", numbers({1.5, 2})}});
  EXPECT_THAT(refused(), HasSubstr("the column 'label' holds double, where classes"));
  options_.request.min_count = 3;
  start_anew();
  write("train", {"a", "b"}, {"x", "y"});
  EXPECT_THAT(refused(), HasSubstr("have no token; lower data.tokens.min_count"));
}

}  // namespace
}  // namespace howdah::data
