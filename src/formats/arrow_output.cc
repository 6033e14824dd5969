#include "formats/arrow_output.h"

#include "formats/arrow_status.h"

namespace howdah::formats {

ArrowOutput::ArrowOutput(std::unique_ptr<fs::OutputFile> file, Deadline deadline)
    : file_(std::move(file)), deadline_(deadline) {}

arrow::Status ArrowOutput::Write(const void* data, int64_t bytes) {
  if (!file_) return arrow::Status::Invalid("written to after it was closed");
  const Bytes view(static_cast<const std::byte*>(data), static_cast<size_t>(bytes));
  digest_.update(view);
  position_ += bytes;
  return to_arrow(file_->write(view, deadline_));
}

arrow::Status ArrowOutput::Close() {
  if (!file_) return arrow::Status::OK();
  const auto file = std::move(file_);
  return to_arrow(file->close(deadline_));
}

}  // namespace howdah::formats
