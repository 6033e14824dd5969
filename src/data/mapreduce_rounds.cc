#include "data/mapreduce_rounds.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "data/map_plan.h"
#include "data/task_files.h"
#include "mapreduce/jobs.h"
#include "runtime/runtime_files.h"
#include "text/sentencepiece_model.h"

namespace howdah::data {
namespace {

using std::chrono::minutes;

constexpr const char* kProgram = "howdah-data";
constexpr int64_t kLeastOfOneReduce = 256 << 20, kMostOfOneReduce = 1 << 30;
constexpr int kMostReduces = 64, kMostAskedReduces = 10'000;
constexpr int64_t kFileLimit = int64_t{1} << 31;

// The last line of a program's complaint, without its name before it.
std::string last_line(std::string text) {
  while (!text.empty() && text.back() == '\n') text.pop_back();
  text = text.substr(text.rfind('\n') + 1);
  const std::string_view name = "howdah: ";
  return text.starts_with(name) ? text.substr(name.size()) : text;
}

class MapReduceRun {
 public:
  MapReduceRun(Preparation& preparation, fs::FileSystems& files,
               const hadoop::Configuration& configuration, mapreduce::Jobs jobs,
               const MapReduceOptions& options, const TellProgress& tell)
      : preparation_(preparation),
        files_(files),
        configuration_(configuration),
        jobs_(std::move(jobs)),
        options_(options),
        tell_(tell),
        work_(preparation.work().location()) {}

  Result<Report> run() {
    const auto started = std::chrono::steady_clock::now();
    HOWDAH_TRY(stage());
    while (!preparation_.pipeline().ready_to_write()) HOWDAH_TRY(learn());
    HOWDAH_TRY(preparation_.plan_pieces(Deadline::never()));
    const auto results = HOWDAH_TRY(write());
    Report::Run run;
    run.on = "mapreduce";
    run.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
    run.applications = applications_;
    return preparation_.finish(*results, std::move(run), Deadline::after(minutes(10)));
  }

 private:
  // What every job of this run needs: the program, the configuration, the list of portions. Hadoop
  // places cache files side by side in a task's folder.
  Status stage() {
    const Deadline deadline = Deadline::after(minutes(10));
    const std::string home = HOWDAH_TRY(files_.home()).uri() + "/.howdah";
    HOWDAH_TRY(text::load_sentencepiece());
    const auto upload = HOWDAH_TRY(runtime::upload_runtime(
        files_, home, HOWDAH_TRY(runtime::find_own_runtime(kProgram)), deadline));
    if (upload.uploaded_bytes > 0)
      options_.line(
          fmt::format("uploaded {} MB of the runtime, once", upload.uploaded_bytes >> 20));
    for (const runtime::LocalFile& file : upload.files)
      cache_files_.push_back({file.uri, file.name.substr(file.name.rfind('/') + 1)});
    HOWDAH_TRY(preparation_.work().write("_state/site.xml", configuration_.to_xml(), deadline));
    cache_files_.push_back({work_.uri() + "/_state/site.xml", "core-site.xml"});
    const std::string task_file = "_state/maps.jsonl";
    slots_ = HOWDAH_TRY(jobs_.map_slots(deadline));
    plan_ = HOWDAH_TRY(plan_maps(preparation_.source(), work_.uri() + "/" + task_file,
                                 {options_.maps, slots_}, deadline));
    if (plan_.splits.empty())
      return Status(Code::kInvalidArgument, "the source is empty")
          .with_peer(preparation_.source().files().front().location.uri());
    return preparation_.work().write(task_file, plan_.task_file, deadline);
  }

  int reduces(const Pipeline::Round& round) const {
    const bool shuffles =
        preparation_.pipeline().ready_to_write() || round.tail.find('g') != std::string::npos;
    if (!shuffles) return 1;
    if (options_.reduces > 0) return std::min(options_.reduces, kMostAskedReduces);
    // As many as run at once, unless their shares were too small, or too large.
    const int64_t bytes = preparation_.source().total_bytes();
    const int64_t most = bytes / kLeastOfOneReduce + 1, least = bytes / kMostOfOneReduce + 1;
    return static_cast<int>(
        std::min<int64_t>(std::max(least, std::min(most, slots_)), kMostReduces));
  }

  // Runs the round's job; its files lie in the folder that is returned.
  Result<fs::Location> run_job(int reduces, const char* phase) {
    const Deadline deadline = Deadline::after(minutes(10));
    HOWDAH_TRY(preparation_.share(deadline));
    const std::string output = fmt::format("_state/job-{}", ++job_number_);
    HOWDAH_TRY(preparation_.work().remove(output, deadline));
    mapreduce::StreamingJob job;
    job.name = fmt::format("howdah prepare {}: {} {}", preparation_.spec().name, phase,
                           preparation_.rounds() + 1);
    job.queue = options_.queue;
    job.splits = plan_.splits;
    job.output_uri = work_.uri() + "/" + output;
    const std::string command =
        fmt::format("exec ./{} {{}} --task '{}' --conf .", kProgram, preparation_.shared_uri());
    job.mapper =
        fmt::format(fmt::runtime(command), "prepare-map") + fmt::format(" --reduces {}", reduces);
    job.reducer = fmt::format(fmt::runtime(command), "prepare-reduce");
    job.reduces = reduces;
    job.map_output = mapreduce::Io::kRawBytes;
    job.reduce_output = mapreduce::Io::kRawBytes;
    job.partition = mapreduce::Partition::kPrefix;
    job.files = cache_files_;
    // Arrow's own allocator reserves address space by the gigabyte, which a node may count.
    job.environment = {{"LD_LIBRARY_PATH", "."},
                       {"ARROW_DEFAULT_MEMORY_POOL", "system"},
                       {"HADOOP_USER_NAME", files_.user().name}};
    job.map_memory_mib = job.reduce_memory_mib = options_.task_memory_bytes >> 20;
    const int64_t total = preparation_.source().total_bytes();
    const auto tell = [&](const mapreduce::JobProgress& progress) {
      const double share = 0.7 * progress.map_fraction + 0.3 * progress.reduce_fraction;
      tell_({phase, static_cast<int64_t>(share * static_cast<double>(total)), total});
      if (!progress.application_id.empty() &&
          (applications_.empty() || applications_.back() != progress.application_id)) {
        applications_.push_back(progress.application_id);
        options_.line(fmt::format("{}: {} maps, {} reduces as {}", phase, plan_.splits.size(),
                                  reduces, progress.application_id));
      }
    };
    const auto end = HOWDAH_TRY(jobs_.run(job, tell, options_.stop));
    for (const mapreduce::TaskFailure& failure : end.failures)
      options_.line(fmt::format(
          "{} failed on {}: {}", failure.attempt, failure.node,
          last_line(failure.stderr_tail.empty() ? failure.diagnostics : failure.stderr_tail)));
    if (!end.succeeded) {
      std::string why = end.diagnostics;
      if (!end.failures.empty() && !end.failures.back().stderr_tail.empty())
        why = last_line(end.failures.back().stderr_tail);
      return Status(Code::kInternal, "the MapReduce job failed: " + last_line(why))
          .with_peer(end.application_id)
          .with_advice("yarn logs -applicationId " + end.application_id + " has all of it");
    }
    return fs::Location{work_.files, work_.path + "/" + output};
  }

  Result<std::optional<std::string>> read(const fs::Location& folder, const std::string& name) {
    auto text =
        fs::read_file(*folder.files, folder.path + "/" + name, kFileLimit, Deadline::never());
    if (!text && text.status().code() == Code::kNotFound) return std::optional<std::string>();
    HOWDAH_TRY(Status(text.status()));
    return std::optional(std::move(*text));
  }

  // An error that a mapper found in the data; and what all of them have learnt.
  Status take_results(const fs::Location& folder, RoundResults& results) {
    if (const auto error = HOWDAH_TRY(read(folder, error_file(0)))) return status_from_json(*error);
    const auto bytes = HOWDAH_TRY(read(folder, results_file(0)));
    if (!bytes) return Status(Code::kInternal, "the job left no results").with_peer(folder.uri());
    statistics::ByteReader reader(*bytes);
    return results.merge(reader);
  }

  Status take_quarantine(const fs::Location& folder) {
    const std::string path = folder.path + "/" + quarantine_file(0);
    const auto there = folder.files->stat(path, Deadline::after(minutes(1)));
    if (!there) return there.status().code() == Code::kNotFound ? Status::ok() : there.status();
    return preparation_.quarantine_file(path, Deadline::after(minutes(1)));
  }

  Status learn() {
    const Pipeline::Round round = preparation_.round();
    const int reducers = reduces(round);
    const auto results = preparation_.new_results();
    const auto folder = HOWDAH_TRY(run_job(reducers, "reading"));
    if (const auto needs = HOWDAH_TRY(read(folder, needs_file(0)))) {
      HOWDAH_TRY(preparation_.widen(HOWDAH_TRY(formats::TableSchema::from_json(*needs))));
      options_.line("a column needs a wider type than its beginning showed: reading anew");
      return folder.files->remove(folder.path, true, Deadline::after(minutes(1)));
    }
    HOWDAH_TRY(take_results(folder, *results));
    HOWDAH_TRY(take_quarantine(folder));
    std::vector<DropList> drops(preparation_.pipeline().items());
    for (size_t item = 0; item < drops.size(); ++item) {
      for (int r = 0; r < reducers; ++r)
        if (const auto bytes = HOWDAH_TRY(read(folder, drops_file(r, item))))
          drops[item].merge(HOWDAH_TRY(DropList::read_from(*bytes)));
      drops[item].finish();
    }
    HOWDAH_TRY(preparation_.finish_round(*results, std::move(drops), Deadline::after(minutes(10))));
    return folder.files->remove(folder.path, true, Deadline::after(minutes(1)));
  }

  Result<std::unique_ptr<RoundResults>> write() {
    const int reducers = reduces(preparation_.round());
    auto results = preparation_.new_results();
    const auto folder = HOWDAH_TRY(run_job(reducers, "writing"));
    HOWDAH_TRY(take_results(folder, *results));
    HOWDAH_TRY(take_quarantine(folder));
    for (int r = 0; r < reducers; ++r) {
      const auto lines = HOWDAH_TRY(read(folder, written_file(r)));
      for (size_t begin = 0; lines && begin < lines->size();) {
        const size_t end = std::min(lines->find('\n', begin), lines->size());
        const auto piece = HOWDAH_TRY(written_piece_from_line(lines->substr(begin, end - begin)));
        HOWDAH_TRY(preparation_.take_piece(piece, folder.path + "/" + piece_file(piece.piece),
                                           Deadline::after(minutes(5))));
        begin = end + 1;
      }
    }
    return results;
  }

  Preparation& preparation_;
  fs::FileSystems& files_;
  const hadoop::Configuration& configuration_;
  mapreduce::Jobs jobs_;
  const MapReduceOptions& options_;
  const TellProgress& tell_;
  const fs::Location work_;
  std::vector<mapreduce::CacheFile> cache_files_;
  MapPlan plan_;
  int64_t slots_ = 1;  // tasks that the cluster runs at once
  std::vector<std::string> applications_;
  int job_number_ = 0;
};

Status in_hdfs(const fs::Location& location, const std::string& what) {
  if (location.uri().starts_with("hdfs://")) return Status::ok();
  return Status(Code::kInvalidArgument, what + " does not lie in HDFS, where the tasks reach it")
      .with_peer(location.uri())
      .with_advice("copy it there with howdah fs put, or prepare with --on local");
}

}  // namespace

Result<Report> run_as_mapreduce(Preparation& preparation, fs::FileSystems& files,
                                const hadoop::Configuration& configuration,
                                const hadoop::Credentials& credentials,
                                const MapReduceOptions& options, const TellProgress& tell) {
  HOWDAH_TRY(in_hdfs(preparation.work().output(), "the output"));
  HOWDAH_TRY(in_hdfs(preparation.source().files().front().location, "the source"));
  auto jobs = HOWDAH_TRY(mapreduce::Jobs::create(configuration, files.user(), credentials));
  return MapReduceRun(preparation, files, configuration, std::move(jobs), options, tell).run();
}

}  // namespace howdah::data
