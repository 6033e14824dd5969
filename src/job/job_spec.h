// A job as its file asks for it, resolved and checked: DESIGN §7's keys with their units.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "dataset/index.h"
#include "job/answer_section.h"
#include "job/course_section.h"
#include "job/data_section.h"
#include "job/metrics_section.h"
#include "model/training.h"
#include "model/zoo.h"
#include "prepare/spec.h"

namespace howdah::job {

struct ResourceSpec {
  std::string queue = "default";
  int workers_min = 1, workers_max = 1;
  int64_t memory_bytes = int64_t{2} << 30;  // of a worker
  int64_t master_memory_bytes = int64_t{256} << 20;
  int cores = 1;
  std::chrono::milliseconds gang_timeout{300'000};
};

struct JobSpec {
  std::string name;
  std::string home;  // URI; empty: .howdah in the user's home
  DataSpec data;
  std::optional<model::ZooModel> zoo;  // training.layers are its own, once classes are known
  model::Training training;
  ResourceSpec resources;
  CheckpointSpec checkpoint;
  std::string loss_place;  // file:line:column; empty: the task's own
  std::vector<MetricSpec> metrics;
  std::optional<AnswerSpec> answer;  // the model is asked, not trained
  bool shared_memory = true;         // communication.transport: auto | tcp
};

struct JobFileOptions {
  std::vector<std::string> set;  // --set a.b=c, in order
};

// What a job file asks for: a training, where it has `data` or `model`; a preparation, where it has
// `prepare` (or `preprocess`); at least one of them.
struct JobFile {
  std::optional<JobSpec> training;
  std::optional<prepare::PrepareSpec> prepare;
};
// As load_job_file.
Result<JobFile> load_any_job_file(const std::string& path, const JobFileOptions& options);
Result<JobFile> parse_any_job(const std::string& text, const std::string& file_name);
// kInvalidArgument: a file that only prepares.
Result<JobSpec> training_of(const JobFile& file, const std::string& file_name);

// Reads a job file of this machine, follows `extends` (relative to the file), expands ${VAR},
// applies
// --set. Shapes are not checked here: see check_shapes.
//   kNotFound         the file, or what it extends
//   kInvalidArgument  file:line:column, what, and the nearest known word; a file that only prepares
Result<JobSpec> load_job_file(const std::string& path, const JobFileOptions& options);
Result<JobSpec> parse_job(const std::string& text, const std::string& file_name);

// The whole training with every fallback written out; parse_job(to_yaml(spec)) is the same job.
std::string to_yaml(const JobSpec& spec);

// Fills in what the data says (shape, vocabulary, classes, mean and deviation) and checks the
// layers against it; of a user's module that nobody has looked into check_network() is left to do.
//   kInvalidArgument  data that the task cannot be learnt from; the layer's place, the expected and
//                     the found shape; `data.classes` too small; a measure that does not fit that
//                     many classes
Status complete_from_index(JobSpec& spec, const dataset::Index& index);
// The shapes between the layers, and the optimizer's groups against the parameters' names.
Status check_network(const model::Training& training);

// What the index of data.source is to hold. Of a job that asks a model about other data than it was
// trained on: numbered as those were, and without targets, where nothing is measured.
dataset::Request request_of(const JobSpec& spec);

// Of a job that asks a model: the part of the data that it is asked about, and no more
// streams than that has records.
//   kInvalidArgument  the data have another shape, or more classes, than what the model was trained
//                     on, or nothing that answers could be measured by; no record in the part
Status choose_part(JobSpec& spec, const dataset::Index& data);

}  // namespace howdah::job
