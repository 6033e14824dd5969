// A model is asked instead of trained: its figures over a part of the data, or what it says of each
// record.
#include <map>

#include "train/safetensors.h"
#include "worker/prediction_file.h"
#include "worker/training_run.h"

namespace howdah::worker {
namespace {
using std::chrono::minutes;

constexpr int64_t kMaxModelBytes = int64_t{1} << 36;
constexpr minutes kReadTimeout{10};
constexpr minutes kAnswerTimeout{24 * 60};
constexpr minutes kWriteTimeout{5};

}  // namespace

Status TrainingRun::load_weights() {
  const fs::Location& weights = asked_->weights;
  const auto file =
      fs::read_file(*weights.files, weights.path, kMaxModelBytes, Deadline::after(kReadTimeout));
  if (!file) return file.status().with_operation("read the model").with_peer(weights.uri());
  const auto tensors = train::parse_safetensors(as_bytes(*file));
  if (!tensors) return tensors.status().with_peer(weights.uri());
  const Status loaded = trainer_.load_weights(*tensors);
  return loaded ? loaded : loaded.with_peer(weights.uri());
}

Status TrainingRun::answer() {
  HOWDAH_TRY(load_weights());
  const dataset::Part part = spec_.answer->part;
  if (asked_->output.files == nullptr)
    HOWDAH_TRY(evaluate(part, 0));
  else
    HOWDAH_TRY(predict());
  send_input_bytes();
  control::FromWorker message;
  message.mutable_done()->set_generation(generation_);
  send_(message);
  return Status::ok();
}

Status TrainingRun::predict() {
  const fs::Location& output = asked_->output;
  std::optional<PredictionFile> file;
  const auto write = [&](int stream, const dataset::RecordBatch* batch,
                         const train::Predictions& said) -> Status {
    const Deadline deadline = Deadline::after(kWriteTimeout);
    if (!file)
      file = HOWDAH_TRY(
          PredictionFile::create(output, stream, spec_.training, *asked_->trained_on, deadline));
    if (batch != nullptr) return file->add(*batch, said, deadline);
    HOWDAH_TRY(file->close(deadline));
    file.reset();
    return Status::ok();
  };
  const Deadline deadline = Deadline::after(kAnswerTimeout);
  HOWDAH_TRY(trainer_.predict(spec_.answer->part, write, deadline));
  HOWDAH_TRY(trainer_.meet(deadline));
  if (!leads()) return Status::ok();
  return fs::write_file(*output.files, output.path + "/_SUCCESS", {}, {.overwrite = true},
                        Deadline::after(kWriteTimeout));
}

}  // namespace howdah::worker
