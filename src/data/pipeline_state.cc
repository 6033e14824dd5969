// What a pipeline has learnt, as JSON.
#include "data/pipeline.h"

namespace howdah::data {

nlohmann::ordered_json Pipeline::state() const {
  nlohmann::ordered_json items = nlohmann::ordered_json::array();
  for (size_t i = 0; i < items_.size(); ++i) {
    nlohmann::ordered_json learnt = nlohmann::ordered_json::object();
    if (fitted_[i] && items_[i].step) items_[i].step->state(learnt);
    if (fitted_[i] && !items_[i].step) {
      splitter_->state(learnt["split"]);
      partitioner_->state(learnt["partition"]);
    }
    items.push_back({{"name", item_name(i)}, {"fitted", fitted_[i] != 0}, {"learnt", learnt}});
  }
  return {{"items", items}, {"counted", counted_}, {"pieces_counted", pieces_counted_}};
}

Status Pipeline::adopt(const nlohmann::ordered_json& state) {
  try {
    size_t i = 0;
    for (const auto& item : state.at("items")) {
      if (item.at("name") == item_name(assign_at_)) continue;
      if (i == assign_at_) ++i;
      if (i >= items_.size() || item.at("name").get<std::string>() != item_name(i))
        return Status(Code::kCorrupt, "its steps and what they learnt do not belong together");
      if (item.at("fitted").get<bool>() && items_[i].learns && !items_[i].step->grouping()) {
        HOWDAH_TRY(items_[i].step->restore(item.at("learnt")));
        fitted_[i] = 1;
      }
      ++i;
    }
  } catch (const nlohmann::json::exception& error) {
    return Status(Code::kCorrupt, "it is not the transform of a preparation")
        .with_advice(error.what());
  }
  advance();
  return bind();
}

Status Pipeline::restore(const nlohmann::ordered_json& state) {
  try {
    const auto& items = state.at("items");
    if (items.size() != items_.size())
      return Status(Code::kCorrupt, "this state belongs to another preparation");
    for (size_t i = 0; i < items_.size(); ++i) {
      if (items[i].at("name").get<std::string>() != item_name(i))
        return Status(Code::kCorrupt, "this state belongs to another preparation");
      fitted_[i] = items[i].at("fitted").get<bool>();
      const auto& learnt = items[i].at("learnt");
      if (!fitted_[i]) continue;
      if (items_[i].step) {
        HOWDAH_TRY(items_[i].step->restore(learnt));
      } else {
        HOWDAH_TRY(splitter_->restore(learnt.at("split")));
        HOWDAH_TRY(partitioner_->restore(learnt.at("partition")));
      }
    }
    counted_ = state.at("counted").get<size_t>();
    pieces_counted_ = state.at("pieces_counted").get<bool>();
  } catch (const nlohmann::json::exception& error) {
    return Status(Code::kCorrupt, "the state of a preparation cannot be read")
        .with_advice(error.what());
  }
  learnt_ = 0;
  advance();
  return bind();
}

}  // namespace howdah::data
