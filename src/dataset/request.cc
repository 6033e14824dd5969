#include "dataset/request.h"

#include <fmt/core.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

namespace howdah::dataset {
namespace {

using Json = nlohmann::json;
using Records = Request::Records;

const std::pair<Records, const char*> kRecords[] = {
    {Records::kImages, "images"}, {Records::kTexts, "texts"}, {Records::kTable, "table"}};
const TargetKind kTargetKinds[] = {TargetKind::kClass, TargetKind::kValues, TargetKind::kTokens,
                                   TargetKind::kNone};
const Tokenizer kTokenizers[] = {Tokenizer::kWords, Tokenizer::kCharacters,
                                 Tokenizer::kSentencepiece, Tokenizer::kBlanks};

Status refused(std::string what) {
  return Status(Code::kInvalidArgument, "what the index is to hold: " + std::move(what));
}

Status check_names(const std::vector<std::string>& names, const char* what) {
  std::set<std::string> seen;
  for (const std::string& name : names)
    if (name.empty() || name.size() > static_cast<size_t>(kMaxNameBytes) ||
        !seen.insert(name).second)
      return refused(fmt::format("{} without names of their own", what));
  return Status::ok();
}

}  // namespace

Status Request::check() const {
  if (learned.size() > static_cast<size_t>(kMaxNameBytes)) return refused("a URI without end");
  if (!labelled && (learned.empty() || target_kind == TargetKind::kNone))
    return refused("no target, where one is learnt from");
  if (records == Records::kImages) {
    Request images;
    images.learned = learned;
    images.labelled = labelled;
    return *this == images ? Status::ok() : refused("images and more than images");
  }
  HOWDAH_TRY(check_names(targets, "targets"));
  HOWDAH_TRY(check_names(features, "features"));
  const bool none = target_kind == TargetKind::kNone;
  const size_t most = target_kind == TargetKind::kValues ? static_cast<size_t>(kMaxTargets) : 1;
  if (none ? !targets.empty() : targets.empty() || targets.size() > most)
    return refused(fmt::format("{} targets", targets.size()));
  if (records == Records::kTable) {
    if (!text.empty() || (target_kind != TargetKind::kClass && target_kind != TargetKind::kValues))
      return refused("a table with texts");
    if (features.size() > static_cast<size_t>(kMaxColumns))
      return refused(fmt::format("{} features", features.size()));
    return Status::ok();
  }
  if (text.empty() || !features.empty() || target_kind == TargetKind::kValues)
    return refused("texts without a column of texts");
  if (tokenizer == Tokenizer::kBlanks && target_kind != TargetKind::kTokens)
    return refused("tags without a target");
  if (vocabulary <= kReservedTokens || vocabulary > kMaxVocabulary)
    return refused(fmt::format("a vocabulary of {} tokens", vocabulary));
  if (min_count < 1 || length < 1 || length > kMaxTextTokens || target_length < 2 ||
      target_length > kMaxTextTokens)
    return refused(fmt::format("texts of {} and {} tokens", length, target_length));
  return Status::ok();
}

std::string Request::to_json() const {
  const auto* name = std::find_if(std::begin(kRecords), std::end(kRecords),
                                  [this](const auto& row) { return row.first == records; });
  Json json = {{"records", name->second},
               {"target_kind", target_kind_name(target_kind)},
               {"text", text},
               {"targets", targets},
               {"features", features},
               {"tokenizer", tokenizer_name(tokenizer)},
               {"lowercase", lowercase},
               {"vocabulary", vocabulary},
               {"min_count", min_count},
               {"length", length},
               {"target_length", target_length}};
  if (!learned.empty()) {
    json["learned"] = learned;
    json["labelled"] = labelled;
  }
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Result<Request> Request::from_json(const std::string& text) {
  const Json json = Json::parse(text, nullptr, false);
  Request request;
  try {
    const auto records = json.at("records").get<std::string>();
    for (const auto& [value, name] : kRecords)
      if (records == name) request.records = value;
    const auto kind = json.at("target_kind").get<std::string>();
    for (const TargetKind value : kTargetKinds)
      if (kind == target_kind_name(value)) request.target_kind = value;
    const auto tokenizer = json.at("tokenizer").get<std::string>();
    for (const Tokenizer value : kTokenizers)
      if (tokenizer == tokenizer_name(value)) request.tokenizer = value;
    json.at("text").get_to(request.text);
    json.at("targets").get_to(request.targets);
    json.at("features").get_to(request.features);
    json.at("lowercase").get_to(request.lowercase);
    json.at("vocabulary").get_to(request.vocabulary);
    json.at("min_count").get_to(request.min_count);
    json.at("length").get_to(request.length);
    json.at("target_length").get_to(request.target_length);
    if (json.contains("learned")) {
      json.at("learned").get_to(request.learned);
      json.at("labelled").get_to(request.labelled);
    }
  } catch (const Json::exception&) {
    return refused("no request");
  }
  // What was not understood is not there in it.
  if (Json::parse(request.to_json()) != json) return refused("a key or a word that is unknown");
  HOWDAH_TRY(request.check());
  return request;
}

}  // namespace howdah::dataset
