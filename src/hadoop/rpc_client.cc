#include "hadoop/rpc_client.h"

#include <fmt/format.h>
#include <stdlib.h>

#include <algorithm>
#include <array>
#include <atomic>

#include "base/log.h"
#include "base/mutex.h"
#include "hadoop/exception.h"
#include "hadoop/md5.h"
#include "hadoop/rpc_connection.h"

namespace howdah::hadoop {
namespace {

using std::chrono::milliseconds;

constexpr size_t kClientIdBytes = 16;
constexpr milliseconds kMaxBackoff{5000};
// Headers, which count towards the server's limit too.
constexpr size_t kHeadersBytes = 1024;

struct KnownProtocol {
  std::string_view name, advice;
};
constexpr std::array kKnownProtocols{
    KnownProtocol{"org.apache.hadoop.hdfs.protocol.ClientProtocol",
                  "is the NameNode running at this address? see fs.defaultFS"},
    KnownProtocol{"org.apache.hadoop.yarn.api.ApplicationClientProtocolPB",
                  "is the ResourceManager running at this address? see "
                  "yarn.resourcemanager.address"},
    KnownProtocol{"org.apache.hadoop.yarn.api.ApplicationMasterProtocolPB",
                  "is the ResourceManager running at this address? see "
                  "yarn.resourcemanager.scheduler.address"},
    KnownProtocol{"org.apache.hadoop.yarn.api.ContainerManagementProtocolPB",
                  "is the NodeManager running at this address?"},
};

Status advise(const Status& status, std::string_view protocol) {
  const auto* known = std::ranges::find(kKnownProtocols, protocol, &KnownProtocol::name);
  return known == kKnownProtocols.end() ? status : status.with_advice(std::string(known->advice));
}

// From 0.75 to 1.25 of the doubled base, so that clients that failed together come back apart.
milliseconds backoff(milliseconds base, int attempt) {
  const auto doubled = std::min(base * (int64_t{1} << std::min(attempt, 20)), kMaxBackoff);
  const double jitter = 0.75 + ::arc4random_uniform(1000) / 2000.0;
  return milliseconds(
      static_cast<milliseconds::rep>(static_cast<double>(doubled.count()) * jitter));
}

}  // namespace

class RpcClient::Impl {
 public:
  explicit Impl(RpcOptions options)
      : options_(std::move(options)),
        client_id_(random_bytes(kClientIdBytes)),
        token_(options_.token) {}
  ~Impl() { shutdown(); }

  Status call(const std::string& method, const google::protobuf::MessageLite& request,
              google::protobuf::MessageLite* response, Deadline deadline, std::string* exception)
      HOWDAH_EXCLUDES(mutex_);
  void set_token(Token token) HOWDAH_EXCLUDES(mutex_);
  void shutdown() HOWDAH_EXCLUDES(mutex_);

 private:
  using Connection = std::shared_ptr<RpcConnection>;

  // The open connection, or a new one to the present server; null after shutdown().
  Connection connection() HOWDAH_EXCLUDES(mutex_);
  // No further call goes over it; the next connection is to the next server.
  void leave(const Connection& connection) HOWDAH_EXCLUDES(mutex_);
  bool is_worth_repeating(const RpcConnection::Outcome& outcome) const;
  // False when there is no time left, or on shutdown.
  bool pause(int attempt, Deadline deadline) HOWDAH_EXCLUDES(mutex_);
  Status finish(const RpcConnection::Outcome& outcome, const std::string& method,
                const net::Address& server, std::string* exception) const;

  const RpcOptions options_;
  const std::string client_id_;
  std::atomic<int32_t> next_call_id_{0};

  Mutex mutex_;
  Condition changed_;  // stopped_
  bool stopped_ HOWDAH_GUARDED_BY(mutex_) = false;
  std::optional<Token> token_ HOWDAH_GUARDED_BY(mutex_);
  Connection connection_ HOWDAH_GUARDED_BY(mutex_);
  size_t server_ HOWDAH_GUARDED_BY(mutex_) = 0;
};

Status RpcClient::Impl::call(const std::string& method,
                             const google::protobuf::MessageLite& request,
                             google::protobuf::MessageLite* response, Deadline deadline,
                             std::string* exception) {
  if (exception) exception->clear();
  if (options_.servers.empty())
    return Status(Code::kInvalidArgument, "no server's address").with_operation(method);
  proto::RequestHeaderProto request_header;
  request_header.set_methodname(method);
  request_header.set_declaringclassprotocolname(options_.protocol);
  request_header.set_clientprotocolversion(options_.protocol_version);
  if (request.ByteSizeLong() > kMaxMessageBytes - kHeadersBytes)
    return Status(Code::kInvalidArgument,
                  fmt::format("a request of {} bytes, more than the limit of {}",
                              request.ByteSizeLong(), kMaxMessageBytes))
        .with_operation(method);
  std::string body;
  append_delimited(request_header, &body);
  append_delimited(request, &body);

  const int32_t call_id = next_call_id_.fetch_add(1) & 0x7fffffff;
  for (int attempt = 0;; ++attempt) {
    const Connection connection = this->connection();
    if (!connection)
      return Status(Code::kCancelled, "the client was shut down").with_operation(method);
    RpcConnection::Outcome outcome =
        connection->call(make_request_header(call_id, client_id_, attempt), body, deadline);
    if (outcome.status.is_ok()) {
      Bytes reply = outcome.response.body();
      outcome.status = take_delimited(&reply, response);
    }
    if (outcome.status.is_ok()) return outcome.status;
    // The caller's time is up; others may still be served.
    const bool gave_up = deadline.expired() && outcome.exception.empty();
    if (outcome.exception.empty() && (!gave_up || connection->is_closed())) {
      connection->close(outcome.status);
      leave(connection);
    } else if (is_try_elsewhere(outcome.exception)) {
      leave(connection);
    }
    if (gave_up || !is_worth_repeating(outcome) || attempt >= options_.max_retries ||
        !pause(attempt, deadline))
      return finish(outcome, method, connection->server(), exception);
    log::debug("{} {}: {}; once more", method, connection->server().to_string(),
               outcome.status.to_string());
  }
}

RpcClient::Impl::Connection RpcClient::Impl::connection() {
  Connection closed;  // ends outside the lock
  MutexLock lock(mutex_);
  if (stopped_) return nullptr;
  if (connection_ && !connection_->is_closed()) return connection_;
  closed = std::move(connection_);
  ConnectionOptions options;
  options.server = options_.servers[server_];
  options.handshake = {options_.protocol,   client_id_,          options_.user, token_,
                       options_.token_only, options_.protections};
  options.connect_timeout = options_.connect_timeout;
  options.call_timeout = options_.call_timeout;
  options.ping_interval = options_.ping_interval;
  connection_ = std::make_shared<RpcConnection>(std::move(options));
  return connection_;
}

void RpcClient::Impl::leave(const Connection& connection) {
  Connection left;  // ends outside the lock
  MutexLock lock(mutex_);
  if (connection_ != connection) return;  // another call has left it already
  left = std::move(connection_);
  connection_ = nullptr;
  server_ = (server_ + 1) % options_.servers.size();
}

bool RpcClient::Impl::is_worth_repeating(const RpcConnection::Outcome& outcome) const {
  const bool has_another = options_.servers.size() > 1;
  if (!outcome.exception.empty())
    return is_try_later(outcome.exception) || (has_another && is_try_elsewhere(outcome.exception));
  switch (outcome.status.code()) {
    case Code::kUnavailable:
    case Code::kDeadlineExceeded:
      return true;
    case Code::kNotFound:  // a host without an address
      return has_another;
    default:
      return false;
  }
}

bool RpcClient::Impl::pause(int attempt, Deadline deadline) {
  MutexLock lock(mutex_);
  if (attempt == 0 && options_.servers.size() > 1) return !stopped_;
  const Deadline until = Deadline::after(backoff(options_.retry_base, attempt));
  if (until.when() >= deadline.when()) return false;
  while (!stopped_ && !until.expired()) changed_.wait(mutex_, until);
  return !stopped_;
}

Status RpcClient::Impl::finish(const RpcConnection::Outcome& outcome, const std::string& method,
                               const net::Address& server, std::string* exception) const {
  if (exception) *exception = outcome.exception;
  // Anew, because the connection's own operation and peer say less.
  Status status = Status(outcome.status.code(), outcome.status.message())
                      .with_operation(method)
                      .with_peer(server.to_string())
                      .with_advice(outcome.status.advice());
  if (outcome.exception.empty() && outcome.status.advice().empty() &&
      status.code() == Code::kUnavailable)
    return advise(status, options_.protocol);
  return status;
}

void RpcClient::Impl::set_token(Token token) {
  MutexLock lock(mutex_);
  token_ = std::move(token);
}

void RpcClient::Impl::shutdown() {
  Connection connection;
  {
    MutexLock lock(mutex_);
    stopped_ = true;
    connection = std::move(connection_);
    connection_ = nullptr;
    changed_.notify_all();
  }
  if (connection) connection->close(Status(Code::kCancelled, "the client was shut down"));
}

RpcClient::RpcClient(RpcOptions options) : impl_(std::make_unique<Impl>(std::move(options))) {}
RpcClient::~RpcClient() = default;
RpcClient::RpcClient(RpcClient&&) noexcept = default;

Status RpcClient::call(const std::string& method, const google::protobuf::MessageLite& request,
                       google::protobuf::MessageLite* response, Deadline deadline) {
  return impl_->call(method, request, response, deadline, nullptr);
}

Status RpcClient::call(const std::string& method, const google::protobuf::MessageLite& request,
                       google::protobuf::MessageLite* response, Deadline deadline,
                       std::string* exception) {
  return impl_->call(method, request, response, deadline, exception);
}

void RpcClient::set_token(Token token) {
  impl_->set_token(std::move(token));
}

void RpcClient::shutdown() {
  impl_->shutdown();
}

}  // namespace howdah::hadoop
