// What every measure promises: whatever the partition of the records over workers, and in whatever
// order they are merged, in memory or by bytes, the result is the same to the byte.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "measure/bleu.h"
#include "measure/chrf.h"
#include "measure/confusion_matrix.h"
#include "measure/perplexity.h"
#include "measure/ranking.h"
#include "measure/regression.h"
#include "measure/top_k.h"

namespace howdah::measure {
namespace {

using statistics::ByteReader;
using statistics::ByteWriter;
using Random = std::mt19937_64;

constexpr int kRecords = 600;

template <typename Measure>
std::string bytes_of(const Measure& measure) {
  std::string bytes;
  ByteWriter writer(bytes);
  measure.write_to(writer);
  return bytes;
}

// add(measure, i) adds record i.
template <typename Measure, typename Add>
void expect_the_same_of_any_partition(const Measure& empty, Add add) {
  Measure sequential = empty;
  for (int i = 0; i < kRecords; ++i) add(sequential, i);
  const std::string expected = bytes_of(sequential);
  EXPECT_NE(expected, bytes_of(empty));
  for (uint64_t seed = 0; seed < 20; ++seed) {
    Random random(seed);
    std::vector<int> order(kRecords);
    for (int i = 0; i < kRecords; ++i) order[static_cast<size_t>(i)] = i;
    std::shuffle(order.begin(), order.end(), random);
    std::vector<Measure> workers(1 + random() % 9, empty);
    for (const int i : order) add(workers[random() % workers.size()], i);
    while (workers.size() > 1) {
      const Measure from = workers.back();
      workers.pop_back();
      Measure& into = workers[random() % workers.size()];
      if (random() % 2 == 0) {
        into.merge(from);
      } else {
        const std::string bytes = bytes_of(from);
        ByteReader reader(bytes);
        ASSERT_TRUE(into.merge(reader).is_ok());
        EXPECT_EQ(reader.left(), 0u);
      }
    }
    EXPECT_EQ(bytes_of(workers[0]), expected) << "seed " << seed;
  }
}

// What a peer may send: cut off anywhere, or any byte another one. Nothing but a Status follows.
template <typename Measure, typename Add>
void expect_broken_bytes_are_refused(const Measure& empty, Add add) {
  Measure measure = empty;
  for (int i = 0; i < 40; ++i) add(measure, i);
  const std::string whole = bytes_of(measure);
  for (size_t length = 0; length < whole.size(); ++length) {
    ByteReader reader(std::string_view(whole).substr(0, length));
    Measure into = measure;
    EXPECT_EQ(into.merge(reader).code(), Code::kCorrupt) << length;
    EXPECT_EQ(bytes_of(into), whole);
  }
  Random random(1);
  for (int trial = 0; trial < 3000; ++trial) {
    std::string bytes = whole;
    bytes[random() % bytes.size()] = static_cast<char>(random());
    ByteReader reader(bytes);
    Measure into = measure;
    const Status merged = into.merge(reader);
    EXPECT_TRUE(merged.is_ok() || merged.code() == Code::kCorrupt);
    if (!merged.is_ok()) {
      EXPECT_EQ(bytes_of(into), whole);
    }
  }
}

// The same number for the same record, spread over many magnitudes.
double made(int record, uint64_t seed) {
  Random random(static_cast<uint64_t>(record) * 1000 + seed);
  return std::ldexp(static_cast<double>(random() >> 11) - 0x1p52,
                    static_cast<int>(random() % 80) - 90);
}

int64_t drawn(int record, uint64_t seed, int64_t below) {
  Random random(static_cast<uint64_t>(record) * 1000 + seed);
  return static_cast<int64_t>(random() % static_cast<uint64_t>(below));
}

std::string sentence(int record, uint64_t seed) {
  static const char* const kWords[] = {"el", "gato,", "¡no!", "3.14", "\xff\xfe", "casa", "猫", ""};
  Random random(static_cast<uint64_t>(record) * 1000 + seed);
  std::string text;
  for (uint64_t words = random() % 12; words > 0; --words)
    text.append(kWords[random() % std::size(kWords)]).append(" ");
  return text;
}

template <typename Check>
void each_measure(Check check) {
  check(ClassCounts(5), [](ClassCounts& m, int i) { m.add(drawn(i, 1, 5), drawn(i, 2, 5)); });
  check(ConfusionMatrix(5),
        [](ConfusionMatrix& m, int i) { m.add(drawn(i, 1, 5), drawn(i, 2, 5)); });
  check(TopK(2), [](TopK& m, int i) {
    std::vector<float> scores;
    for (uint64_t c = 0; c < 4; ++c) scores.push_back(static_cast<float>(drawn(i, c, 5)));
    m.add(drawn(i, 9, 4), scores);
  });
  for (const size_t exact : {size_t{2}, size_t{7}, size_t{100}, Ranking::kExact})
    check(Ranking(exact),
          [](Ranking& m, int i) { m.add(drawn(i, 1, 3) == 0, made(i - i % 3, 2)); });
  check(Regression(), [](Regression& m, int i) { m.add(made(i, 1), made(i, 2)); });
  check(Perplexity(), [](Perplexity& m, int i) { m.add(made(i, 1), 1 + drawn(i, 2, 50)); });
  const auto add_text = [](auto& m, int i) {
    const std::string texts[] = {sentence(i, 2), sentence(i, 3)};
    const std::string_view references[] = {texts[0], texts[1]};
    m.add(sentence(i, 1), std::span(references, static_cast<size_t>(drawn(i, 4, 3))));
  };
  check(Bleu(), add_text);
  check(Chrf(), add_text);
  check(Chrf(ChrfKind::kChrfPlusPlus), add_text);
}

TEST(Measures, are_the_same_to_the_byte_for_any_partition_and_order_of_merging) {
  each_measure([](const auto& empty, auto add) { expect_the_same_of_any_partition(empty, add); });
}

TEST(Measures, refuse_broken_bytes_and_stay_as_they_were) {
  each_measure([](const auto& empty, auto add) { expect_broken_bytes_are_refused(empty, add); });
}

TEST(Measures, refuse_more_records_than_there_can_be) {
  std::string bytes;
  ByteWriter writer(bytes);
  for (int i = 0; i < 4; ++i) writer.varint(uint64_t{1} << 59);
  ConfusionMatrix matrix(2);
  ByteReader reader(bytes);
  EXPECT_EQ(matrix.merge(reader).code(), Code::kCorrupt);
}

TEST(Measures, of_another_kind_are_refused) {
  const std::string of_three = bytes_of(TopK(3)), of_chrf = bytes_of(Chrf());
  ByteReader top(of_three), chrf(of_chrf);
  EXPECT_EQ(TopK(2).merge(top).code(), Code::kCorrupt);
  EXPECT_EQ(Chrf(ChrfKind::kChrfPlusPlus).merge(chrf).code(), Code::kCorrupt);
}

TEST(Measures, of_numbers_are_rounded_once) {
  Regression regression;
  for (const double truth : {1e200, 1.0, -1e200}) regression.add(truth, truth + 0.0);
  regression.add(0, 1e-3);
  EXPECT_EQ(regression.mean_absolute_error(), 1e-3 / 4);
  Perplexity perplexity;
  for (const double loss : {1e17, 1.0, -1e17, 1.0}) perplexity.add(loss);
  EXPECT_EQ(perplexity.value(), std::exp(0.5));
}

TEST(Measures, of_what_is_no_number_are_no_number) {
  const double infinite = std::numeric_limits<double>::infinity();
  Regression regression;
  regression.add(1, 1);
  EXPECT_EQ(regression.mean_squared_error(), 0);
  regression.add(1, std::nan(""));
  EXPECT_TRUE(std::isnan(regression.mean_squared_error()) && std::isnan(regression.r2()));
  Perplexity perplexity;
  EXPECT_TRUE(std::isnan(perplexity.value()));
  perplexity.add(infinite);
  EXPECT_TRUE(std::isnan(perplexity.value()));
  Ranking ranking;
  ranking.add(true, 1);
  ranking.add(false, 0);
  EXPECT_EQ(ranking.roc_auc().value, 1);
  ranking.add(false, std::nan(""));
  EXPECT_TRUE(std::isnan(ranking.roc_auc().value));
  EXPECT_TRUE(std::isnan(ranking.average_precision().value));
}

}  // namespace
}  // namespace howdah::measure
