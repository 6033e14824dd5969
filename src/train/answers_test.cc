#include "train/answers.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "dataset/random.h"
#include "train/metrics.h"

namespace howdah::train {
namespace {

using model::Task;

model::Training training_of(Task task, int64_t classes, std::vector<std::string> measures = {}) {
  model::Training training;
  training.task = task;
  training.classes = classes;
  training.measures = std::move(measures);
  return training;
}

std::vector<std::string> names_of(const Metrics& metrics) {
  std::vector<std::string> names;
  for (const Metrics::Figure& figure : metrics.figures) names.push_back(figure.name);
  return names;
}

TEST(Answers, of_classes_give_the_means_under_the_short_names) {
  Answers answers(training_of(Task::kTextClassification, 3));
  for (const auto& [truth, answer] : {std::pair{0, 0}, {0, 1}, {1, 1}, {2, 2}})
    answers.add(truth, answer);
  const Metrics metrics = metrics_of(answers);
  EXPECT_EQ(names_of(metrics), (std::vector<std::string>{"accuracy", "precision", "recall", "f1"}));
  EXPECT_EQ(metrics.at("accuracy"), 0.75);
  EXPECT_NEAR(metrics.at("precision"), (1 + 0.5 + 1) / 3, 1e-15);
  EXPECT_NEAR(metrics.at("recall"), (0.5 + 1 + 1) / 3, 1e-15);
  EXPECT_NEAR(metrics.at("f1"), (2.0 / 3 + 2.0 / 3 + 1) / 3, 1e-15);
  EXPECT_TRUE(std::isnan(metrics.at("bleu")));
}

TEST(Answers, of_two_classes_give_those_of_class_1_where_they_are_asked_for) {
  const auto figure = [](const model::Training& training) {
    Answers answers(training);
    for (const auto& [truth, answer] : {std::pair{0, 0}, {0, 1}, {1, 1}, {1, 1}})
      answers.add(truth, answer);
    return metrics_of(answers).at("precision");
  };
  EXPECT_NEAR(figure(training_of(Task::kClassification, 2)), (1 + 2.0 / 3) / 2, 1e-15);
  EXPECT_NEAR(figure(training_of(Task::kClassification, 2, {"f1"})), 2.0 / 3, 1e-15);
  EXPECT_NEAR(figure(training_of(Task::kBinaryClassification, 1)), 2.0 / 3, 1e-15);
}

TEST(Answers, report_what_is_asked_for_behind_the_usual) {
  Answers answers(training_of(Task::kImageClassification, 3,
                              {"top_2", "f1", "confusion_matrix", "recall_per_class", "accuracy"}));
  answers.add(2, 1);
  answers.add(1, 1);
  answers.add_scores(2, std::vector<float>{0, 5, 1});
  answers.add_scores(1, std::vector<float>{3, 1, 2});
  const Metrics metrics = metrics_of(answers);
  EXPECT_EQ(names_of(metrics).back(), "top_2");
  EXPECT_EQ(metrics.at("top_2"), 0.5);
  ASSERT_EQ(metrics.lists.size(), 2U);
  EXPECT_EQ(metrics.lists[0].name, "confusion_matrix");
  EXPECT_EQ(metrics.lists[0].columns, 3);
  EXPECT_EQ(metrics.lists[0].values, (std::vector<double>{0, 0, 0, 0, 1, 0, 0, 1, 0}));
  EXPECT_EQ(metrics.lists[1].values, (std::vector<double>{0, 1, 0}));
}

TEST(Answers, of_several_values_give_the_means_over_them) {
  model::Training training = training_of(Task::kRegression, 2);
  training.target_width = 2;
  Answers answers(training);
  for (const double truth : {1.0, 2.0, 3.0}) {
    answers.values[0].add(truth, truth + 1);
    answers.values[1].add(truth, truth - 3);
  }
  const Metrics metrics = metrics_of(answers);
  EXPECT_EQ(metrics.at("mse"), 5);
  EXPECT_EQ(metrics.at("rmse"), 2);
  EXPECT_EQ(metrics.at("mae"), 2);
  EXPECT_EQ(metrics.at("r2"), ((1 - 3 / 2.0) + (1 - 27 / 2.0)) / 2);
}

TEST(Answers, of_translations_measure_texts_where_there_are_some) {
  const auto training = training_of(Task::kTranslation, 9);
  EXPECT_FALSE(Answers(training).takes_texts());
  Answers answers(training, true);
  answers.add_text("the cat sat on the mat", "the cat sat on the mat");
  EXPECT_NEAR(metrics_of(answers).at("bleu"), 100, 1e-9);
  EXPECT_EQ(names_of(metrics_of(answers)),
            (std::vector<std::string>{"perplexity", "accuracy", "bleu"}));
}

TEST(Answers, are_the_same_bytes_in_whatever_parts_they_came) {
  for (const Task task : {Task::kBinaryClassification, Task::kClassification, Task::kTagging}) {
    auto training = training_of(task, task == Task::kBinaryClassification ? 1 : 5);
    training.measures = {"confusion_matrix", "f1_weighted"};
    const auto add = [&](Answers& answers, uint64_t i) {
      dataset::SplitMix64 random(i);
      const auto classes = task == Task::kBinaryClassification ? 2U : 5U;
      const auto truth = static_cast<int64_t>(random.below(classes));
      answers.add(truth, static_cast<int64_t>(random.below(classes)));
      answers.loss.add(static_cast<double>(random.next()) * 0x1p-61 * (i % 7 == 0 ? 1e9 : 1));
      answers.divisor.add(1);
      if (answers.ranking) answers.ranking->add(truth == 1, static_cast<double>(random.below(50)));
      ++answers.records;
    };
    Answers whole(training);
    for (uint64_t i = 0; i < 300; ++i) add(whole, i);
    std::string due;
    whole.write_to(due);
    std::vector<Answers> parts(3, Answers(training));
    for (uint64_t i = 300; i-- > 0;) add(parts[i * i % 3], i);
    for (const size_t into : {size_t{0}, size_t{2}}) {
      Answers merged = parts[into];
      for (size_t part = 0; part < 3; ++part) {
        if (part == into) continue;
        std::string bytes;
        parts[part].write_to(bytes);
        ASSERT_TRUE(merged.merge(bytes).is_ok());
      }
      std::string found;
      merged.write_to(found);
      EXPECT_EQ(found, due);
      EXPECT_EQ(metrics_of(merged).loss, metrics_of(whole).loss);
    }
  }
}

TEST(Answers, stay_as_they_were_where_bytes_are_broken) {
  const auto training = training_of(Task::kBinaryClassification, 1);
  Answers answers(training), other(training);
  answers.add(1, 0);
  other.add(1, 1);
  other.ranking->add(true, 0.5);
  std::string before, bytes, after;
  answers.write_to(before);
  other.write_to(bytes);
  for (size_t length = 0; length < bytes.size(); ++length)
    EXPECT_EQ(answers.merge(bytes.substr(0, length)).code(), Code::kCorrupt) << length;
  EXPECT_EQ(answers.merge(bytes + "x").code(), Code::kCorrupt);
  answers.write_to(after);
  EXPECT_EQ(before, after);
}

TEST(ExactTotal, is_no_number_with_a_summand_that_is_none) {
  ExactTotal total;
  total.add(2);
  EXPECT_EQ(total.value(), 2);
  total.add(std::numeric_limits<double>::infinity());
  EXPECT_TRUE(std::isnan(total.value()));
}

}  // namespace
}  // namespace howdah::train
