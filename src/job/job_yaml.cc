#include <fmt/format.h>

#include "job/course_section.h"
#include "job/job_spec.h"
#include "job/layers_section.h"
#include "job/learning_rate_section.h"
#include "job/loss_section.h"
#include "job/optimizer_section.h"
#include "job/pretrained_section.h"
#include "job/train_section.h"
#include "job/user_module_section.h"
#include "job/yaml_text.h"
#include "job/zoo_section.h"

namespace howdah::job {
namespace {

std::string model_text(const JobSpec& spec) {
  const model::Pretrained& pretrained = spec.training.pretrained;
  const std::string weights =
      pretrained.given() ? "pretrained: " + pretrained_to_yaml(pretrained) : "";
  if (spec.training.module) {
    std::string module = user_module_to_yaml(*spec.training.module);
    if (!weights.empty()) module.insert(module.size() - 1, ", " + weights);
    return "model: " + module + "\n";
  }
  if (!spec.zoo) {
    const std::vector<model::Layer>& decoder = spec.training.decoder;
    return "model:\n  layers:\n" + layers_to_yaml(spec.training.layers) +
           (decoder.empty() ? "" : "  decoder:\n" + layers_to_yaml(decoder)) +
           (weights.empty() ? "" : "  " + weights + "\n");
  }
  std::string zoo = zoo_to_yaml(*spec.zoo);
  if (!weights.empty()) zoo.insert(zoo.size() - 1, ", " + weights);
  return "model: " + zoo + "\n";
}

}  // namespace

std::string to_yaml(const JobSpec& spec) {
  const model::Training& training = spec.training;
  const ResourceSpec& resources = spec.resources;
  std::string text = fmt::format("name: {}\n", spec.name);
  if (!spec.home.empty()) text += fmt::format("home: {}\n", quoted(spec.home));
  text += fmt::format("task: {}\n", model::task_name(training.task));
  text += data_to_yaml(spec.data, training);
  text += model_text(spec);
  text += fmt::format("loss: {}\n", loss_to_yaml(training.loss));
  if (training.task == model::Task::kTranslation)
    text += fmt::format("beam: {{width: {}, length_penalty: {}, longest: {}}}\n",
                        training.beam.width, training.beam.length_penalty, training.beam.longest);
  text += fmt::format("optimizer: {}\n", optimizer_to_yaml(training.optimizer));
  text += fmt::format("learning_rate: {}\n", learning_rate_to_yaml(training.schedule));
  text += fmt::format("regularization: {}\n", regularization_to_yaml(training.regularization));
  text += "train: " + train_to_yaml(training) + "\n";
  text += fmt::format("parallel: {{streams: {}, mode: data}}\n", training.streams);
  text += fmt::format("communication: {{transport: {}, algorithm: auto, compression: none}}\n",
                      spec.shared_memory ? "auto" : "tcp");
  text += fmt::format(
      "resources:\n  queue: {}\n  workers: {{min: {}, max: {}}}\n  memory: {}\n  cores: {}\n"
      "  master: {{memory: {}}}\n  gang_timeout: {} seconds\n",
      quoted(resources.queue), resources.workers_min, resources.workers_max,
      size_text(resources.memory_bytes), resources.cores, size_text(resources.master_memory_bytes),
      resources.gang_timeout.count() / 1000);
  text += course_to_yaml(training.course, spec.checkpoint);
  std::vector<std::string> metrics;
  for (const MetricSpec& metric : spec.metrics) metrics.push_back(metric.name);
  if (!metrics.empty()) text += fmt::format("metrics: [{}]\n", join(metrics));
  if (spec.answer) text += answer_to_yaml(*spec.answer);
  return text;
}

}  // namespace howdah::job
