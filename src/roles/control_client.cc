#include "roles/control_client.h"

#include <grpcpp/grpcpp.h>

#include "base/mutex.h"
#include "roles/proto/control.grpc.pb.h"

namespace howdah::roles {
namespace {

std::shared_ptr<grpc::Channel> open_channel(const net::Address& master, const JobSecrets& secrets,
                                            const net::Identity& identity) {
  grpc::SslCredentialsOptions tls;
  tls.pem_root_certs = secrets.authority;
  tls.pem_private_key = identity.key;
  tls.pem_cert_chain = identity.certificate;
  grpc::ChannelArguments arguments;
  // The certificate names the role, not a host: any host may be the master's.
  arguments.SetSslTargetNameOverride("master");
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, 2000);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 2000);
  arguments.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 1000);
  return grpc::CreateCustomChannel(master.to_string(), grpc::SslCredentials(tls), arguments);
}

std::chrono::system_clock::time_point wall(Deadline deadline) {
  return std::chrono::system_clock::now() +
         std::chrono::duration_cast<std::chrono::milliseconds>(deadline.left());
}

Status from_grpc(const grpc::Status& status, const net::Address& master) {
  if (status.ok()) return Status::ok();
  Code code = Code::kUnavailable;
  if (status.error_code() == grpc::StatusCode::PERMISSION_DENIED) code = Code::kPermissionDenied;
  if (status.error_code() == grpc::StatusCode::UNAUTHENTICATED) code = Code::kUnauthenticated;
  if (status.error_code() == grpc::StatusCode::DEADLINE_EXCEEDED) code = Code::kDeadlineExceeded;
  if (status.error_code() == grpc::StatusCode::CANCELLED) code = Code::kCancelled;
  return Status(code, "the job's master: " + status.error_message()).with_peer(master.to_string());
}

}  // namespace

struct WorkerSession::Impl {
  grpc::ClientContext context;
  std::unique_ptr<control::Control::Stub> stub;
  std::unique_ptr<grpc::ClientReaderWriter<control::FromWorker, control::ToWorker>> stream;
  Mutex write_mutex;
  bool broken HOWDAH_GUARDED_BY(write_mutex) = false;
  uint32_t attempt = 0;
};

WorkerSession::WorkerSession(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

WorkerSession::~WorkerSession() {
  impl_->context.TryCancel();
  impl_->stream->Finish();
}

Result<std::unique_ptr<WorkerSession>> WorkerSession::open(const net::Address& master,
                                                           const JobSecrets& secrets,
                                                           const control::Hello& hello,
                                                           Deadline deadline) {
  const auto channel = open_channel(master, secrets, secrets.worker);
  if (!channel->WaitForConnected(wall(deadline)))
    return Status(Code::kUnavailable, "the job's master does not answer")
        .with_peer(master.to_string());
  auto impl = std::make_unique<Impl>();
  impl->stub = control::Control::NewStub(channel);
  impl->stream = impl->stub->Work(&impl->context);
  auto session = std::unique_ptr<WorkerSession>(new WorkerSession(std::move(impl)));
  control::FromWorker first;
  *first.mutable_hello() = hello;
  control::ToWorker welcome;
  if (!session->send(first) || !session->read(welcome) || !welcome.has_welcome())
    return Status(Code::kUnavailable, "the job's master refused the session")
        .with_peer(master.to_string());
  session->impl_->attempt = welcome.welcome().attempt();
  return session;
}

uint32_t WorkerSession::attempt() const {
  return impl_->attempt;
}

bool WorkerSession::send(const control::FromWorker& message) {
  MutexLock lock(impl_->write_mutex);
  if (impl_->broken) return false;
  impl_->broken = !impl_->stream->Write(message);
  return !impl_->broken;
}

bool WorkerSession::read(control::ToWorker& message) {
  return impl_->stream->Read(&message);
}

void WorkerSession::finish_sending() {
  MutexLock lock(impl_->write_mutex);
  if (!impl_->broken) impl_->stream->WritesDone();
  impl_->broken = true;
}

void WorkerSession::cancel() {
  impl_->context.TryCancel();
}

Status follow_job(const net::Address& master, const JobSecrets& secrets,
                  const std::function<bool(const control::JobEvent&)>& deliver,
                  const std::stop_token& stop, Deadline connect_by) {
  const auto channel = open_channel(master, secrets, secrets.user);
  if (!channel->WaitForConnected(wall(connect_by)))
    return Status(Code::kUnavailable, "the job's master does not answer")
        .with_peer(master.to_string());
  const auto stub = control::Control::NewStub(channel);
  grpc::ClientContext context;
  const std::stop_callback cancel(stop, [&context] { context.TryCancel(); });
  const auto reader = stub->Follow(&context, control::FollowRequest());
  control::JobEvent event;
  bool stopped = false;
  while (reader->Read(&event)) {
    if (!event.has_farewell() && deliver(event)) continue;
    stopped = true;
    context.TryCancel();
    break;
  }
  const grpc::Status status = reader->Finish();
  return stopped || stop.stop_requested() ? Status::ok() : from_grpc(status, master);
}

Status stop_job(const net::Address& master, const JobSecrets& secrets, const std::string& who,
                Deadline deadline) {
  const auto stub = control::Control::NewStub(open_channel(master, secrets, secrets.user));
  grpc::ClientContext context;
  context.set_deadline(wall(deadline));
  control::StopRequest request;
  request.set_who(who);
  control::StopReply reply;
  return from_grpc(stub->Stop(&context, request, &reply), master);
}

}  // namespace howdah::roles
