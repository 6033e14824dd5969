// The small JSON files of checkpoints: state.json and best.json.
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>

#include "train/checkpoint.h"

namespace howdah::train {
namespace {

constexpr uint64_t kMaxCount = uint64_t{1} << 53;
constexpr int64_t kMaxBestBytes = 1 << 16;

// Counts and numbers of a JSON object by name, as both ways need them.
template <typename State, size_t kCounts, size_t kNumbers>
struct Fields {
  std::array<std::pair<const char*, int64_t State::*>, kCounts> counts;
  std::array<std::pair<const char*, double State::*>, kNumbers> numbers;

  nlohmann::ordered_json to_json(const State& state) const {
    nlohmann::ordered_json json;
    for (const auto& [key, count] : counts) json[key] = state.*count;
    for (const auto& [key, number] : numbers) json[key] = state.*number;
    return json;
  }
  Result<State> from_json(const nlohmann::json& json, const char* what) const {
    const Status corrupt(Code::kCorrupt, std::string("not a checkpoint's state.json: ") + what);
    if (!json.is_object()) return corrupt;
    State state;
    for (const auto& [key, count] : counts) {
      if (!json.contains(key) || !json[key].is_number_unsigned() ||
          json[key].template get<uint64_t>() > kMaxCount)
        return corrupt;
      state.*count = json[key].template get<int64_t>();
    }
    for (const auto& [key, number] : numbers) {
      if (!json.contains(key) || !json[key].is_number()) return corrupt;
      state.*number = json[key].template get<double>();
    }
    return state;
  }
};

using model::Course;
using model::PlateauState;

constexpr Fields<PlateauState, 4, 2> kPlateau{
    {{{"epochs", &PlateauState::epochs},
      {"best_epoch", &PlateauState::best_epoch},
      {"bad", &PlateauState::bad},
      {"cooldown", &PlateauState::cooldown}}},
    {{{"best", &PlateauState::best}, {"factor", &PlateauState::factor}}}};
constexpr Fields<Course, 7, 3> kCourse{
    {{{"validated", &Course::validated},
      {"best_epoch", &Course::best_epoch},
      {"best_step", &Course::best_step},
      {"mark_epoch", &Course::mark_epoch},
      {"bad", &Course::bad},
      {"stopped_epoch", &Course::stopped_epoch},
      {"roll_backs", &Course::roll_backs}}},
    {{{"best", &Course::best}, {"mark", &Course::mark}, {"rate", &Course::rate}}}};

}  // namespace

std::string TrainingState::to_json() const {
  nlohmann::ordered_json json{{"version", 1},       {"step", step},       {"epoch", epoch},
                              {"seed", seed},       {"streams", streams}, {"batch", batch},
                              {"dataset", dataset}, {"engine", engine}};
  if (!module.empty()) json["module"] = module;
  if (plateau) json["plateau"] = kPlateau.to_json(*plateau);
  if (course) json["course"] = kCourse.to_json(*course);
  return json.dump(2) + "\n";
}

Result<TrainingState> TrainingState::from_json(const std::string& text) {
  const auto json = nlohmann::json::parse(text, nullptr, false);
  const auto number = [&](const char* key) {
    return json.contains(key) && json[key].is_number_unsigned();
  };
  const auto word = [&](const char* key) { return json.contains(key) && json[key].is_string(); };
  if (!json.is_object() || json.value("version", nlohmann::json()) != 1 || !number("step") ||
      !number("epoch") || !number("seed") || !number("streams") || !number("batch") ||
      !word("dataset") || !word("engine"))
    return Status(Code::kCorrupt, "not a checkpoint's state.json");
  TrainingState state;
  state.step = json["step"].get<int64_t>();
  state.epoch = json["epoch"].get<int64_t>();
  state.seed = json["seed"].get<uint64_t>();
  state.streams = json["streams"].get<int>();
  state.batch = json["batch"].get<int64_t>();
  state.dataset = json["dataset"].get<std::string>();
  state.engine = json["engine"].get<std::string>();
  if (json.contains("module")) {
    if (!word("module")) return Status(Code::kCorrupt, "not a checkpoint's state.json: module");
    state.module = json["module"].get<std::string>();
  }
  if (json.contains("plateau"))
    state.plateau = HOWDAH_TRY(kPlateau.from_json(json["plateau"], "plateau"));
  if (json.contains("course"))
    state.course = HOWDAH_TRY(kCourse.from_json(json["course"], "course"));
  return state;
}

Status write_best(fs::FileSystem& files, const std::string& dir, const BestCheckpoint& best,
                  Deadline deadline) {
  const nlohmann::ordered_json json{{"version", 1},
                                    {"step", best.step},
                                    {"epoch", best.epoch},
                                    {"measure", best.measure},
                                    {"value", best.value}};
  return fs::write_file_atomically(files, dir + "/" + kBestFile, as_bytes(json.dump(2) + "\n"), {},
                                   deadline);
}

Result<std::optional<BestCheckpoint>> read_best(fs::FileSystem& files, const std::string& dir,
                                                Deadline deadline) {
  const std::string path = dir + "/" + kBestFile;
  const auto text = fs::read_file(files, path, kMaxBestBytes, deadline);
  if (text.status().code() == Code::kNotFound) return std::optional<BestCheckpoint>();
  if (!text.is_ok()) return text.status();
  const auto json = nlohmann::json::parse(*text, nullptr, false);
  const auto count = [&](const char* key) {
    return json.contains(key) && json[key].is_number_unsigned() &&
           json[key].get<uint64_t>() <= kMaxCount;
  };
  if (!json.is_object() || json.value("version", nlohmann::json()) != 1 || !count("step") ||
      !count("epoch") || !json.contains("measure") || !json["measure"].is_string() ||
      !json.contains("value") || !json["value"].is_number())
    return Status(Code::kCorrupt, "does not say which checkpoint is the best").with_peer(path);
  return std::optional(BestCheckpoint{json["step"].get<int64_t>(), json["epoch"].get<int64_t>(),
                                      json["measure"].get<std::string>(),
                                      json["value"].get<double>()});
}

}  // namespace howdah::train
