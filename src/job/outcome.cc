#include "job/outcome.h"

#include <array>
#include <utility>

namespace howdah::job {
namespace {

constexpr std::array<std::pair<Cause, std::string_view>, 14> kCauseNames{{
    {Cause::kNone, ""},
    {Cause::kUserCode, "user code"},
    {Cause::kOutOfMemory, "out of memory"},
    {Cause::kLostNode, "lost node"},
    {Cause::kDisk, "disk"},
    {Cause::kHdfs, "HDFS"},
    {Cause::kPreempted, "preempted"},
    {Cause::kConfiguration, "configuration"},
    {Cause::kData, "data"},
    {Cause::kNumeric, "numeric"},
    {Cause::kTimeout, "time-out"},
    {Cause::kPermission, "permission"},
    {Cause::kStopped, "stopped"},
    {Cause::kInternal, "internal"},
}};

}  // namespace

std::string_view outcome_name(Outcome outcome) {
  switch (outcome) {
    case Outcome::kSucceeded:
      return "SUCCEEDED";
    case Outcome::kFailed:
      return "FAILED";
    case Outcome::kKilled:
      return "KILLED";
  }
  return "FAILED";
}

std::string_view cause_name(Cause cause) {
  for (const auto& [known, name] : kCauseNames)
    if (known == cause) return name;
  return "internal";
}

Cause cause_from_name(std::string_view name) {
  for (const auto& [cause, known] : kCauseNames)
    if (known == name) return cause;
  return Cause::kInternal;
}

Cause cause_of(const Status& status) {
  switch (status.code()) {
    case Code::kOk:
      return Cause::kNone;
    case Code::kCancelled:
      return Cause::kStopped;
    case Code::kInvalidArgument:
    case Code::kUnsupported:
      return Cause::kConfiguration;
    case Code::kPermissionDenied:
    case Code::kUnauthenticated:
    case Code::kTokenExpired:
      return Cause::kPermission;
    case Code::kQuotaExceeded:
    case Code::kUnavailable:
    case Code::kStandby:
    case Code::kSafeMode:
      return Cause::kHdfs;
    case Code::kDeadlineExceeded:
      return Cause::kTimeout;
    // What a worker reads by name are its dataset's files.
    case Code::kNotFound:
    case Code::kCorrupt:
    case Code::kChecksum:
      return Cause::kData;
    case Code::kOutOfMemory:
      return Cause::kOutOfMemory;
    case Code::kDiskFull:
    case Code::kIo:
      return Cause::kDisk;
    case Code::kNumeric:
      return Cause::kNumeric;
    case Code::kAlreadyExists:
    case Code::kAborted:
    case Code::kFailedPrecondition:
    case Code::kInternal:
      return Cause::kInternal;
  }
  return Cause::kInternal;
}

bool worth_another_try(Cause cause) {
  switch (cause) {
    case Cause::kOutOfMemory:  // once: the coordinator ends the job at the second
    case Cause::kLostNode:
    case Cause::kDisk:
    case Cause::kPreempted:
    case Cause::kTimeout:
      return true;
    default:
      return false;
  }
}

std::string Ending::to_string() const {
  std::string text(outcome_name(outcome));
  if (cause != Cause::kNone) text.append(" (").append(cause_name(cause)).append(")");
  if (!message.empty()) text.append(": ").append(message);
  return text;
}

}  // namespace howdah::job
