// A real ResourceManager and NodeManager, killed and started again under a running application.
#include <fcntl.h>
#include <fmt/format.h>

#include <filesystem>

#include "net/socket.h"
#include "real_yarn.h"

namespace howdah::yarn {
namespace {

class RestartedYarn : public RealYarn {
 protected:
  void SetUp() override {
    RealYarn::SetUp();
    if (IsSkipped()) return;
    const char* name = std::getenv("HOWDAH_CLUSTER_NAME");
    if (!name) GTEST_SKIP() << "HOWDAH_CLUSTER_NAME is not set: ./dev cluster env";
    cluster_ = name;
    std::string pattern = (std::filesystem::temp_directory_path() / "restart.XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
    gate_ = folder_ + "/gate";
    ASSERT_EQ(mkfifo(gate_.c_str(), 0600), 0);
  }
  void TearDown() override {
    if (!folder_.empty()) std::filesystem::remove_all(folder_);
  }
  void dev(const std::string& verb, const std::string& daemon) {
    const std::string command =
        fmt::format("{} cluster {} {} --name {} >&2", DEV, verb, daemon, cluster_);
    ASSERT_EQ(std::system(command.c_str()), 0) << command;
  }
  // The master's container reads the gate: opening it for writing waits until it runs; closing it
  // ends it.
  net::FileDescriptor hold_gate() {
    return net::FileDescriptor(open(gate_.c_str(), O_WRONLY | O_CLOEXEC));
  }

  std::string cluster_, folder_, gate_;
};

TEST_F(RestartedYarn, containers_outlive_the_resource_manager_and_new_ones_come) {
  const Submission submitted = submission({"outlive", gate_});
  ASSERT_TRUE(client_->submit_application(submitted, soon()));
  {
    const net::FileDescriptor gate = hold_gate();
    ASSERT_TRUE(gate);
    dev("kill", "resourcemanager");
    dev("start", "resourcemanager");
  }
  const ApplicationReport report = follow(submitted.id);
  EXPECT_EQ(report.final_status, FinalStatus::kSucceeded)
      << state_name(report.state) << ": " << report.diagnostics << "\n"
      << master_log(submitted.id);
  EXPECT_EQ(report.attempt, 1);
}

}  // namespace
}  // namespace howdah::yarn
