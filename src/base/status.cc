#include "base/status.h"

#include <cerrno>
#include <cstring>

namespace howdah {
namespace {
const std::string kEmpty;

Code code_of_errno(int error) {
  switch (error) {
    case ENOENT:
      return Code::kNotFound;
    case EEXIST:
      return Code::kAlreadyExists;
    case EACCES:
    case EPERM:
    case EROFS:
      return Code::kPermissionDenied;
    case ENOSPC:
      return Code::kDiskFull;
    case EDQUOT:
      return Code::kQuotaExceeded;
    case ENOMEM:
      return Code::kOutOfMemory;
    case ENOTEMPTY:
    case ENOTDIR:
    case EISDIR:
    case EBUSY:
      return Code::kFailedPrecondition;
    case EINVAL:
    case ENAMETOOLONG:
      return Code::kInvalidArgument;
    case ETIMEDOUT:
      return Code::kDeadlineExceeded;
    case ECONNREFUSED:
    case ECONNRESET:
    case ECONNABORTED:
    case EPIPE:
    case EHOSTUNREACH:
    case ENETUNREACH:
      return Code::kUnavailable;
    default:
      return Code::kIo;
  }
}
}  // namespace

std::string_view code_name(Code code) {
  switch (code) {
    case Code::kOk:
      return "ok";
    case Code::kCancelled:
      return "cancelled";
    case Code::kInvalidArgument:
      return "invalid argument";
    case Code::kNotFound:
      return "not found";
    case Code::kAlreadyExists:
      return "already exists";
    case Code::kPermissionDenied:
      return "permission denied";
    case Code::kUnauthenticated:
      return "unauthenticated";
    case Code::kTokenExpired:
      return "token expired";
    case Code::kQuotaExceeded:
      return "quota exceeded";
    case Code::kUnavailable:
      return "unavailable";
    case Code::kStandby:
      return "standby";
    case Code::kSafeMode:
      return "safe mode";
    case Code::kDeadlineExceeded:
      return "deadline exceeded";
    case Code::kAborted:
      return "aborted";
    case Code::kFailedPrecondition:
      return "failed precondition";
    case Code::kCorrupt:
      return "corrupt";
    case Code::kChecksum:
      return "checksum mismatch";
    case Code::kOutOfMemory:
      return "out of memory";
    case Code::kDiskFull:
      return "disk full";
    case Code::kNumeric:
      return "numeric";
    case Code::kUnsupported:
      return "unsupported";
    case Code::kIo:
      return "input/output";
    case Code::kInternal:
      return "internal";
  }
  return "unknown";
}

Status::Status(Code code, std::string message)
    : detail_(code == Code::kOk
                  ? nullptr
                  : std::make_shared<Detail>(Detail{code, std::move(message), {}, {}, {}})) {}

Status Status::from_errno(int error, std::string message) {
  return Status(code_of_errno(error), std::move(message) + ": " + std::strerror(error));
}

const std::string& Status::message() const {
  return detail_ ? detail_->message : kEmpty;
}
const std::string& Status::operation() const {
  return detail_ ? detail_->operation : kEmpty;
}
const std::string& Status::peer() const {
  return detail_ ? detail_->peer : kEmpty;
}
const std::string& Status::advice() const {
  return detail_ ? detail_->advice : kEmpty;
}

Status Status::with_operation(std::string operation) const {
  if (is_ok() || !detail_->operation.empty()) return *this;
  auto changed = std::make_shared<Detail>(*detail_);
  changed->operation = std::move(operation);
  Status status;
  status.detail_ = std::move(changed);
  return status;
}

Status Status::with_peer(std::string peer) const {
  if (is_ok() || !detail_->peer.empty()) return *this;
  auto changed = std::make_shared<Detail>(*detail_);
  changed->peer = std::move(peer);
  Status status;
  status.detail_ = std::move(changed);
  return status;
}

Status Status::with_advice(std::string advice) const {
  if (is_ok() || !detail_->advice.empty()) return *this;
  auto changed = std::make_shared<Detail>(*detail_);
  changed->advice = std::move(advice);
  Status status;
  status.detail_ = std::move(changed);
  return status;
}

std::string Status::to_string() const {
  if (is_ok()) return "ok";
  std::string line = detail_->operation;
  if (!detail_->peer.empty()) line += (line.empty() ? "" : " ") + detail_->peer;
  if (!line.empty()) line += ": ";
  line += detail_->message.empty() ? std::string(code_name(detail_->code)) : detail_->message;
  if (!detail_->advice.empty()) line += "; " + detail_->advice;
  return line;
}

}  // namespace howdah
