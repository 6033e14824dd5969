#include <algorithm>
#include <filesystem>
#include <fstream>

#include "job/complete_job.h"
#include "job/course_section.h"
#include "job/job_spec.h"
#include "job/layers_section.h"
#include "job/learning_rate_section.h"
#include "job/loss_section.h"
#include "job/metrics_section.h"
#include "job/optimizer_section.h"
#include "job/prepare_section.h"
#include "job/pretrained_section.h"
#include "job/train_section.h"
#include "job/user_module_section.h"
#include "job/yaml_section.h"
#include "job/zoo_section.h"

namespace howdah::job {
namespace {

constexpr size_t kLimitBytes = 1 << 20;

Result<std::string> read_text(const std::string& path) {
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored))
    return Status(Code::kInvalidArgument, "is a folder, not a job file").with_peer(path);
  std::ifstream file(path, std::ios::binary);
  if (!file) return Status::from_errno(errno, "cannot read the job file").with_peer(path);
  // One byte more than parse_yaml accepts: a device without an end is refused like a large file.
  std::string text(kLimitBytes + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<size_t>(file.gcount()));
  return text;
}

Result<YamlValue> read_tree(const std::string& path, int depth) {
  if (depth > 8)
    return Status(Code::kInvalidArgument, "'extends' goes round in a circle").with_peer(path);
  YamlValue tree = HOWDAH_TRY(parse_yaml(HOWDAH_TRY(read_text(path)), path));
  const YamlValue* extends = tree.find("extends");
  if (!extends) return tree;
  const auto base_path = std::filesystem::path(path).parent_path() / extends->scalar;
  auto base = read_tree(base_path.string(), depth + 1);
  if (!base)
    return base.status().with_advice("named by 'extends' at " + extends->place.to_string());
  return extend(std::move(*base), tree);
}

void read_resources(YamlSection keys, JobSpec& job) {
  ResourceSpec& resources = job.resources;
  resources.queue = keys.text("queue", resources.queue);
  YamlSection workers = keys.section("workers");
  resources.workers_min = static_cast<int>(workers.integer("min", 1, 1, 1024));
  resources.workers_max = static_cast<int>(workers.integer("max", resources.workers_min, 1, 1024));
  if (resources.workers_max < resources.workers_min)
    workers.refuse(*keys.any("workers"), "'resources.workers.max' is less than 'min'");
  workers.finish();
  resources.memory_bytes = keys.size_bytes("memory", resources.memory_bytes, 64 << 20);
  resources.cores = static_cast<int>(keys.integer("cores", 1, 1, 1024));
  job.training.threads = resources.cores;
  YamlSection master = keys.section("master");
  resources.master_memory_bytes =
      master.size_bytes("memory", resources.master_memory_bytes, 64 << 20);
  master.finish();
  const auto timeout = keys.amount("gang_timeout", {300, 0}, {"second", "minute"});
  resources.gang_timeout = std::chrono::seconds(timeout.count * (timeout.unit == 0 ? 1 : 60));
  if (keys.integer("gpus", 0, 0, 1024) > 0)
    keys.refuse(*keys.any("gpus"), "'resources.gpus' is not built yet", "leave it at 0");
  if (!keys.text("label", "").empty())
    keys.refuse(*keys.any("label"), "'resources.label' is not built yet", "leave it out");
  keys.finish();
}

// What is kept of the data leaves the training memory.
void check_cache(YamlSection& root, JobSpec& job) {
  int64_t& memory_bytes = job.data.cache.memory_bytes;
  const int64_t most = job.resources.memory_bytes / 2;
  if (memory_bytes <= most) return;
  const YamlValue* data = root.any("data");
  const YamlValue* cache = data != nullptr ? data->find("cache") : nullptr;
  if (cache != nullptr && cache->find("memory") != nullptr)
    root.refuse(*cache, "'data.cache.memory' is more than half of 'resources.memory'",
                "give the worker more memory, or keep the data on its disk: data.cache.disk");
  memory_bytes = most;
}

void read_parallel(YamlSection keys, JobSpec& job) {
  // DESIGN §1: two streams a worker where the batch allows 32 samples each.
  const int most = job.resources.workers_max;
  const int fallback = job.training.batch / (2 * most) >= 32 ? 2 * most : most;
  job.training.streams = static_cast<int>(keys.integer("streams", fallback, 1, kMostStreams));
  if (keys.text("mode", "data") != "data")
    keys.refuse(*keys.any("mode"), "'parallel.mode' can only be 'data' in this version");
  if (job.training.streams < most)
    keys.refuse(keys.has("streams") ? *keys.any("streams") : YamlValue(),
                "'parallel.streams' (" + std::to_string(job.training.streams) +
                    ") is less than 'resources.workers.max' (" + std::to_string(most) + ")",
                "a worker without a stream has nothing to do");
  if (job.training.batch < job.training.streams)
    keys.refuse(keys.has("streams") ? *keys.any("streams") : YamlValue(),
                "'train.batch' is less than 'parallel.streams'");
  keys.finish();
}

void read_beam(YamlSection& root, model::Training& training) {
  YamlSection keys = root.section("beam");
  if (keys.present() && training.task != model::Task::kTranslation)
    keys.refuse(*root.any("beam"), "'beam' is of translations only", "leave it out");
  model::Beam& beam = training.beam;
  beam.width = keys.integer("width", beam.width, 1, 1024);
  beam.length_penalty = keys.number("length_penalty", beam.length_penalty, 0, 10);
  beam.longest = keys.integer("longest", beam.longest, 1, 1 << 20);
  keys.finish();
}

void read_model(YamlSection keys, JobSpec& job, const YamlValue& root) {
  if (auto module = read_user_module(keys, job.training.task)) {
    job.training.module = std::move(module);
    job.training.pretrained = read_pretrained(keys.section("pretrained"), {});
    return keys.finish();
  }
  if (const YamlValue* type = keys.any("type")) {
    const YamlValue* layers = keys.any("layers");  // of some types a number
    if ((layers != nullptr && layers->kind == YamlValue::Kind::kList) || keys.any("decoder"))
      keys.refuse(*type, "'model.type' and 'model.layers' are two models", "leave one out");
    job.zoo = read_zoo(keys);
    expand_zoo(job, job.data.classes.value_or(0));
    job.training.pretrained = read_pretrained(keys.section("pretrained"), job.zoo->type);
    return keys.finish();
  }
  const YamlValue* layers = keys.list("layers");
  if (!layers || layers->list.empty()) {
    keys.refuse(layers ? *layers : root, "'model.layers' is missing or empty",
                "give at least one layer, a type, or a module of your own: torchscript, plugin");
    return;
  }
  job.training.pretrained = read_pretrained(keys.section("pretrained"), {});
  Status error;
  job.training.layers = read_layers(*layers, error);
  if (const YamlValue* decoder = keys.list("decoder")) {
    if (decoder->list.empty())
      keys.refuse(*decoder, "'model.decoder' is empty", "give at least one layer, or leave it out");
    job.training.decoder = read_layers(*decoder, error);
  }
  if (!error.is_ok()) {
    YamlValue at;
    at.place.file = error.peer();
    keys.refuse(at, error.message(), error.advice());
  }
  keys.finish();
}

bool good_name(const std::string& name) {
  return !name.empty() && name.size() <= 100 &&
         name.find_first_not_of(
             "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.") ==
             std::string::npos &&
         name[0] != '.' && name[0] != '-';
}

void read_head(YamlSection& keys, JobSpec& job, const Status& error) {
  keys.text("extends", "");
  job.name = keys.required_text("name");
  if (error.is_ok() && !good_name(job.name))
    keys.refuse(*keys.any("name"), "'name' must be letters, digits, '-', '_' and '.', 100 at most");
  job.home = keys.text("home", "");
}

// What evaluations report beside the usual: what is asked for, and what somebody waits for.
void take_measures(JobSpec& job) {
  std::vector<std::string>& measures = job.training.measures;
  for (const MetricSpec& metric : job.metrics) measures.push_back(metric.name);
  for (const MetricSpec& watched : watched_measures(job.training))
    if (std::find(measures.begin(), measures.end(), watched.name) == measures.end())
      measures.push_back(watched.name);
}

Result<JobSpec> read_job(const YamlValue& tree) {
  Status error;
  JobSpec job;
  YamlSection keys(&tree, "", error);
  if (tree.kind == YamlValue::Kind::kNull)
    keys.refuse(tree, "the job file is empty", "see examples/fashion-mnist/job.yaml");
  read_head(keys, job, error);
  keys.not_built_yet({"program", "alerts"});
  bool prepared = false;
  for (const char* section : {"prepare", "preprocess"}) prepared |= keys.any(section) != nullptr;
  job.training.task = read_task(keys);
  job.data = read_data(keys.section("data"), prepared, job.training);
  read_model(keys.section("model"), job, tree);
  job.loss_place = read_loss(keys, job.training);
  read_beam(keys, job.training);
  read_optimizer(keys, job.training, error);
  read_learning_rate(keys, model::default_learning_rate(job.training.optimizer.type),
                     job.training.task, job.training.schedule);
  read_train(keys.section("train"), job.training);
  job.metrics = read_metrics(keys, job.training.task, job.data.classes);
  job.answer = read_answer(keys.section("answer"));
  read_resources(keys.section("resources"), job);
  check_cache(keys, job);
  read_parallel(keys.section("parallel"), job);
  accumulate(keys.section("train"), job.training);
  YamlSection communication = keys.section("communication");
  job.shared_memory = communication.choice("transport", {"auto", "tcp"}, 0) == 0;
  communication.choice("algorithm", {"auto", "direct"}, 0);
  communication.choice("compression", {"none"}, 0);
  communication.finish();
  read_course(keys, job.training.task, job.training.course, job.checkpoint);
  take_measures(job);
  keys.finish();
  if (!error.is_ok()) return error;
  return job;
}

Result<JobFile> read_any(const YamlValue& tree) {
  JobFile file;
  std::optional<YamlValue> prepare;
  std::string path;
  for (size_t i = 0; i < tree.map.size(); ++i) {
    const auto& [key, value] = tree.map[i];
    if (key != "prepare" && key != "preprocess") continue;
    if (prepare)
      return Status(Code::kInvalidArgument, "'prepare' and 'preprocess' are the same section")
          .with_peer(value.place.to_string())
          .with_advice("leave one out");
    prepare = value;
    if (value.kind == YamlValue::Kind::kNull) prepare->place = tree.key_places[i];
    path = key;
  }
  if (!prepare || tree.find("data") || tree.find("model"))
    file.training = HOWDAH_TRY(read_job(tree));
  if (!prepare) return file;
  Status error;
  JobSpec head;
  YamlSection keys(&tree, "", error);
  if (!file.training) {
    read_head(keys, head, error);
    keys.any(path);
    keys.finish();
  }
  file.prepare =
      read_prepare(*prepare, path, file.training ? file.training->name : head.name, error);
  if (!error.is_ok()) return error;
  if (file.training && file.training->data.source.empty())
    file.training->data.source = file.prepare->output.uri;
  return file;
}

}  // namespace

Result<JobFile> load_any_job_file(const std::string& path, const JobFileOptions& options) {
  YamlValue tree = HOWDAH_TRY(read_tree(path, 0));
  HOWDAH_TRY(expand_variables(tree));
  for (const std::string& assignment : options.set) HOWDAH_TRY(set_value(tree, assignment));
  return read_any(tree);
}

Result<JobFile> parse_any_job(const std::string& text, const std::string& file_name) {
  return read_any(HOWDAH_TRY(parse_yaml(text, file_name)));
}

Result<JobSpec> training_of(const JobFile& file, const std::string& file_name) {
  if (file.training) return *file.training;
  return Status(Code::kInvalidArgument, "the job file prepares data, it does not train")
      .with_peer(file_name)
      .with_advice("use: howdah prepare " + file_name);
}

Result<JobSpec> load_job_file(const std::string& path, const JobFileOptions& options) {
  return training_of(HOWDAH_TRY(load_any_job_file(path, options)), path);
}

Result<JobSpec> parse_job(const std::string& text, const std::string& file_name) {
  return training_of(HOWDAH_TRY(parse_any_job(text, file_name)), file_name);
}

}  // namespace howdah::job
