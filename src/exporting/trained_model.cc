#include "exporting/trained_model.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "base/digest.h"
#include "job/job_spec.h"
#include "train/checkpoint.h"
#include "train/look_into.h"

namespace howdah::exporting {
namespace {

constexpr int64_t kMaxSmallBytes = 1 << 20;
constexpr int64_t kMaxVocabularyBytes = 256 << 20;  // as src/text has it
constexpr int64_t kMaxModelBytes = int64_t{256} << 30;
constexpr std::string_view kTracked = "num_batches_tracked";

Result<job::JobSpec> read_spec(const fs::Location& folder, Deadline deadline) {
  const auto text =
      fs::read_file(*folder.files, folder.path + "/job.yaml", kMaxSmallBytes, deadline);
  if (!text && text.status().code() == Code::kNotFound)
    return Status(Code::kNotFound, "no job's folder: there is no job.yaml in it")
        .with_peer(folder.uri())
        .with_advice("howdah list shows your jobs");
  if (!text) return text.status();
  return job::parse_job(*text, folder.uri() + "/job.yaml");
}

std::vector<std::string> checkpoints_of(const fs::Location& folder, Deadline deadline) {
  std::vector<std::string> names;
  const auto entries = folder.files->list(folder.path + "/checkpoints", deadline);
  if (!entries) return names;
  for (const auto& entry : *entries)
    if (entry.is_directory && entry.name().find('.') == std::string::npos)
      names.push_back(entry.name());
  return names;
}

Status lacking(const std::string& what, const fs::Location& folder, Deadline deadline) {
  const auto names = checkpoints_of(folder, deadline);
  return Status(Code::kNotFound, what)
      .with_peer(folder.uri())
      .with_advice(names.empty()
                       ? "it has no checkpoint either; howdah status says what it does"
                       : fmt::format("take a checkpoint: --checkpoint {}", fmt::join(names, ", ")));
}

// What the job said of its model when it ended; empty: nothing.
std::string promised_sha256(const fs::Location& folder, Deadline deadline) {
  const auto text =
      fs::read_file(*folder.files, folder.path + "/summary.json", kMaxSmallBytes, deadline);
  if (!text) return {};
  const auto json = nlohmann::json::parse(*text, nullptr, false);
  if (!json.is_object() || !json.contains("model") || !json["model"].is_object()) return {};
  const auto& digest = json["model"].value("sha256", nlohmann::json());
  return digest.is_string() ? digest.get<std::string>() : std::string();
}

Status take_final(const fs::Location& folder, TrainedModel& model, Deadline deadline) {
  const std::string path = folder.path + "/" + train::kModelFile;
  model.source = folder.files->uri() + path;
  auto text = fs::read_file(*folder.files, path, kMaxModelBytes, deadline);
  if (!text && text.status().code() == Code::kNotFound)
    return lacking("the job has no model: it runs, or did not succeed", folder, deadline);
  if (!text) return text.status();
  const auto file = std::make_shared<const std::string>(std::move(*text));
  const std::string promised = promised_sha256(folder, deadline);
  if (!promised.empty() && Sha256::hex_of(as_bytes(*file)) != promised)
    return Status(Code::kChecksum, "its SHA-256 is not the one in summary.json")
        .with_peer(model.source);
  const auto tensors = train::parse_safetensors(as_bytes(*file));
  if (!tensors) return tensors.status().with_peer(model.source);
  model.tensors = *tensors;
  model.storage = file;
  return Status::ok();
}

// In place of the weights, the average of them that the checkpoint keeps beside.
void take_average(const train::Checkpoint& checkpoint, std::vector<train::TensorView>& tensors) {
  std::map<std::string_view, Bytes> kept;
  for (const train::TensorView& tensor : checkpoint.optimizer) kept[tensor.name] = tensor.bytes;
  for (train::TensorView& tensor : tensors) {
    const auto found = kept.find("ema." + tensor.name);
    if (found != kept.end() && found->second.size() == tensor.bytes.size())
      tensor.bytes = found->second;
  }
}

// The files that the index says texts were made tokens by.
Status take_vocabularies(fs::FileSystems& files, const std::string& index, TrainedModel& model,
                         Deadline deadline) {
  if (model.tokens.vocabulary == 0) return Status::ok();
  const fs::Location folder = HOWDAH_TRY(files.resolve(index));
  for (const std::string& name : std::set{model.tokens.file, model.tokens.target_file}) {
    if (name.empty()) continue;
    const std::string path = folder.path + "/" + name;
    auto content = fs::read_file(*folder.files, path, kMaxVocabularyBytes, deadline);
    if (!content)
      return content.status().with_operation("read").with_peer(folder.files->uri() + path);
    model.vocabularies.push_back({name, std::move(*content)});
  }
  return Status::ok();
}

// "step-120", also of "120", and of "best" where the job looked for it.
Result<std::string> checkpoint_name(const fs::Location& folder, const std::string& given,
                                    Deadline deadline) {
  if (given == "best") {
    const auto best =
        HOWDAH_TRY(train::read_best(*folder.files, folder.path + "/checkpoints", deadline));
    if (best) return fmt::format("step-{}", best->step);
    return lacking("the job did not look for a best checkpoint", folder, deadline);
  }
  const std::string name = given.starts_with("step-") ? given : "step-" + given;
  if (name.find_first_not_of("0123456789", 5) == std::string::npos && name.size() > 5) return name;
  return Status(Code::kInvalidArgument,
                fmt::format("a checkpoint is named like step-120 or best, not '{}'", given));
}

Status take_checkpoint(const fs::Location& folder, const std::string& given, TrainedModel& model,
                       Deadline deadline) {
  const std::string name = HOWDAH_TRY(checkpoint_name(folder, given, deadline));
  const std::string path = folder.path + "/checkpoints/" + name;
  auto loaded = train::load_checkpoint(*folder.files, path, deadline);
  if (!loaded && loaded.status().code() == Code::kNotFound)
    return lacking(fmt::format("the job has no checkpoint {}", name), folder, deadline);
  if (!loaded) return loaded.status();
  const auto checkpoint = std::make_shared<const train::Checkpoint>(std::move(*loaded));
  model.source = fmt::format("{}{}/{}", folder.files->uri(), path, train::kModelFile);
  model.tensors = checkpoint->model;
  const model::WeightAverage& average = model.training.optimizer.average;
  if (average.decay > 0 && average.use) take_average(*checkpoint, model.tensors);
  model.storage = checkpoint;
  return Status::ok();
}

}  // namespace

const train::TensorView& TrainedModel::tensor(const std::string& name) const {
  return *std::find_if(tensors.begin(), tensors.end(),
                       [&](const train::TensorView& tensor) { return tensor.name == name; });
}

Status check_tensors(const TrainedModel& model) {
  std::map<std::string_view, const train::TensorView*> there;
  for (const train::TensorView& tensor : model.tensors)
    if (!tensor.name.ends_with(kTracked)) there[tensor.name] = &tensor;
  const auto take = [&](const std::string& name, const model::Shape& shape) {
    const auto found = there.find(name);
    const bool fits = found != there.end() && found->second->shape == shape &&
                      found->second->type == train::TensorType::kFloat32;
    if (!fits)
      return Status(
          Code::kCorrupt,
          fmt::format("not the model of this job: '{}' is {}, not {}", name,
                      found == there.end() ? "missing" : model::to_string(found->second->shape),
                      model::to_string(shape)));
    there.erase(found);
    return Status::ok();
  };
  for (const model::LayerShape& shape : model.shapes) {
    for (const auto& parameter : shape.trained)
      HOWDAH_TRY(take(shape.name_of(parameter.name), parameter.shape));
    for (const auto& buffer : shape.buffers)
      HOWDAH_TRY(take(shape.name_of(buffer.name), buffer.shape));
  }
  if (there.empty()) return Status::ok();
  return Status(Code::kCorrupt,
                fmt::format("not the model of this job: it has '{}'", there.begin()->first));
}

Result<TrainedModel> load_trained_model(fs::FileSystems& files, const std::string& job_uri,
                                        const std::string& checkpoint, Deadline deadline) {
  const fs::Location folder = HOWDAH_TRY(files.resolve(job_uri));
  job::JobSpec spec = HOWDAH_TRY(read_spec(folder, deadline));
  if (spec.answer)
    return Status(Code::kInvalidArgument, "this job asks a model, it trains none")
        .with_peer(folder.uri())
        .with_advice("name the job that trained it");
  const auto index = dataset::Index::load(files, spec.data.index, deadline);
  if (!index) return index.status().with_operation("data.index");
  HOWDAH_TRY(job::complete_from_index(spec, *index));
  if (spec.training.module) {
    const Status looked = train::look_into_module(files, spec.training, deadline);
    if (!looked) return looked.with_peer(spec.training.module->file);
  }

  TrainedModel model;
  model.job_name = spec.name;
  model.job_uri = folder.uri();
  if (spec.zoo) model.zoo = spec.zoo->type;
  model.training = std::move(spec.training);
  model.shapes = HOWDAH_TRY(model::infer_network(model.training));
  model.element = index->element;
  model.class_names = index->class_names;
  model.tokens = index->tokens;
  model.columns = index->columns;
  model.target_names = index->target.names;
  HOWDAH_TRY(take_vocabularies(files, spec.data.index, model, deadline));
  HOWDAH_TRY(checkpoint.empty() ? take_final(folder, model, deadline)
                                : take_checkpoint(folder, checkpoint, model, deadline));
  const Status fits = check_tensors(model);
  if (!fits) return fits.with_peer(model.source);
  return model;
}

}  // namespace howdah::exporting
