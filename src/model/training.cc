#include "model/training.h"

#include <fmt/format.h>

#include "model/layer_inference.h"

namespace howdah::model {
namespace {

// What the last layer of the network must give.
Signal wanted_output(const Training& training) {
  switch (training.task) {
    case Task::kTagging:
      return {Shape{training.input[0], training.classes}, Form::kSequence};
    case Task::kLanguageModel:  // a record holds one token more than the network sees
      return {Shape{training.input[0] - 1, training.classes}, Form::kSequence};
    case Task::kTranslation:
      return {Shape{training.target_width - 1, training.classes}, Form::kSequence};
    default:
      return {training.classes};
  }
}

std::string_view what_it_says(Task task) {
  switch (task) {
    case Task::kTagging:
      return "one value a tag, at each token";
    case Task::kTranslation:
    case Task::kLanguageModel:
      return "one value a token of the vocabulary, at each token";
    case Task::kBinaryClassification:
      return "the logit of class 1";
    case Task::kRegression:
      return "the values that are asked for";
    default:
      return "one value a class";
  }
}

Status check_output(const Training& training, const std::vector<LayerShape>& shapes) {
  const Signal wanted = wanted_output(training);
  const Signal output = output_of(shapes);
  if (output == wanted) return Status::ok();
  const bool decodes = !training.decoder.empty();
  const std::vector<Layer>& layers = decodes ? training.decoder : training.layers;
  return LayerInference{layers.back(),
                        LayerPlace{.list = decodes ? "decoder" : "", .index = layers.size() - 1}}
      .error(fmt::format("is the last one and must give {}, {}; it gives {}", to_string(wanted),
                         what_it_says(training.task), to_string(output)));
}

}  // namespace

Result<std::vector<LayerShape>> infer_network(const Training& training) {
  Signal input(training.input, training.input_form);
  if (training.task == Task::kLanguageModel && !input.shape.empty()) --input.shape[0];
  auto shapes = HOWDAH_TRY(
      infer_shapes(training.layers, input, {.causal = training.task == Task::kLanguageModel}));
  if ((training.task == Task::kTranslation) != !training.decoder.empty())
    return Status(Code::kInvalidArgument, training.decoder.empty()
                                              ? "a translation needs a decoder beside its layers"
                                              : "only a translation has a decoder")
        .with_advice("see docs/training.md, or take a model of the zoo: {type: transformer}");
  if (!training.decoder.empty()) {
    const Signal memory = output_of(shapes);
    const Signal written(Shape{training.target_width - 1}, Form::kTokens);
    auto decoder = HOWDAH_TRY(infer_shapes(training.decoder, written,
                                           {.name = "decoder",
                                            .first_number = static_cast<int>(shapes.size()),
                                            .memory = &memory,
                                            .before = &shapes,
                                            .causal = true}));
    HOWDAH_TRY(check_output(training, decoder));
    shapes.insert(shapes.end(), decoder.begin(), decoder.end());
    return shapes;
  }
  HOWDAH_TRY(check_output(training, shapes));
  return shapes;
}

}  // namespace howdah::model
