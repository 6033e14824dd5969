#include <fmt/format.h>

#include "job/job_spec.h"
#include "job/layers_section.h"
#include "job/learning_rate_section.h"
#include "job/optimizer_section.h"
#include "job/zoo_section.h"

namespace howdah::job {
namespace {

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

std::string size_text(int64_t bytes) {
  return bytes % (1 << 20) == 0 ? fmt::format("{} MiB", bytes >> 20) : fmt::format("{}", bytes);
}

std::string data_text(const DataSpec& data) {
  std::string text = fmt::format("data:\n  source: {}\n  format: idx\n", quoted(data.source));
  if (!data.index.empty()) text += fmt::format("  index: {}\n", quoted(data.index));
  if (data.classes) text += fmt::format("  classes: {}\n", *data.classes);
  text += fmt::format("  split: {{train: {}, validation: {}, seed: {}}}\n", data.split.train,
                      data.split.validation, data.split.seed);
  text += fmt::format("  preprocess:\n    - normalize: {{method: {}}}\n",
                      data.standardize ? "standard" : "unit");
  return text;
}

}  // namespace

std::string to_yaml(const JobSpec& spec) {
  const model::Training& training = spec.training;
  const ResourceSpec& resources = spec.resources;
  std::string text = fmt::format("name: {}\n", spec.name);
  if (!spec.home.empty()) text += fmt::format("home: {}\n", quoted(spec.home));
  text += data_text(spec.data);
  text += spec.zoo ? "model: " + zoo_to_yaml(*spec.zoo) + "\n"
                   : "model:\n  layers:\n" + layers_to_yaml(training.layers);
  text += "loss: cross_entropy\n";
  text += fmt::format("optimizer: {}\n", optimizer_to_yaml(training.optimizer));
  text += fmt::format("learning_rate: {}\n", learning_rate_to_yaml(training.schedule));
  text += fmt::format("regularization: {}\n", regularization_to_yaml(training.regularization));
  text += fmt::format(
      "train: {{epochs: {}, batch: {}, seed: {}, precision: float32, determinism: exact}}\n",
      training.epochs, training.batch, training.seed);
  text += fmt::format("parallel: {{streams: {}, mode: data}}\n", training.streams);
  text += fmt::format("communication: {{transport: {}, algorithm: auto, compression: none}}\n",
                      spec.shared_memory ? "auto" : "tcp");
  text += fmt::format(
      "resources:\n  queue: {}\n  workers: {{min: {}, max: {}}}\n  memory: {}\n  cores: {}\n"
      "  master: {{memory: {}}}\n  gang_timeout: {} seconds\n",
      quoted(resources.queue), resources.workers_min, resources.workers_max,
      size_text(resources.memory_bytes), resources.cores, size_text(resources.master_memory_bytes),
      resources.gang_timeout.count() / 1000);
  text += spec.checkpoint.every_steps > 0
              ? fmt::format("checkpoint: {{every: {} steps, keep: {}}}\n",
                            spec.checkpoint.every_steps, spec.checkpoint.keep)
              : fmt::format("checkpoint: {{every: {} epochs, keep: {}}}\n",
                            spec.checkpoint.every_epochs, spec.checkpoint.keep);
  std::vector<std::string> metrics;
  for (const MetricSpec& metric : spec.metrics) metrics.push_back(metric.name);
  if (!metrics.empty()) text += fmt::format("metrics: [{}]\n", join(metrics));
  if (spec.answer) text += answer_to_yaml(*spec.answer);
  return text;
}

}  // namespace howdah::job
