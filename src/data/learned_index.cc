#include "data/learned_index.h"

#include <fmt/core.h>

namespace howdah::data {

using dataset::Request;
using dataset::TargetKind;

Result<LearnedIndex> LearnedIndex::load(const fs::Location& folder, Deadline deadline) {
  auto index = dataset::Index::load(folder, deadline);
  if (!index.is_ok())
    return index.status().with_operation("read the index of the data that were trained on");
  return LearnedIndex{std::move(*index), folder};
}

Status LearnedIndex::check(const Request& request) const {
  const auto other = [&](const std::string& what) {
    return Status(Code::kInvalidArgument, "the model was trained on other records: " + what)
        .with_peer(folder.uri())
        .with_advice("ask for what its job file asks for");
  };
  const auto records = index.tokens.vocabulary > 0 ? Request::Records::kTexts
                       : !index.columns.empty()    ? Request::Records::kTable
                                                   : Request::Records::kImages;
  if (request.records != records) return other("not of this kind");
  if (request.target_kind != index.target.kind) return other("not of this target");
  if (request.target_kind == TargetKind::kValues &&
      static_cast<int64_t>(request.targets.size()) != index.target.width)
    return other(fmt::format("of {} targets", index.target.width));
  if (records != Request::Records::kTexts) return Status::ok();
  if (request.tokenizer != index.tokens.tokenizer || request.lowercase != index.tokens.lowercase)
    return other("by another tokenizer");
  const int64_t framed = request.target_kind == TargetKind::kNone ? 1 : 0;
  if (request.length + framed != index.shape[0])
    return other(fmt::format("texts of {} tokens", index.shape[0] - framed));
  if (index.tokens.target_vocabulary > 0 && request.target_length != index.target.width)
    return other(fmt::format("targets of {} tokens", index.target.width));
  return Status::ok();
}

}  // namespace howdah::data
