// RPC against the daemons of a real cluster.
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <thread>

#include "calls.pb.h"
#include "hadoop/configuration.h"
#include "hadoop/rpc_client.h"

namespace howdah::hadoop {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr const char* kNameNode = "org.apache.hadoop.hdfs.protocol.ClientProtocol";
constexpr const char* kApplications = "org.apache.hadoop.yarn.api.ApplicationClientProtocolPB";
constexpr const char* kScheduler = "org.apache.hadoop.yarn.api.ApplicationMasterProtocolPB";

Deadline soon() {
  return Deadline::after(seconds(60));
}

class RealDaemons : public testing::Test {
 protected:
  void SetUp() override {
    if (!std::getenv("HADOOP_CONF_DIR"))
      GTEST_SKIP() << "HADOOP_CONF_DIR is not set: ./dev cluster up, ./dev cluster env";
    auto configuration = Configuration::load_default();
    ASSERT_TRUE(configuration) << configuration.status().to_string();
    configuration_ = *std::move(configuration);
  }

  RpcOptions options_for(const char* protocol, const std::string& address) {
    RpcOptions options;
    options.protocol = protocol;
    const auto parsed = net::Address::parse(address);
    EXPECT_TRUE(parsed) << parsed.status().to_string();
    if (parsed) options.servers = {*parsed};
    options.user = *User::current();
    return options;
  }
  RpcOptions name_node() {
    const std::string uri = configuration_.default_fs();
    EXPECT_TRUE(uri.starts_with("hdfs://")) << uri;
    return options_for(kNameNode, uri.substr(7));
  }
  RpcOptions resource_manager() {
    return options_for(kApplications, configuration_.get("yarn.resourcemanager.address", ""));
  }
  RpcOptions scheduler() {
    RpcOptions options =
        options_for(kScheduler, configuration_.get("yarn.resourcemanager.scheduler.address", ""));
    options.token_only = true;
    // No less than the cluster asks for: on one with integrity or privacy, every call is wrapped.
    const auto protections = parse_protections("hadoop.rpc.protection",
                                               configuration_.get_list("hadoop.rpc.protection"));
    EXPECT_TRUE(protections) << protections.status().to_string();
    if (protections && !protections->empty()) options.protections = *protections;
    return options;
  }

  Configuration configuration_;
};

TEST_F(RealDaemons, the_name_node_answers_simple_calls) {
  RpcClient client(name_node());
  calls::GetServerDefaultsResponseProto defaults;
  Status status =
      client.call("getServerDefaults", calls::GetServerDefaultsRequestProto(), &defaults, soon());
  ASSERT_TRUE(status) << status.to_string();
  EXPECT_GT(defaults.serverdefaults().blocksize(), 0u);
  EXPECT_EQ(defaults.serverdefaults().bytesperchecksum(), 512u);

  calls::GetFileInfoRequestProto request;
  calls::GetFileInfoResponseProto response;
  request.set_src("/");
  ASSERT_TRUE(client.call("getFileInfo", request, &response, soon()));
  EXPECT_EQ(response.fs().filetype(), 1u);  // a directory
  EXPECT_NE(response.fs().owner(), "");
  request.set_src("/no/such/path");
  ASSERT_TRUE(client.call("getFileInfo", request, &response, soon()));
  EXPECT_FALSE(response.has_fs());
}

TEST_F(RealDaemons, the_name_node_refuses_a_token_that_it_did_not_give) {
  // It lists TOKEN before SIMPLE: a token that is offered is not passed over.
  RpcOptions options = name_node();
  options.token = Token{"nobody", "nothing", "HDFS_DELEGATION_TOKEN", ""};
  RpcClient client(options);
  calls::GetServerDefaultsResponseProto defaults;
  const Status status =
      client.call("getServerDefaults", calls::GetServerDefaultsRequestProto(), &defaults, soon());
  EXPECT_TRUE(status.code() == Code::kTokenExpired || status.code() == Code::kUnauthenticated)
      << status.to_string();
}

TEST_F(RealDaemons, exceptions_come_as_codes_with_one_line) {
  RpcClient client(name_node());
  const std::string folder = "/tmp/rpc_test-" + std::to_string(getpid());
  calls::MkdirsRequestProto make;
  make.set_src(folder + "/inside");
  make.mutable_masked()->set_perm(0755);
  make.set_createparent(true);
  calls::ResultProto result;
  ASSERT_TRUE(client.call("mkdirs", make, &result, soon()));
  EXPECT_TRUE(result.result());

  calls::DeleteRequestProto remove;
  remove.set_src(folder);
  remove.set_recursive(false);
  std::string exception;
  Status status = client.call("delete", remove, &result, soon(), &exception);
  EXPECT_EQ(status.code(), Code::kFailedPrecondition);
  EXPECT_EQ(exception, "org.apache.hadoop.fs.PathIsNotEmptyDirectoryException");
  EXPECT_EQ(status.message().find('\n'), std::string::npos);
  remove.set_recursive(true);
  ASSERT_TRUE(client.call("delete", remove, &result, soon()));
  EXPECT_TRUE(result.result());

  status = client.call("noSuchMethod", calls::Empty(), &result, soon(), &exception);
  EXPECT_EQ(status.code(), Code::kUnsupported) << status.to_string();
}

TEST_F(RealDaemons, another_daemon_at_the_address_is_recognised) {
  // Another daemon's protocol at this address: the server says so in one line.
  RpcOptions options = name_node();
  options.protocol = kApplications;
  RpcClient client(options);
  calls::GetNewApplicationResponseProto response;
  const Status status = client.call("getNewApplication", calls::Empty(), &response, soon());
  EXPECT_EQ(status.code(), Code::kUnsupported) << status.to_string();
}

TEST_F(RealDaemons, permission_is_denied_to_another_user) {
  RpcOptions options = name_node();
  options.user = {"rpc-test-nobody", ""};
  RpcClient client(options);
  calls::MkdirsRequestProto make;
  make.set_src("/rpc-test-forbidden");
  make.mutable_masked()->set_perm(0755);
  make.set_createparent(true);
  calls::ResultProto result;
  const Status status = client.call("mkdirs", make, &result, soon());
  EXPECT_EQ(status.code(), Code::kPermissionDenied) << status.to_string();
  EXPECT_TRUE(status.message().starts_with("Permission denied: user=rpc-test-nobody"))
      << status.to_string();
}

TEST_F(RealDaemons, many_threads_share_the_name_node) {
  RpcClient client(name_node());
  std::vector<std::jthread> callers;
  for (int thread = 0; thread < 4; ++thread)
    callers.emplace_back([&client] {
      for (int i = 0; i < 100; ++i) {
        calls::GetFileInfoRequestProto request;
        calls::GetFileInfoResponseProto response;
        request.set_src("/");
        ASSERT_TRUE(client.call("getFileInfo", request, &response, soon()));
        ASSERT_TRUE(response.has_fs());
      }
    });
}

TEST_F(RealDaemons, the_scheduler_refuses_a_token_that_it_did_not_give) {
  RpcOptions options = scheduler();
  options.token = Token{"nobody", "nothing", "YARN_AM_RM_TOKEN", ""};
  options.max_retries = 2;
  RpcClient client(options);
  calls::RegisterApplicationMasterResponseProto response;
  const Status status =
      client.call("registerApplicationMaster", calls::RegisterApplicationMasterRequestProto(),
                  &response, soon());
  EXPECT_FALSE(status);
  EXPECT_NE(status.code(), Code::kDeadlineExceeded) << status.to_string();
}

// An application whose master is this test: its token is given over SIMPLE and proven by
// DIGEST-MD5.
TEST_F(RealDaemons, an_unmanaged_application_master_registers_with_its_token) {
  RpcClient client(resource_manager());
  calls::GetNewApplicationResponseProto created;
  Status status = client.call("getNewApplication", calls::Empty(), &created, soon());
  ASSERT_TRUE(status) << status.to_string();
  ASSERT_GT(created.application_id().cluster_timestamp(), 0);

  calls::SubmitApplicationRequestProto submission;
  auto* context = submission.mutable_application_submission_context();
  *context->mutable_application_id() = created.application_id();
  context->set_application_name("rpc_test");
  context->set_queue("default");
  context->mutable_am_container_spec();
  context->set_unmanaged_am(true);
  context->set_maxappattempts(1);
  context->mutable_resource()->set_memory(128);
  context->mutable_resource()->set_virtual_cores(1);
  calls::Empty nothing;
  status = client.call("submitApplication", submission, &nothing, soon());
  ASSERT_TRUE(status) << status.to_string();

  calls::ApplicationRequestProto which;
  *which.mutable_application_id() = created.application_id();
  calls::GetApplicationReportResponseProto report;
  for (const Deadline deadline = soon(); !report.application_report().has_am_rm_token();) {
    ASSERT_FALSE(deadline.expired()) << report.application_report().diagnostics();
    ASSERT_TRUE(client.call("getApplicationReport", which, &report, soon()));
  }
  const proto::TokenProto& given = report.application_report().am_rm_token();
  EXPECT_EQ(given.kind(), "YARN_AM_RM_TOKEN");

  RpcOptions options = scheduler();
  options.token = Token{given.identifier(), given.password(), given.kind(), given.service()};
  RpcClient master(options);
  calls::RegisterApplicationMasterRequestProto request;
  request.set_host("127.0.0.1");
  request.set_rpc_port(0);
  request.set_tracking_url("");
  calls::RegisterApplicationMasterResponseProto registered;
  status = master.call("registerApplicationMaster", request, &registered, soon());
  ASSERT_TRUE(status) << status.to_string();
  EXPECT_GT(registered.maximumcapability().memory(), 0);

  calls::FinishApplicationMasterRequestProto finish;
  finish.set_final_application_status(1);  // APP_SUCCEEDED
  calls::FinishApplicationMasterResponseProto finished;
  for (const Deadline deadline = soon(); !finished.isunregistered();) {
    ASSERT_FALSE(deadline.expired());
    status = master.call("finishApplicationMaster", finish, &finished, soon());
    ASSERT_TRUE(status) << status.to_string();
  }
}

}  // namespace
}  // namespace howdah::hadoop
