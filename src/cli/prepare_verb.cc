#include "cli/prepare_verb.h"

#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

#include "cli/interrupt_watch.h"
#include "cli/output.h"
#include "cli/prepare_plan.h"
#include "job/job_spec.h"
#include "job/yaml_section.h"
#include "roles/sibling.h"

namespace howdah::cli {
namespace {

constexpr const char* kProgram = "howdah-data";
constexpr int64_t kLeastMemoryBytes = 64 << 20;
constexpr int64_t kRoomyMemoryBytes = 512 << 20;

constexpr const char* kFooter =
    "Writes <uri>/<part>/<partition>/part-*, transform.json, report.json, report.html, and last\n"
    "_MANIFEST.json. Running it again with the same file and source does nothing; after a break "
    "it\n"
    "goes on where it was.\n"
    "\n"
    "  howdah prepare flights.yaml --check\n"
    "  howdah prepare flights.yaml --memory \"2 GiB\"\n"
    "  howdah prepare flights.yaml --on mapreduce --queue etl";

// The specification as a file without a name: howdah-data inherits it, and it is gone with the
// process, however that ends.
Result<std::string> hand_over(const std::string& text) {
  const int file = ::memfd_create("howdah-prepare", 0);
  if (file < 0) return Status::from_errno(errno, "cannot hand over the specification");
  for (size_t done = 0; done < text.size();) {
    const ssize_t count = ::write(file, text.data() + done, text.size() - done);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return Status::from_errno(errno, "cannot hand over the specification");
    done += static_cast<size_t>(count);
  }
  return fmt::format("/proc/self/fd/{}", file);
}

// As sizes in job files are read.
Result<int64_t> memory_of(const PrepareRequest& request) {
  job::YamlValue size, options;
  size.kind = job::YamlValue::Kind::kScalar;
  size.scalar = request.memory;
  options.kind = job::YamlValue::Kind::kMap;
  options.map.emplace_back("--memory", size);
  Status error;
  const int64_t bytes = job::YamlSection(&options, "", error)
                            .size_bytes("--memory", kLeastMemoryBytes, kLeastMemoryBytes);
  if (!error.is_ok()) return error.with_operation("prepare");
  return bytes;
}

// Of howdah-data, which may inherit an open file.
Result<std::vector<std::string>> arguments_of(const PrepareRequest& request,
                                              const prepare::PrepareSpec& spec,
                                              const std::string& conf_dir) {
  const int64_t memory_bytes = HOWDAH_TRY(memory_of(request));
  const std::string handed_over = HOWDAH_TRY(hand_over(spec.to_json()));
  std::vector<std::string> words = {"prepare",
                                    "--spec",
                                    handed_over,
                                    "--on",
                                    request.on,
                                    "--memory",
                                    std::to_string(memory_bytes)};
  if (request.overwrite) words.emplace_back("--overwrite");
  if (request.json) words.emplace_back("--json");
  const auto add = [&](const char* option, const std::string& value) {
    words.emplace_back(option);
    words.push_back(value);
  };
  if (request.maps > 0) add("--maps", std::to_string(request.maps));
  if (request.reduces > 0) add("--reduces", std::to_string(request.reduces));
  if (!request.queue.empty()) add("--queue", request.queue);
  if (!conf_dir.empty()) add("--conf", conf_dir);
  // Arrow's allocator, which reads this as it is loaded: milliseconds until what was freed goes
  // back to the system. At once costs a third of the time, and only a narrow limit asks for it.
  ::setenv("MIMALLOC_PURGE_DELAY", memory_bytes < kRoomyMemoryBytes ? "0" : "1000", 0);
  return words;
}

Status check_request(const PrepareRequest& request) {
  const auto wrong = [](const std::string& what, const std::string& advice) {
    return Status(Code::kInvalidArgument, what).with_operation("prepare").with_advice(advice);
  };
  if (request.on == "mapreduce") return Status::ok();
  for (const auto& [option, given] :
       {std::pair("--maps", request.maps > 0), std::pair("--reduces", request.reduces > 0),
        std::pair("--queue", !request.queue.empty())})
    if (given) return wrong(fmt::format("{} is for MapReduce", option), "add --on mapreduce");
  return Status::ok();
}

}  // namespace

void add_prepare_verb(CLI::App& app, PrepareRequest& request) {
  CLI::App* verb = app.add_subcommand(
      "prepare", "clean, normalize, split and partition raw data, here or as MapReduce");
  verb->callback([&request] { request.chosen = true; });
  verb->add_option("job", request.job, "the job file with a section 'prepare'")
      ->required()
      ->type_name("JOB.yaml");
  verb->add_option("--on", request.on, "where: local (this machine) or mapreduce (the cluster)")
      ->check(CLI::IsMember({"local", "mapreduce"}))
      ->capture_default_str();
  verb->add_option("--memory", request.memory, "the most memory on this machine; default: 1 GiB")
      ->type_name("SIZE");
  verb->add_flag("--overwrite", request.overwrite, "replace an output that is there");
  verb->add_option("--set", request.set, "change a key: --set prepare.split.seed=2")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
  verb->add_option("--maps", request.maps, "mapreduce: so many mappers; default: by the blocks")
      ->check(CLI::Range(1, 100'000))
      ->type_name("N");
  verb->add_option("--reduces", request.reduces,
                   "mapreduce: so many reducers; default: by the size")
      ->check(CLI::Range(1, 10'000))
      ->type_name("N");
  verb->add_option("--queue", request.queue, "mapreduce: YARN's queue")->type_name("QUEUE");
  verb->add_flag("--json", request.json, "end with the content of report.json");
  verb->add_flag("--check", request.check,
                 "only check the file, and print what would be done (--json: as JSON)");
  verb->footer(kFooter);
}

int prepare(const PrepareRequest& request, const Context& context) {
  const auto file = job::load_any_job_file(request.job, {request.set});
  if (!file) return complain(file.status());
  if (!file->prepare)
    return complain(Status(Code::kInvalidArgument, "the job file has no section 'prepare'")
                        .with_peer(request.job)
                        .with_advice("a training starts with: howdah run " + request.job));
  return prepare(request, *file->prepare, context);
}

int prepare(const PrepareRequest& request, const prepare::PrepareSpec& spec,
            const Context& context) {
  const Status fits = check_request(request);
  if (!fits) return complain(fits);
  if (request.check) {
    put_out(request.json ? spec.to_json() + "\n" : plan_text(spec));
    return 0;
  }
  const auto arguments = arguments_of(request, spec, context.conf_dir);
  if (!arguments) return complain(arguments.status());
  return complain(roles::exec_sibling(kProgram, *arguments));
}

int prepare_first(const PrepareRequest& request, const prepare::PrepareSpec& spec,
                  const Context& context) {
  const auto arguments = arguments_of(request, spec, context.conf_dir);
  if (!arguments) return complain(arguments.status());
  const InterruptWatch interrupts([] {});  // howdah-data hears them too, and ends in good order
  const auto code = roles::follow_sibling(kProgram, *arguments);
  return code ? *code : complain(code.status());
}

}  // namespace howdah::cli
