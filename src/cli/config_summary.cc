#include "cli/config_summary.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <vector>

#include "cli/display.h"
#include "model/fill.h"
#include "model/summary.h"
#include "roles/user_module.h"

namespace howdah::cli {
namespace {

constexpr std::string_view kTokens = "tokens:";

Result<model::Shape> shape_of(std::string_view text) {
  const Status refusal =
      Status(Code::kInvalidArgument, fmt::format("--input is no shape: '{}'", text))
          .with_advice(
              "write channels x height x width: --input 3x32x32; of texts their length:"
              " --input tokens:256");
  model::Shape shape;
  const char* at = text.data();
  const char* const end = at + text.size();
  while (true) {
    int64_t extent = 0;
    const auto [next, error] = std::from_chars(at, end, extent);
    if (error != std::errc() || extent < 1 || shape.size() == 8) return refusal;
    shape.push_back(extent);
    if (next == end) return shape;
    if (*next != 'x') return refusal;
    at = next + 1;
  }
}

// A text's tokens, or values.
Result<model::Signal> signal_of(const std::string& text) {
  const bool tokens = text.starts_with(kTokens);
  model::Shape shape =
      HOWDAH_TRY(shape_of(std::string_view(text).substr(tokens ? kTokens.size() : 0)));
  if (tokens && shape.size() != 1)
    return Status(Code::kInvalidArgument, fmt::format("--input is no length: '{}'", text))
        .with_advice("write how many tokens a text has at most: --input tokens:256");
  return model::Signal(std::move(shape), tokens ? model::Form::kTokens : model::Form::kValues);
}

std::string bytes_text(int64_t bytes) {
  if (bytes < 1 << 20) return fmt::format("{:.1f} KiB", static_cast<double>(bytes) / 1024);
  return fmt::format("{:.1f} MiB", static_cast<double>(bytes) / (1 << 20));
}

template <size_t kColumns>
using Line = std::array<std::string, kColumns>;

// The first `left` columns are words, the others figures.
template <size_t kColumns>
std::string table(const std::vector<Line<kColumns>>& lines, size_t left) {
  Line<kColumns> cells;
  std::array<size_t, kColumns> widths{};
  for (const auto& line : lines)
    for (size_t i = 0; i < kColumns; ++i) widths[i] = std::max(widths[i], line[i].size());
  std::string text;
  for (const auto& line : lines) {
    for (size_t i = 0; i < kColumns; ++i)
      cells[i] = i < left ? fmt::format("{:<{}}", line[i], widths[i])
                          : fmt::format("{:>{}}", line[i], widths[i]);
    text += fmt::format("{}\n", fmt::join(cells, "  "));
  }
  return text;
}

std::string text_of(const model::Summary& summary) {
  std::vector<Line<5>> lines{{"layer", "output", "parameters", "multiply-adds", "memory"},
                             {"input", model::to_string(summary.input), "", "", ""}};
  for (const model::SummaryRow& row : summary.rows)
    lines.push_back({std::string(static_cast<size_t>(2 * row.depth), ' ') + row.name + " " +
                         std::string(row.type),
                     model::to_string(row.output),
                     row.parameters > 0 ? grouped(row.parameters) : "",
                     row.multiply_adds > 0 ? grouped(row.multiply_adds) : "",
                     row.memory_bytes > 0 ? bytes_text(row.memory_bytes) : ""});
  lines.push_back({"total", "", grouped(summary.parameters), grouped(summary.multiply_adds),
                   bytes_text(summary.memory_bytes)});
  return table(lines, 2) +
         "Of one sample: multiply-adds of convolutions, dense and recurrent layers in a forward"
         " pass (a\nFLOP count is twice that), memory of the layers' float32 outputs.\n";
}

}  // namespace

std::string module_summary_text(const model::UserModule& module) {
  std::vector<Line<3>> lines{{"part", "parameters", "buffers"}};
  const auto figure = [](int64_t count) { return count > 0 ? grouped(count) : ""; };
  int64_t parameters = 0, buffers = 0;
  for (const model::LayerShape& part : module.parts) {
    int64_t values = 0;
    for (const model::LayerBuffer& buffer : part.buffers) {
      int64_t count = 1;
      for (const int64_t extent : buffer.shape) count *= extent;
      values += count;
    }
    lines.push_back(
        {part.name.empty() ? "itself" : part.name, figure(part.parameters), figure(values)});
    parameters += part.parameters;
    buffers += values;
  }
  lines.push_back({"total", grouped(parameters), grouped(buffers)});
  return table(lines, 1) +
         fmt::format(
             "The layers are the module's own ({}): its shapes and multiply-adds are not known.\n",
             model::user_module_word(module.kind));
}

Result<std::string> module_summary(job::JobSpec spec, const SummaryRequest& request,
                                   const std::string& conf_dir) {
  roles::KnownInput known{.vocabulary = request.vocabulary};
  if (!request.input.empty()) known.shape = HOWDAH_TRY(signal_of(request.input)).shape;
  HOWDAH_TRY(roles::look_into_module(spec, conf_dir, known));
  return module_summary_text(*spec.training.module);
}

void add_summary_options(CLI::App* config, SummaryRequest& request) {
  CLI::Option* wanted =
      config->add_flag("--summary", request.wanted,
                       "print the layers with shapes, parameters, multiply-adds and memory");
  config->add_option("--input", request.input, "with --summary, the shape of a sample")
      ->type_name("3x32x32")
      ->needs(wanted);
  config
      ->add_option("--vocabulary", request.vocabulary,
                   "with --summary of a network for texts, how many tokens there are")
      ->check(CLI::Range(int64_t{1}, int64_t{1} << 28))
      ->needs(wanted);
}

Result<std::string> summary_text(const job::JobSpec& spec, const SummaryRequest& request) {
  if (request.input.empty())
    return Status(Code::kInvalidArgument, "the shape of a sample is known from the data only")
        .with_advice(
            "give it: --input 3x32x32 (channels x height x width); of texts"
            " --input tokens:256 (their length)");
  if (spec.training.layers.empty())
    return Status(Code::kInvalidArgument, "the number of classes is known from the data only")
        .with_advice("give it: --set model.classes=10");
  const model::Signal input = HOWDAH_TRY(signal_of(request.input));
  std::vector<model::Layer> layers = spec.training.layers;
  model::fill_vocabulary(layers, request.vocabulary);
  return text_of(HOWDAH_TRY(model::summarize(layers, input, spec.data.classes.value_or(0))));
}

}  // namespace howdah::cli
