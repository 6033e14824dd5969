// What a model says of the records of one stream, as JSON lines: one file of an output folder.
//
//   {"record": 17, "class": "ham", "probability": 0.98, "probabilities": [0.98, 0.02]}
//
// "record" is the record's place in the part. The file appears whole, by a rename: whoever lost a
// worker in between writes it again, to the same bytes.
#pragma once

#include <memory>
#include <string>

#include "dataset/index.h"
#include "fs/file_systems.h"
#include "model/training.h"
#include "train/network.h"

namespace howdah::worker {

class PredictionFile {
 public:
  // `training`, `trained_on`: outlive it; the latter names the classes and values.
  static Result<PredictionFile> create(const fs::Location& folder, int stream,
                                       const model::Training& training,
                                       const dataset::Index& trained_on, Deadline deadline);

  // Adds a line for each record of the batch.
  Status add(const dataset::RecordBatch& batch, const train::Predictions& said, Deadline deadline);
  Status close(Deadline deadline);

 private:
  PredictionFile(const model::Training& training, const dataset::Index& trained_on)
      : training_(&training), trained_on_(&trained_on) {}
  std::string line(int64_t record, size_t row, const train::Predictions& said) const;

  const model::Training* training_;
  const dataset::Index* trained_on_;
  fs::Location folder_;
  std::string hidden_, name_;
  std::unique_ptr<fs::OutputFile> file_;
};

}  // namespace howdah::worker
