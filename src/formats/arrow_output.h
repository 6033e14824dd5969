// A file of ours as Arrow writes to it, with the SHA-256 of what went through.
#pragma once

#include <arrow/io/interfaces.h>
#include <arrow/result.h>

#include <memory>
#include <string>

#include "base/deadline.h"
#include "base/digest.h"
#include "fs/file_system.h"

namespace howdah::formats {

class ArrowOutput : public arrow::io::OutputStream {
 public:
  ArrowOutput(std::unique_ptr<fs::OutputFile> file, Deadline deadline);

  arrow::Status Write(const void* data, int64_t bytes) override;
  using arrow::io::OutputStream::Write;
  arrow::Status Close() override;
  arrow::Result<int64_t> Tell() const override { return position_; }
  // Leaves the file incomplete: whoever still writes to it gets an error.
  void abandon() { file_.reset(); }
  bool closed() const override { return file_ == nullptr; }
  std::string sha256() { return digest_.hex(); }  // once, after Close

 private:
  std::unique_ptr<fs::OutputFile> file_;
  const Deadline deadline_;
  Sha256 digest_;
  int64_t position_ = 0;
};

}  // namespace howdah::formats
