// One run of a preparation: what it reads, where it writes, how far it has come. The rounds are
// carried out by a runner: on this machine (local_rounds.h) or as MapReduce (mapreduce_rounds.h);
// everything else is here, and so is the same in both.
//
//   open → (for each round: runner reads, finish_round) → runner writes → finish
#pragma once

#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "data/piece_writers.h"
#include "data/pipeline.h"
#include "data/report.h"
#include "data/work_folder.h"
#include "formats/source.h"
#include "fs/file_systems.h"
#include "prepare/spec.h"

namespace howdah::data {

using prepare::kTransformFile;
inline constexpr const char* kTransformKind = "howdah transform";

// "reading", "writing": how far, for a progress line.
struct RunProgress {
  std::string phase;
  int64_t done_bytes = 0, total_bytes = 0;
};
using TellProgress = std::function<void(const RunProgress&)>;
using TellLine = std::function<void(const std::string&)>;

struct RunLimits {
  int64_t memory_bytes = int64_t{1} << 30;
  int threads = 1;
  std::stop_token stop;
};

class Preparation {
 public:
  struct Options {
    bool overwrite = false;
    TellLine line;
  };
  static Result<std::unique_ptr<Preparation>> open(fs::FileSystems& files,
                                                   const prepare::PrepareSpec& spec,
                                                   const Options& options, Deadline deadline);

  // For tasks of this preparation on other machines: all that they must know lies in the work
  // folder, under `_state/`; to be called before each round that they carry out.
  Status share(Deadline deadline);
  // In such a task: the preparation as it was shared, without the right to write but through the
  // task's own files. `task_uri` is what shared_uri() said.
  //   kAborted  the source is no longer what it was
  static Result<std::unique_ptr<Preparation>> attach(fs::FileSystems& files,
                                                     const std::string& task_uri,
                                                     Deadline deadline);
  std::string shared_uri() const;

  // After a failure of this run: what the next one could go on with stays (the advice says so),
  // nothing else does.
  Status give_up(const Status& why);

  // The output of this very preparation is there: nothing is to be done but to report.
  bool done() const { return work_->found() == WorkFolder::Found::kDone; }
  const prepare::PrepareSpec& spec() const { return spec_; }
  formats::Source& source() { return *source_; }
  const formats::TableSchema& schema() const { return schema_; }
  Pipeline& pipeline() { return *pipeline_; }
  WorkFolder& work() { return *work_; }
  int rounds() const { return rounds_; }
  const std::string& fingerprint() const { return fingerprint_; }

  // The chunks need other columns' types: all that was learnt is void, reading starts anew.
  Status widen(const formats::TableSchema& needs);

  // The round that comes next, and the results that its readers feed (each its own).
  Pipeline::Round round() const { return pipeline_->next_round(); }
  std::unique_ptr<RoundResults> new_results() const;
  // The schema, what was learnt and what is to be dropped: `_state/` of the work folder, from which
  // a later run, or a mapper, goes on.
  Status finish_round(const RoundResults& results, std::vector<DropList>&& drops,
                      Deadline deadline);
  // Quarantined records of the present round, in their order.
  Status quarantine(const std::vector<DroppedRecord>& records);
  // The same, written elsewhere: takes the file.
  Status quarantine_file(const std::string& path, Deadline deadline);

  // When the pipeline is ready to write: which files there will be.
  Status plan_pieces(Deadline deadline);
  const PiecePlan& pieces() const { return plan_; }
  formats::WriterOptions writer_options() const;
  // A complete file of the plan that lies elsewhere in the file system: moves it to its place.
  Status take_piece(const WrittenPiece& piece, const std::string& path, Deadline deadline);
  // Of a complete file; remembered for a run that goes on after a break. One thread at a time.
  Status wrote(const WrittenPiece& piece);
  // By the run that was broken off.
  bool was_written(int32_t piece) const { return written_before_.contains(piece); }

  // Report, transform and manifest, then the rename.
  // `results` of the reading that wrote.
  Result<Report> finish(const RoundResults& results, Report::Run run, Deadline deadline);
  // The report of the output that was found.
  Result<Report> found_report(Deadline deadline);

 private:
  Preparation() = default;
  std::string digest() const;
  Status build_pipeline();
  Status begin(Deadline deadline);
  Status take_transform(Deadline deadline);
  void give_learnt_types();
  Result<bool> load_state(std::vector<std::string>& read, Deadline deadline);
  Status restore(Deadline deadline);
  Status add_tally(const Tally& tally);
  Status save(Deadline deadline);
  Status end_quarantine(Deadline deadline);
  Result<int64_t> measure_row_bytes(Deadline deadline);
  Status restore_written(std::vector<std::string>& kept, Deadline deadline);
  void add_columns(Report& report) const;
  Report report(Report::Run run) const;
  std::string transform_json() const;
  std::string manifest_json(const Report& report) const;

  prepare::PrepareSpec spec_;
  std::string fingerprint_;
  std::unique_ptr<formats::Source> source_;
  formats::TableSchema schema_;
  std::unique_ptr<Pipeline> pipeline_;
  nlohmann::ordered_json adopted_;  // state of the pipeline whose transform is applied; or null
  std::string adopted_uri_;
  formats::TableSchema adopted_schema_;  // the columns that it was learnt from
  std::unique_ptr<WorkFolder> work_;
  Tally tally_;  // of all rounds so far
  PiecePlan plan_;
  int64_t row_group_bytes_ = 16 << 20, target_rows_ = 0;
  std::map<int32_t, WrittenPiece> written_, written_before_;
  std::unique_ptr<fs::OutputFile> quarantine_file_, written_file_;
  fs::FileSystems* files_ = nullptr;
  int rounds_ = 0;
  bool resumed_ = false;
  TellLine line_;
};

}  // namespace howdah::data
