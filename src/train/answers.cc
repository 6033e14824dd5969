#include "train/answers.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "measure/counts_io.h"
#include "measure/measure.h"

namespace howdah::train {
namespace {

bool is_of_classes(std::string_view name) {
  return name.starts_with("precision") || name.starts_with("recall") || name.starts_with("f1");
}

std::vector<std::string> names_of(const model::Training& training, bool texts) {
  std::vector<std::string> names = measure::usual_measures(training.task);
  const auto add = [&](const std::string& name) {
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  };
  for (const std::string& name : training.measures) add(name);
  if (texts) add("bleu");
  return names;
}

}  // namespace

void ExactTotal::add(double value) {
  if (std::isfinite(value))
    sum_.add(value);
  else
    ++not_finite_;
}

double ExactTotal::value() const {
  return not_finite_ > 0 ? std::numeric_limits<double>::quiet_NaN() : sum_.value();
}

void ExactTotal::write_to(statistics::ByteWriter& bytes) const {
  measure::write_counts(std::array{not_finite_}, bytes);
  sum_.write_to(bytes);
}

Status ExactTotal::merge(statistics::ByteReader& bytes) {
  ExactTotal both = *this;
  HOWDAH_TRY(measure::add_counts({&both.not_finite_, 1}, bytes));
  HOWDAH_TRY(both.sum_.merge(bytes));
  *this = both;
  return Status::ok();
}

Answers::Answers(const model::Training& training, bool texts) : names(names_of(training, texts)) {
  const bool binary = training.task == model::Task::kBinaryClassification;
  const int64_t count = binary ? 2 : training.classes;
  const auto asked = [&](std::string_view name) {
    return std::find(training.measures.begin(), training.measures.end(), name) !=
           training.measures.end();
  };
  of_class_1 = binary || asked("precision") || asked("recall") || asked("f1");
  for (const std::string& name : names) {
    if (is_of_classes(name) && !classes) classes.emplace(count);
    if (name == "confusion_matrix") matrix.emplace(count);
    if (const int64_t k = measure::top_k_of(name); k > 0) top.emplace_back(k);
    if ((name == "roc_auc" || name == "pr_auc") && !ranking) ranking.emplace();
    if (name == "perplexity") perplexity.emplace();
    if (name == "bleu") bleu.emplace();
    if (name == "chrf") chrf.emplace();
    if (name == "chrf++") chrf_plus_plus.emplace(measure::ChrfKind::kChrfPlusPlus);
  }
  if (training.task == model::Task::kRegression)
    values.resize(static_cast<size_t>(training.target_width));
}

void Answers::add(int64_t truth, int64_t answer) {
  ++answered;
  if (truth == answer) ++correct;
  if (classes) classes->add(truth, answer);
  if (matrix) matrix->add(truth, answer);
}

void Answers::add_scores(int64_t truth, std::span<const float> scores) {
  for (measure::TopK& one : top) one.add(truth, scores);
}

void Answers::add_text(std::string_view answer, std::string_view reference) {
  const std::array references{reference};
  if (bleu) bleu->add(answer, references);
  if (chrf) chrf->add(answer, references);
  if (chrf_plus_plus) chrf_plus_plus->add(answer, references);
}

template <typename Visit>
Status Answers::each_part(Answers& answers, Visit&& visit) {
  HOWDAH_TRY(visit(answers.loss));
  HOWDAH_TRY(visit(answers.divisor));
  if (answers.classes) HOWDAH_TRY(visit(*answers.classes));
  if (answers.matrix) HOWDAH_TRY(visit(*answers.matrix));
  for (measure::TopK& one : answers.top) HOWDAH_TRY(visit(one));
  if (answers.ranking) HOWDAH_TRY(visit(*answers.ranking));
  for (measure::Regression& one : answers.values) HOWDAH_TRY(visit(one));
  if (answers.perplexity) HOWDAH_TRY(visit(*answers.perplexity));
  if (answers.bleu) HOWDAH_TRY(visit(*answers.bleu));
  if (answers.chrf) HOWDAH_TRY(visit(*answers.chrf));
  if (answers.chrf_plus_plus) HOWDAH_TRY(visit(*answers.chrf_plus_plus));
  return Status::ok();
}

void Answers::write_to(std::string& bytes) const {
  statistics::ByteWriter writer(bytes);
  measure::write_counts(std::array{records, answered, correct}, writer);
  // Writing changes nothing.
  const Status written = each_part(const_cast<Answers&>(*this), [&](const auto& part) {
    part.write_to(writer);
    return Status::ok();
  });
  static_cast<void>(written.is_ok());
}

Status Answers::merge(std::string_view bytes) {
  Answers both = *this;
  statistics::ByteReader reader(bytes);
  std::array counts{both.records, both.answered, both.correct};
  HOWDAH_TRY(measure::add_counts(counts, reader));
  both.records = counts[0];
  both.answered = counts[1];
  both.correct = counts[2];
  HOWDAH_TRY(each_part(both, [&](auto& part) { return part.merge(reader); }));
  if (reader.left() > 0)
    return Status(Code::kCorrupt, "more answers than there are measures").with_operation("merge");
  *this = std::move(both);
  return Status::ok();
}

}  // namespace howdah::train
