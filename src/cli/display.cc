#include "cli/display.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

namespace howdah::cli {
namespace {
using Clock = std::chrono::steady_clock;
using nlohmann::ordered_json;

constexpr std::chrono::seconds kLineEvery{5};
constexpr int kBarWidth = 24;
constexpr int kMostFigures = 6;  // of an evaluation, in a line

int terminal_width(std::FILE* out) {
  winsize size{};
  if (ioctl(fileno(out), TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  return 100;
}

std::string measures(const control::Progress& progress) {
  const std::string accuracy =
      progress.has_accuracy() ? fmt::format("  accuracy {:.4f}", progress.accuracy()) : "";
  return fmt::format("loss {:.4f}{}  {} records/s", progress.loss(), accuracy,
                     grouped(static_cast<int64_t>(progress.records_per_s())));
}

std::string phases(const control::Progress& progress) {
  const double all = progress.data_ms() + progress.compute_ms() + progress.communicate_ms();
  return fmt::format(
      "waiting for data {:.0f}%: {:.1f} ms, compute {:.1f} ms, communicate {:.1f} ms a step",
      all > 0 ? 100 * progress.data_ms() / all : 0, progress.data_ms(), progress.compute_ms(),
      progress.communicate_ms());
}

std::string figure(double value) {
  return std::isfinite(value) ? fmt::format("{:.4f}", value) : "-";
}

std::string label(const std::string& measure) {
  return measure == "f1" ? "F1" : measure;
}

std::string evaluation_text(const control::Evaluation& evaluation) {
  std::string text = fmt::format("{}: loss {:.4f}", evaluation.part(), evaluation.loss());
  for (int i = 0; i < std::min(evaluation.figures_size(), kMostFigures); ++i)
    text += fmt::format("  {} {}", label(evaluation.figures(i).name()),
                        figure(evaluation.figures(i).value()));
  return text + fmt::format("  ({} records)", grouped(evaluation.records()));
}

std::string measure(const ordered_json& value) {
  return value.is_number() ? figure(value.get<double>()) : "-";
}

// Null where there is none.
const ordered_json& member(const ordered_json& object, const char* key) {
  static const ordered_json kNull;
  const auto found = object.is_object() ? object.find(key) : object.end();
  return found == object.end() ? kNull : *found;
}

// The measures of a part of the summary, the loss apart.
std::string figures_text(const ordered_json& values) {
  std::string text;
  int figures = 0;
  for (const auto& [name, value] : values.items()) {
    if (name == "loss" || name == "records" || value.is_array()) continue;
    if (++figures <= kMostFigures) text += fmt::format("  {} {}", label(name), measure(value));
  }
  return text;
}

}  // namespace

std::string grouped(int64_t number) {
  std::string digits = std::to_string(number);
  for (auto at = static_cast<int64_t>(digits.size()) - 3; at > (number < 0 ? 1 : 0); at -= 3)
    digits.insert(static_cast<size_t>(at), ",");
  return digits;
}

Display::Display(std::FILE* out, bool quiet)
    : out_(out), quiet_(quiet), terminal_(isatty(fileno(out)) != 0), start_(Clock::now()) {}

Display::~Display() {
  erase();
}

double Display::seconds() const {
  return std::chrono::duration<double>(Clock::now() - start_).count();
}

void Display::write(const std::string& text) {
  std::fputs(text.c_str(), out_);
  std::fflush(out_);
}

void Display::line(const std::string& text) {
  if (quiet_) return;
  erase();
  write(fmt::format("{:6.1f} s  {}\n", seconds(), text));
  last_line_ = Clock::now();
  draw();
}

void Display::show(const control::JobEvent& event) {
  switch (event.what_case()) {
    case control::JobEvent::kPhase:
      if (event.phase().name() == "waiting" && event.phase().waiting() != phase_.waiting())
        line(event.phase().waiting());
      if (event.phase().name() == "training" && event.phase().generation() != phase_.generation())
        line(fmt::format("running: {} worker{}, generation {}", event.phase().workers(),
                         event.phase().workers() == 1 ? "" : "s", event.phase().generation()));
      phase_ = event.phase();
      break;
    case control::JobEvent::kAnnouncement:
      line((event.announcement().warning() ? "warning: " : "") + event.announcement().text());
      break;
    case control::JobEvent::kProgress:
      show_progress(event.progress());
      break;
    case control::JobEvent::kEvaluation:
      line(fmt::format("epoch {}: {}", event.evaluation().epoch() + 1,
                       evaluation_text(event.evaluation())));
      break;
    case control::JobEvent::kCheckpointed:
      line(fmt::format("checkpoint at step {}", grouped(event.checkpointed().step())));
      break;
    case control::JobEvent::kEnded:
    case control::JobEvent::kFarewell:
    case control::JobEvent::WHAT_NOT_SET:
      break;
  }
}

void Display::show_progress(const control::Progress& progress) {
  progress_ = progress;
  if (!first_step_told_ && progress.applied() > 0) {
    first_step_told_ = true;
    line("first step");
  }
  if (terminal_) {
    draw();
  } else if (Clock::now() - last_line_ >= kLineEvery) {
    line(fmt::format("epoch {}/{}  step {}/{}  {}  ({})", progress.epoch() + 1, progress.epochs(),
                     grouped(progress.applied()), grouped(progress.steps()), measures(progress),
                     phases(progress)));
  }
}

void Display::draw() {
  if (quiet_ || !terminal_ || progress_.steps() == 0) return;
  const double done =
      static_cast<double>(progress_.applied()) / static_cast<double>(progress_.steps());
  const int filled = std::clamp(static_cast<int>(done * kBarWidth), 0, kBarWidth);
  const std::string bar(static_cast<size_t>(filled), '#'),
      rest(static_cast<size_t>(kBarWidth - filled), '.');
  std::string text = fmt::format("{:6.1f} s  epoch {}/{} [{}{}] {:3.0f}%  {}  {} worker{}  ({})",
                                 seconds(), progress_.epoch() + 1, progress_.epochs(), bar, rest,
                                 done * 100, measures(progress_), phase_.workers(),
                                 phase_.workers() == 1 ? "" : "s", phases(progress_));
  text.resize(std::min(text.size(), static_cast<size_t>(std::max(20, terminal_width(out_) - 1))));
  write("\r\033[K" + text);
  drawn_ = true;
}

void Display::erase() {
  if (!drawn_) return;
  write("\r\033[K");
  drawn_ = false;
}

std::string ending_text(const std::string& summary_json) {
  const auto summary = ordered_json::parse(summary_json, nullptr, false);
  if (!summary.is_object()) return "summary.json is not readable\n";
  const auto text = [&](const char* key) {
    const auto found = summary.find(key);
    return found != summary.end() && found->is_string() ? found->get<std::string>() : std::string();
  };
  std::string out = text("outcome");
  if (!text("cause").empty()) out += " (" + text("cause") + ")";
  if (!text("message").empty()) out += ": " + text("message");
  out += "\n";
  if (!text("stderr_tail").empty())
    out += "  last words of the worker:\n" + text("stderr_tail") + "\n";
  const auto& metrics = member(summary, "metrics");
  for (const char* part : {"validation", "test"}) {
    const auto& values = member(metrics, part);
    if (!values.is_object()) continue;
    const auto& records = member(values, "records");
    out += fmt::format("  {:<10}{}  ({} records)\n", part, figures_text(values),
                       records.is_number() ? grouped(records.get<int64_t>()) : "-");
  }
  const auto& uri = member(member(summary, "model"), "uri");
  const auto& sha256 = member(member(summary, "model"), "sha256");
  if (uri.is_string() && sha256.is_string())
    out += fmt::format("  model       {}\n  SHA-256     {}\n", uri.get<std::string>(),
                       sha256.get<std::string>());
  const auto& phases_s = member(summary, "phases_s");
  if (phases_s.is_object()) {
    out += "  seconds    ";
    for (const auto& [phase, seconds] : phases_s.items())
      if (seconds.is_number()) out += fmt::format(" {} {:.1f}", phase, seconds.get<double>());
    out += "\n";
  }
  return out;
}

}  // namespace howdah::cli
