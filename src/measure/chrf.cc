#include "measure/chrf.h"

#include <cstring>

#include "measure/counts_io.h"
#include "measure/ngrams.h"
#include "measure/unicode_text.h"

namespace howdah::measure {
namespace {

constexpr int kCharacterOrder = 6;
constexpr int kCharacterBits = 21;
constexpr int kWordBits = 32;
constexpr double kBetaSquared = 4;

bool is_punctuation(char32_t c) {
  return c > ' ' && c < 0x7f &&
         std::strchr("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~", static_cast<int>(c));
}

// Words with one character of punctuation taken off: the last, else the first.
std::vector<std::string_view> parted_words(std::string_view text) {
  std::vector<std::string_view> words;
  for (const std::string_view word : words_of(text)) {
    size_t first_bytes = 0;
    const char32_t first = next_character(word, first_bytes);
    const auto last = static_cast<unsigned char>(word.back());  // ASCII where it is punctuation
    if (first_bytes == word.size()) {
      words.push_back(word);
    } else if (is_punctuation(last)) {
      words.push_back(word.substr(0, word.size() - 1));
      words.push_back(word.substr(word.size() - 1));
    } else if (is_punctuation(first)) {
      words.push_back(word.substr(0, 1));
      words.push_back(word.substr(1));
    } else {
      words.push_back(word);
    }
  }
  return words;
}

std::vector<Ngrams> orders_of(std::string_view text, int word_order, WordNumbers& numbers) {
  std::vector<uint32_t> characters;
  for (size_t at = 0; at < text.size();) {
    const char32_t character = next_character(text, at);
    if (!is_white_space(character)) characters.push_back(character);
  }
  std::vector<Ngrams> orders;
  for (int n = 1; n <= kCharacterOrder; ++n)
    orders.push_back(ngrams_of(characters, n, kCharacterBits));
  if (word_order > 0) {
    const std::vector<uint32_t> words = numbers.of(parted_words(text));
    for (int n = 1; n <= word_order; ++n) orders.push_back(ngrams_of(words, n, kWordBits));
  }
  return orders;
}

// Operation by operation as sacrebleu: which of two references is better hangs on the last bit.
double score_of(std::span<const int64_t> counts) {
  double precision = 0, recall = 0;
  int orders = 0;
  for (size_t i = 0; i < counts.size(); i += 3) {
    if (counts[i] == 0 || counts[i + 1] == 0) continue;
    precision += static_cast<double>(counts[i + 2]) / static_cast<double>(counts[i]);
    recall += static_cast<double>(counts[i + 2]) / static_cast<double>(counts[i + 1]);
    ++orders;
  }
  if (precision + recall == 0) return 0;
  precision /= orders;
  recall /= orders;
  return 100 * ((1 + kBetaSquared) * precision * recall / (kBetaSquared * precision + recall));
}

}  // namespace

Chrf::Chrf(ChrfKind kind)
    : word_order_(kind == ChrfKind::kChrf ? 0 : 2),
      counts_(static_cast<size_t>(3 * (kCharacterOrder + word_order_))) {}

void Chrf::add(std::string_view answer, std::span<const std::string_view> references) {
  static constexpr std::string_view kNothing[] = {""};
  if (references.empty()) references = kNothing;
  WordNumbers numbers;
  const std::vector<Ngrams> given = orders_of(answer, word_order_, numbers);
  std::vector<int64_t> best;
  double best_score = -1;
  for (const std::string_view reference : references) {
    const std::vector<Ngrams> wanted = orders_of(reference, word_order_, numbers);
    std::vector<int64_t> counts;
    for (size_t i = 0; i < given.size(); ++i) {
      const bool there = !wanted[i].counts.empty();  // an order that no reference has is left out
      counts.insert(counts.end(), {there ? given[i].total() : 0, wanted[i].total(),
                                   matches(given[i], wanted[i])});
    }
    const double score = score_of(counts);
    if (score <= best_score) continue;
    best_score = score;
    best = std::move(counts);
  }
  for (size_t i = 0; i < counts_.size(); ++i) counts_[i] += best[i];
}

void Chrf::merge(const Chrf& other) {
  for (size_t i = 0; i < counts_.size(); ++i) counts_[i] += other.counts_[i];
}

double Chrf::value() const {
  return score_of(counts_);
}

void Chrf::write_to(statistics::ByteWriter& bytes) const {
  bytes.u8(static_cast<uint8_t>(word_order_));
  write_counts(counts_, bytes);
}

Status Chrf::merge(statistics::ByteReader& bytes) {
  if (HOWDAH_TRY(bytes.u8()) != word_order_)
    return Status(Code::kCorrupt, "a member measures another kind of chrF");
  return add_counts(counts_, bytes);
}

}  // namespace howdah::measure
