// Tests only: texts of which each task of texts can be learnt in some steps.
#pragma once

#include <vector>

#include "dataset/random.h"
#include "model/task.h"
#include "parallel/test_records.h"

namespace howdah::parallel {

// Partitions "train" and "test" of texts of 1 to 10 tokens. What is to be found of a text:
//   text_classification  two thirds of its tokens are those of a class, whose number is the
//                        token's remainder by 3
//   tagging              a tag for each token, its remainder by 3
//   translation          each token's successor
//   language_model       each token is 1, 2 or 3 more than the one before
class TextDataset {
 public:
  static constexpr int32_t kVocabulary = 19, kClasses = 3;
  static constexpr int64_t kLongest = 10;

  TextDataset(const fs::Location& folder, model::Task task, int64_t train, int64_t test)
      : folder_(folder), task_(task) {
    using dataset::TargetKind;
    index_.source = "test";
    index_.fingerprint = Sha256::hex_of({});
    index_.element = dataset::ElementType::kInt32;
    index_.tokens = {.vocabulary = kVocabulary, .file = "vocabulary.txt"};
    index_.classes = 1;
    features_ = kLongest;
    if (task == model::Task::kTextClassification) {
      index_.classes = kClasses;
    } else if (task == model::Task::kTagging) {
      index_.classes = kClasses + 1;
      index_.target = {.kind = TargetKind::kTokens, .width = kLongest};
    } else if (task == model::Task::kTranslation) {
      index_.tokens.target_vocabulary = kVocabulary;
      index_.tokens.target_file = "target_vocabulary.txt";
      index_.target = {.kind = TargetKind::kTokens, .width = kLongest + 2};
    } else {
      index_.target = {.kind = TargetKind::kNone, .width = 0};
      features_ = kLongest + 2;
    }
    index_.shape = {features_};
    index_.partitions = {write("train", train), write("test", test)};
  }
  const dataset::Index& index() const { return index_; }

 private:
  using Text = std::vector<int32_t>;
  static constexpr int32_t kFirst = dataset::kReservedTokens, kWords = kVocabulary - kFirst;

  static void append_padded(std::string& content, Text text, int64_t width) {
    text.resize(static_cast<size_t>(width), dataset::kPaddingToken);
    for (const int32_t token : text) append(content, token);
  }
  static Text framed(Text text) {
    text.insert(text.begin(), dataset::kBeginToken);
    text.push_back(dataset::kEndToken);
    return text;
  }

  Text draw(int32_t label) {
    Text text;
    const auto length = 1 + random_.below(kLongest);
    while (text.size() < length) {
      auto word = static_cast<int32_t>(random_.below(kWords));
      if (task_ == model::Task::kTextClassification && random_.below(3) > 0)
        word = word / kClasses * kClasses + label;
      if (task_ == model::Task::kLanguageModel && !text.empty())
        word = (text.back() - kFirst + 1 + word % 3) % kWords;
      text.push_back(kFirst + word);
    }
    return text;
  }

  int32_t add(std::string& content) {
    const auto label = static_cast<int32_t>(random_.below(kClasses));
    const Text text = draw(label);
    const bool said = task_ == model::Task::kLanguageModel;
    append_padded(content, said ? framed(text) : text, features_);
    Text target = text;
    if (task_ == model::Task::kTextClassification) {
      append(content, label);
    } else if (task_ == model::Task::kTagging) {
      for (int32_t& token : target) token = 1 + (token - kFirst) % kClasses;
      append_padded(content, target, index_.target.width);
    } else if (task_ == model::Task::kTranslation) {
      for (int32_t& token : target) token = kFirst + (token - kFirst + 1) % kWords;
      append_padded(content, framed(target), index_.target.width);
    }
    return label;
  }

  dataset::Partition write(const std::string& name, int64_t records) {
    random_ = dataset::SplitMix64(dataset::hash_of(static_cast<uint64_t>(records)));
    const int64_t classes = task_ == model::Task::kTextClassification ? kClasses : 0;
    return write_records(folder_, name, records, classes,
                         [&](std::string& content) { return add(content); });
  }

  const fs::Location folder_;
  const model::Task task_;
  dataset::Index index_;
  int64_t features_ = 0;  // tokens of a record
  dataset::SplitMix64 random_{0};
};

}  // namespace howdah::parallel
