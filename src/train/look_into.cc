#include "train/look_into.h"

#include "base/digest.h"
#include "train/bound_module.h"
#include "train/module_call.h"
#include "train/network.h"

namespace howdah::train {
namespace {

constexpr int64_t kLimitBytes = int64_t{1} << 36;
constexpr int64_t kRecords = 2;  // batch norm needs more than one

// Every value 0, every token 1 (unknown), every class and tag the first that counts.
dataset::RecordBatch made_up_records(const model::Training& training,
                                     dataset::ElementType element) {
  int64_t count = kRecords;
  for (const int64_t extent : training.input) count *= extent;
  dataset::RecordBatch batch;
  batch.records = kRecords;
  if (training.input_form == model::Form::kTokens) {
    const std::vector<int32_t> tokens(static_cast<size_t>(count), 1);
    const Bytes bytes = std::as_bytes(std::span(tokens));
    batch.features.assign(bytes.begin(), bytes.end());
  } else {
    batch.features.resize(static_cast<size_t>(count) *
                          (element == dataset::ElementType::kUint8 ? 1 : sizeof(float)));
  }
  const bool tags = training.task == model::Task::kTagging;
  batch.labels.assign(static_cast<size_t>(kRecords * training.target_width),
                      tags && training.classes > 1 ? 1 : 0);
  batch.values.assign(batch.labels.size(), 0);
  return batch;
}

}  // namespace

Status look_into_module(model::Training& training) {
  const auto opened = HOWDAH_TRY(open_user_module(training));
  std::vector<model::LayerShape>& parts = training.module->parts;
  HOWDAH_TRY(module_call([&] {
    parts = parts_of(*opened);
    return Status::ok();
  }));
  for (const model::LayerShape& part : parts)
    if (!part.trained.empty()) return Status::ok();
  return Status(Code::kInvalidArgument, "it has no parameter to train")
      .with_advice("a frozen archive (torch.jit.freeze) has none");
}

Status look_into_module(fs::FileSystems& files, model::Training& training, Deadline deadline) {
  model::UserModule& module = *training.module;
  const fs::Location file = HOWDAH_TRY(files.resolve(module.file));
  auto content = HOWDAH_TRY(fs::read_file(*file.files, file.path, kLimitBytes, deadline));
  const std::string digest = Sha256::hex_of(as_bytes(content));
  if (!module.sha256.empty() && module.sha256 != digest)
    return Status(Code::kInvalidArgument,
                  "its SHA-256 is " + digest + ", not " + module.sha256 + " as the job says");
  module.sha256 = digest;
  module.content = std::make_shared<const std::string>(std::move(content));
  return look_into_module(training);
}

Status try_module(const model::Training& training, dataset::ElementType element) {
  model::Training plain = training;
  plain.augmentation = {};
  const Layout layout = HOWDAH_TRY(Layout::of(plain));
  const auto network = HOWDAH_TRY(Network::create(plain, layout, element));
  const dataset::RecordBatch batch = made_up_records(plain, element);
  const Network::Observers nobody{[](const SampleSums&, std::span<const float>) {},
                                  [](int, const float*) {}};
  HOWDAH_TRY(network->backward(batch, 1, nobody));
  Answers answers(plain);
  return network->evaluate(batch, answers);
}

}  // namespace howdah::train
