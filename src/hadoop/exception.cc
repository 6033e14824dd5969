#include "hadoop/exception.h"

#include <algorithm>
#include <array>

namespace howdah::hadoop {
namespace {

struct Meaning {
  std::string_view simple_name;
  Code code;
  std::string_view advice = {};
};

constexpr std::array kMeanings{
    Meaning{"AccessControlException", Code::kPermissionDenied},
    Meaning{"AlreadyBeingCreatedException", Code::kFailedPrecondition},
    Meaning{"ApplicationAttemptNotFoundException", Code::kNotFound},
    Meaning{"ApplicationNotFoundException", Code::kNotFound},
    Meaning{"AuthorizationException", Code::kPermissionDenied},
    Meaning{"ContainerNotFoundException", Code::kNotFound},
    Meaning{"DSQuotaExceededException", Code::kQuotaExceeded},
    Meaning{"FileAlreadyExistsException", Code::kAlreadyExists},
    Meaning{"FileNotFoundException", Code::kNotFound},
    Meaning{"HadoopIllegalArgumentException", Code::kInvalidArgument},
    Meaning{"IllegalArgumentException", Code::kInvalidArgument},
    Meaning{"InvalidPathException", Code::kInvalidArgument},
    Meaning{"InvalidResourceRequestException", Code::kInvalidArgument},
    Meaning{"InvalidToken", Code::kTokenExpired},
    Meaning{"LeaseExpiredException", Code::kAborted},
    Meaning{"MaxDirectoryItemsExceededException", Code::kQuotaExceeded},
    Meaning{"NSQuotaExceededException", Code::kQuotaExceeded},
    Meaning{"NotReplicatedYetException", Code::kUnavailable},
    Meaning{"ObserverRetryOnActiveException", Code::kStandby},
    Meaning{"ParentNotDirectoryException", Code::kFailedPrecondition},
    Meaning{"PathComponentTooLongException", Code::kInvalidArgument},
    Meaning{"PathIsNotEmptyDirectoryException", Code::kFailedPrecondition},
    Meaning{"QuotaByStorageTypeExceededException", Code::kQuotaExceeded},
    Meaning{"RecoveryInProgressException", Code::kUnavailable},
    Meaning{"ReplicaNotFoundException", Code::kNotFound},
    Meaning{"RetriableException", Code::kUnavailable},
    Meaning{"RpcNoSuchMethodException", Code::kUnsupported},
    Meaning{"RpcNoSuchProtocolException", Code::kUnsupported,
            "another daemon listens at this address: check host and port"},
    Meaning{"SafeModeException", Code::kSafeMode,
            "wait until the NameNode has left safe mode (hdfs dfsadmin -safemode get)"},
    Meaning{"SaslException", Code::kUnauthenticated},
    Meaning{"StandbyException", Code::kStandby},
    Meaning{"UnsupportedOperationException", Code::kUnsupported},
};
static_assert(std::ranges::is_sorted(kMeanings, {}, &Meaning::simple_name));

const Meaning* find_meaning(std::string_view name) {
  const auto* found = std::ranges::lower_bound(kMeanings, name, {}, &Meaning::simple_name);
  return found != kMeanings.end() && found->simple_name == name ? found : nullptr;
}

constexpr size_t kMaxLineBytes = 2000;

std::string first_line(std::string_view text) {
  const size_t start = text.find_first_not_of(" \t\r\n");
  if (start == std::string_view::npos) return {};
  text.remove_prefix(start);
  text = text.substr(0, text.find_first_of("\r\n"));
  text = text.substr(0, kMaxLineBytes);
  std::string line(text.substr(0, text.find_last_not_of(" \t") + 1));
  // A server does not write to the user's terminal.
  std::ranges::replace_if(
      line, [](unsigned char c) { return c < ' ' || c == 0x7f; }, ' ');
  return line;
}

}  // namespace

std::string_view simple_class_name(std::string_view java_class) {
  const size_t dot = java_class.find_last_of(".$");
  return dot == std::string_view::npos ? java_class : java_class.substr(dot + 1);
}

Status status_of_exception(std::string_view java_class, std::string_view text) {
  const std::string_view name = simple_class_name(java_class);
  const std::string line = first_line(text);
  const Meaning* meaning = find_meaning(name);
  if (!meaning)
    return Status(Code::kInternal,
                  line.empty() ? std::string(name) : std::string(name) + ": " + line);
  // A NameNode of an HA pair says "safe mode" inside a RetriableException.
  if (is_try_later(java_class) && line.find("SafeModeException") != std::string::npos)
    meaning = find_meaning("SafeModeException");
  Status status(meaning->code, line.empty() ? std::string(name) : line);
  return meaning->advice.empty() ? status : status.with_advice(std::string(meaning->advice));
}

bool is_try_elsewhere(std::string_view java_class) {
  const std::string_view name = simple_class_name(java_class);
  return name == "StandbyException" || name == "ObserverRetryOnActiveException";
}

bool is_try_later(std::string_view java_class) {
  return simple_class_name(java_class) == "RetriableException";
}

}  // namespace howdah::hadoop
