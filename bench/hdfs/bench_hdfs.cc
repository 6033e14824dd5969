// bench_hdfs write|read URI BYTES: writes or reads a file in pieces of 1 MiB and prints the seconds
// from open to close, and the processor's seconds of this process. BenchHdfs.java does the same
// with Java's client.
#include <sys/resource.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "fs/file_systems.h"

namespace howdah {
namespace {

constexpr size_t kPiece = 1 << 20;

Deadline limit() {
  return Deadline::after(std::chrono::minutes(10));
}

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

Status write(const fs::Location& file, int64_t length, std::vector<std::byte>& piece) {
  fs::CreateOptions options;
  options.overwrite = true;
  auto out = HOWDAH_TRY(file.files->create(file.path, options, limit()));
  for (int64_t left = length; left > 0;) {
    const size_t count = std::min(piece.size(), static_cast<size_t>(left));
    HOWDAH_TRY(out->write(Bytes(piece).first(count), limit()));
    left -= static_cast<int64_t>(count);
  }
  return out->close(limit());
}

Status read(const fs::Location& file, int64_t length, std::vector<std::byte>& piece) {
  auto in = HOWDAH_TRY(file.files->open(file.path, limit()));
  int64_t at = 0;
  for (;;) {
    const size_t count = HOWDAH_TRY(in->read_at(at, piece, limit()));
    if (count == 0) break;
    at += static_cast<int64_t>(count);
  }
  if (at != length) return Status(Code::kCorrupt, "the file has " + std::to_string(at) + " bytes");
  return Status::ok();
}

Status run(const std::string& verb, const std::string& uri, int64_t length) {
  fs::FileSystems systems(HOWDAH_TRY(hadoop::Configuration::load_default()),
                          HOWDAH_TRY(hadoop::User::current()),
                          HOWDAH_TRY(hadoop::Credentials::from_environment()));
  const fs::Location file = HOWDAH_TRY(systems.resolve(uri));
  std::vector<std::byte> piece(kPiece);
  for (size_t i = 0; i < piece.size(); ++i) piece[i] = static_cast<std::byte>(i * 31 >> 3);
  const double cpu = cpu_seconds();
  const auto start = std::chrono::steady_clock::now();
  HOWDAH_TRY(verb == "write" ? write(file, length, piece) : read(file, length, piece));
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  std::printf("%.6f %.6f\n", seconds.count(), cpu_seconds() - cpu);
  return Status::ok();
}

}  // namespace
}  // namespace howdah

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fprintf(stderr, "usage: bench_hdfs write|read URI BYTES\n");
    return 2;
  }
  const howdah::Status status = howdah::run(argv[1], argv[2], std::atoll(argv[3]));
  if (!status.is_ok()) std::fprintf(stderr, "%s\n", status.to_string().c_str());
  return status.is_ok() ? 0 : 1;
}
