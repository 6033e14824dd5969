#include "train/beam_search.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace howdah::train {
namespace {

constexpr int64_t kWidestBeam = 1024, kLongest = 1 << 20;
constexpr double kImpossible = -std::numeric_limits<double>::infinity();

struct Hypothesis {
  std::vector<int32_t> tokens;  // with the begin
  double score = 0;             // log-probability
};

struct Candidate {
  size_t prefix = 0;
  int32_t token = 0;
  double score = 0;
};
bool better(const Candidate& a, const Candidate& b) {
  if (a.score != b.score) return a.score > b.score;
  return a.prefix != b.prefix ? a.prefix < b.prefix : a.token < b.token;
}

double penalty(double alpha, int64_t tokens) {
  return std::pow(static_cast<double>(5 + tokens) / 6, alpha);
}

// The search for one text.
class Beam {
 public:
  explicit Beam(const BeamOptions& options) : options_(options) {
    live_.push_back({{kBeginToken}, 0});
  }

  bool done() const { return live_.empty(); }
  const std::vector<Hypothesis>& live() const { return live_; }

  // scores: [live, vocabulary].
  void advance(const float* scores, int64_t vocabulary) {
    // Twice as many: so many may end that others take their places.
    std::vector<Candidate> best;
    const auto most = static_cast<size_t>(2 * options_.beam);
    for (size_t i = 0; i < live_.size(); ++i)
      for (int64_t token = 0; token < vocabulary; ++token) {
        const double score =
            live_[i].score +
            static_cast<double>(scores[static_cast<int64_t>(i) * vocabulary + token]);
        if (token == kPaddingToken || token == kBeginToken || !(score > kImpossible)) continue;
        const Candidate candidate{i, static_cast<int32_t>(token), score};
        if (best.size() == most && !better(candidate, best.back())) continue;
        if (best.size() == most) best.pop_back();
        best.insert(std::upper_bound(best.begin(), best.end(), candidate, better), candidate);
      }
    take(best);
  }

  std::vector<int32_t> answer() && {
    if (!best_.tokens.empty()) best_.tokens.erase(best_.tokens.begin());
    return std::move(best_.tokens);
  }

 private:
  void take(const std::vector<Candidate>& candidates) {
    const auto beam = static_cast<size_t>(options_.beam);
    std::vector<Hypothesis> next;
    for (size_t rank = 0; rank < candidates.size() && next.size() < beam; ++rank) {
      const Candidate& candidate = candidates[rank];
      const Hypothesis& prefix = live_[candidate.prefix];
      if (candidate.token == kEndToken) {
        if (rank < beam) end(prefix.tokens, candidate.score, tokens_of(prefix) + 1);
        continue;
      }
      next.push_back({prefix.tokens, candidate.score});
      next.back().tokens.push_back(candidate.token);
    }
    live_ = std::move(next);
    if (!live_.empty() && tokens_of(live_[0]) >= options_.longest) {
      for (const Hypothesis& cut : live_) end(cut.tokens, cut.score, tokens_of(cut));
      live_.clear();
    }
    if (ended_ >= options_.beam || hopeless()) live_.clear();
  }

  // A log-probability only falls, so this is the most that the likeliest live one can become.
  bool hopeless() const {
    if (live_.empty() || ended_ == 0) return false;
    return best_.score >= live_[0].score / penalty(options_.length_penalty, options_.longest + 1);
  }

  void end(const std::vector<int32_t>& tokens, double score, int64_t counted) {
    const double normalized = score / penalty(options_.length_penalty, counted);
    if (ended_++ == 0 || normalized > best_.score) best_ = {tokens, normalized};
  }

  static int64_t tokens_of(const Hypothesis& hypothesis) {
    return static_cast<int64_t>(hypothesis.tokens.size()) - 1;
  }

  const BeamOptions& options_;
  std::vector<Hypothesis> live_;  // the best first, all of the same length
  Hypothesis best_;               // of those that ended; its score is normalized
  int64_t ended_ = 0;
};

Status check(int64_t texts, int64_t vocabulary, const BeamOptions& options) {
  const auto refuse = [](const std::string& text) { return Status(Code::kInvalidArgument, text); };
  if (texts < 0 || texts > std::numeric_limits<int32_t>::max()) return refuse("too many texts");
  if (vocabulary <= kEndToken || vocabulary > std::numeric_limits<int32_t>::max())
    return refuse(fmt::format("a vocabulary of {} tokens has no end of a text", vocabulary));
  if (options.beam < 1 || options.beam > kWidestBeam)
    return refuse(fmt::format("a beam of {} is not possible: 1 to {}", options.beam, kWidestBeam));
  if (options.longest < 1 || options.longest > kLongest)
    return refuse(
        fmt::format("a longest text of {} is not possible: 1 to {}", options.longest, kLongest));
  if (!(options.length_penalty >= 0 && options.length_penalty <= 10))
    return refuse(
        fmt::format("a length penalty of {} is not possible: 0 to 10", options.length_penalty));
  return Status::ok();
}

Prefixes live_of(const std::vector<Beam>& beams) {
  Prefixes prefixes;
  for (size_t text = 0; text < beams.size(); ++text)
    for (const Hypothesis& hypothesis : beams[text].live()) {
      prefixes.length = static_cast<int64_t>(hypothesis.tokens.size());
      prefixes.tokens.insert(prefixes.tokens.end(), hypothesis.tokens.begin(),
                             hypothesis.tokens.end());
      prefixes.texts.push_back(static_cast<int32_t>(text));
    }
  return prefixes;
}

}  // namespace

Result<std::vector<std::vector<int32_t>>> beam_search(int64_t texts, int64_t vocabulary,
                                                      const BeamOptions& options,
                                                      const NextTokens& next) {
  HOWDAH_TRY(check(texts, vocabulary, options));
  std::vector<Beam> beams(static_cast<size_t>(texts), Beam(options));
  std::vector<float> scores;
  for (Prefixes prefixes = live_of(beams); !prefixes.texts.empty(); prefixes = live_of(beams)) {
    scores.clear();
    HOWDAH_TRY(next(prefixes, scores));
    if (scores.size() != prefixes.texts.size() * static_cast<size_t>(vocabulary))
      return Status(Code::kInvalidArgument,
                    fmt::format("{} hypotheses were given {} scores of a vocabulary of {}",
                                prefixes.texts.size(), scores.size(), vocabulary));
    const float* of_text = scores.data();
    for (Beam& beam : beams) {
      if (beam.done()) continue;
      const auto live = static_cast<int64_t>(beam.live().size());
      beam.advance(of_text, vocabulary);
      of_text += live * vocabulary;
    }
  }
  std::vector<std::vector<int32_t>> answers;
  for (Beam& beam : beams) answers.push_back(std::move(beam).answer());
  return answers;
}

}  // namespace howdah::train
