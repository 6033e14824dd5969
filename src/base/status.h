// What went wrong: a code for the program, and for a person the operation, the peer or path, and
// what to do about it. Errors are values; an OK status costs one null pointer.
//
// Thread-safe: a Status is immutable once made (with_* return a changed copy).
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace howdah {

enum class Code {
  kOk,
  kCancelled,        // somebody asked for it to stop
  kInvalidArgument,  // wrong usage, wrong job file: the caller must change what they ask for
  kNotFound,         // no such file, application, queue, replica
  kAlreadyExists,
  kPermissionDenied,    // this user may not
  kUnauthenticated,     // the peer does not believe who we are
  kTokenExpired,        // a token that was good once: fetch another
  kQuotaExceeded,       // a name, space or queue quota
  kUnavailable,         // the peer cannot be reached, or says "not now": trying again may help
  kStandby,             // the peer is the standby of a pair: try the other
  kSafeMode,            // the NameNode is in safe mode
  kDeadlineExceeded,    // nothing came in time
  kAborted,             // the generation ended, the lease was taken: this work is void
  kFailedPrecondition,  // directory not empty, file being written, wrong state
  kCorrupt,             // a peer or a file broke its format, or a limit
  kChecksum,            // bytes do not match their checksum
  kOutOfMemory,
  kDiskFull,
  kNumeric,      // a loss or weight is no longer a finite number
  kUnsupported,  // known to us, and not built
  kIo,           // the operating system refused a read or a write
  kInternal,     // a fault of Howdah's own
};

// "not found", "deadline exceeded", ...
std::string_view code_name(Code code);

class [[nodiscard]] Status {
 public:
  Status() = default;  // OK
  Status(Code code, std::string message);

  static Status ok() { return {}; }
  // The C library's errno as a Status: ENOENT is kNotFound, EACCES kPermissionDenied, ENOSPC
  // kDiskFull...
  static Status from_errno(int error, std::string message);

  bool is_ok() const { return detail_ == nullptr; }
  explicit operator bool() const { return is_ok(); }
  Code code() const { return detail_ ? detail_->code : Code::kOk; }
  const std::string& message() const;    // what happened, a sentence without a final stop
  const std::string& operation() const;  // "open", "addBlock", ...; may be empty
  const std::string& peer() const;       // "127.0.0.1:9000", a path, "worker 3"; may be empty
  const std::string& advice() const;     // what the user can do; may be empty

  // Each keeps a value that is already there: the place nearest to the fault knows best.
  Status with_operation(std::string operation) const;
  Status with_peer(std::string peer) const;
  Status with_advice(std::string advice) const;

  // One line: "operation peer: message; advice".
  std::string to_string() const;

 private:
  struct Detail {
    Code code;
    std::string message, operation, peer, advice;
  };
  std::shared_ptr<const Detail> detail_;
};

}  // namespace howdah
