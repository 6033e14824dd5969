// An ApplicationMaster that tries a YarnSource: YARN starts it with the name of a scene, and what
// was not as promised stands on its stderr and in the application's diagnostics.
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "cluster/yarn_source.h"
#include "nasty_values.h"

namespace howdah::cluster {
namespace {
using std::chrono::seconds;

constexpr int64_t kMib = 1 << 20;

std::string failures;

bool check(bool good, const std::string& promise) {
  fmt::print(stderr, "{} {}\n", good ? "ok" : "BROKEN", promise);
  if (!good) failures += (failures.empty() ? "" : "; ") + promise;
  return good;
}

LocalFile own_file() {
  char path[4096] = {};
  if (readlink("/proc/self/exe", path, sizeof path - 1) < 0) return {};
  struct stat found {};
  stat(path, &found);
  return {"probe",       std::string("file://") + path,
          found.st_size, found.st_mtim.tv_sec * 1000 + found.st_mtim.tv_nsec / 1'000'000,
          false,         true};
}

Launch shell(const std::string& script) {
  Launch launch;
  launch.command = {"sh", "-c", script};
  return launch;
}

class Master {
 public:
  explicit Master(std::unique_ptr<YarnSource> source) : source_(std::move(source)) {}

  template <typename E>
  E expect(const std::string& what) {
    for (;;) {
      auto event = source_->next(Deadline::after(seconds(60)));
      if (!check(event.is_ok(), what + " comes")) return {};
      if (const E* found = std::get_if<E>(&*event)) return *found;
      if (const auto* waiting = std::get_if<Waiting>(&*event)) {
        fmt::print(stderr, "waiting: {}\n", waiting->reason);
        continue;
      }
      check(false, fmt::format("{}, not event {}", what, event->index()));
      if (const auto* finished = std::get_if<Finished>(&*event))
        fmt::print(stderr, "{} finished: {} {}\n", finished->container, finished->exit_status,
                   finished->diagnostics);
      return {};
    }
  }
  std::string grant(int64_t memory_bytes = 256 * kMib) {
    source_->ask(1, {memory_bytes, 1, 0, ""});
    return expect<Granted>("a grant").container;
  }
  Finished run(const Launch& launch, int64_t memory_bytes = 256 * kMib) {
    const std::string container = grant(memory_bytes);
    source_->launch(container, launch);
    expect<Started>("a start");
    const Finished finished = expect<Finished>("an end");
    check(finished.container == container, "the end is that container's");
    fmt::print(stderr, "exit {}: {}\n", finished.exit_status, finished.diagnostics);
    return finished;
  }
  YarnSource& source() { return *source_; }

  // How containers end, each way.
  void ends() {
    Finished end = run(shell("echo some words >&2; exit 3"));
    check(end.cause == ExitCause::kExited && end.exit_status == 3, "an exit status is told");
    check(end.diagnostics.find("some words") != std::string::npos, "with the end of stderr");

    end = run(shell("echo last words >&2; kill -9 $$"));
    check(end.cause == ExitCause::kSignal && end.exit_status == 137, "a signal is told");
    check(end.diagnostics.find("last words") != std::string::npos, "with the end of stderr, too");

    end = run({{"./no-such-program"}, {}, {}, {}});
    check(end.cause == ExitCause::kLaunch, "a missing program is a failed launch");

    Launch missing = shell("exit 0");
    missing.files = {{"file", "file:///no/such/file", 1, 1, false, false}};
    end = run(missing);
    check(end.cause == ExitCause::kDisk, "a missing file is told as such");

    end = run(shell("(head -c 600m /dev/zero; exec tail -f /dev/null) | tail"), 128 * kMib);
    check(end.cause == ExitCause::kOutOfMemory, "too much memory is told as such");
  }

  // What a container gets: its arguments, variables, credentials and files.
  void gifts() {
    Launch launch;
    launch.command = {"./probe", "check-gifts"};
    int number = 0;
    for (const std::string& value : nasty_values()) {
      launch.command.push_back(value);
      launch.environment[fmt::format("NASTY_{}", number++)] = value;
    }
    launch.files = {own_file()};
    hadoop::Credentials credentials;
    credentials.add_secret("howdah", "a secret");
    launch.credentials = credentials.serialize();
    const Finished end = run(launch);
    check(end.cause == ExitCause::kExited && end.exit_status == 0, "every value arrives as it is");
  }

  // Starts a container that the ResourceManager knows to run: of those that it has not yet seen
  // running none is kept for the next attempt. It has heard of the first one when it tells that a
  // later one on the same node has ended.
  void start_and_be_sure() {
    source_->ask(1, {256 * kMib, 1, 0, ""});
    const Granted kept = expect<Granted>("a grant");
    source_->launch(kept.container, shell("exec tail -f /dev/null"));
    expect<Started>("a start");
    for (std::string node; node != kept.node;) {
      source_->ask(1, {256 * kMib, 1, 0, ""});
      const Granted other = expect<Granted>("another grant");
      source_->launch(other.container, shell("exit 0"));
      expect<Started>("another start");
      expect<Finished>("its end");
      node = failures.empty() ? other.node : kept.node;
    }
  }

  void two_at_a_time() {
    source_->ask(2, {256 * kMib, 1, 0, ""});
    const Granted first = expect<Granted>("a first grant");
    const Granted second = expect<Granted>("a second grant");
    check(first.container != second.container, "grants differ");
    check(!first.host.empty() && first.node.find(':') != std::string::npos, "a grant has a node");
    source_->launch(first.container, shell("exec tail -f /dev/null"));
    expect<Started>("a start");
    source_->release(first.container);
    Finished end = expect<Finished>("the end of a released one");
    check(end.container == first.container && end.cause == ExitCause::kStopped, "release ends it");
    source_->release(second.container);
    end = expect<Finished>("the end of one that never ran");
    check(end.container == second.container && end.cause == ExitCause::kStopped,
          "release gives it back");
  }

  void refusals() {
    source_->ask(1, {int64_t{1} << 50, 1, 0, ""});
    const Waiting large = expect<Waiting>("a word on too large a container");
    check(large.reason.find("at most") != std::string::npos, "it has the limit: " + large.reason);
    source_->ask(1, {256 * kMib, 1, 0, "no-such-label"});
    const Waiting label = expect<Waiting>("a word on an unknown label");
    check(label.reason.find("label") != std::string::npos, "it names the label: " + label.reason);
    source_->ask(1000, {1024 * kMib, 1, 0, ""});
    for (;;) {
      auto event = source_->next(Deadline::after(seconds(60)));
      if (!check(event.is_ok(), "a word on a full cluster comes")) break;
      const auto* waiting = std::get_if<Waiting>(&*event);
      if (!waiting) continue;
      fmt::print(stderr, "waiting: {}\n", waiting->reason);
      break;
    }
    source_->ask(0, {});
  }

 private:
  std::unique_ptr<YarnSource> source_;
};

Result<std::unique_ptr<YarnSource>> connect() {
  YarnOptions options;
  options.configuration = HOWDAH_TRY(hadoop::Configuration::load_default());
  options.credentials = HOWDAH_TRY(hadoop::Credentials::from_environment());
  options.registration = {"localhost", 4711, "http://localhost:4712/"};
  options.waiting_notice = std::chrono::milliseconds(1'500);
  return YarnSource::start(std::move(options), Deadline::after(seconds(60)));
}

// The first attempt starts a container and dies; the second finds it.
void survive(Master& master) {
  const char* container_id = std::getenv("CONTAINER_ID");
  const auto own = yarn::ContainerId::parse(container_id ? container_id : "");
  if (!check(own.is_ok(), "the environment has the container's id")) return;
  if (own->attempt.attempt == 1) {
    check(master.source().recovered().empty(), "a first attempt recovers nothing");
    master.start_and_be_sure();
    kill(getpid(), SIGKILL);
  }
  const auto& recovered = master.source().recovered();
  if (!check(recovered.size() == 1, "a second attempt recovers the container")) return;
  fmt::print(stderr, "recovered {} on {}\n", recovered[0].container, recovered[0].node);
  master.source().release(recovered[0].container);
  const Finished end = master.expect<Finished>("the end of the recovered one");
  check(end.container == recovered[0].container && end.cause == ExitCause::kStopped,
        "a recovered one can be released");
  master.two_at_a_time();
}

// Holds a container while the ResourceManager goes and comes back; the container's end, after that,
// is told, and a new one granted.
void outlive(Master& master, const std::string& gate) {
  const std::string container = master.grant();
  master.source().launch(container, shell("exec cat " + gate));
  master.expect<Started>("a start");
  fmt::print(stderr, "holding {}\n", container);
  const Finished end = master.expect<Finished>("the end of what ran through");
  check(end.container == container && end.cause == ExitCause::kExited && end.exit_status == 0,
        "a container outlives its ResourceManager");
  master.two_at_a_time();
}

int check_gifts(const std::vector<std::string>& arguments) {
  const std::vector<std::string> expected = nasty_values();
  int wrong = arguments.size() == expected.size() ? 0 : 100;
  for (size_t i = 0; i < expected.size(); ++i) {
    if (i >= arguments.size() || arguments[i] != expected[i]) {
      fmt::print(stderr, "argument {} is '{}'\n", i,
                 i < arguments.size() ? arguments[i] : "absent");
      ++wrong;
    }
    const char* value = std::getenv(fmt::format("NASTY_{}", i).c_str());
    if (!value || value != expected[i]) {
      fmt::print(stderr, "variable {} is '{}'\n", i, value ? value : "absent");
      ++wrong;
    }
  }
  const auto credentials = hadoop::Credentials::from_environment();
  if (!credentials || credentials->secret("howdah") != "a secret") {
    fmt::print(stderr, "the secret did not come\n");
    ++wrong;
  }
  return wrong == 0 ? 0 : 4;
}

int run_scene(const std::string& scene, const std::vector<std::string>& arguments) {
  auto source = connect();
  if (!source) {
    fmt::print(stderr, "{}\n", source.status().to_string());
    return 5;
  }
  Master master(std::move(*source));
  if (scene == "ends") master.ends();
  if (scene == "gifts") master.gifts();
  if (scene == "two") master.two_at_a_time();
  if (scene == "refusals") master.refusals();
  if (scene == "survive") survive(master);
  if (scene == "outlive" && arguments.size() == 1) outlive(master, arguments[0]);
  const Status finished =
      master.source().finish(failures.empty(), failures.empty() ? "all as promised" : failures,
                             Deadline::after(seconds(30)));
  if (!finished) fmt::print(stderr, "{}\n", finished.to_string());
  return failures.empty() && finished ? 0 : 6;
}

}  // namespace
}  // namespace howdah::cluster

int main(int count, char** values) {
  const std::vector<std::string> arguments(values + 1, values + count);
  if (arguments.empty()) return 2;
  const std::vector<std::string> rest(arguments.begin() + 1, arguments.end());
  if (arguments[0] == "check-gifts") return howdah::cluster::check_gifts(rest);
  return howdah::cluster::run_scene(arguments[0], rest);
}
