#include "roles/control_server.h"

#include <grpcpp/grpcpp.h>
#include <grpcpp/server_builder.h>

#include <deque>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <vector>

#include "base/log.h"
#include "roles/proto/control.grpc.pb.h"

namespace howdah::roles {
namespace {

constexpr int kMaxMessageBytes = 1 << 20;
constexpr size_t kMaxKeptAnnouncements = 1000;
// Of a peer that does not read.
constexpr size_t kMaxQueuedBytes = 16 << 20;

bool is_peer(const grpc::CallbackServerContext& context, const char* common_name) {
  for (const auto& name : context.auth_context()->FindPropertyValues("x509_common_name"))
    if (name == common_name) return true;
  return false;
}

// Diagnostics of programs may hold any bytes; a message may not.
std::string valid_utf8(const std::string& text) {
  using nlohmann::json;
  return json::parse(json(text).dump(-1, ' ', false, json::error_handler_t::replace));
}

}  // namespace

// Writes queued messages one after the other. Shared by the two kinds of streams. A peer that reads
// too slowly is cut off.
//
// Finish() may be called by any thread that holds the service's mutex, or by a reaction: OnDone
// takes that mutex before it deletes.
template <typename Reactor, typename Message>
class QueuedWrites : public Reactor {
 public:
  explicit QueuedWrites(grpc::CallbackServerContext* context) : context_(context) {}
  void enqueue(const Message& message) {
    MutexLock lock(mutex_);
    if (closed_) return;
    queued_bytes_ += message.ByteSizeLong();
    if (!queue_.empty() && queued_bytes_ > kMaxQueuedBytes) {
      closed_ = true;
      queue_.erase(queue_.begin() + 1, queue_.end());  // the first is on its way
      context_->TryCancel();
      return;
    }
    queue_.push_back(message);
    if (queue_.size() == 1) this->StartWrite(&queue_.front());
  }
  // After what is queued has gone out.
  void close_after_queue() {
    MutexLock lock(mutex_);
    if (closed_) return;
    closed_ = true;
    if (queue_.empty()) finish_locked();
  }
  // The last message, after which the peer hangs up.
  void say_farewell(const Message& message) {
    enqueue(message);
    MutexLock lock(mutex_);
    if (!closed_) awaits_peer_ = true;
    closed_ = true;
  }
  void peer_left() {
    MutexLock lock(mutex_);
    awaits_peer_ = false;
    closed_ = true;
    if (queue_.empty()) finish_locked();
  }
  void OnWriteDone(bool sent) override {
    MutexLock lock(mutex_);
    queued_bytes_ -= queue_.front().ByteSizeLong();
    queue_.pop_front();
    if (!sent) {
      closed_ = true;
      queue_.clear();
      finish_locked();
    } else if (!queue_.empty()) {
      this->StartWrite(&queue_.front());
    } else if (closed_ && !awaits_peer_) {
      finish_locked();
    }
  }

 protected:
  void refuse(const char* why) {
    MutexLock lock(mutex_);
    closed_ = true;
    finished_ = true;
    this->Finish(grpc::Status(grpc::StatusCode::PERMISSION_DENIED, why));
  }

 private:
  void finish_locked() HOWDAH_REQUIRES(mutex_) {
    if (finished_) return;
    finished_ = true;
    this->Finish(grpc::Status::OK);
  }
  grpc::CallbackServerContext* const context_;
  Mutex mutex_;
  std::deque<Message> queue_ HOWDAH_GUARDED_BY(mutex_);
  size_t queued_bytes_ HOWDAH_GUARDED_BY(mutex_) = 0;
  bool closed_ HOWDAH_GUARDED_BY(mutex_) = false, finished_ HOWDAH_GUARDED_BY(mutex_) = false;
  bool awaits_peer_ HOWDAH_GUARDED_BY(mutex_) = false;
};

class ControlServer::Session final
    : public QueuedWrites<grpc::ServerBidiReactor<control::FromWorker, control::ToWorker>,
                          control::ToWorker> {
 public:
  Session(Service& service, grpc::CallbackServerContext* context);
  void OnReadDone(bool read) override;
  void OnCancel() override { close_after_queue(); }
  void OnDone() override;

 private:
  Service& service_;
  control::FromWorker incoming_;
  int64_t worker_ = -1;
};

class ControlServer::Follower final
    : public QueuedWrites<grpc::ServerWriteReactor<control::JobEvent>, control::JobEvent> {
 public:
  Follower(Service& service, grpc::CallbackServerContext* context);
  void part() {
    control::JobEvent event;
    event.mutable_farewell();
    say_farewell(event);
  }
  void OnCancel() override { peer_left(); }
  void OnDone() override;

 private:
  Service& service_;
};

class ControlServer::Service final : public control::Control::CallbackService {
 public:
  Service(uint32_t attempt, Deliver deliver) : attempt_(attempt), deliver_(std::move(deliver)) {}

  grpc::ServerBidiReactor<control::FromWorker, control::ToWorker>* Work(
      grpc::CallbackServerContext* context) override {
    return new Session(*this, context);
  }
  grpc::ServerWriteReactor<control::JobEvent>* Follow(grpc::CallbackServerContext* context,
                                                      const control::FollowRequest*) override {
    return new Follower(*this, context);
  }
  grpc::ServerUnaryReactor* Stop(grpc::CallbackServerContext* context,
                                 const control::StopRequest* request,
                                 control::StopReply*) override {
    auto* reactor = context->DefaultReactor();
    if (!is_peer(*context, "user")) {
      reactor->Finish(grpc::Status(grpc::StatusCode::PERMISSION_DENIED, "not the job's user"));
      return reactor;
    }
    deliver_(StopAsked{request->who()});
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }

  void opened(uint32_t worker, Session* session) {
    MutexLock lock(mutex_);
    control::ToWorker welcome;
    welcome.mutable_welcome()->set_attempt(attempt_);
    session->enqueue(welcome);
    Session*& present = sessions_[worker];
    if (present) present->close_after_queue();
    present = session;
  }
  // True when it was the worker's present session.
  void closed(Session* session, int64_t worker) {
    bool present = false;
    {
      MutexLock lock(mutex_);
      const auto found =
          worker < 0 ? sessions_.end() : sessions_.find(static_cast<uint32_t>(worker));
      present = found != sessions_.end() && found->second == session;
      if (present) sessions_.erase(found);
    }
    if (present) deliver_(SessionEnded{static_cast<uint32_t>(worker)});
  }
  void deliver(uint32_t worker, const control::FromWorker& message) {
    deliver_(FromWorkerEvent{worker, message});
  }
  void send(uint32_t worker, const control::ToWorker& message) {
    MutexLock lock(mutex_);
    const auto found = sessions_.find(worker);
    if (found != sessions_.end()) found->second->enqueue(message);
  }

  void follow(Follower* follower) {
    MutexLock lock(mutex_);
    for (const auto& event : announcements_) follower->enqueue(event);
    for (const auto& [kind, event] : latest_) follower->enqueue(event);
    followers_.insert(follower);
    if (stopping_) follower->part();
  }
  void unfollow(Follower* follower) {
    MutexLock lock(mutex_);
    followers_.erase(follower);
  }
  void publish(control::JobEvent event) {
    if (event.has_announcement())
      event.mutable_announcement()->set_text(valid_utf8(event.announcement().text()));
    if (event.has_phase()) event.mutable_phase()->set_waiting(valid_utf8(event.phase().waiting()));
    MutexLock lock(mutex_);
    if (event.what_case() == control::JobEvent::kAnnouncement) {
      announcements_.push_back(event);
      if (announcements_.size() > kMaxKeptAnnouncements) announcements_.pop_front();
    } else {
      latest_[event.what_case()] = event;
    }
    for (Follower* follower : followers_) follower->enqueue(event);
  }
  void close_all() {
    MutexLock lock(mutex_);
    stopping_ = true;
    for (Follower* follower : followers_) follower->part();
    for (const auto& [worker, session] : sessions_) session->close_after_queue();
  }

  std::unique_ptr<grpc::Server> server;
  int port = 0;

 private:
  const uint32_t attempt_;
  const Deliver deliver_;
  Mutex mutex_;
  bool stopping_ HOWDAH_GUARDED_BY(mutex_) = false;
  std::map<uint32_t, Session*> sessions_ HOWDAH_GUARDED_BY(mutex_);
  std::set<Follower*> followers_ HOWDAH_GUARDED_BY(mutex_);
  std::deque<control::JobEvent> announcements_ HOWDAH_GUARDED_BY(mutex_);
  std::map<int, control::JobEvent> latest_ HOWDAH_GUARDED_BY(mutex_);
};

ControlServer::Session::Session(Service& service, grpc::CallbackServerContext* context)
    : QueuedWrites(context), service_(service) {
  if (!is_peer(*context, "worker")) {
    refuse("not a worker of this job");
    return;
  }
  StartRead(&incoming_);
}

void ControlServer::Session::OnReadDone(bool read) {
  if (!read) {
    close_after_queue();
    return;
  }
  if (worker_ < 0 && !incoming_.has_hello()) {
    refuse("the first message must be a hello");
    return;
  }
  if (worker_ < 0) {
    worker_ = incoming_.hello().worker();
    service_.opened(static_cast<uint32_t>(worker_), this);
  }
  service_.deliver(static_cast<uint32_t>(worker_), incoming_);
  StartRead(&incoming_);
}

void ControlServer::Session::OnDone() {
  service_.closed(this, worker_);
  delete this;
}

ControlServer::Follower::Follower(Service& service, grpc::CallbackServerContext* context)
    : QueuedWrites(context), service_(service) {
  if (is_peer(*context, "user"))
    service_.follow(this);
  else
    refuse("not the job's user");
}

void ControlServer::Follower::OnDone() {
  service_.unfollow(this);
  delete this;
}

ControlServer::ControlServer(std::unique_ptr<Service> service) : service_(std::move(service)) {}

Result<std::unique_ptr<ControlServer>> ControlServer::start(const JobSecrets& secrets,
                                                            uint32_t attempt, Deliver deliver) {
  auto service = std::make_unique<Service>(attempt, std::move(deliver));
  grpc::SslServerCredentialsOptions tls(GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
  tls.pem_root_certs = secrets.authority;
  tls.pem_key_cert_pairs.push_back({secrets.master.key, secrets.master.certificate});
  grpc::ServerBuilder builder;
  builder.SetMaxReceiveMessageSize(kMaxMessageBytes);
  // A worker that is silent below TCP (node gone) is noticed in seconds.
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, 2000);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 2000);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, 500);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MAX_PING_STRIKES, 0);
  builder.AddListeningPort("0.0.0.0:0", grpc::SslServerCredentials(tls), &service->port);
  builder.RegisterService(service.get());
  service->server = builder.BuildAndStart();
  if (!service->server || service->port == 0)
    return Status(Code::kIo, "cannot listen on a port of this host")
        .with_operation("control server");
  return std::unique_ptr<ControlServer>(new ControlServer(std::move(service)));
}

ControlServer::~ControlServer() {
  stop(Deadline::after(std::chrono::milliseconds(100)));
}

int ControlServer::port() const {
  return service_->port;
}
void ControlServer::send(uint32_t worker, const control::ToWorker& message) {
  service_->send(worker, message);
}
void ControlServer::publish(const control::JobEvent& event) {
  service_->publish(event);
}

void ControlServer::stop(Deadline deadline) {
  if (!service_->server) return;
  service_->close_all();
  service_->server->Shutdown(
      std::chrono::system_clock::now() +
      std::chrono::duration_cast<std::chrono::milliseconds>(deadline.left()));
  service_->server->Wait();
  service_->server.reset();
}

}  // namespace howdah::roles
