#include "measure/bleu.h"

#include <cmath>
#include <cstdlib>
#include <string>
#include <vector>

#include "measure/counts_io.h"
#include "measure/ngrams.h"
#include "measure/tokenizer_13a.h"
#include "measure/unicode_text.h"

namespace howdah::measure {
namespace {

constexpr int kWordBits = 32;

using Orders = std::array<Ngrams, Bleu::kOrder>;

Orders orders_of(std::span<const uint32_t> words) {
  Orders orders;
  for (int n = 1; n <= Bleu::kOrder; ++n)
    orders[static_cast<size_t>(n - 1)] = ngrams_of(words, n, kWordBits);
  return orders;
}

}  // namespace

void Bleu::add(std::string_view answer, std::span<const std::string_view> references) {
  std::vector<std::string> texts = {tokenized_13a(answer)};
  for (const std::string_view reference : references) texts.push_back(tokenized_13a(reference));
  if (references.empty()) texts.emplace_back();

  WordNumbers numbers;
  const std::vector<uint32_t> words = numbers.of(words_of(texts[0]));
  const auto length = static_cast<int64_t>(words.size());
  Orders allowed;
  int64_t nearest = -1;  // length of a reference; of two as near, the shorter
  for (size_t i = 1; i < texts.size(); ++i) {
    const std::vector<uint32_t> theirs = numbers.of(words_of(texts[i]));
    const auto their_length = static_cast<int64_t>(theirs.size());
    const int64_t distance = std::abs(length - their_length), best = std::abs(length - nearest);
    if (nearest < 0 || distance < best || (distance == best && their_length < nearest))
      nearest = their_length;
    const Orders orders = orders_of(theirs);
    for (size_t n = 0; n < orders.size(); ++n) allowed[n] = united(allowed[n], orders[n]);
  }

  counts_[0] += length;
  counts_[1] += nearest;
  const Orders given = orders_of(words);
  for (size_t n = 0; n < given.size(); ++n) {
    counts_[2 + n] += matches(given[n], allowed[n]);
    counts_[2 + kOrder + n] += given[n].total();
  }
}

void Bleu::merge(const Bleu& other) {
  for (size_t i = 0; i < counts_.size(); ++i) counts_[i] += other.counts_[i];
}

double Bleu::brevity_penalty() const {
  if (answer_length() >= reference_length()) return 1;
  if (answer_length() == 0) return 0;
  return std::exp(1 -
                  static_cast<double>(reference_length()) / static_cast<double>(answer_length()));
}

double Bleu::value() const {
  double logarithms = 0, smoothing = 1;
  bool any = false;
  for (size_t n = 0; n < kOrder; ++n) {
    const auto found = static_cast<double>(counts_[2 + n]);
    const auto all = static_cast<double>(counts_[2 + kOrder + n]);
    if (all == 0) return 0;
    any |= found > 0;
    if (found == 0) smoothing *= 2;
    logarithms += std::log(100 * (found == 0 ? 1 / smoothing : found) / all);
  }
  return any ? brevity_penalty() * std::exp(logarithms / kOrder) : 0;
}

void Bleu::write_to(statistics::ByteWriter& bytes) const {
  write_counts(counts_, bytes);
}

Status Bleu::merge(statistics::ByteReader& bytes) {
  return add_counts(counts_, bytes);
}

}  // namespace howdah::measure
