#include "cli/mapreduce_verb.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <stop_token>

#include "base/exit_code.h"
#include "cli/display.h"
#include "cli/interrupt_watch.h"
#include "cli/output.h"
#include "mapreduce/jobs.h"

namespace howdah::cli {
namespace {

using mapreduce::JobEnd;
using mapreduce::JobProgress;
using Clock = std::chrono::steady_clock;

// One line that is drawn again and again on a terminal; elsewhere a line at each tenth.
class ProgressLine {
 public:
  ~ProgressLine() { erase(); }

  void show(const JobProgress& progress) {
    if (!told_id_ && progress.state >= JobProgress::State::kWaiting) {
      told_id_ = true;
      line(fmt::format("submitted {}, {} map and {} reduce tasks", progress.application_id,
                       progress.maps_total, progress.reduces_total));
    }
    if (progress.state < JobProgress::State::kRunning) return;
    const std::string text = describe(progress);
    const int tenth = static_cast<int>(progress.map_fraction * 10) +
                      static_cast<int>(progress.reduce_fraction * 10) +
                      100 * progress.failed_attempts;
    if (terminal_) {
      erase();
      std::fprintf(stderr, "%s", text.c_str());
      std::fflush(stderr);
      drawn_ = true;
    } else if (tenth != tenth_) {
      line(text);
    }
    tenth_ = tenth;
  }

  void line(const std::string& text) {
    erase();
    const double seconds = std::chrono::duration<double>(Clock::now() - start_).count();
    std::fprintf(stderr, "%6.1f s  %s\n", seconds, text.c_str());
  }

  void erase() {
    if (drawn_) std::fprintf(stderr, "\r\033[K");
    drawn_ = false;
  }

 private:
  static std::string describe(const JobProgress& progress) {
    std::string text = fmt::format("map {:3.0f} % ({}/{}", progress.map_fraction * 100,
                                   progress.maps_done, progress.maps_total);
    if (progress.maps_running > 0) text += fmt::format(", {} running", progress.maps_running);
    text += ")";
    if (progress.reduces_total > 0) {
      text += fmt::format("  reduce {:3.0f} % ({}/{}", progress.reduce_fraction * 100,
                          progress.reduces_done, progress.reduces_total);
      if (progress.reduces_running > 0)
        text += fmt::format(", {} running", progress.reduces_running);
      text += ")";
    }
    if (progress.failed_attempts > 0)
      text += fmt::format("  {} failed attempts", progress.failed_attempts);
    return text;
  }

  const bool terminal_ = ::isatty(STDERR_FILENO) == 1;
  const Clock::time_point start_ = Clock::now();
  bool told_id_ = false, drawn_ = false;
  int tenth_ = -1;
};

void indent(const std::string& text, std::FILE* out) {
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    if (end > begin) std::fprintf(out, "    %s\n", text.substr(begin, end - begin).c_str());
    begin = end + 1;
  }
}

void show_failure(const mapreduce::TaskFailure& failure) {
  std::fprintf(stderr, "%s failed on %s: %s\n", failure.attempt.c_str(),
               failure.node.empty() ? "an unknown node" : failure.node.c_str(),
               failure.diagnostics.substr(0, failure.diagnostics.find('\n')).c_str());
  if (failure.stderr_tail.empty()) return;
  std::fprintf(stderr, "  its standard error ends:\n");
  indent(failure.stderr_tail, stderr);
}

nlohmann::ordered_json to_json(const JobEnd& end) {
  nlohmann::ordered_json json{{"succeeded", end.succeeded},
                              {"application_id", end.application_id},
                              {"seconds", end.seconds},
                              {"diagnostics", end.diagnostics},
                              {"counters", end.counters}};
  json["failures"] = nlohmann::ordered_json::array();
  for (const auto& failure : end.failures)
    json["failures"].push_back({{"attempt", failure.attempt},
                                {"node", failure.node},
                                {"diagnostics", failure.diagnostics},
                                {"stderr", failure.stderr_tail}});
  return json;
}

Result<JobEnd> run_job(const MapReduceRequest& request, Context& context) {
  auto job = HOWDAH_TRY(streaming_job(request));
  job.splits = HOWDAH_TRY(splits_of(request, job, *context.files));
  auto jobs =
      HOWDAH_TRY(mapreduce::Jobs::create(context.configuration, context.user, context.credentials));
  std::stop_source stop;
  const InterruptWatch interrupts([&] {
    if (stop.stop_requested()) ::_exit(exit_code(Status(Code::kCancelled, "")));
    stop.request_stop();
  });
  ProgressLine line;
  return jobs.run(
      job, [&](const JobProgress& progress) { line.show(progress); }, stop.get_token());
}

}  // namespace

std::string counters_text(const mapreduce::Counters& counters) {
  std::string text;
  for (const auto& [group, values] : counters) {
    text += fmt::format("  {}\n", group.substr(group.rfind('.') + 1));
    for (const auto& [name, value] : values)
      text += fmt::format("    {} = {}\n", name, grouped(value));
  }
  return text;
}

int run_mapreduce(const MapReduceRequest& request, Context& context) {
  const auto end = run_job(request, context);
  if (!end) return complain(end.status().with_operation("mapreduce"));
  for (const auto& failure : end->failures) show_failure(failure);
  if (request.json) {
    say("{}\n", to_json(*end).dump(2, ' ', false, nlohmann::json::error_handler_t::replace));
  } else {
    put_out(counters_text(end->counters));
    if (end->succeeded)
      say("{} SUCCEEDED in {:.1f} s: {}\n", end->application_id, end->seconds, request.output);
  }
  if (end->succeeded) return 0;
  return complain(Status(Code::kInternal, "the job failed: " + end->diagnostics)
                      .with_operation("mapreduce")
                      .with_peer(end->application_id));
}

}  // namespace howdah::cli
