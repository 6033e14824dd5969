#include "data/piece_writers.h"

#include <arrow/record_batch.h>
#include <arrow/util/byte_size.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace howdah::data {
namespace {

int64_t bytes_of(const arrow::RecordBatch& batch) {
  const auto bytes = arrow::util::ReferencedBufferSize(batch);
  return bytes.ok() ? *bytes : arrow::util::TotalBufferSize(batch);
}

}  // namespace

std::string to_line(const WrittenPiece& piece) {
  return nlohmann::ordered_json({{"piece", piece.piece},
                                 {"path", piece.path},
                                 {"rows", piece.rows},
                                 {"bytes", piece.bytes},
                                 {"sha256", piece.sha256}})
             .dump() +
         "\n";
}

Result<WrittenPiece> written_piece_from_line(const std::string& line) {
  try {
    const auto json = nlohmann::json::parse(line);
    return WrittenPiece{json.at("piece").get<int32_t>(), json.at("path").get<std::string>(),
                        json.at("rows").get<int64_t>(), json.at("bytes").get<int64_t>(),
                        json.at("sha256").get<std::string>()};
  } catch (const nlohmann::json::exception& error) {
    return Status(Code::kCorrupt, "a line does not describe a written file")
        .with_advice(error.what());
  }
}

PieceWriters::PieceWriters(const PiecePlan& plan, Options options)
    : plan_(plan), options_(std::move(options)) {
  for (int t = 0; t < options_.threads; ++t) threads_.emplace_back([this] { work(); });
}

PieceWriters::~PieceWriters() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
    if (error_) error_ = Status(Code::kCancelled, "the preparation was stopped");
    changed_.notify_all();
  }
  threads_.clear();
  for (auto& [piece, strand] : strands_) {
    if (!strand.writer) continue;
    strand.writer.reset();
    const std::string& path = plan_.pieces()[static_cast<size_t>(piece)].path;
    [[maybe_unused]] const Status removed = options_.folder.files->remove(
        options_.folder.path + "/" + path, false, Deadline::after(std::chrono::seconds(20)));
  }
}

Status PieceWriters::add(PieceSlice slice) {
  const int64_t bytes = bytes_of(*slice.batch);
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] {
    return !error_ || queued_bytes_ == 0 || queued_bytes_ + bytes <= options_.queued_bytes;
  });
  if (!error_) return error_;
  queued_bytes_ += bytes;
  Strand& strand = strands_[slice.piece];
  strand.waiting.push_back(std::move(slice.batch));
  if (!strand.running) {
    strand.running = true;
    runnable_.push_back(slice.piece);
    changed_.notify_all();
  }
  return Status::ok();
}

void PieceWriters::work() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [&] { return !runnable_.empty() || ending_ || !error_; });
    if (!error_ || runnable_.empty()) {
      if (ending_ || !error_) return;
      continue;
    }
    const int32_t piece = runnable_.front();
    runnable_.pop_front();
    Strand& strand = strands_[piece];
    while (!strand.waiting.empty() && error_) {
      const auto batch = std::move(strand.waiting.front());
      strand.waiting.pop_front();
      lock.unlock();
      const Status status = write(piece, strand, *batch);
      const int64_t bytes = bytes_of(*batch);
      lock.lock();
      queued_bytes_ -= bytes;
      if (!status && error_) error_ = status;
      changed_.notify_all();
    }
    strand.running = false;
  }
}

Status PieceWriters::write(int32_t number, Strand& strand, const arrow::RecordBatch& batch) {
  const Piece& piece = plan_.pieces()[static_cast<size_t>(number)];
  if (!strand.writer) {
    strand.writer = HOWDAH_TRY(
        formats::FileWriter::create(*options_.folder.files, options_.folder.path + "/" + piece.path,
                                    options_.schema, options_.writer, Deadline::never()));
  }
  HOWDAH_TRY(strand.writer->write(batch));
  strand.rows += batch.num_rows();
  if (strand.rows < piece.rows) return Status::ok();
  const auto written = HOWDAH_TRY(strand.writer->close());
  strand.writer.reset();
  const std::lock_guard lock(told_);
  return options_.written({number, piece.path, written.rows, written.bytes, written.sha256});
}

Status PieceWriters::finish() {
  {
    std::unique_lock lock(mutex_);
    ending_ = true;
    changed_.notify_all();
  }
  threads_.clear();
  const std::lock_guard lock(mutex_);
  if (!error_) return error_;
  for (const auto& [piece, strand] : strands_) {
    const Piece& due = plan_.pieces()[static_cast<size_t>(piece)];
    if (strand.writer || strand.rows != due.rows)
      return Status(Code::kInternal, "an output file has " + std::to_string(strand.rows) +
                                         " rows where " + std::to_string(due.rows) +
                                         " were counted: did the source change while it was read?")
          .with_peer(due.path);
  }
  return Status::ok();
}

}  // namespace howdah::data
