#include "hadoop/rpc_connection.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/log.h"
#include "hadoop/exception.h"

namespace howdah::hadoop {
namespace {
using Clock = Deadline::Clock;
using std::chrono::milliseconds;

// How long a failed write waits for the server's last word, which says more than "broken pipe".
constexpr milliseconds kLastWordWait{1000};

std::string in_words(milliseconds time) {
  const auto count = time.count();
  return count % 1000 == 0 ? fmt::format("{} s", count / 1000) : fmt::format("{} ms", count);
}

Status too_late() {
  return Status(Code::kDeadlineExceeded, "no answer in time");
}
}  // namespace

RpcConnection::RpcConnection(ConnectionOptions options)
    : options_(std::move(options)), last_ping_(Clock::now()) {
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

RpcConnection::~RpcConnection() {
  close(Status(Code::kCancelled, "the connection was closed"));
}

bool RpcConnection::is_closed() const {
  MutexLock lock(mutex_);
  return closed_;
}

void RpcConnection::close(const Status& why) {
  {
    MutexLock lock(mutex_);
    end(why, {});
  }
  thread_.request_stop();
}

void RpcConnection::end(const Status& why, const std::string& exception) {
  if (closed_) return;
  closed_ = true;
  reason_ = why;
  reason_exception_ = exception;
  socket_.shutdown();
  changed_.notify_all();
  for (const auto& [call_id, waiting] : waiting_) waiting->changed.notify_all();
}

void RpcConnection::run(const std::stop_token& stop) {
  std::string exception;
  Status ended = establish(stop, &exception);
  if (ended.is_ok()) {
    {
      MutexLock lock(mutex_);
      ready_ = true;
      changed_.notify_all();
    }
    ended = receive(&exception);
  }
  log::debug("connection to {} ended: {}", options_.server.to_string(), ended.to_string());
  MutexLock lock(mutex_);
  end(ended, exception);
}

Status RpcConnection::establish(const std::stop_token& stop, std::string* exception) {
  const Deadline deadline = Deadline::after(options_.connect_timeout);
  auto connected = net::Socket::connect(options_.server, deadline, stop);
  if (!connected) {
    if (connected.status().code() != Code::kDeadlineExceeded) return connected.status();
    return Status(Code::kDeadlineExceeded,
                  "no connection within " + in_words(options_.connect_timeout));
  }
  {
    MutexLock lock(mutex_);
    if (closed_) return reason_;
    socket_ = std::move(*connected);
    reader_ = std::make_unique<FrameReader>(socket_);
  }
  wrap_ = HOWDAH_TRY(shake_hands(socket_, *reader_, options_.handshake, deadline, exception));
  return Status::ok();
}

Status RpcConnection::receive(std::string* exception) {
  for (;;) {
    std::string frame = HOWDAH_TRY(reader_->next(Deadline::never()));
    HOWDAH_TRY(dispatch(HOWDAH_TRY(parse_response(std::move(frame))), exception));
  }
}

Status RpcConnection::dispatch(RpcResponse response, std::string* exception) {
  if (!wrap_) return deliver(std::move(response), exception);
  if (response.failed() && response.call_id < 0) return deliver(std::move(response), exception);
  Bytes body = response.body();
  proto::RpcSaslProto message;
  if (response.call_id != kSaslCallId || !take_delimited(&body, &message).is_ok() ||
      message.state() != proto::RpcSaslProto::WRAP)
    return Status(Code::kCorrupt, "an unprotected message on a protected connection");
  unwrapped_ += HOWDAH_TRY(wrap_->unwrap(as_bytes(message.token())));
  size_t at = 0;
  while (unwrapped_.size() - at >= 4) {
    const size_t length = HOWDAH_TRY(checked_frame_length(load_be32(unwrapped_.data() + at)));
    if (unwrapped_.size() - at - 4 < length) break;
    RpcResponse inner = HOWDAH_TRY(parse_response(unwrapped_.substr(at + 4, length)));
    HOWDAH_TRY(deliver(std::move(inner), exception));
    at += 4 + length;
  }
  unwrapped_.erase(0, at);
  return Status::ok();
}

Status RpcConnection::deliver(RpcResponse response, std::string* exception) {
  if (response.call_id >= 0 && !response.client_id.empty() &&
      response.client_id != options_.handshake.client_id)
    return Status(Code::kCorrupt, "a reply to another client");
  const bool fatal = response.status == proto::RpcResponseHeaderProto::FATAL;
  MutexLock lock(mutex_);
  const auto found = waiting_.find(response.call_id);
  if (found == waiting_.end()) {
    if (!fatal) return Status::ok();  // too late: its caller has gone
    *exception = response.exception;
    return refusal_of(response);
  }
  Waiting& waiting = *found->second;
  if (response.failed()) {
    waiting.outcome.status = refusal_of(response);
    waiting.outcome.exception = response.exception;
  }
  waiting.outcome.response = std::move(response);
  waiting.done = true;
  waiting.changed.notify_all();
  if (fatal) return Status(Code::kUnavailable, "the server closed the connection");
  return Status::ok();
}

RpcConnection::Outcome RpcConnection::call(const proto::RpcRequestHeaderProto& header,
                                           const std::string& body, Deadline deadline) {
  Waiting waiting;
  Clock::time_point sent;
  {
    MutexLock lock(mutex_);
    while (!closed_ && (!ready_ || writing_)) {
      if (deadline.expired())
        return {
            ready_ ? too_late() : Status(Code::kDeadlineExceeded, "no connection in time"), {}, {}};
      changed_.wait(mutex_, deadline);
    }
    if (closed_) return {reason_, reason_exception_, {}};
    writing_ = true;
    waiting_[header.callid()] = &waiting;
    sent = Clock::now();
  }
  const Status written = write(header, body, deadline);

  MutexLock lock(mutex_);
  writing_ = false;
  changed_.notify_all();
  if (!written.is_ok()) {
    const Deadline patience = deadline.earlier(kLastWordWait);
    while (!waiting.done && !closed_ && !patience.expired()) waiting.changed.wait(mutex_, patience);
    // Part of a request may be on its way: nothing can follow it.
    end(Status(Code::kUnavailable, written.message()), {});
  }
  while (!waiting.done && !closed_ && !deadline.expired()) wait_for_reply(waiting, sent, deadline);
  waiting_.erase(header.callid());
  if (waiting.done) return std::move(waiting.outcome);
  if (closed_ && written.code() != Code::kDeadlineExceeded) return {reason_, reason_exception_, {}};
  return {too_late(), {}, {}};
}

Status RpcConnection::write(const proto::RpcRequestHeaderProto& header, const std::string& body,
                            Deadline deadline) {
  const std::string head = frame_head(header, body.size());
  if (!wrap_) {
    const std::array<Bytes, 2> parts{as_bytes(head), as_bytes(body)};
    return socket_.write_all(parts, deadline);
  }
  proto::RpcSaslProto message;
  message.set_state(proto::RpcSaslProto::WRAP);
  message.set_token(HOWDAH_TRY(wrap_->wrap(as_bytes(head + body))));
  return socket_.write_all(as_bytes(make_sasl_frame(message)), deadline);
}

void RpcConnection::wait_for_reply(Waiting& waiting, Clock::time_point sent, Deadline deadline) {
  const auto give_up = std::max(sent, reader_->last_bytes()) + options_.call_timeout;
  const auto ping = std::max(sent, last_ping_) + options_.ping_interval;
  waiting.changed.wait(mutex_, deadline.earlier(Deadline::at(std::min(give_up, ping))));
  if (waiting.done || closed_) return;
  const auto now = Clock::now();
  if (now >= std::max(sent, reader_->last_bytes()) + options_.call_timeout) {
    end(Status(Code::kDeadlineExceeded,
               "the server has been silent for " + in_words(options_.call_timeout))
            .with_advice("is its process alive, and not paused?"),
        {});
  } else if (now >= std::max(sent, last_ping_) + options_.ping_interval && !writing_) {
    last_ping_ = now;
    writing_ = true;
    mutex_.unlock();
    send_ping();
    mutex_.lock();
    writing_ = false;
    changed_.notify_all();
  }
}

// A failure shows in the reader, which ends everything.
void RpcConnection::send_ping() {
  const auto header = make_request_header(kPingCallId, options_.handshake.client_id, -1);
  (void)write(header, {}, Deadline::after(options_.connect_timeout));
}

}  // namespace howdah::hadoop
