#include "base/exit_code.h"

namespace howdah {

int exit_code(const Status& status) {
  switch (status.code()) {
    case Code::kOk:
      return 0;
    case Code::kInvalidArgument:
    case Code::kCorrupt:
    case Code::kNotFound:
    case Code::kAlreadyExists:
    case Code::kFailedPrecondition:
    case Code::kUnsupported:
      return 2;
    case Code::kUnavailable:
    case Code::kDeadlineExceeded:
    case Code::kSafeMode:
    case Code::kStandby:
      return 3;
    case Code::kCancelled:
      return 4;
    case Code::kPermissionDenied:
    case Code::kQuotaExceeded:
    case Code::kUnauthenticated:
    case Code::kTokenExpired:
      return 5;
    default:
      return 1;
  }
}

}  // namespace howdah
