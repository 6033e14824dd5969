// What a network answered in an evaluation, as far as the task's measures need it: counts, and sums
// without rounding. The same answers give the same bytes in whatever order and in however many
// parts they came.
//
// Not thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "measure/bleu.h"
#include "measure/chrf.h"
#include "measure/confusion_matrix.h"
#include "measure/perplexity.h"
#include "measure/ranking.h"
#include "measure/regression.h"
#include "measure/top_k.h"
#include "model/training.h"
#include "statistics/exact_sum.h"

namespace howdah::train {

// A sum without rounding; NaN as soon as one summand was not finite.
class ExactTotal {
 public:
  void add(double value);
  double value() const;
  void write_to(statistics::ByteWriter& bytes) const;
  Status merge(statistics::ByteReader& bytes);  // kCorrupt, and all stays as it was

 private:
  statistics::ExactSum sum_;
  int64_t not_finite_ = 0;
};

struct Answers {
  // Nothing yet; with the parts that the task's usual measures need, and training.measures. texts:
  // whether there will be translations; then BLEU is reported unless it is asked for anyway.
  explicit Answers(const model::Training& training, bool texts = false);

  // Counts an answer: classes, tags or tokens that are no padding; 0 and 1 of a binary
  // classification.
  void add(int64_t truth, int64_t answer);
  // Scores of all answers, in the same order as truths count; see TopK.
  void add_scores(int64_t truth, std::span<const float> scores);
  void add_text(std::string_view answer, std::string_view reference);
  bool takes_texts() const { return bleu || chrf || chrf_plus_plus; }

  void write_to(std::string& bytes) const;
  // Adds those of another worker, of the same training.
  //   kCorrupt  bytes of another form; then all stays as it was
  Status merge(std::string_view bytes);

  std::vector<std::string> names;  // of the measures to report, in order
  bool of_class_1 = false;         // precision, recall and F1 without another word

  int64_t records = 0;
  ExactTotal loss, divisor;  // the loss is their quotient
  int64_t answered = 0, correct = 0;
  std::optional<measure::ClassCounts> classes;
  std::optional<measure::ConfusionMatrix> matrix;
  std::vector<measure::TopK> top;
  std::optional<measure::Ranking> ranking;
  std::vector<measure::Regression> values;  // one a value
  std::optional<measure::Perplexity> perplexity;
  std::optional<measure::Bleu> bleu;
  std::optional<measure::Chrf> chrf, chrf_plus_plus;

 private:
  template <typename Visit>
  static Status each_part(Answers& answers, Visit&& visit);
};

}  // namespace howdah::train
