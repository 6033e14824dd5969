// One generation at a worker: join the group, take the state, step, evaluate, write checkpoints,
// until the steps are done or the generation breaks.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>

#include "comm/group.h"
#include "job/coordinator.h"
#include "job/job_spec.h"
#include "parallel/data_parallel.h"
#include "roles/proto/control.pb.h"
#include "train/checkpoint_writer.h"
#include "worker/progress_meter.h"

namespace howdah::worker {

class TrainingRun {
 public:
  using Send = std::function<void(const control::FromWorker&)>;

  // What a job that asks a model needs beside it (job::AnswerSpec).
  struct Asked {
    fs::Location weights;
    fs::Location output;               // of predictions; no file system: none are written
    const dataset::Index* trained_on;  // outlives the run
  };

  // `asked`: a model is asked instead of trained.
  TrainingRun(uint32_t worker, const job::JobSpec& spec, fs::Location checkpoints,
              fs::Location model, comm::Endpoint& endpoint, parallel::DataParallelTrainer& trainer,
              Send send, std::optional<Asked> asked = {});

  // Ok when the job's steps are done, the test is evaluated and the model is written (Done was
  // sent).
  //   kAborted  the generation broke, or was interrupted: suspect() may tell by whom
  //   others    this worker cannot go on
  Status run(const job::GenerationPlan& plan);
  // By any thread: generations up to this one end with kAborted, now and to come.
  void interrupt(uint64_t up_to_generation);
  std::optional<job::WorkerNumber> suspect() const { return suspect_; }
  uint64_t generation() const { return generation_; }  // the last one that run() took up
  // Steps applied; -1 before the first generation gave it a state.
  int64_t applied() const { return has_state_ ? trainer_.applied_steps() : -1; }

 private:
  Status form(const job::GenerationPlan& plan);
  Status train();
  Status after_step(const parallel::StepReport& report);
  bool checkpoint_due(int64_t applied) const;
  Status validate();
  Status keep_best();
  Status roll_back(const Status& why);
  Status take_best();
  control::Course course() const;
  void notice(const std::string& text, bool warning);
  Status evaluate(dataset::Part part, int64_t epoch);
  Status load_weights();
  Status answer();  // training_run_answer.cc
  Status predict();
  void write_checkpoint();
  Status finish();
  void send_input_bytes();
  bool leads() const { return rank_ == 0; }

  const uint32_t worker_;
  const job::JobSpec& spec_;
  const fs::Location checkpoints_, model_;
  comm::Endpoint& endpoint_;
  parallel::DataParallelTrainer& trainer_;
  const Send send_;
  const std::optional<Asked> asked_;
  ProgressMeter meter_;
  std::unique_ptr<train::CheckpointWriter> writer_;  // of the member that leads
  uint64_t generation_ = 0;
  int rank_ = 0;
  std::chrono::steady_clock::time_point checkpointed_at_;
  bool advised_ = false;  // on what is slow here
  std::atomic<bool> has_state_{false};
  std::optional<job::WorkerNumber> suspect_;
};

}  // namespace howdah::worker
