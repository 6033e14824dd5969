#include "model/training.h"

#include <fmt/format.h>

#include "model/layer_inference.h"

namespace howdah::model {

Signal network_input(const Training& training) {
  Signal input(training.input, training.input_form);
  // A language model's record holds one token more than the network sees.
  if (training.task == Task::kLanguageModel && !input.shape.empty()) --input.shape[0];
  return input;
}

Signal network_output(const Training& training) {
  switch (training.task) {
    case Task::kTagging:
      return {Shape{training.input[0], training.classes}, Form::kSequence};
    case Task::kLanguageModel:
      return {Shape{training.input[0] - 1, training.classes}, Form::kSequence};
    case Task::kTranslation:
      return {Shape{training.target_width - 1, training.classes}, Form::kSequence};
    default:
      return {training.classes};
  }
}

std::string_view what_outputs_say(Task task) {
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

namespace {

Status check_output(const Training& training, const std::vector<LayerShape>& shapes) {
  const Signal wanted = network_output(training);
  const Signal output = output_of(shapes);
  if (output == wanted) return Status::ok();
  const bool decodes = !training.decoder.empty();
  const std::vector<Layer>& layers = decodes ? training.decoder : training.layers;
  return LayerInference{layers.back(),
                        LayerPlace{.list = decodes ? "decoder" : "", .index = layers.size() - 1}}
      .error(fmt::format("is the last one and must give {}, {}; it gives {}", to_string(wanted),
                         what_outputs_say(training.task), to_string(output)));
}

// Whoever looked into the module saw that it takes the input and gives the output.
Result<std::vector<LayerShape>> module_parts(const Training& training) {
  if (training.module->parts.empty())
    return Status(Code::kFailedPrecondition, "nobody has looked into the module yet")
        .with_peer(training.module->where);
  std::vector<LayerShape> parts = training.module->parts;
  const Signal input = network_input(training), output = network_output(training);
  for (LayerShape& part : parts) {
    part.input = input.shape;
    part.input_form = input.form;
    part.output = output.shape;
    part.output_form = output.form;
  }
  return parts;
}

}  // namespace

Result<std::vector<LayerShape>> infer_network(const Training& training) {
  if (training.module) return module_parts(training);
  auto shapes = HOWDAH_TRY(infer_shapes(training.layers, network_input(training),
                                        {.causal = training.task == Task::kLanguageModel}));
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
