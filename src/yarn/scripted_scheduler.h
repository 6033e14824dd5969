// For tests: a scheduler on loopback that believes one token and answers as a test tells it to.
#pragma once

#include <gtest/gtest.h>

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/mutex.h"
#include "hadoop/configuration.h"
#include "hadoop/credentials.h"
#include "hadoop/md5.h"
#include "hadoop/scripted_server.h"
#include "yarn/proto/services.pb.h"

namespace howdah::yarn {

class ScriptedScheduler {
 public:
  using Peer = hadoop::ScriptedPeer;
  // An answer: a message, or the class of a Java exception, or (neither) the connection's end.
  struct Answer {
    std::shared_ptr<const google::protobuf::MessageLite> message;
    std::string exception;
  };
  template <typename Message>
  static Answer answer(const Message& message) {
    return {std::make_shared<Message>(message), ""};
  }
  static Answer exception(const std::string& java_class) { return {nullptr, java_class}; }
  static Answer break_off() { return {}; }

  // Called for each allocate in turn, with its request; when there are no more, nothing happens.
  using Allocate = std::function<Answer(const proto::AllocateRequestProto&)>;

  ScriptedScheduler()
      : server_(
            std::vector<hadoop::ScriptedServer::Script>(20, [this](Peer& peer) { play(peer); })) {}

  hadoop::Configuration configuration() const {
    hadoop::Configuration configuration;
    configuration.set("yarn.resourcemanager.scheduler.address", server_.address().to_string());
    return configuration;
  }
  static hadoop::Credentials credentials() {
    hadoop::Credentials credentials;
    credentials.add_token("", {"identifier", "password", "YARN_AM_RM_TOKEN", ""});
    return credentials;
  }
  // The next allocate that nobody waits for yet.
  void then(Allocate allocate) HOWDAH_EXCLUDES(mutex_) {
    const MutexLock lock(mutex_);
    script_.push_back(std::move(allocate));
  }
  int registrations() const HOWDAH_EXCLUDES(mutex_) {
    const MutexLock lock(mutex_);
    return registrations_;
  }

 private:
  using Sasl = hadoop::proto::RpcSaslProto;

  static std::string directive(const std::string& response, const std::string& name) {
    const size_t at = response.find(name + "=");
    std::string value = response.substr(at + name.size() + 1);
    if (value.starts_with('"')) return value.substr(1, value.find('"', 1) - 1);
    return value.substr(0, value.find(','));
  }

  // RFC 2831, the server's side; the client's proof is not what these tests are about.
  static void believe(Peer& peer) {
    EXPECT_EQ(peer.read_connection_header(), -33);
    Peer::Request request;
    ASSERT_TRUE(peer.read_request(&request));
    Sasl offer;
    offer.set_state(Sasl::NEGOTIATE);
    auto* token = offer.add_auths();
    token->set_method("TOKEN");
    token->set_mechanism("DIGEST-MD5");
    token->set_protocol("");
    token->set_serverid("default");
    token->set_challenge(
        "realm=\"default\",nonce=\"nnn\",qop=\"auth\",charset=utf-8,algorithm=md5-sess");
    peer.send(Peer::success(hadoop::kSaslCallId, offer));
    ASSERT_TRUE(peer.read_request(&request));
    const std::string response = request.read<Sasl>().token();
    const std::string user = directive(response, "username");
    const std::string nonce = directive(response, "cnonce");
    const std::string key = *hadoop::md5(
        {*hadoop::md5({user, ":default:", hadoop::to_base64("password")}), ":nnn:", nonce});
    Sasl success;
    success.set_state(Sasl::SUCCESS);
    success.set_token("rspauth=" + hadoop::to_hex(*hadoop::md5(
                                       {hadoop::to_hex(key), ":nnn:00000001:", nonce,
                                        ":auth:", hadoop::to_hex(*hadoop::md5({":/default"}))})));
    peer.send(Peer::success(hadoop::kSaslCallId, success));
    ASSERT_TRUE(peer.read_request(&request));
    EXPECT_EQ(request.header.callid(), hadoop::kContextCallId);
  }

  void play(Peer& peer) {
    believe(peer);
    Peer::Request request;
    while (peer.read_request(&request)) {
      const std::string method = request.read<hadoop::proto::RequestHeaderProto>().methodname();
      const Answer answer = answer_to(method, request);
      if (answer.message)
        peer.send(Peer::success(request.header.callid(), *answer.message));
      else if (!answer.exception.empty())
        peer.send(Peer::failure(request.header.callid(), answer.exception, "because"));
      else
        return;
    }
  }

  Answer answer_to(const std::string& method, const Peer::Request& request)
      HOWDAH_EXCLUDES(mutex_) {
    if (method == "registerApplicationMaster") {
      const MutexLock lock(mutex_);
      ++registrations_;
      proto::RegisterApplicationMasterResponseProto response;
      response.set_queue("default");
      response.mutable_maximumcapability()->set_memory(4096);
      response.mutable_maximumcapability()->set_virtual_cores(4);
      return answer(response);
    }
    if (method == "finishApplicationMaster") {
      const MutexLock lock(mutex_);
      proto::FinishApplicationMasterResponseProto response;
      response.set_isunregistered(finishes_++ > 0);
      return answer(response);
    }
    proto::AllocateRequestProto asked;
    EXPECT_EQ(request.read_call(&asked), "allocate");
    Allocate next;
    {
      const MutexLock lock(mutex_);
      if (!script_.empty()) {
        next = std::move(script_.front());
        script_.pop_front();
      }
    }
    if (next) return next(asked);
    proto::AllocateResponseProto response;
    response.set_response_id(asked.response_id() + 1);
    response.set_num_cluster_nodes(2);
    response.mutable_limit()->set_memory(4096);
    response.mutable_limit()->set_virtual_cores(4);
    return answer(response);
  }

  mutable Mutex mutex_;
  std::deque<Allocate> script_ HOWDAH_GUARDED_BY(mutex_);
  int registrations_ HOWDAH_GUARDED_BY(mutex_) = 0;
  int finishes_ HOWDAH_GUARDED_BY(mutex_) = 0;
  hadoop::ScriptedServer server_;
};

// A response to that request, granting containers with these numbers.
inline proto::AllocateResponseProto granting(const proto::AllocateRequestProto& request,
                                             const std::vector<int64_t>& numbers, int64_t ask_id) {
  proto::AllocateResponseProto response;
  response.set_response_id(request.response_id() + 1);
  for (const int64_t number : numbers) {
    auto* container = response.add_allocated_containers();
    container->mutable_id()->mutable_app_attempt_id()->set_attemptid(1);
    container->mutable_id()->set_id(number);
    container->mutable_nodeid()->set_host("node");
    container->mutable_nodeid()->set_port(1);
    container->set_allocation_request_id(ask_id);
  }
  return response;
}

}  // namespace howdah::yarn
