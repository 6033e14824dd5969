#include "exporting/python_folder.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "exporting/model_json.h"
#include "exporting/python_source.h"
#include "exporting/python_tokens.h"
#include "exporting/signature.h"

namespace howdah::exporting {
namespace {

// As a literal of Python.
std::string literal(const std::string& text) {
  return nlohmann::json(text).dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
}

// Of a text where the vocabulary says its tokens.
std::string sample(const TrainedModel& model, const std::string& folder) {
  if (!model.vocabularies.empty())
    return fmt::format("torch.tensor(Tokenizer({}).batch([\"a text\"]))", literal(folder));
  const std::string shape = fmt::format("(1, {})", fmt::join(model.training.input, ", "));
  if (model.training.input_form == model::Form::kTokens)
    return fmt::format("torch.randint(1, {}, (1, {}))", model.training.vocabulary,
                       longest_of(model));
  if (model.element == dataset::ElementType::kUint8)
    return fmt::format("torch.randint(0, 256, {}, dtype=torch.uint8)", shape);
  return fmt::format("torch.randn{}", shape);
}

// How a text or a row becomes what the network takes.
std::string told_of_data(const TrainedModel& model) {
  std::string text;
  if (!model.vocabularies.empty())
    text += fmt::format("- `tokens.py` makes tokens of texts, and texts of tokens, by `{}`{}\n",
                        model.tokens.file,
                        model.tokens.tokenizer == dataset::Tokenizer::kSentencepiece
                            ? "; it needs the package `sentencepiece`"
                            : "");
  if (!model.columns.empty())
    text +=
        "- columns in their order: `columns` in `model.json`. One with `categories` holds codes: 0 "
        "for none\n  or another one, then 1, 2, ... in the order there\n";
  return text;
}

std::string readme(const TrainedModel& model, Names names) {
  std::string text = fmt::format(
      "# {}\n\nA network that Howdah trained, for PyTorch. `model.py` is the network, "
      "`model.safetensors`\n"
      "its weights{}, `model.json` the same network in words.\n\n```python\n{}```\n\n",
      model.job_name, names == Names::kTorchvision ? " under torchvision's names" : "",
      python_lines(model, "."));
  std::vector<Value> values = inputs_of(model);
  values.push_back(output_of(model));
  for (const Value& value : values)
    text += fmt::format("- {}: {}: {}\n", value.name, value.text(), value.meaning);
  text += told_of_data(model);
  const std::string normalization = normalization_text(model);
  if (!normalization.empty())
    text += fmt::format("- `Model.forward` normalizes by itself: {}\n", normalization);
  if (!model.class_names.empty())
    text += fmt::format("- classes, from 0 on: {}\n", fmt::join(model.class_names, ", "));
  return text;
}

}  // namespace

std::string python_lines(const TrainedModel& model, const std::string& folder) {
  return fmt::format(
      "import sys\n"
      "import torch\n"
      "sys.path.insert(0, {0})\n"
      "from model import Model, load_weights\n{3}"
      "model = Model()\n"
      "model.load_state_dict(load_weights({1}))\n"
      "model.eval()\n"
      "sample = {2}\n"
      "with torch.no_grad():\n"
      "    print(model(sample{4}))\n",
      literal(folder), literal(folder + "/model.safetensors"), sample(model, folder),
      model.vocabularies.empty() ? "" : "from tokens import Tokenizer\n",
      model.training.decoder.empty() ? "" : ", torch.tensor([[2]])");
}

Result<std::vector<ExportedFile>> python_folder(const TrainedModel& model, Names names) {
  std::vector<ExportedFile> files;
  files.push_back({"model.py", names == Names::kTorchvision ? torchvision_source(model)
                                                            : HOWDAH_TRY(python_source(model))});
  files.push_back({"model.json", HOWDAH_TRY(model_json(model))});
  if (!model.vocabularies.empty()) files.push_back({"tokens.py", std::string(kTokensPy)});
  for (const ExportedFile& file : model.vocabularies) files.push_back(file);
  files.push_back({"README.md", readme(model, names)});
  files.push_back({"model.safetensors", weights_file(model, names)});
  return files;
}

}  // namespace howdah::exporting
