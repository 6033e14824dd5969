#include "train/beam_search.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "dataset/random.h"

namespace howdah::train {
namespace {

using testing::ElementsAre;
using Text = std::vector<int32_t>;
constexpr float kNever = -std::numeric_limits<float>::infinity();

// Probabilities of what follows a prefix (without its begin); what is not said never follows.
using Table = std::map<Text, std::map<int32_t, double>>;

NextTokens scorer(const Table& table, int64_t vocabulary) {
  return [&table, vocabulary](const Prefixes& prefixes, std::vector<float>& scores) {
    for (size_t i = 0; i < prefixes.texts.size(); ++i) {
      const auto first = prefixes.tokens.begin() + static_cast<int64_t>(i) * prefixes.length;
      EXPECT_EQ(*first, kBeginToken);
      std::vector<float> row(static_cast<size_t>(vocabulary), kNever);
      if (const auto found = table.find(Text(first + 1, first + prefixes.length));
          found != table.end())
        for (const auto& [token, probability] : found->second)
          row[static_cast<size_t>(token)] = static_cast<float>(std::log(probability));
      scores.insert(scores.end(), row.begin(), row.end());
    }
    return Status::ok();
  };
}

Text best(const Table& table, const BeamOptions& options, int64_t vocabulary = 8) {
  const auto found = beam_search(1, vocabulary, options, scorer(table, vocabulary));
  EXPECT_TRUE(found) << found.status().to_string();
  return found ? found->at(0) : Text{};
}

// The likelier first token leads to less likely texts.
const Table kGarden = {{{}, {{4, 0.6}, {5, 0.4}}},
                       {{4}, {{6, 0.35}, {7, 0.33}, {kEndToken, 0.32}}},
                       {{5}, {{6, 0.95}, {kEndToken, 0.05}}},
                       {{4, 6}, {{kEndToken, 1}}},
                       {{4, 7}, {{kEndToken, 1}}},
                       {{5, 6}, {{kEndToken, 1}}}};

TEST(BeamSearch, finds_the_likelier_text_that_a_greedy_search_misses) {
  EXPECT_THAT(best(kGarden, {.beam = 1, .length_penalty = 0}), ElementsAre(4, 6));
  EXPECT_THAT(best(kGarden, {.beam = 2, .length_penalty = 0}), ElementsAre(5, 6));
}

TEST(BeamSearch, prefers_longer_texts_the_higher_the_length_penalty) {
  const Table table = {{{}, {{4, 1}}},
                       {{4}, {{kEndToken, 0.5}, {5, 0.5}}},
                       {{4, 5}, {{6, 0.9}, {7, 0.1}}},
                       {{4, 5, 6}, {{kEndToken, 0.9}, {7, 0.1}}}};
  EXPECT_THAT(best(table, {.beam = 4, .length_penalty = 0}), ElementsAre(4));
  EXPECT_THAT(best(table, {.beam = 4, .length_penalty = 1.5}), ElementsAre(4, 5, 6));
}

// log 0.5 / (7/6)^a = log 0.405 / (9/6)^a.
TEST(BeamSearch, divides_by_the_length_as_wu_does) {
  const double even = std::log(std::log(0.405) / std::log(0.5)) / std::log(9.0 / 7.0);
  const Table table = {{{}, {{4, 1}}},
                       {{4}, {{kEndToken, 0.5}, {5, 0.5}}},
                       {{4, 5}, {{6, 0.9}, {7, 0.1}}},
                       {{4, 5, 6}, {{kEndToken, 0.9}, {7, 0.1}}}};
  EXPECT_THAT(best(table, {.beam = 4, .length_penalty = even - 0.01}), ElementsAre(4));
  EXPECT_THAT(best(table, {.beam = 4, .length_penalty = even + 0.01}), ElementsAre(4, 5, 6));
}

TEST(BeamSearch, greedily_ends_with_the_first_end_that_is_likeliest) {
  const Table table = {{{}, {{kEndToken, 0.5}, {4, 0.45}}}, {{4}, {{kEndToken, 1}}}};
  EXPECT_THAT(best(table, {.beam = 1, .length_penalty = 2}), ElementsAre());
}

TEST(BeamSearch, takes_the_lower_token_of_equal_ones) {
  const Table table = {
      {{}, {{7, 0.5}, {5, 0.5}}}, {{5}, {{kEndToken, 1}}}, {{7}, {{kEndToken, 1}}}};
  for (const int64_t beam : {1, 2, 5})
    EXPECT_THAT(best(table, {.beam = beam}), ElementsAre(5)) << beam;
}

TEST(BeamSearch, never_takes_padding_begin_or_what_is_no_number) {
  const Table table = {
      {{}, {{kPaddingToken, 0.9}, {kBeginToken, 0.9}, {4, std::nan("")}, {5, 0.1}}},
      {{5}, {{kEndToken, 0.1}, {kPaddingToken, 0.9}}}};
  EXPECT_THAT(best(table, {.beam = 3}), ElementsAre(5));
}

TEST(BeamSearch, cuts_a_text_that_does_not_end_and_gives_nothing_where_nothing_follows) {
  const Table table = {{{}, {{4, 1}}}, {{4}, {{4, 1}}}, {{4, 4}, {{4, 1}}}, {{4, 4, 4}, {{4, 1}}}};
  EXPECT_THAT(best(table, {.beam = 2, .longest = 3}), ElementsAre(4, 4, 4));
  EXPECT_THAT(best({}, {.beam = 2}), ElementsAre());
}

// Log-probabilities that depend on the text and the whole prefix.
float drawn(int32_t text, const int32_t* prefix, int64_t length, int64_t token) {
  uint64_t state = static_cast<uint64_t>(text);
  for (int64_t i = 0; i < length; ++i) state = dataset::hash_of(state, prefix[i]);
  return -static_cast<float>(dataset::SplitMix64(dataset::hash_of(state, token)).below(5000)) /
         1000;
}

// Every text there is, tried one after the other.
void exhaust(int32_t text, Text& prefix, double score, const BeamOptions& options,
             int64_t vocabulary, Text& best, double& most) {
  const auto tokens = static_cast<int64_t>(prefix.size()) - 1;
  const auto compare = [&](double total, int64_t counted) {
    const double normalized =
        total / std::pow((5 + static_cast<double>(counted)) / 6, options.length_penalty);
    if (normalized > most) {
      most = normalized;
      best.assign(prefix.begin() + 1, prefix.end());
    }
  };
  if (tokens == options.longest) return compare(score, tokens);
  for (int64_t token = 1; token < vocabulary; ++token) {
    if (token == kBeginToken) continue;
    const double total = score + static_cast<double>(drawn(text, prefix.data(), tokens + 1, token));
    if (token == kEndToken) {
      compare(total, tokens + 1);
      continue;
    }
    prefix.push_back(static_cast<int32_t>(token));
    exhaust(text, prefix, total, options, vocabulary, best, most);
    prefix.pop_back();
  }
}

TEST(BeamSearch, with_a_beam_for_all_texts_finds_what_an_exhaustive_search_finds) {
  constexpr int64_t kVocabulary = 6, kTexts = 30;
  for (const double length_penalty : {0.0, 0.6, 2.0}) {
    const BeamOptions options{.beam = 600, .length_penalty = length_penalty, .longest = 5};
    const auto found = beam_search(
        kTexts, kVocabulary, options, [](const Prefixes& prefixes, std::vector<float>& scores) {
          EXPECT_TRUE(std::is_sorted(prefixes.texts.begin(), prefixes.texts.end()));
          for (size_t i = 0; i < prefixes.texts.size(); ++i)
            for (int64_t token = 0; token < kVocabulary; ++token)
              scores.push_back(drawn(prefixes.texts[i],
                                     &prefixes.tokens[i * static_cast<size_t>(prefixes.length)],
                                     prefixes.length, token));
          return Status::ok();
        });
    ASSERT_TRUE(found) << found.status().to_string();
    for (int32_t text = 0; text < kTexts; ++text) {
      Text best, prefix{kBeginToken};
      double most = -std::numeric_limits<double>::infinity();
      exhaust(text, prefix, 0, options, kVocabulary, best, most);
      EXPECT_EQ((*found)[static_cast<size_t>(text)], best) << text << " " << length_penalty;
    }
  }
}

TEST(BeamSearch, answers_each_text_as_if_it_were_alone) {
  const auto next = [](const Prefixes& prefixes, std::vector<float>& scores) {
    for (size_t i = 0; i < prefixes.texts.size(); ++i)
      for (int64_t token = 0; token < 9; ++token)
        scores.push_back(drawn(prefixes.texts[i] % 2,
                               &prefixes.tokens[i * static_cast<size_t>(prefixes.length)],
                               prefixes.length, token));
    return Status::ok();
  };
  const auto one = beam_search(1, 9, {.beam = 3}, next).value();
  const auto many = beam_search(5, 9, {.beam = 3}, next).value();
  for (const size_t text : {0U, 2U, 4U}) EXPECT_EQ(many[text], one[0]);
  EXPECT_EQ(many[1], many[3]);
}

TEST(BeamSearch, refuses_what_is_not_possible) {
  const auto none = [](const Prefixes&, std::vector<float>&) { return Status::ok(); };
  for (const BeamOptions& options :
       {BeamOptions{.beam = 0}, BeamOptions{.beam = 1 << 20}, BeamOptions{.length_penalty = -1},
        BeamOptions{.length_penalty = std::nan("")}, BeamOptions{.longest = 0}})
    EXPECT_EQ(beam_search(1, 8, options, none).status().code(), Code::kInvalidArgument);
  EXPECT_EQ(beam_search(1, 3, {}, none).status().code(), Code::kInvalidArgument);
  EXPECT_EQ(beam_search(1, 8, {}, none).status().code(), Code::kInvalidArgument);
  EXPECT_EQ(beam_search(1, 8, {},
                        [](const Prefixes&, std::vector<float>&) {
                          return Status(Code::kOutOfMemory, "none");
                        })
                .status()
                .code(),
            Code::kOutOfMemory);
}

}  // namespace
}  // namespace howdah::train
