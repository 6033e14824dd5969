// What there is to export: a job's network with its weights, checked against each other.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "dataset/index.h"
#include "exporting/exported_file.h"
#include "fs/file_systems.h"
#include "model/training.h"
#include "model/zoo.h"
#include "train/safetensors.h"

namespace howdah::exporting {

// Of the names below, the whole network's own input and output in every format.
inline constexpr const char* kInputName = "input";
inline constexpr const char* kTargetInputName = "target_input";
inline constexpr const char* kOutputName = "output";

struct TrainedModel {
  std::string job_name, job_uri;
  std::string source;  // the file with the weights
  model::Training training;
  std::vector<model::LayerShape> shapes;  // by LayerPlace::number
  std::optional<model::ZooType> zoo;
  dataset::ElementType element = dataset::ElementType::kUint8;  // of what goes in
  std::vector<std::string> class_names;                         // empty, or one a class
  // What a text or a table's row is before it goes in, and files of those names.
  dataset::Tokens tokens;  // vocabulary 0: no texts
  std::vector<ExportedFile> vocabularies;
  std::vector<dataset::Column> columns;   // of a table
  std::vector<std::string> target_names;  // of a regression's values, where there are several
  // In the order of the file; every parameter and buffer of the layers is among them, with its
  // shape, as float32. Besides them only "num_batches_tracked" of batch norms, int64.
  std::vector<train::TensorView> tensors;
  std::shared_ptr<const void> storage;  // what the tensors are views into

  // By its name, which must be one of the layers'.
  const train::TensorView& tensor(const std::string& name) const;
};

// Of a job's folder: job.yaml, the index that it names, and model.safetensors, or that of the
// checkpoint "step-120", "120" or "best" (with the average of the weights where the job is one that
// uses it).
//   kNotFound         no job there; no model yet; no such checkpoint: names those that are there
//   kCorrupt, kChecksum  the model is damaged, or of another network
Result<TrainedModel> load_trained_model(fs::FileSystems& files, const std::string& job_uri,
                                        const std::string& checkpoint, Deadline deadline);

// The tensors' names, shapes and types are those of the layers. kCorrupt names the first that is
// not.
Status check_tensors(const TrainedModel& model);

}  // namespace howdah::exporting
