// The heart of a worker: trains its streams of a job together with the other members of its
// generation. No control plane in here: whoever owns it says when to enter which generation.
//
//   create()                     weights by the job's seed, step 0
//   enter(group)                 everybody at the same step, with the same state
//   step() ... step()            until one returns kAborted: then enter() the next generation
//   evaluate(part), snapshot()
//
// One thread, but for interrupt(), applied_steps() and total_steps(), which any thread may call.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/mutex.h"
#include "comm/group.h"
#include "dataset/stream_reader.h"
#include "model/training.h"
#include "parallel/stream_batches.h"
#include "train/checkpoint.h"
#include "train/gradient_tree.h"
#include "train/metrics.h"
#include "train/model_state.h"
#include "train/network.h"
#include "train/translation_texts.h"

namespace howdah::parallel {

struct TrainerOptions {
  dataset::Split split;
  dataset::ReaderOptions reader;
  bool trains = true;  // false: it has no step to do, and needs no training part
  std::optional<fs::Location> pretrained = {};  // training.pretrained.weights
  train::TranslationTexts texts =
      {};  // of a translation: without them BLEU and chrF are no numbers
};

// Where a generation's state comes from; job::GenerationPlan says it.
struct StateSource {
  // A member that has applied start_step steps; those who are elsewhere take its state.
  std::optional<int> holder_rank;
  int64_t start_step = -1;
  // Without a holder: rank 0 takes the newest valid checkpoint of this folder, or the seed where
  // there is none, and is the holder.
  std::optional<fs::Location> checkpoints;
};

// Equal on every member but for the times.
struct StepReport {
  int64_t step = 0;    // the one that was applied, from 0
  int64_t epoch = 0;   // from 0
  double loss = 0;     // the mean over what the job's loss counts in the batch
  double penalty = 0;  // what the regularization added
  // Of so many answers so many are right: records, or tokens that are no padding; 0 of a
  // regression.
  int64_t correct = 0, answers = 0;
  int64_t records = 0;
  double learning_rate = 0;
  struct {
    std::chrono::nanoseconds wait{}, compute{}, communicate{}, update{};
  } time;  // of this worker: waiting for data; computing; waiting for sums after that; the
           // optimizer
};

// How the records of a part are dealt to the job's streams.
dataset::PlanOptions plan_options(const model::Training& training, const dataset::Index& index,
                                  const dataset::Split& split, dataset::Part part);

class DataParallelTrainer {
 public:
  // folder: of the indexed dataset. endpoint: outlives the trainer; gives the gradients' memory.
  //   kInvalidArgument  the job and the dataset do not fit each other
  static Result<std::unique_ptr<DataParallelTrainer>> create(const model::Training& training,
                                                             const dataset::Index& index,
                                                             const fs::Location& folder,
                                                             comm::Endpoint& endpoint,
                                                             const TrainerOptions& options);
  ~DataParallelTrainer();

  // Takes part in a generation; all members call it. Returns the step to start from, with the state
  // in place. On an error the state is still that of applied_steps().
  //   kAborted             interrupted, or a member was lost
  //   kFailedPrecondition  the checkpoint was made by another job: says what differs
  Result<int64_t> enter(std::unique_ptr<comm::Group> group, const StateSource& source,
                        Deadline deadline);

  // Computes and applies one step. On an error nothing was applied.
  //   kAborted           interrupted, or a member was lost: enter() another generation
  //   kNumeric           the loss is not finite; the same on every member
  //   kDeadlineExceeded the generation is aborted: it cannot go on
  Result<StepReport> step(Deadline deadline);

  bool has_part(dataset::Part part) const {
    return dataset::has_part(index_, options_.split, part);
  }
  // Whether evaluate(kValidation) must come before the next step, because the learning rate or the
  // course of the training waits for its figures: where an epoch was just completed, also by the
  // members whose state this is.
  bool validation_due() const;
  // Exact figures over a part of the data that is there, the same on every member; all members call
  // it.
  Result<train::Metrics> evaluate(dataset::Part part, Deadline deadline);

  // What the network says of the records of a part that this worker's streams carry: `write` gets
  // batch after batch of a stream, and then the stream's end (null). Its errors are returned.
  using WriteAnswers = std::function<Status(int stream, const dataset::RecordBatch* batch,
                                            const train::Predictions& said)>;
  Status predict(dataset::Part part, const WriteAnswers& write, Deadline deadline);
  // Waits until every member has come here.
  Status meet(Deadline deadline);

  // Ends enter(), step() and evaluate() of this generation, and of those before it, with kAborted;
  // also when it was not entered yet.
  void interrupt(uint64_t generation, const Status& why);
  // Rank of the member whose loss ended the generation.
  std::optional<int> suspect() const;

  // -1: it has never been in a generation, and holds no state that others could take.
  int64_t applied_steps() const { return applied_; }
  int64_t steps_per_epoch() const { return steps_per_epoch_; }
  int64_t total_steps() const { return training_.epochs * steps_per_epoch_; }
  // No step is left: all are applied, or training stopped early.
  bool finished() const { return applied_ >= total_steps() || course_.stopped_epoch > 0; }
  const model::Course& course() const { return course_; }  // the same on every member

  // After step() returned kNumeric: everybody goes back to the newest checkpoint (or the
  // beginning), and on from there with a lower learning rate; all members call it. Returns the step
  // to start from. On an error the generation is over.
  //   as enter()
  Result<int64_t> roll_back(const fs::Location& checkpoints, Deadline deadline);
  // After the last step: everybody takes the weights of a checkpoint, for evaluate() and
  // model_file(); all members call it. On an error the generation is over.
  Status take_weights(const fs::Location& checkpoint, Deadline deadline);

  // A copy of weights and optimizer at applied_steps(): CheckpointWriter's.
  std::shared_ptr<const train::Snapshot> snapshot();
  // model.safetensors as bytes, of what evaluate() evaluates: the average of the weights, where the
  // job asks for one. Its SHA-256: Sha256::hex_of().
  std::string model_file();
  // Takes weights from elsewhere, for evaluation.
  Status load_weights(std::span<const train::TensorView> tensors);
  StreamBatches::InputBytes input_bytes() const { return batches_.input_bytes(); }

 private:
  DataParallelTrainer(const model::Training& training, const dataset::Index& index,
                      const fs::Location& folder, comm::Endpoint& endpoint,
                      const TrainerOptions& options, std::unique_ptr<const train::Layout> layout,
                      std::unique_ptr<train::Network> network, int64_t steps_per_epoch);

  Result<int64_t> join(const StateSource& source, Deadline deadline);
  Status load_from_storage(const StateSource& source, Deadline deadline);
  Status synchronize(int root, int64_t start_step, Deadline deadline);
  Status share_state(int root, std::span<const int> receivers, Deadline deadline);
  std::vector<std::span<float>> state_spans();
  train::ModelState model_state();
  std::string module_digest() const;

  Status compute(StepReport& report, Deadline deadline);
  Status compute_stream(int stream, StepReport& report, Deadline deadline);
  void start_sum(int bucket);
  Status collect(Deadline deadline);
  Status apply(StepReport& report);
  Status give_up(const Status& why);
  Status check_alive() const;

  // Each batch of the stream's share of a part, in order.
  Status walk(int stream, dataset::Part part,
              const std::function<Status(const dataset::RecordBatch&)>& visit, Deadline deadline);
  Status evaluate_stream(int stream, dataset::Part part, train::Answers& answers,
                         Deadline deadline);
  Status add_texts(const dataset::RecordBatch& batch, train::Answers& answers);
  Status merge(train::Answers& answers, Deadline deadline);
  Result<train::Predictions> answers_to(const dataset::RecordBatch& batch);
  void note_validation(const train::Metrics& metrics);

  const model::Training training_;
  const dataset::Index index_;
  const fs::Location folder_;
  comm::Endpoint& endpoint_;
  const TrainerOptions options_;
  const std::unique_ptr<const train::Layout> layout_;
  const int64_t steps_per_epoch_;
  const std::unique_ptr<train::Network> network_;
  train::Optimizer optimizer_;
  StreamBatches batches_;
  dataset::EpochPlan plan_;  // of the present epoch

  std::vector<std::shared_ptr<comm::SharedFloats>> memory_;  // outlives the group and the tree
  train::GradientTree tree_;

  std::atomic<int64_t> applied_ = -1;
  model::PlateauState plateau_;
  model::Course course_;
  comm::StreamRange streams_;
  std::vector<comm::Group::Ticket> tickets_;  // of the sums under way, by bucket

  std::atomic<bool> interrupted_ = false;
  mutable Mutex mutex_;  // over who may interrupt what
  uint64_t interrupted_up_to_ HOWDAH_GUARDED_BY(mutex_) = 0;
  // Replaced by the trainer's thread with the mutex held; it alone uses it without. The last
  // member: its threads use the memory above.
  std::unique_ptr<comm::Group> group_;
};

}  // namespace howdah::parallel
