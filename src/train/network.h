// A network on the CPU: its weights, and what one micro-batch does with them. libtorch computes;
// this header is free of it.
//
// Not thread-safe, but for prepare(). Several networks in one process are independent of each
// other: nothing random comes from a generator of the process, or it is seeded and held while a
// user's module runs.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "dataset/index.h"
#include "dataset/stream_reader.h"
#include "model/training.h"
#include "train/answers.h"
#include "train/beam_search.h"
#include "train/layout.h"

namespace howdah::train {

// What a network says of each record of a batch.
struct Predictions {
  size_t width = 0;           // scores a record
  std::vector<float> scores;  // [records, width]: probabilities of classes (of a binary
                              // classification: of class 1), or the values of a regression
  std::vector<std::vector<int32_t>> tags;  // [records]: of each token, of a tagging
  std::vector<std::string> texts;          // [records]: of a translation
};

// A micro-batch as the first layer of a training sees it. Only a network looks into it.
struct PreparedBatch;

class Network {
 public:
  // element: of the records' features. layout: of this training; it outlives the network.
  // It begins as initialize() leaves it.
  //   kInvalidArgument  a normalization that has neither one value nor one a channel; a user's
  //                     module that cannot be opened, or is not the one of the layout
  static Result<std::unique_ptr<Network>> create(const model::Training& training,
                                                 const Layout& layout,
                                                 dataset::ElementType element);
  ~Network();

  // float32, as Layout says. Written by the optimizer between steps, never during a call.
  std::span<float> weights();
  // The canonical buffers: every stream starts from them in every step.
  std::span<float> buffers();

  // The weights and buffers before the first step: the seed's, or of a user's module what its file
  // holds and its factory makes.
  Status initialize();

  struct Observers {
    // After the forward pass: the sums, and the buffers as this micro-batch left them.
    std::function<void(const SampleSums& sums, std::span<const float> buffers)> forward_done;
    // During the backward pass, as soon as a parameter's gradient of the summed loss is known;
    // `values` are valid during the call.
    std::function<void(int parameter, const float* values)> gradient;
  };
  // The part of backward() that needs no weights: records are decoded, augmented and normalized. By
  // any thread, while another one calls anything else; never two at once.
  //   kOutOfMemory, kInternal
  Result<std::shared_ptr<const PreparedBatch>> prepare(const dataset::RecordBatch& batch,
                                                       uint64_t seed);
  // Forward and backward of one micro-batch. Augmentation and dropout depend on the seed alone.
  // Weights and canonical buffers stay as they are. prepared: what prepare() made of the batch with
  // the seed; null: it is done here.
  //   kOutOfMemory, kInternal; kInvalidArgument: whatever a user's module throws
  Status backward(const dataset::RecordBatch& batch, uint64_t seed, const Observers& observers,
                  const PreparedBatch* prepared = nullptr);

  // Adds the batch's answers and loss: without dropout, with the canonical buffers.
  Status evaluate(const dataset::RecordBatch& batch, Answers& answers);

  // What it says of the batch, as evaluate() sees it.
  //   kUnsupported  a language model; a translation: translate() writes it
  Result<Predictions> predict(const dataset::RecordBatch& batch);

  // What the decoder writes for each text of the batch (its targets are not looked at): tokens
  // without begin and end, fewer than a target's width.
  //   kInvalidArgument  no decoder; options that are not possible
  Result<std::vector<std::vector<int32_t>>> translate(const dataset::RecordBatch& batch,
                                                      const BeamOptions& options);

 private:
  class Impl;
  explicit Network(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace howdah::train
