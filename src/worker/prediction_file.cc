#include "worker/prediction_file.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "fs/path.h"

namespace howdah::worker {
namespace {

using nlohmann::ordered_json;

// With more classes a line names the likeliest only.
constexpr size_t kMostProbabilities = 100;

// The fewest digits that are this float.
ordered_json number(float value) {
  if (!std::isfinite(value)) return nullptr;
  return ordered_json::parse(fmt::format("{}", value));
}

std::string class_name(const dataset::Index& index, size_t number) {
  return number < index.class_names.size() ? index.class_names[number] : std::to_string(number);
}

void add_class(ordered_json& line, std::span<const float> scores, const dataset::Index& index) {
  const auto best =
      static_cast<size_t>(std::max_element(scores.begin(), scores.end()) - scores.begin());
  line["class"] = class_name(index, best);
  line["probability"] = number(scores[best]);
  if (scores.size() > kMostProbabilities) return;
  line["probabilities"] = ordered_json::array();
  for (const float score : scores) line["probabilities"].push_back(number(score));
}

void add_values(ordered_json& line, std::span<const float> values, const dataset::Index& index) {
  for (size_t i = 0; i < values.size(); ++i)
    line[i < index.target.names.size() ? index.target.names[i] : fmt::format("value_{}", i)] =
        number(values[i]);
}

}  // namespace

Result<PredictionFile> PredictionFile::create(const fs::Location& folder, int stream,
                                              const model::Training& training,
                                              const dataset::Index& trained_on, Deadline deadline) {
  PredictionFile file(training, trained_on);
  file.folder_ = folder;
  file.name_ = fmt::format("part-{:05}.jsonl", stream);
  file.hidden_ = fmt::format(".{}.{}", file.name_, getpid());
  file.file_ = HOWDAH_TRY(folder.files->create(fs::join_path(folder.path, file.hidden_),
                                               {.overwrite = true}, deadline));
  return file;
}

std::string PredictionFile::line(int64_t record, size_t row, const train::Predictions& said) const {
  ordered_json line;
  line["record"] = record;
  const std::span<const float> scores =
      said.scores.empty() ? std::span<const float>()
                          : std::span(said.scores).subspan(row * said.width, said.width);
  if (training_->task == model::Task::kRegression)
    add_values(line, scores, *trained_on_);
  else if (training_->task == model::Task::kBinaryClassification)
    add_class(line, std::array{1 - scores[0], scores[0]}, *trained_on_);
  else if (!scores.empty())
    add_class(line, scores, *trained_on_);
  if (!said.texts.empty()) line["text"] = said.texts[row];
  if (!said.tags.empty()) {
    line["tags"] = ordered_json::array();
    for (const int32_t tag : said.tags[row])
      line["tags"].push_back(class_name(*trained_on_, static_cast<size_t>(tag)));
  }
  return line.dump(-1, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

Status PredictionFile::add(const dataset::RecordBatch& batch, const train::Predictions& said,
                           Deadline deadline) {
  std::string lines;
  for (size_t row = 0; row < static_cast<size_t>(batch.records); ++row)
    lines += line(batch.identities[row], row, said);
  return file_->write(as_bytes(lines), deadline);
}

Status PredictionFile::close(Deadline deadline) {
  HOWDAH_TRY(file_->close(deadline));
  return folder_.files->rename(fs::join_path(folder_.path, hidden_),
                               fs::join_path(folder_.path, name_), true, deadline);
}

}  // namespace howdah::worker
