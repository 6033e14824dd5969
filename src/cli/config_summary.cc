#include "cli/config_summary.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <vector>

#include "cli/display.h"
#include "model/fill.h"
#include "model/summary.h"

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

using Line = std::array<std::string, 5>;

std::string table(const std::vector<Line>& lines) {
  std::array<size_t, 5> widths{};
  for (const Line& line : lines)
    for (size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], line[i].size());
  std::string text;
  for (const Line& line : lines)
    text += fmt::format("{:<{}}  {:<{}}  {:>{}}  {:>{}}  {:>{}}\n", line[0], widths[0], line[1],
                        widths[1], line[2], widths[2], line[3], widths[3], line[4], widths[4]);
  return text;
}

std::string text_of(const model::Summary& summary) {
  std::vector<Line> lines{{"layer", "output", "parameters", "multiply-adds", "memory"},
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
  return table(lines) +
         "Of one sample: multiply-adds of convolutions, dense and recurrent layers in a forward"
         " pass (a\nFLOP count is twice that), memory of the layers' float32 outputs.\n";
}

}  // namespace

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
