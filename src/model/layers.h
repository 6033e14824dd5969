// A network as the job file writes it: a tree of layers, as plain values. No libtorch here, so that
// the client checks shapes in milliseconds.
//
// The layers of a list follow each other; a layer with branches (residual, parallel) holds lists of
// its own. Names are those of PyTorch's modules: "3.weight" is of the fourth layer of the network,
// "3.layers.0.weight" and "3.shortcut.1.weight" of a residual block there, "3.branches.1.0.weight"
// of the second branch of a parallel block. The order of everything is depth-first: a block, then
// what it holds (layer_walk.h).
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"

namespace howdah::model {

using Shape = std::vector<int64_t>;  // of one sample: [channels, height, width], or [features]
std::string to_string(const Shape& shape);  // "[1, 28, 28]"

// What the extents of a shape mean. The first extent of tokens and sequences is the longest length:
// a batch may be shorter, and what lies beyond a text's own length is padding that no layer looks
// at.
enum class Form {
  kValues,    // float32 of a fixed shape
  kTokens,    // [length]: numbers of a vocabulary, 0 is padding
  kSequence,  // [length, features]: float32
};

// What flows between two layers, of one sample.
struct Signal {
  Shape shape;
  Form form = Form::kValues;
  Signal(Shape shape, Form form = Form::kValues)  // NOLINT: implicit, most have a fixed shape
      : shape(std::move(shape)), form(form) {}
  Signal(std::initializer_list<int64_t> extents) : shape(extents) {}
  bool operator==(const Signal&) const = default;
};
std::string to_string(const Signal& signal);  // "a sequence of [256, 64]"

enum class LayerType {
  kConv1d,
  kConv2d,
  kMaxPool1d,
  kMaxPool2d,
  kAveragePool1d,
  kAveragePool2d,
  kGlobalAveragePool,
  kAdaptiveAveragePool2d,
  kBatchNorm1d,
  kBatchNorm2d,
  kLayerNorm,
  kGroupNorm,
  kDense,
  kDropout,
  kFlatten,
  kReshape,
  kRelu,
  kLeakyRelu,
  kElu,
  kGelu,
  kSilu,
  kTanh,
  kSigmoid,
  kHardTanh,
  kSoftplus,
  kSoftmax,
  kLogSoftmax,
  kGlobalMaxPool,
  kEmbedding,
  kRnn,
  kLstm,
  kGru,
  kEmbedColumns,
  kOneHotColumns,
  kMultiHeadAttention,
  kAttention,
  kCrossAttention,
  kLuongAttention,
  kPositionalEncoding,
  kTransformerEncoder,
  kTransformerDecoder,
  kResidual,
  kParallel,
};

// Of an image's rows and columns; layers of one dimension look at the columns only.
struct Pair {
  int64_t rows = 0, columns = 0;
  Pair(int64_t both) : rows(both), columns(both) {}  // NOLINT: implicit, a square is one number
  Pair(int64_t rows, int64_t columns) : rows(rows), columns(columns) {}
  bool operator==(const Pair&) const = default;
};
std::string to_string(const Pair& pair);  // "3", or "[3, 5]"

// How well a key fits a query q: the higher, the more of its value is taken.
enum class AttentionScore {
  kAdditive,  // v . tanh(W q + U k)
  kDot,       // q . k
  kGeneral,   // q . W k
};

struct Layer {
  LayerType type = LayerType::kRelu;
  // Outputs of dense, rnn, lstm, gru, attention (0: as many as inputs); filters of convolutions;
  // features of embeddings.
  int64_t units = 0;
  Pair kernel = 0;              // convolutions, pooling: the window; adaptive pooling: the output
  Pair stride = 1;              // pooling: the kernel when not given
  Pair padding = 0;             // values on each side; kSame: as many as keep the size
  bool bias = true;             // dense, convolutions
  double rate = 0;              // of dropout: the share set to zero, in [0, 1)
  Pair dilation = 1;            // convolutions
  int64_t groups = 1;           // convolutions, group_norm
  bool ceil_mode = false;       // pooling: a last window that is not full counts
  double momentum = 0.1;        // batch norm: the share of this batch in the running statistics
  double epsilon = 1e-5;        // norms
  double slope = 0.01;          // leaky_relu, below zero
  double alpha = 1;             // elu
  double beta = 1;              // softplus
  double least = -1, most = 1;  // hard_tanh
  bool tanh_approximation = false;  // gelu
  Shape shape = {};                 // reshape: of the output, one extent may be -1
  int64_t dimensions = 0;  // layer_norm: how many of the last; 0: the only one of [features]
  int64_t axis = 1;        // softmax, parallel's concat: the batch is 0, so channels or features
  bool concat = true;      // parallel: one after the other along the axis, else their sum
  std::string share = {};  // embedding, dense: the layer whose weight is taken, such as "0"
  std::vector<std::vector<Layer>> branches = {};  // residual: the layers, and the shortcut (empty:
                                                  // the input itself); parallel: any number
  int64_t vocabulary = 0;  // embedding: how many tokens; 0: the data's (fill.h)
  double deviation = 1;    // embeddings: of the initial values, which are normal
  // rnn, lstm, gru: layers on each other, `rate` is dropped between them; transformers: one after
  // the other
  int64_t repeats = 1;
  bool bidirectional = false;  // and the other way round, beside it
  double recurrent_rate = 0;   // dropout on what the state says to the next step, one mask a text
  bool from_memory = false;    // rnn, lstm, gru: begins with what the encoder ends with
  bool last = false;           // gives the final state only, not that of each step
  bool relu = false;           // rnn: instead of tanh
  int64_t heads = 8;           // attention, transformers
  int64_t feed_forward = 0;    // transformers: units within; 0: four times the features
  bool causal = false;         // attention, transformer_encoder: no place sees those after it
  bool norm_first = false;     // transformers: norm before each part, not after it
  bool gelu = false;           // transformers: the activation within, else relu
  bool learned = false;        // positional_encoding: else sinusoidal
  bool scale = false;          // positional_encoding: the input times the root of its features
  bool pooled = true;          // attention: the whole sequence becomes [features]
  AttentionScore score = AttentionScore::kAdditive;
  std::vector<int64_t> columns = {};           // embed_columns, one_hot_columns: of codes, from 0
  std::vector<std::string> column_names = {};  // as the job file names them, else empty
  std::vector<int64_t> sizes = {};             // how many codes each of `columns` holds, with 0
  std::string where = {};                      // "job.yaml:12:7", for messages
  static constexpr int64_t kMostRepeats = 64;
  static constexpr int64_t kSame = -1;
};
std::string_view layer_type_name(LayerType type);  // as the job file writes it: "conv2d"

// Initial values: normal with initial_deviation, uniform in [-initial_bound, initial_bound), or
// initial_value everywhere; whichever is not 0.
struct LayerParameter {
  std::string name;  // "weight"
  Shape shape;
  bool regularized = false;
  double initial_bound = 0;
  float initial_value = 0;
  double initial_deviation = 0;
  int64_t initial_zeros = 0;  // so many of the first values are 0 instead: padding's
  bool frozen = false;        // keeps its value, whatever the optimizer's groups say
};
struct LayerBuffer {
  std::string name;  // "running_mean"
  Shape shape;
  float initial_value = 0;
};

struct LayerShape {
  Shape input, output;
  Form input_form = Form::kValues, output_form = Form::kValues;
  int64_t parameters = 0;             // values; a block: 0, as what it holds is listed by itself
  int64_t multiply_adds = 0;          // a sample, of convolutions, dense and recurrent layers
  std::string name = {};              // "3.layers.0"
  LayerType type = LayerType::kRelu;  // a part of a user's module has none
  int depth = 0;                      // blocks around it
  // The parameter of an earlier layer that stands before the layer's own ones: "0.weight".
  std::string shared = {};
  std::vector<LayerParameter> trained = {};
  std::vector<LayerBuffer> buffers = {};

  // "3.layers.0.weight" of "weight"; "weight" itself where the layer is the whole network.
  std::string name_of(const std::string& tensor) const {
    return name.empty() ? tensor : name + "." + tensor;
  }
};

// Which list of a network: the only one, an encoder, or the decoder that follows it.
struct LayerList {
  std::string_view name = {};      // "decoder": of its parameters and in messages; none: the first
  int first_number = 0;            // of its layers, where others came before
  const Signal* memory = nullptr;  // what the encoder gives, for layers that attend to it
  // The layers before the list, whose weights it may share.
  const std::vector<LayerShape>* before = nullptr;
  bool causal = false;  // each place is to say the next token: no layer may look ahead
};

// The shapes between the layers, by PyTorch's rules, one for each layer in depth-first order (so a
// block stands before what it holds).
//   kInvalidArgument  names the layer's place, number and type, the shape expected and the one
//   found
Result<std::vector<LayerShape>> infer_shapes(const std::vector<Layer>& layers, const Signal& input,
                                             const LayerList& list = {});
// The same, and the last output must be [classes].
Result<std::vector<LayerShape>> infer_shapes(const std::vector<Layer>& layers, const Signal& input,
                                             int64_t classes);
// How many layers there are, blocks and what they hold.
int layer_count(const std::vector<Layer>& layers);
// What comes out of the list: the output of the last layer that is in no block.
Signal output_of(const std::vector<LayerShape>& shapes);

// Of all that is trained: "3.layers.0.weight", in the order of the layers.
std::vector<std::string> parameter_names(const std::vector<LayerShape>& shapes);

}  // namespace howdah::model
