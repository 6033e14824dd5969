// What to optimize and how, as plain values with the job file's names and units.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/augmentation.h"
#include "model/course.h"
#include "model/layers.h"
#include "model/loss.h"
#include "model/optimizer.h"
#include "model/pretrained.h"
#include "model/schedule.h"
#include "model/task.h"
#include "model/user_module.h"

namespace howdah::model {

struct Regularization {
  double l1 = 0;  // added to the loss: l1 * sum |w| over weights (not biases)
  double l2 = 0;  // added to the loss: l2 / 2 * sum w^2, over weights (not biases)
};

// Of all texts that a translation might be, the search goes on with the few best beginnings.
struct Beam {
  int64_t width = 4;            // 1: greedy
  double length_penalty = 0.6;  // 0: long texts are never preferred (Wu 2016, equation 14)
  int64_t longest = 1 << 20;    // tokens; never more than a target holds
};

struct Normalization {  // (value / 255 - mean) / stddev, a channel; empty: value / 255 only
  std::vector<double> mean, stddev;  // of values in [0, 1]
};

struct Training {
  Task task = Task::kImageClassification;
  std::vector<Layer> layers;
  // Translation: `layers` read the text, these write the other one; they see the tokens before the
  // one that they are to say, and the memory that the others made.
  std::vector<Layer> decoder;
  std::optional<UserModule> module;  // instead of layers
  Shape input;                       // of a record's features
  Form input_form = Form::kValues;   // tokens, of texts
  int64_t vocabulary = 0;            // of the input's tokens
  // What the last layer gives a value for: classes; tags, with 0 for padding; 1 of a binary
  // classification; the values of a regression; the vocabulary of what a translation writes or a
  // language model says.
  int64_t classes = 0;
  int64_t target_width = 1;  // int32 (of a regression: float32) that a record's target holds
  Loss loss;
  Beam beam;  // how a translation is looked for
  // What an evaluation reports beside the task's usual figures: names of src/measure.
  std::vector<std::string> measures = {};
  Optimizer optimizer;
  Schedule schedule;
  Regularization regularization;
  Normalization normalization;
  Augmentation augmentation;
  CourseRules course;
  Pretrained pretrained;
  bool bfloat16 = false;  // forward and backward by libtorch's autocast; the weights are float32
  // How images lie in memory inside the network; when not given, as is faster.
  std::optional<bool> channels_last;
  bool bucketing = true;  // of texts: those of a micro-batch are of similar length
  int64_t epochs = 1;
  int64_t batch = 128;  // global
  uint64_t seed = 1;
  int streams = 1;
  int threads = 1;  // of each worker: a fixed property of the job, the result depends on it
};

// The layers and the decoder's, with what the first and the last one must take and give; of a
// user's module its parts.
//   kInvalidArgument     as infer_shapes; a task with a decoder and none, or the other way round
//   kFailedPrecondition  nobody has looked into the module yet
Result<std::vector<LayerShape>> infer_network(const Training& training);

// What goes into the network, and what it must give.
Signal network_input(const Training& training);
Signal network_output(const Training& training);
// "one value a class": of each output, for messages.
std::string_view what_outputs_say(Task task);

}  // namespace howdah::model
