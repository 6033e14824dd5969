#include "data/prepare_command.h"

#include <fmt/core.h>

#include <algorithm>
#include <set>
#include <thread>

#include "data/local_rounds.h"
#include "data/mapreduce_rounds.h"
#include "data/progress_line.h"

namespace howdah::data {
namespace {

Result<prepare::PrepareSpec> read_spec(const std::string& path) {
  hadoop::Configuration none;
  fs::FileSystems files(none, {}, {});
  const auto location = HOWDAH_TRY(files.resolve("file://" + path));
  return prepare::PrepareSpec::from_json(
      HOWDAH_TRY(fs::read_file(*location.files, location.path, 16 << 20, Deadline::never())));
}

// A cluster that is not there is told soon. What has begun waits longer for one that is restarting.
Status find_cluster(const prepare::PrepareSpec& spec, const fs::FileSystems& patient,
                    const hadoop::Credentials& credentials) {
  hadoop::Configuration configuration = patient.configuration();
  if (!hadoop::answer_soon(configuration)) return Status::ok();
  fs::FileSystems files(std::move(configuration), patient.user(), credentials);
  std::vector<std::string> uris = spec.source.uris;
  uris.push_back(spec.output.uri);
  std::set<fs::FileSystem*> asked;
  for (const std::string& uri : uris) {
    const auto location = files.resolve(uri);
    if (!location) continue;  // told later, with its place
    if (!asked.insert(location->files.get()).second) continue;
    const auto root = location->files->stat("/", Deadline::never());
    const Code code = root.status().code();
    if (code == Code::kUnavailable || code == Code::kDeadlineExceeded) return root.status();
  }
  return Status::ok();
}

Status print(std::FILE* out, const std::string& text) {
  if (std::fputs(text.c_str(), out) < 0 || std::fflush(out) != 0)
    return Status::from_errno(errno, "the report could not be written to standard output");
  return Status::ok();
}

Result<Report> carry_out(const PrepareCommand& command, Preparation& preparation,
                         fs::FileSystems& files, const hadoop::Credentials& credentials,
                         ProgressLine& line, std::stop_token stop) {
  const TellProgress tell = [&](const RunProgress& progress) { line.show(progress); };
  if (command.on == "mapreduce") {
    MapReduceOptions options;
    options.queue = command.queue;
    options.maps = command.maps;
    options.reduces = command.reduces;
    options.task_memory_bytes = command.task_memory_bytes;
    options.stop = std::move(stop);
    options.line = [&](const std::string& text) { line.say(text); };
    return run_as_mapreduce(preparation, files, files.configuration(), credentials, options, tell);
  }
  RunLimits limits;
  limits.memory_bytes = command.memory_bytes;
  limits.threads = command.threads > 0
                       ? command.threads
                       : static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
  limits.stop = std::move(stop);
  return run_locally(preparation, limits, tell);
}

}  // namespace

Status run_prepare(const PrepareCommand& command, std::FILE* out, std::FILE* err,
                   std::stop_token stop) {
  const auto spec = HOWDAH_TRY(read_spec(command.spec));
  auto configuration = HOWDAH_TRY(command.conf.empty() ? hadoop::Configuration::load_default()
                                                       : hadoop::Configuration::load(command.conf));
  auto user = HOWDAH_TRY(hadoop::User::current());
  const auto credentials = HOWDAH_TRY(hadoop::Credentials::from_environment());
  fs::FileSystems files(std::move(configuration), std::move(user), credentials);
  HOWDAH_TRY(find_cluster(spec, files, credentials));
  Result<Report> report(Status(Code::kInternal, ""));
  {
    ProgressLine line(err, command.progress);
    Preparation::Options options;
    options.overwrite = command.overwrite;
    options.line = [&](const std::string& text) { line.say(text); };
    const auto preparation = HOWDAH_TRY(Preparation::open(files, spec, options, Deadline::never()));
    report = preparation->done()
                 ? preparation->found_report(Deadline::never())
                 : carry_out(command, *preparation, files, credentials, line, std::move(stop));
    if (!report && !preparation->done()) return preparation->give_up(report.status());
    HOWDAH_TRY(Status(report.status()));
  }
  if (report->run.reused)
    fmt::print(err, "already prepared: {} holds the result of this very preparation\n",
               report->output);
  return print(out, command.json ? to_json(*report) + "\n" : to_text(*report));
}

}  // namespace howdah::data
