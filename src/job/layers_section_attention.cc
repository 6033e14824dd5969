#include "job/layers_section_attention.h"

#include <fmt/format.h>

#include <algorithm>

namespace howdah::job {
namespace {

using model::AttentionScore;
using model::Layer;
using model::LayerKey;
using model::LayerType;

constexpr int64_t kLargest = 1 << 20;

bool transformer(const Layer& layer) {
  return layer.type == LayerType::kTransformerEncoder ||
         layer.type == LayerType::kTransformerDecoder;
}

// The first one is what holds unless given.
struct ScoreWord {
  std::string word;
  AttentionScore score;
};
std::vector<ScoreWord> scores_of(const Layer& layer) {
  const ScoreWord dot{"dot", AttentionScore::kDot};
  if (layer.type == LayerType::kLuongAttention) return {{"general", AttentionScore::kGeneral}, dot};
  return {{"additive", AttentionScore::kAdditive}, dot};
}

std::string score_word(const Layer& layer) {
  for (const ScoreWord& row : scores_of(layer))
    if (row.score == layer.score) return row.word;
  return "";
}

// Letters, digits and dots: as LayerPlace::name gives them.
bool good_name(const std::string& name) {
  return std::all_of(name.begin(), name.end(), [](char c) {
    return c == '.' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z');
  });
}

}  // namespace

bool read_attention_key(LayerKey key, const std::string& word, YamlSection& keys, Layer& layer) {
  switch (key) {
    case LayerKey::kHeads:
      layer.heads = keys.integer(word, 8, 1, kLargest);
      return true;
    case LayerKey::kWidth:
      layer.units = keys.integer(word, 0, 1, kLargest);
      return true;
    case LayerKey::kFeedForward:
      layer.feed_forward = keys.integer(word, 0, 1, kLargest);
      return true;
    case LayerKey::kDropout:
      if (!transformer(layer)) return false;
      layer.rate = keys.number(word, 0.1, 0, 0.99);
      return true;
    case LayerKey::kCausal:
      layer.causal = keys.flag(word, false);
      return true;
    case LayerKey::kScore: {
      const std::vector<ScoreWord> rows = scores_of(layer);
      layer.score = rows[keys.choice(word, {rows[0].word, rows[1].word}, 0)].score;
      return true;
    }
    case LayerKey::kOutput:
      layer.pooled = keys.choice(word, {"pooled", "sequence"}, 0) == 0;
      return true;
    case LayerKey::kNorm:
      layer.norm_first = keys.choice(word, {"post", "pre"}, 0) == 1;
      return true;
    case LayerKey::kActivation:
      layer.gelu = keys.choice(word, {"relu", "gelu"}, 0) == 1;
      return true;
    case LayerKey::kPositions:
      layer.learned = keys.choice(word, {"sinusoidal", "learned"}, 0) == 1;
      return true;
    case LayerKey::kInitial:
      layer.from_memory = keys.choice(word, {"zeros", "memory"}, 0) == 1;
      return true;
    case LayerKey::kScale:
      layer.scale = keys.flag(word, false);
      return true;
    case LayerKey::kShare:
      layer.share = keys.text(word, "");
      if (!good_name(layer.share))
        keys.refuse(*keys.any(word), "'share' names a layer, such as 0 or decoder.0");
      return true;
    default:
      return false;
  }
}

std::optional<std::string> attention_value(const Layer& layer, LayerKey key) {
  switch (key) {
    case LayerKey::kHeads:
      return std::to_string(layer.heads);
    case LayerKey::kWidth:
      return layer.units == 0 ? "" : std::to_string(layer.units);
    case LayerKey::kFeedForward:
      return layer.feed_forward == 0 ? "" : std::to_string(layer.feed_forward);
    case LayerKey::kCausal:
      return layer.causal ? "true" : "";
    case LayerKey::kScore:
      return score_word(layer);
    case LayerKey::kOutput:
      return layer.pooled ? "pooled" : "sequence";
    case LayerKey::kNorm:
      return layer.norm_first ? "pre" : "post";
    case LayerKey::kActivation:
      return layer.gelu ? "gelu" : "relu";
    case LayerKey::kPositions:
      return layer.learned ? "learned" : "sinusoidal";
    case LayerKey::kInitial:
      return layer.from_memory ? "memory" : "";
    case LayerKey::kScale:
      return layer.scale ? "true" : "";
    case LayerKey::kShare:
      return layer.share;
    default:
      return std::nullopt;
  }
}

}  // namespace howdah::job
