// What training can go on from, in a folder of its own:
//
//   <dir>/step-<n>/model.safetensors       weights and buffers, by PyTorch's names
//                  optimizer.safetensors   its state: "exp_avg.0.weight"; "ema.0.weight"
//                  state.json              where in the data, and what made it
//                  MANIFEST.json           every other file with length and SHA-256
//   <dir>/best.json                        which of them did best in a validation, where asked for
//
// It is written under <dir>/step-<n>.tmp-<random>, MANIFEST.json last and by a rename, and then
// renamed as a whole: a folder step-<n> with a manifest is complete, anything else is left over
// from a writer that died.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "fs/file_system.h"
#include "model/course.h"
#include "model/schedule.h"
#include "train/safetensors.h"

namespace howdah::train {

inline constexpr const char* kModelFile = "model.safetensors";
inline constexpr const char* kOptimizerFile = "optimizer.safetensors";
inline constexpr const char* kStateFile = "state.json";
inline constexpr const char* kManifestFile = "MANIFEST.json";
inline constexpr const char* kBestFile = "best.json";

struct TrainingState {
  int64_t step = 0;   // steps applied: the next one to compute
  int64_t epoch = 0;  // of that next step
  uint64_t seed = 0;
  int streams = 0;
  int64_t batch = 0;
  std::string dataset;                         // the index's fingerprint
  std::string engine;                          // engine_fingerprint()
  std::string module;                          // SHA-256 of a user's module; empty: of layers
  std::optional<model::PlateauState> plateau;  // where the learning rate waits for one
  std::optional<model::Course> course;         // where the training may leave its course

  std::string to_json() const;
  static Result<TrainingState> from_json(const std::string& text);  // kCorrupt
};

// A copy of the trainer's state at one step, independent of it.
struct Snapshot {
  TrainingState state;
  std::vector<TensorView> model, optimizer;  // views into storage
  std::vector<std::byte> storage;
};

struct WrittenCheckpoint {
  int64_t step = 0;
  std::string path;
  std::string model_sha256;
};

// Writes one checkpoint. Where a complete one of this step lies already, it stays: the same step
// has the same bits.
Result<WrittenCheckpoint> write_checkpoint(fs::FileSystem& files, const std::string& dir,
                                           const Snapshot& snapshot, Deadline deadline);

struct Checkpoint {
  std::string path;
  TrainingState state;
  std::string model_sha256;
  std::vector<std::byte> model_file, optimizer_file;
  std::vector<TensorView> model, optimizer;  // views into the files
};

// Reads and verifies one.
//   kNotFound            no manifest there
//   kCorrupt, kChecksum  a file is missing, shorter, longer or different from what the manifest
//   says
Result<Checkpoint> load_checkpoint(fs::FileSystem& files, const std::string& path,
                                   Deadline deadline);

// The newest valid one; nothing where there is none. Invalid ones are passed over with a warning.
Result<std::optional<Checkpoint>> load_newest_checkpoint(fs::FileSystem& files,
                                                         const std::string& dir, Deadline deadline);

// What best.json says.
struct BestCheckpoint {
  int64_t step = 0;
  int64_t epoch = 0;    // from 1
  std::string measure;  // "accuracy", of the validation
  double value = 0;
};
// The step's checkpoint is there. A reader sees the former one or this.
Status write_best(fs::FileSystem& files, const std::string& dir, const BestCheckpoint& best,
                  Deadline deadline);
// Nothing where none was written. kCorrupt.
Result<std::optional<BestCheckpoint>> read_best(fs::FileSystem& files, const std::string& dir,
                                                Deadline deadline);
// "<dir>/step-120"
std::string checkpoint_path(const std::string& dir, int64_t step);

// Removes all but the newest `keep` complete checkpoints and the best one, and what dead writers
// left. Only for the one process that writes checkpoints there.
Status sweep_checkpoints(fs::FileSystem& files, const std::string& dir, int keep,
                         Deadline deadline);

}  // namespace howdah::train
