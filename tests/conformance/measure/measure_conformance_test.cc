// Measures beside scikit-learn and sacrebleu: figures.json.
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "conformance/figures.h"
#include "measure/bleu.h"
#include "measure/chrf.h"
#include "measure/confusion_matrix.h"
#include "measure/perplexity.h"
#include "measure/ranking.h"
#include "measure/regression.h"
#include "measure/tokenizer_13a.h"
#include "measure/top_k.h"
#include "measure/unicode_text.h"

namespace howdah::measure {
namespace {

using json = nlohmann::ordered_json;

constexpr double kTolerance = 1e-9;
constexpr double kTextTolerance = 1e-6;

// null: no number.
void expect_near(double value, const json& figure, double tolerance = kTolerance) {
  if (figure.is_null())
    EXPECT_TRUE(std::isnan(value)) << value;
  else
    EXPECT_NEAR(value, figure.get<double>(), tolerance);
}

void expect_ratios(const Ratios& ratios, const json& figure) {
  expect_near(ratios.precision, figure[0]);
  expect_near(ratios.recall, figure[1]);
  expect_near(ratios.f1, figure[2]);
}

std::string text_of(const json& value) {
  if (value.is_string()) return value.get<std::string>();
  const auto hex = value["hex"].get<std::string>();
  std::string text;
  for (size_t i = 0; i < hex.size(); i += 2)
    text += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
  return text;
}

TEST(MeasureFigures, are_there) {
  ASSERT_FALSE(figures().is_discarded()) << HOWDAH_FIGURES;
  EXPECT_GE(figures()["texts"].size(), 30u);
}

TEST(MeasureFigures, of_classes_are_those_of_scikit_learn) {
  for (const json& one : figures()["classes"]) {
    SCOPED_TRACE(one["name"]);
    const int64_t classes = one["classes"];
    ConfusionMatrix matrix(classes);
    ClassCounts direct(classes);
    for (size_t i = 0; i < one["truths"].size(); ++i) {
      matrix.add(one["truths"][i], one["answers"][i]);
      direct.add(one["truths"][i], one["answers"][i]);
    }
    for (int64_t truth = 0; truth < classes; ++truth)
      for (int64_t answer = 0; answer < classes; ++answer)
        EXPECT_EQ(matrix.at(truth, answer), one["matrix"][truth][answer]);
    for (const ClassCounts& counts : {matrix.by_class(), direct}) {
      expect_near(counts.accuracy(), one["accuracy"]);
      expect_ratios(counts.ratios(Average::kMacro), one["macro"]);
      expect_ratios(counts.ratios(Average::kMicro), one["micro"]);
      expect_ratios(counts.ratios(Average::kWeighted), one["weighted"]);
      for (int64_t c = 0; c < classes; ++c) {
        const json& all = one["per_class"];
        expect_ratios(counts.ratios(c), {all[0][c], all[1][c], all[2][c]});
      }
    }
  }
}

TEST(MeasureFigures, of_the_first_k_are_those_of_scikit_learn) {
  for (const json& one : figures()["top_k"]) {
    SCOPED_TRACE(one["name"]);
    for (size_t k = 1; k <= one["top"].size(); ++k) {
      TopK top(static_cast<int64_t>(k));
      for (size_t i = 0; i < one["truths"].size(); ++i)
        top.add(one["truths"][i], one["scores"][i].get<std::vector<float>>());
      expect_near(top.accuracy(), one["top"][k - 1]);
    }
  }
}

TEST(MeasureFigures, of_rankings_are_those_of_scikit_learn) {
  for (const json& one : figures()["ranking"]) {
    SCOPED_TRACE(one["name"]);
    Ranking ranking;
    for (size_t i = 0; i < one["truths"].size(); ++i)
      ranking.add(one["truths"][i] == 1, one["scores"][i].get<float>());
    expect_near(ranking.roc_auc().value, one["roc_auc"]);
    expect_near(ranking.average_precision().value, one["average_precision"]);
    EXPECT_EQ(ranking.average_precision().error, 0);
  }
}

TEST(MeasureFigures, of_regression_are_those_of_scikit_learn) {
  for (const json& one : figures()["regression"]) {
    SCOPED_TRACE(one["name"]);
    Regression regression;
    for (size_t i = 0; i < one["truths"].size(); ++i)
      regression.add(one["truths"][i], one["predictions"][i]);
    expect_near(regression.mean_squared_error(), one["mse"]);
    expect_near(regression.root_mean_squared_error(), one["rmse"]);
    expect_near(regression.mean_absolute_error(), one["mae"]);
    expect_near(regression.r2(), one["r2"]);
  }
}

TEST(MeasureFigures, of_perplexity_are_those_of_an_exact_sum) {
  for (const json& one : figures()["perplexity"]) {
    SCOPED_TRACE(one["name"]);
    Perplexity perplexity;
    for (const json& loss : one["losses"]) perplexity.add(loss);
    expect_near(perplexity.value(), one["perplexity"]);
  }
}

TEST(MeasureFigures, tokens_are_those_of_sacrebleu) {
  for (const json& one : figures()["tokenizer"]) {
    const auto text = one["text"].get<std::string>();
    SCOPED_TRACE(one["text"].dump());
    const std::string tokenized = tokenized_13a(text);
    std::string joined;
    for (const std::string_view token : words_of(tokenized))
      joined.append(joined.empty() ? "" : " ").append(token);
    EXPECT_EQ(joined, one["tokens"].get<std::string>());
  }
}

TEST(MeasureFigures, of_translations_are_those_of_sacrebleu) {
  for (const json& one : figures()["texts"]) {
    SCOPED_TRACE(one["name"]);
    Bleu bleu;
    Chrf chrf, chrf_plus_plus(ChrfKind::kChrfPlusPlus);
    for (size_t i = 0; i < one["answers"].size(); ++i) {
      const std::string answer = text_of(one["answers"][i]);
      std::vector<std::string> texts;
      for (const json& reference : one["references"][i]) texts.push_back(text_of(reference));
      const std::vector<std::string_view> references(texts.begin(), texts.end());
      bleu.add(answer, references);
      chrf.add(answer, references);
      chrf_plus_plus.add(answer, references);
    }
    expect_near(bleu.value(), one["bleu"], kTextTolerance);
    expect_near(bleu.brevity_penalty(), one["bp"]);
    EXPECT_EQ(bleu.answer_length(), one["answer_length"]);
    EXPECT_EQ(bleu.reference_length(), one["reference_length"]);
    expect_near(chrf.value(), one["chrf"], kTextTolerance);
    expect_near(chrf_plus_plus.value(), one["chrf++"], kTextTolerance);
  }
}

}  // namespace
}  // namespace howdah::measure
