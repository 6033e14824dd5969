#include "dataset/record_check.h"

#include <fmt/core.h>

#include <cmath>
#include <cstring>

namespace howdah::dataset {
namespace {

using Fault = RecordCheck::Fault;

template <typename T>
T value_at(Bytes bytes, int64_t position) {
  T value;
  std::memcpy(&value, bytes.data() + static_cast<size_t>(position) * sizeof value, sizeof value);
  return value;
}

// Token numbers below `limit`, padding at the end only.
std::optional<Fault> token_fault(Bytes bytes, int64_t count, int64_t limit, const char* name) {
  bool padding = false;
  for (int64_t i = 0; i < count; ++i) {
    const auto token = value_at<int32_t>(bytes, i);
    if (token < 0 || token >= limit)
      return Fault{4 * i, fmt::format("a {} of {}", name, token),
                   fmt::format("0 to {} can be", limit - 1)};
    if (token != kPaddingToken && padding)
      return Fault{4 * i, fmt::format("a {} of {} behind padding", name, token),
                   "only padding can follow"};
    padding |= token == kPaddingToken;
  }
  if (value_at<int32_t>(bytes, 0) == kPaddingToken)
    return Fault{0, "padding", fmt::format("a first {} is due", name)};
  return {};
}

std::optional<Fault> number_fault(Bytes bytes, int64_t count) {
  for (int64_t i = 0; i < count; ++i)
    if (const auto number = value_at<float>(bytes, i); !std::isfinite(number))
      return Fault{4 * i, fmt::format("{}", number), "a finite number is due"};
  return {};
}

std::optional<Fault> category_fault(Bytes bytes, const std::vector<Column>& columns) {
  for (size_t i = 0; i < columns.size(); ++i) {
    if (columns[i].categories.empty()) continue;
    const auto code = value_at<float>(bytes, static_cast<int64_t>(i));
    const auto most = static_cast<float>(columns[i].categories.size());
    if (!(code >= 0 && code <= most) || code != std::floor(code))
      return Fault{static_cast<int64_t>(4 * i), fmt::format("a category's code of {}", code),
                   fmt::format("0 to {} can be", most)};
  }
  return {};
}

}  // namespace

RecordCheck::RecordCheck(const Index& index)
    : index_(index), features_(index.feature_bytes() / element_bytes(index.element)) {}

std::optional<Fault> RecordCheck::fault(Bytes record) const {
  std::optional<Fault> found;
  if (index_.element == ElementType::kInt32)
    found = token_fault(record, features_, index_.tokens.vocabulary, "token");
  else if (index_.element == ElementType::kFloat32)
    found = number_fault(record, features_);
  if (!found && !index_.columns.empty()) found = category_fault(record, index_.columns);
  if (found) return found;
  const auto features = static_cast<size_t>(index_.feature_bytes());
  found = target_fault(record.subspan(features));
  if (found) found->at += static_cast<int64_t>(features);
  return found;
}

std::optional<Fault> RecordCheck::target_fault(Bytes target) const {
  switch (index_.target.kind) {
    case TargetKind::kClass:
      if (const auto label = value_at<int32_t>(target, 0); label < 0 || label >= index_.classes)
        return Fault{0, fmt::format("a label of {}", label),
                     fmt::format("0 to {} can be", index_.classes - 1)};
      return {};
    case TargetKind::kValues:
      return number_fault(target, index_.target.width);
    case TargetKind::kTokens: {
      const bool tags = index_.tokens.target_vocabulary == 0;
      return token_fault(target, index_.target.width,
                         tags ? index_.classes : index_.tokens.target_vocabulary,
                         tags ? "tag" : "token");
    }
    case TargetKind::kNone:
      break;
  }
  return {};
}

}  // namespace howdah::dataset
