#include "monitor/metrics_writer.h"

#include <algorithm>

#include "base/log.h"

namespace howdah::monitor {
using std::chrono::seconds;

MetricsWriter::MetricsWriter(fs::Location file)
    : file_(std::move(file)), thread_([this](const std::stop_token& stop) { run(stop); }) {}

MetricsWriter::~MetricsWriter() {
  close(Deadline::after(seconds(1)));
}

void MetricsWriter::write(std::string line) {
  MutexLock lock(mutex_);
  if (waiting_.size() + line.size() > kLimitBytes) {
    ++dropped_;
    return;
  }
  waiting_ += line;
  waiting_ += '\n';
}

void MetricsWriter::close(Deadline deadline) {
  if (!thread_.joinable()) return;
  thread_.request_stop();
  {
    // So that the thread either sees the request or already waits.
    MutexLock lock(mutex_);
    changed_.notify_all();
  }
  thread_.join();
  if (!output_) return;
  if (const Status status = output_->close(deadline); !status)
    log::warning("metrics: {}", status.to_string());
  output_.reset();
}

void MetricsWriter::run(const std::stop_token& stop) {
  for (bool last = false; !last;) {
    std::string text;
    {
      MutexLock lock(mutex_);
      const Deadline next = Deadline::after(seconds(1));
      while (!stop.stop_requested() && !next.expired()) changed_.wait(mutex_, next);
      last = stop.stop_requested();
      text.swap(waiting_);
    }
    if (text.empty()) continue;
    if (const Status status = write_out(text); !status) {
      log::warning("metrics: {}", status.to_string());
      output_.reset();
      dropped_ += std::count(text.begin(), text.end(), '\n');
    }
  }
}

Status MetricsWriter::write_out(const std::string& text) {
  const Deadline deadline = Deadline::after(seconds(10));
  if (!output_) {
    auto created = file_.files->create(file_.path, {}, deadline);
    if (!created && created.status().code() == Code::kAlreadyExists)
      created = file_.files->append(file_.path, deadline);
    if (!created) return created.status();
    output_ = std::move(*created);
  }
  HOWDAH_TRY(output_->write(as_bytes(text), deadline));
  return output_->flush(deadline);
}

}  // namespace howdah::monitor
