// Writes the output files of a plan: slices come in chunk order, each file is encoded by one thread
// at a time, different files in parallel. A file is complete when its last row has come.
//
// add() belongs to one thread at a time.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "data/deal.h"
#include "formats/file_writer.h"

namespace howdah::data {

struct WrittenPiece {
  int32_t piece = 0;
  std::string path;  // below the output folder
  int64_t rows = 0, bytes = 0;
  std::string sha256;
};

// A line of JSON, and back. kCorrupt.
std::string to_line(const WrittenPiece& piece);
Result<WrittenPiece> written_piece_from_line(const std::string& line);

class PieceWriters {
 public:
  struct Options {
    fs::Location folder;  // the work folder: paths of the plan lie below it
    std::shared_ptr<arrow::Schema> schema;
    formats::WriterOptions writer;
    int threads = 1;
    int64_t queued_bytes = 64 << 20;  // slices that wait; more make add() wait
    // Told of each complete file, by one thread at a time.
    std::function<Status(const WrittenPiece&)> written;
  };
  PieceWriters(const PiecePlan& plan, Options options);
  ~PieceWriters();  // files that are not complete are removed

  Status add(PieceSlice slice);
  // All that was added is written. kInternal where a file lacks rows.
  Status finish();

 private:
  struct Strand {
    std::deque<std::shared_ptr<arrow::RecordBatch>> waiting;
    bool running = false;
    std::unique_ptr<formats::FileWriter> writer;
    int64_t rows = 0;
  };
  void work();
  Status write(int32_t piece, Strand& strand, const arrow::RecordBatch& batch);

  const PiecePlan& plan_;
  const Options options_;
  std::mutex mutex_;  // guards all below; a strand's writer and rows belong to who runs it
  std::condition_variable changed_;
  std::map<int32_t, Strand> strands_;
  std::deque<int32_t> runnable_;
  int64_t queued_bytes_ = 0;
  bool ending_ = false;
  Status error_;
  std::mutex told_;
  std::vector<std::jthread> threads_;
};

}  // namespace howdah::data
