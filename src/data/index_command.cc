#include "data/index_command.h"

#include <fmt/core.h>

#include <chrono>
#include <nlohmann/json.hpp>
#include <string_view>

#include "data/index_builder.h"

namespace howdah::data {
namespace {

using Clock = std::chrono::steady_clock;

std::string to_json(const BuildOutcome& outcome, const std::string& folder, double seconds) {
  auto partitions = nlohmann::json::object();
  for (const dataset::Partition& partition : outcome.index.partitions) {
    int64_t bytes = 0;
    for (const int64_t length : partition.file_bytes) bytes += length;
    partitions[partition.name] = {{"records", partition.records}, {"bytes", bytes}};
  }
  const nlohmann::json json = {{"index", folder},
                               {"fingerprint", outcome.index.fingerprint},
                               {"reused", outcome.reused},
                               {"partitions", std::move(partitions)},
                               {"seconds", seconds}};
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string to_text(const BuildOutcome& outcome, const std::string& folder, double seconds) {
  std::string text =
      fmt::format("{} {}:", outcome.reused ? "already indexed in" : "indexed into", folder);
  for (const dataset::Partition& partition : outcome.index.partitions) {
    text += fmt::format(" {} {},", partition.name, partition.records);
  }
  return text + fmt::format(" {} classes, {:.1f} s", outcome.index.classes, seconds);
}

Result<std::string> name_output(std::string output, const fs::Location& source,
                                const BuildOptions& options) {
  static constexpr std::string_view kPlace = "{fingerprint}";
  const size_t at = output.find(kPlace);
  if (at == std::string::npos) return output;
  const Deadline deadline = Deadline::after(std::chrono::minutes(2));
  return output.replace(at, kPlace.size(), HOWDAH_TRY(fingerprint_of(source, options, deadline)));
}

// Says where the work is, at most once a second and at each partition's end.
class ProgressLines {
 public:
  explicit ProgressLines(std::FILE* to) : to_(to), next_(Clock::now() + std::chrono::seconds(1)) {}
  void operator()(const BuildProgress& progress) {
    const auto now = Clock::now();
    if (now < next_ && progress.records < progress.of_records) return;
    next_ = now + std::chrono::seconds(1);
    fmt::print(to_, "indexing {}: {} of {} records\n", progress.partition, progress.records,
               progress.of_records);
    std::fflush(to_);
  }

 private:
  std::FILE* to_;
  Clock::time_point next_;
};

}  // namespace

std::string describe(const Status& status) {
  std::string line = status.to_string();
  // One line, whatever a peer's message holds.
  for (char& c : line) {
    if (c == '\n' || c == '\r') c = ' ';
  }
  return line;
}

Status run_index(const IndexCommand& command, std::FILE* out, std::FILE* err,
                 std::stop_token stop) {
  auto configuration = HOWDAH_TRY(command.conf.empty() ? hadoop::Configuration::load_default()
                                                       : hadoop::Configuration::load(command.conf));
  auto user = HOWDAH_TRY(hadoop::User::current());
  auto credentials = HOWDAH_TRY(hadoop::Credentials::from_environment());
  fs::FileSystems files(std::move(configuration), std::move(user), std::move(credentials));
  return run_index(command, files, out, err, std::move(stop));
}

Status run_index(const IndexCommand& command, fs::FileSystems& files, std::FILE* out,
                 std::FILE* err, std::stop_token stop) {
  const auto started = Clock::now();
  const fs::Location source = HOWDAH_TRY(files.resolve(command.source));
  BuildOptions options;
  options.classes = command.classes;
  if (!command.request.empty())
    options.request = HOWDAH_TRY(dataset::Request::from_json(command.request));
  if (!options.request.learned.empty())
    options.learned = std::make_shared<const LearnedIndex>(
        HOWDAH_TRY(LearnedIndex::load(HOWDAH_TRY(files.resolve(options.request.learned)),
                                      Deadline::after(std::chrono::minutes(2)))));
  options.stop = std::move(stop);
  const std::string output_uri = HOWDAH_TRY(name_output(command.output, source, options));
  const fs::Location output = HOWDAH_TRY(files.resolve(output_uri));
  if (command.progress) options.progress = ProgressLines(err);
  const BuildOutcome outcome = HOWDAH_TRY(build_index(source, output, options, Deadline::never()));

  const double seconds = std::chrono::duration<double>(Clock::now() - started).count();
  const std::string line = command.json ? to_json(outcome, output.uri(), seconds)
                                        : to_text(outcome, output.uri(), seconds);
  if (std::fputs((line + "\n").c_str(), out) < 0 || std::fflush(out) != 0) {
    return Status::from_errno(errno, "the result could not be written to standard output");
  }
  return Status::ok();
}

}  // namespace howdah::data
