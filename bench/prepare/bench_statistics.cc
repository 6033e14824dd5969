// bench_statistics read|statistics FILE.csv THREADS: brings a CSV into columns, as `howdah prepare`
// does, and in the second manner learns mean, standard deviation and quantiles of every column of
// numbers, as its rules do. Prints the seconds, and the processor's seconds of this process.
#include <arrow/record_batch.h>
#include <fmt/core.h>
#include <sys/resource.h>

#include <chrono>
#include <cstdlib>
#include <map>
#include <string>
#include <vector>

#include "data/ordered_flow.h"
#include "formats/source.h"
#include "statistics/moments.h"
#include "statistics/quantile_sketch.h"
#include "transform/column_views.h"

namespace howdah {
namespace {

struct ColumnStatistics {
  statistics::Moments moments;
  statistics::QuantileSketch quantiles;
};
using TableStatistics = std::map<std::string, ColumnStatistics>;

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

Status add(const arrow::RecordBatch& batch, TableStatistics& table) {
  std::vector<double> scratch;
  for (int c = 0; c < batch.num_columns(); ++c) {
    if (!transform::number_type(*batch.column(c)->type())) continue;
    const auto view = HOWDAH_TRY(transform::NumericView::of(batch.column(c)));
    const auto values = view.present_values(scratch);
    ColumnStatistics& column = table[batch.column_name(c)];
    column.moments.add(values);
    column.quantiles.add(values);
  }
  return Status::ok();
}

struct Nothing {};

// One reading with this schema; false where it does not hold all values.
Result<bool> read_all(formats::Source& source, formats::TableSchema& schema, bool learn,
                      int threads, std::vector<TableStatistics>& tables) {
  using Flow = data::OrderedFlow<formats::RawChunk, formats::ParsedChunk>;
  const auto portions = HOWDAH_TRY(source.portions(INT64_MAX, Deadline::never()));
  size_t at = 0;
  std::unique_ptr<formats::ChunkReader> reader;
  const Flow::Next next = [&]() -> Result<std::optional<formats::RawChunk>> {
    while (reader || at < portions.size()) {
      if (!reader) reader = HOWDAH_TRY(source.read(portions[at++], Deadline::never()));
      auto chunk = HOWDAH_TRY(reader->next(Deadline::never()));
      if (chunk) return chunk;
      reader.reset();
    }
    return std::optional<formats::RawChunk>();
  };
  const formats::TableSchema asked = schema;
  const Flow::Work work = [&](formats::RawChunk&& chunk,
                              int thread) -> Result<formats::ParsedChunk> {
    auto parsed = HOWDAH_TRY(source.parse(chunk, asked));
    if (learn && !parsed.needs) HOWDAH_TRY(add(*parsed.batch, tables[static_cast<size_t>(thread)]));
    parsed.batch.reset();
    return parsed;
  };
  bool fits = true;
  const Flow::Deliver deliver = [&](formats::ParsedChunk&& parsed) -> Status {
    if (!parsed.needs) return Status::ok();
    fits = false;
    return schema.widen(*parsed.needs);
  };
  data::FlowLimits limits;
  limits.threads = threads;
  limits.window = static_cast<size_t>(4 * threads + 2);
  HOWDAH_TRY(Flow::run(limits, next, work, deliver));
  return fits;
}

Status run(const std::string& path, bool learn, int threads) {
  fs::FileSystems systems(hadoop::Configuration(), hadoop::User{}, hadoop::Credentials());
  prepare::SourceSpec spec;
  spec.uris = {"file://" + path};
  spec.format = prepare::Format::kCsv;
  const auto source = HOWDAH_TRY(formats::Source::open(systems, spec, Deadline::never()));
  auto schema = HOWDAH_TRY(source->survey(Deadline::never()));
  const auto start = std::chrono::steady_clock::now();
  std::vector<TableStatistics> tables(static_cast<size_t>(threads));
  while (!HOWDAH_TRY(read_all(*source, schema, learn, threads, tables)))
    tables.assign(static_cast<size_t>(threads), {});
  double check = 0;
  for (size_t t = 1; t < tables.size(); ++t)
    for (const auto& [name, column] : tables[t]) {
      tables[0][name].moments.merge(column.moments);
      tables[0][name].quantiles.merge(column.quantiles);
    }
  for (const auto& [name, column] : tables[0])
    check += column.moments.standard_deviation() + column.quantiles.median();
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  fmt::print("{:.3f} {:.3f} {}\n", seconds.count(), cpu_seconds(), check);
  return Status::ok();
}

}  // namespace
}  // namespace howdah

int main(int argc, char** argv) {
  const std::string what = argc == 4 ? argv[1] : "";
  if (what != "read" && what != "statistics") {
    fmt::print(stderr, "bench_statistics read|statistics FILE.csv THREADS\n");
    return 2;
  }
  const howdah::Status status =
      howdah::run(argv[2], what == "statistics", std::max(1, std::atoi(argv[3])));
  if (!status.is_ok()) fmt::print(stderr, "bench_statistics: {}\n", status.to_string());
  return status.is_ok() ? 0 : 1;
}
