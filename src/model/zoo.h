// Known networks, as lists of layers: `model: {type: resnet20}`. For images:
//
//   mlp        flatten, then dense and relu for each of `hidden` (and dropout), dense
//   lenet      LeNet-5 (LeCun 1998) with tanh and average pooling, images padded as for 28 x 28
//   small_cnn  two times convolution, relu, max pooling; dense 128
//   resnet20   for 32 x 32 (He 2015, section 4.2): three stages of 16, 32, 64 channels; where the
//              shape changes the shortcut is a projection (1 x 1 convolution and batch norm)
//   resnet18, resnet50   for 224 x 224, as torchvision builds them (50: stride in the 3 x 3)
//
// For texts, each beginning with an embedding of the data's vocabulary:
//
//   text_cnn   convolutions of several widths side by side, each with relu and global max pooling,
//              dropout, dense (Kim 2014)
//   rnn, lstm, gru   dropout, recurrent layers, pooling over the steps, dropout, dense
//
//   transformer_encoder   embedding, sinusoidal positions, layers, the mean of the text, dense
//   transformer_lm, lstm_lm   say each next token: a causal transformer_encoder, or an lstm
//   transformer           translates: an encoder and a decoder of as many layers (Vaswani 2017)
//   lstm_attention, gru_attention   translate: a bidirectional encoder; a decoder that begins with
//                         what it ends with, and attends to it (Luong 2015)
//
// Transformers with norms first have a last norm after their layers.
//
// For tables:
//
//   wide_and_deep   the sum of a dense layer over numbers and one-hot categories, and of an mlp
//   over
//                   numbers and embedded categories (Cheng 2016)
//
// All begin with Layer's PyTorch defaults for initial values.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/layers.h"

namespace howdah::model {

enum class ZooType {
  kMlp,
  kLenet,
  kSmallCnn,
  kResnet20,
  kResnet18,
  kResnet50,
  kTextCnn,
  kRnn,
  kLstm,
  kGru,
  kWideAndDeep,
  kTransformerEncoder,
  kTransformerLm,
  kLstmLm,
  kTransformer,
  kLstmAttention,
  kGruAttention,
};

// How the states of a recurrent classifier become one.
enum class Pooling { kLast, kMean, kMax };

// Keys of the job file, beside `classes`; what each means stands at the members of ZooModel.
enum class ZooKey {
  kHidden,
  kEmbedding,
  kFilters,
  kKernels,
  kUnits,
  kLayers,
  kBidirectional,
  kDropout,
  kPooling,
  kWidth,
  kHeads,
  kFeedForward,
  kNorm,
  kShared,
};

struct ZooModel {
  ZooType type = ZooType::kMlp;
  int64_t classes = 0;                       // 0: those of the data
  std::vector<int64_t> hidden = {512, 256};  // of an mlp
  double dropout = 0;
  int64_t embedding = 128;                   // features of a token, or of a category
  int64_t filters = 100;                     // text_cnn: of each kernel
  std::vector<int64_t> kernels = {3, 4, 5};  // text_cnn
  int64_t units = 128;                       // of a recurrent layer
  int64_t layers = 1;                        // recurrent ones, those of a transformer
  bool bidirectional = false;
  Pooling pooling = Pooling::kMax;
  int64_t width = 256;       // transformers: features of a token
  int64_t heads = 4;         // transformers
  int64_t feed_forward = 0;  // transformers: 0: four times the width
  bool norm_first = true;    // transformers
  bool shared = false;       // transformers: one weight for all embeddings and the output
  std::string where = {};    // "job.yaml:12:7", for messages about its layers
};

struct ZooRow {
  ZooType type;
  std::string_view name;
  std::vector<ZooKey> keys = {};  // in the order in which they are written
  ZooModel fallback = {};         // what they are unless given
};
const std::vector<ZooRow>& zoo_types();  // in the order of ZooType

std::vector<Layer> zoo_layers(const ZooModel& model, int64_t classes);
// Of those that translate the decoder, which writes `classes` tokens; of others none.
std::vector<Layer> zoo_decoder(const ZooModel& model, int64_t classes);

// Of a parameter or buffer of resnet18 or resnet50, the name in torchvision's state dictionary:
// "4.layers.0.weight" is "layer1.0.conv1.weight". Nothing for other networks and names.
std::optional<std::string> torchvision_name(ZooType type, std::string_view name);

// Of zoo_resnet.cc, zoo_text.cc, zoo_transformer.cc.
std::vector<Layer> resnet_layers(ZooType type, int64_t classes);
std::vector<Layer> text_cnn_layers(const ZooModel& model, int64_t classes);
std::vector<Layer> recurrent_layers(const ZooModel& model, int64_t classes);
std::vector<Layer> attending_layers(const ZooModel& model, int64_t classes);
std::vector<Layer> attending_decoder(const ZooModel& model, int64_t classes);

}  // namespace howdah::model
