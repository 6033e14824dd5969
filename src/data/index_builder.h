// Makes an indexed dataset of a folder of IDX files, or of a prepared dataset: one pass over the
// source (texts and tables that are learnt from: another one before it, over the training part),
// bounded memory, and at the end one rename, so that the output is there whole or not at all.
//
// Several builders of the same output at once all end well: the first one's result is everyone's.
// On an error, or a stop, nothing is left behind.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "data/learned_index.h"
#include "dataset/request.h"

namespace howdah::data {

struct BuildProgress {
  std::string partition;
  int64_t records = 0;  // done of this partition
  int64_t of_records = 0;
};

struct BuildOptions {
  dataset::Request request;                     // images, when not given
  std::shared_ptr<const LearnedIndex> learned;  // that request.learned names; null: it names none
  // A label at or above is corrupt. Without: the highest label of the source + 1. Of texts and
  // tables: the number of classes that the training part is to have.
  std::optional<int64_t> classes;
  // At most; a chunk has one record at least. Without: 1 MiB, and 4 MiB for sources above 4 GiB.
  std::optional<int64_t> chunk_bytes;
  std::function<void(const BuildProgress&)> progress;  // called on the builder's thread
  std::stop_token stop;
};

struct BuildOutcome {
  dataset::Index index;
  bool reused = false;  // the output was there already: no source file was opened
};

// What Index::fingerprint will be: of the source files (names, lengths, modification times), and
// the options. It costs one listing. A folder named after it can be shared by jobs: it is never
// replaced under one that reads it.
Result<std::string> fingerprint_of(const fs::Location& source, const BuildOptions& options,
                                   Deadline deadline);

// An output of the same fingerprint is reused; one of another fingerprint is replaced.
//   kInvalidArgument  a number of classes, a chunk size or a request outside its limits; a source
//   that
//                     does not hold what is asked for: which column, or file and row; the output is
//                     there and is no indexed dataset
//   kNotFound         no source folder, or no data in it
//   kCorrupt          a source file is damaged: which, where and how
//   kAborted          the source changed meanwhile
//   kCancelled        `stop` was requested
//   and the errors of FileSystem
Result<BuildOutcome> build_index(const fs::Location& source, const fs::Location& output,
                                 const BuildOptions& options, Deadline deadline);

}  // namespace howdah::data
