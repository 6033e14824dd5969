#include "cluster/local_source.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

namespace howdah::cluster {
namespace {
using std::chrono::milliseconds;
using std::chrono::seconds;

std::string content_of(const std::string& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

// Waits until the process is gone, of whomever it is the child.
bool is_gone(pid_t pid) {
  const net::FileDescriptor pidfd(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
  if (!pidfd) return true;
  pollfd ended{pidfd.get(), POLLIN, 0};
  return ::poll(&ended, 1, 10'000) == 1;
}

class LocalSourceTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "local_source.XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
    fifo_ = folder_ + "/fifo";
    ASSERT_EQ(mkfifo(fifo_.c_str(), 0600), 0);
    make(4);
  }
  void TearDown() override {
    source_.reset();
    std::filesystem::remove_all(folder_);
  }
  void make(int max_containers, milliseconds grace = milliseconds(10'000)) {
    source_.reset();
    auto source = LocalSource::create({folder_ + "/containers", max_containers, grace});
    ASSERT_TRUE(source) << source.status().to_string();
    source_ = std::move(*source);
  }
  template <typename E>
  E expect() {
    auto event = source_->next(Deadline::after(seconds(20)));
    EXPECT_TRUE(event) << event.status().to_string();
    if (!event) return {};
    EXPECT_TRUE(std::holds_alternative<E>(*event)) << "event " << event->index();
    const E* found = std::get_if<E>(&*event);
    return found ? *found : E{};
  }
  std::string grant() {
    source_->ask(1, {});
    return expect<Granted>().container;
  }
  static Launch shell(const std::string& script) { return {{"sh", "-c", script}, {}, {}, {}}; }
  // Starts a container that prints its process number and then waits for ever.
  pid_t start_waiting(const std::string& container, const std::string& before = "") {
    source_->launch(container, shell(before + "echo $$ > \"$LOG_DIRS/pid\"; echo up > " + fifo_ +
                                     "; while :; do read x < " + folder_ + "/containers/" +
                                     container + "/never; done"));
    mkfifo_in(container);
    expect<Started>();
    EXPECT_EQ(content_of(fifo_), "up\n");
    return std::stoi(content_of(folder_ + "/containers/" + container + "/pid"));
  }
  void mkfifo_in(const std::string& container) {
    std::filesystem::create_directories(folder_ + "/containers/" + container);
    mkfifo((folder_ + "/containers/" + container + "/never").c_str(), 0600);
  }

  std::string folder_, fifo_;
  std::unique_ptr<LocalSource> source_;
};

TEST_F(LocalSourceTest, runs_a_command_in_a_folder_of_its_own_with_a_containers_environment) {
  const std::string container = grant();
  EXPECT_EQ(container, "local-1");
  Launch launch =
      shell("pwd; echo \"$CONTAINER_ID $GREETING\"; cat \"$HADOOP_TOKEN_FILE_LOCATION\"");
  launch.environment["GREETING"] = "it's \"$HOME\"";
  launch.credentials = "HDTS";
  source_->launch(container, launch);
  EXPECT_EQ(expect<Started>().container, container);
  const Finished finished = expect<Finished>();
  EXPECT_EQ(finished.container, container);
  EXPECT_EQ(finished.cause, ExitCause::kExited);
  EXPECT_EQ(finished.exit_status, 0);
  const std::string folder = folder_ + "/containers/local-1";
  EXPECT_EQ(content_of(folder + "/stdout"), folder + "\nlocal-1 it's \"$HOME\"\nHDTS");
  EXPECT_EQ(std::filesystem::status(folder + "/container_tokens").permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

TEST_F(LocalSourceTest, links_the_files_it_is_given_and_makes_programs_executable) {
  std::ofstream(folder_ + "/program.sh") << "#!/bin/sh\ncat lib/data.txt; exit 3\n";
  std::ofstream(folder_ + "/data.txt") << "forty-two";
  const std::string container = grant();
  Launch launch;
  launch.command = {"./run"};
  launch.files = {{"run", "file://" + folder_ + "/program.sh", 0, 0, false, true},
                  {"lib/data.txt", "file://localhost" + folder_ + "/data.txt", 0, 0, false, false}};
  source_->launch(container, launch);
  expect<Started>();
  const Finished finished = expect<Finished>();
  EXPECT_EQ(finished.cause, ExitCause::kExited);
  EXPECT_EQ(finished.exit_status, 3);
  EXPECT_EQ(content_of(folder_ + "/containers/local-1/stdout"), "forty-two");
  EXPECT_TRUE(std::filesystem::is_symlink(folder_ + "/containers/local-1/lib/data.txt"));
}

TEST_F(LocalSourceTest, refuses_a_missing_file_and_a_name_that_leaves_the_folder) {
  for (const LocalFile& file : {LocalFile{"a", "file://" + folder_ + "/absent", 0, 0, false, false},
                                LocalFile{"../a", "file://" + fifo_, 0, 0, false, false},
                                LocalFile{"/tmp/a", "file://" + fifo_, 0, 0, false, false},
                                LocalFile{"a", "hdfs://nn/a", 0, 0, false, false}}) {
    const std::string container = grant();
    Launch launch = shell("exit 0");
    launch.files = {file};
    source_->launch(container, launch);
    const Finished finished = expect<Finished>();
    EXPECT_EQ(finished.cause, ExitCause::kDisk) << file.name << " " << file.uri;
    EXPECT_NE(finished.diagnostics.find("localize"), std::string::npos) << finished.diagnostics;
  }
}

TEST_F(LocalSourceTest, says_that_a_command_cannot_be_executed) {
  const std::string container = grant();
  source_->launch(container, {{"no-such-program"}, {}, {}, {}});
  const Finished finished = expect<Finished>();
  EXPECT_EQ(finished.cause, ExitCause::kLaunch);
  EXPECT_NE(finished.diagnostics.find("no-such-program"), std::string::npos);
}

TEST_F(LocalSourceTest, tells_the_exit_status_and_the_end_of_stderr) {
  const std::string container = grant();
  source_->launch(container, shell("i=0; while [ $i -lt 900 ]; do echo line $i >&2; i=$((i+1)); "
                                   "done; echo last words >&2; exit 7"));
  expect<Started>();
  const Finished finished = expect<Finished>();
  EXPECT_EQ(finished.exit_status, 7);
  EXPECT_TRUE(finished.diagnostics.ends_with("last words")) << finished.diagnostics;
  EXPECT_TRUE(finished.diagnostics.starts_with("exited with status 7\n"));
  EXPECT_LT(finished.diagnostics.size(), 2'200U);
}

TEST_F(LocalSourceTest, tells_a_signal_of_somebody_else_from_its_own) {
  const std::string container = grant();
  const pid_t pid = start_waiting(container);
  kill(pid, SIGKILL);
  const Finished killed = expect<Finished>();
  EXPECT_EQ(killed.cause, ExitCause::kSignal);
  EXPECT_EQ(killed.exit_status, 128 + SIGKILL);

  const std::string second = grant();
  start_waiting(second);
  source_->release(second);
  const Finished stopped = expect<Finished>();
  EXPECT_EQ(stopped.container, second);
  EXPECT_EQ(stopped.cause, ExitCause::kStopped);
}

TEST_F(LocalSourceTest, kills_what_ignores_its_termination_and_all_that_it_started) {
  make(4, milliseconds(50));
  const std::string container = grant();
  const pid_t pid = start_waiting(container, "trap '' TERM; tail -f /dev/null & echo $! > child; ");
  const pid_t grandchild = std::stoi(content_of(folder_ + "/containers/" + container + "/child"));
  source_->release(container);
  const Finished stopped = expect<Finished>();
  EXPECT_EQ(stopped.cause, ExitCause::kStopped);
  EXPECT_EQ(stopped.exit_status, 128 + SIGKILL);
  EXPECT_TRUE(is_gone(pid));
  EXPECT_TRUE(is_gone(grandchild));
}

TEST_F(LocalSourceTest, grants_as_many_as_the_limit_allows_and_the_rest_when_one_ends) {
  make(2);
  source_->ask(3, {});
  const std::string first = expect<Granted>().container;
  const std::string second = expect<Granted>().container;
  EXPECT_NE(expect<Waiting>().reason.find("2 containers at most"), std::string::npos);
  source_->release(first);
  EXPECT_EQ(expect<Finished>().cause, ExitCause::kStopped);
  const std::string third = expect<Granted>().container;
  EXPECT_NE(third, first);
  EXPECT_NE(third, second);
}

TEST_F(LocalSourceTest, counts_a_grant_that_nobody_has_seen_yet_against_the_next_ask) {
  source_->ask(2, {});
  const std::string first = expect<Granted>().container;
  source_->ask(1, {});  // the second is on its way, or in the queue: it is the one wanted
  const std::string second = expect<Granted>().container;
  source_->ask(0, {});
  source_->wake();
  EXPECT_EQ(source_->next(Deadline::after(seconds(10))).status().code(), Code::kDeadlineExceeded);
  EXPECT_EQ(first, "local-1");
  EXPECT_EQ(second, "local-2");
}

TEST_F(LocalSourceTest, wake_ends_a_wait) {
  std::jthread waker([this] { source_->wake(); });
  EXPECT_EQ(source_->next(Deadline::never()).status().code(), Code::kDeadlineExceeded);
}

TEST_F(LocalSourceTest, finish_ends_everything_within_its_deadline) {
  const std::string container = grant();
  const pid_t pid = start_waiting(container, "trap '' TERM; ");
  EXPECT_TRUE(source_->finish(true, "", Deadline::after(milliseconds(20))));
  EXPECT_TRUE(is_gone(pid));
}

TEST_F(LocalSourceTest, numbers_go_on_after_those_that_the_folder_has) {
  const std::string container = grant();
  source_->launch(container, shell("exit 0"));
  expect<Started>();
  expect<Finished>();
  make(4);
  EXPECT_EQ(grant(), "local-2");
}

TEST_F(LocalSourceTest, containers_die_with_a_process_that_is_killed) {
  source_.reset();
  const std::string folder = folder_ + "/other";
  const pid_t master = fork();
  if (master == 0) {
    auto source = LocalSource::create({folder, 1, seconds(10)});
    (*source)->ask(1, {});
    (void)(*source)->next(Deadline::never());
    (*source)->launch("local-1", shell("echo $$ > " + fifo_ + "; exec tail -f /dev/null"));
    for (;;) (void)(*source)->next(Deadline::never());
  }
  const pid_t container = std::stoi(content_of(fifo_));
  kill(master, SIGKILL);
  waitpid(master, nullptr, 0);
  EXPECT_TRUE(is_gone(container));
}

}  // namespace
}  // namespace howdah::cluster
