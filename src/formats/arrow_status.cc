#include "formats/arrow_status.h"

#include <arrow/compute/initialize.h>
#include <arrow/util/macros.h>

namespace howdah::formats {
namespace {

constexpr const char* kTypeId = "howdah::Status";

// A Status of ours inside one of Arrow's.
class OurStatus : public arrow::StatusDetail {
 public:
  explicit OurStatus(Status status) : status_(std::move(status)) {}
  const char* type_id() const override { return kTypeId; }
  std::string ToString() const override { return status_.to_string(); }
  const Status& status() const { return status_; }

 private:
  Status status_;
};

Code code_of(arrow::StatusCode code) {
  switch (code) {
    case arrow::StatusCode::OutOfMemory:
    case arrow::StatusCode::CapacityError:
      return Code::kOutOfMemory;
    case arrow::StatusCode::KeyError:
    case arrow::StatusCode::TypeError:
    case arrow::StatusCode::IndexError:
      return Code::kInvalidArgument;
    case arrow::StatusCode::Invalid:
    case arrow::StatusCode::SerializationError:
      return Code::kCorrupt;
    case arrow::StatusCode::IOError:
      return Code::kIo;
    case arrow::StatusCode::Cancelled:
      return Code::kCancelled;
    case arrow::StatusCode::NotImplemented:
      return Code::kUnsupported;
    case arrow::StatusCode::AlreadyExists:
      return Code::kAlreadyExists;
    default:
      return Code::kInternal;
  }
}

}  // namespace

Status from_arrow(const arrow::Status& status) {
  if (status.ok()) return Status::ok();
  if (status.detail() && status.detail()->type_id() == kTypeId)
    return static_cast<const OurStatus&>(*status.detail()).status();
  return Status(code_of(status.code()), status.message());
}

arrow::Status to_arrow(const Status& status) {
  if (status.is_ok()) return arrow::Status::OK();
  const auto code =
      status.code() == Code::kCancelled ? arrow::StatusCode::Cancelled : arrow::StatusCode::IOError;
  return arrow::Status(code, status.message(), std::make_shared<OurStatus>(status));
}

Status load_arrow_functions() {
  static const arrow::Status loaded = arrow::compute::Initialize();
  return from_arrow(loaded);
}

}  // namespace howdah::formats
