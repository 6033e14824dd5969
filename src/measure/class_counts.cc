#include "measure/class_counts.h"

#include "measure/counts_io.h"

namespace howdah::measure {
namespace {

double ratio(int64_t part, int64_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

Ratios ratios_of(int64_t correct, int64_t truths, int64_t answers) {
  return {ratio(correct, answers), ratio(correct, truths), ratio(2 * correct, truths + answers)};
}

}  // namespace

ClassCounts::ClassCounts(int64_t classes) : counts_(3 * static_cast<size_t>(classes)) {}

void ClassCounts::add(int64_t truth, int64_t answer, int64_t times) {
  counts_[3 * static_cast<size_t>(truth)] += times;
  counts_[3 * static_cast<size_t>(answer) + 1] += times;
  if (truth == answer) counts_[3 * static_cast<size_t>(truth) + 2] += times;
}

void ClassCounts::merge(const ClassCounts& other) {
  for (size_t i = 0; i < counts_.size(); ++i) counts_[i] += other.counts_[i];
}

int64_t ClassCounts::records() const {
  int64_t records = 0;
  for (int64_t c = 0; c < classes(); ++c) records += truths(c);
  return records;
}

double ClassCounts::accuracy() const {
  int64_t right = 0;
  for (int64_t c = 0; c < classes(); ++c) right += correct(c);
  return ratio(right, records());
}

Ratios ClassCounts::ratios(int64_t of) const {
  return ratios_of(correct(of), truths(of), answers(of));
}

Ratios ClassCounts::ratios(Average average) const {
  Ratios sum;
  int64_t right = 0, weights = 0;
  for (int64_t c = 0; c < classes(); ++c) {
    right += correct(c);
    if (truths(c) + answers(c) == 0) continue;
    const Ratios one = ratios(c);
    const int64_t weight = average == Average::kWeighted ? truths(c) : 1;
    weights += weight;
    sum.precision += one.precision * static_cast<double>(weight);
    sum.recall += one.recall * static_cast<double>(weight);
    sum.f1 += one.f1 * static_cast<double>(weight);
  }
  if (average == Average::kMicro) return ratios_of(right, records(), records());
  if (weights == 0) return {};
  const auto divisor = static_cast<double>(weights);
  return {sum.precision / divisor, sum.recall / divisor, sum.f1 / divisor};
}

void ClassCounts::write_to(statistics::ByteWriter& bytes) const {
  write_counts(counts_, bytes);
}

Status ClassCounts::merge(statistics::ByteReader& bytes) {
  return add_counts(counts_, bytes);
}

}  // namespace howdah::measure
