// What a preparation did: report.json, the lines on the terminal, and one HTML page. Everything but
// `run` is the same wherever it ran.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "prepare/output_names.h"

namespace howdah::data {

inline constexpr double kNoFigure = std::numeric_limits<double>::quiet_NaN();  // null in JSON

struct RuleReport {
  std::string rule;  // "read.ragged_row", "clean.drop_missing(dep_delay)"
  int64_t rows_in = 0, rows_dropped = 0, rows_changed = 0, values_changed = 0;
  int64_t rows_marked = 0;  // that were told of and stay: outliers, noisy labels
};

// A column's values. The figures are of all records; what is named sample_ is of a sample of them.
struct ValuesReport {
  std::string type;               // as Arrow names it; empty: the column was not there
  int64_t rows = 0, missing = 0;  // NaN is missing, too
  // Of finite numbers, exact (times as seconds since 1970 UTC); 0 where there is none.
  double min = kNoFigure, max = kNoFigure, mean = kNoFigure;
  int64_t sample_rows = 0;
  // Numbers: bins of equal width from min to max. Empty: not numbers, or none.
  std::vector<int64_t> sample_bins = {};
  // Others: the most frequent values, their counts, and how many distinct ones were seen.
  std::vector<std::pair<std::string, int64_t>> sample_top = {};
  int64_t sample_distinct = 0;
};
struct ColumnReport {
  std::string name;
  ValuesReport before, after;
};

struct PartReport {
  std::string name;
  int64_t rows = 0;
  double asked_share = 0;
};
struct ClassReport {
  std::string value;
  std::vector<int64_t> rows_by_part;
};
struct PartitionReport {
  std::string part, folder;  // "train", "year=2013/month=1"
  int64_t rows = 0, bytes = 0, files = 0;
};
struct DroppedSample {
  std::string rule, file, reason, content;
  int64_t row = 0;      // in its file where that is known, else -1
  int64_t offset = -1;  // bytes, of the (decompressed) file; -1: not known
};

struct Report {
  std::string name, output, fingerprint;
  std::vector<std::string> sources;
  std::string format;
  int64_t files_read = 0, bytes_read = 0;
  int64_t rows_read = 0, rows_kept = 0, rows_dropped = 0;
  std::vector<RuleReport> rules;  // in their order
  std::vector<std::string> warnings;
  std::vector<PartReport> parts;
  std::string class_column;  // of stratify; empty: none
  std::vector<ClassReport> classes;
  std::vector<PartitionReport> partitions;
  // max/mean of the rows of a part's partitions, over all parts; 1 without partitions.
  double skew = 1;
  std::vector<std::string> split_over_files;  // partitions beyond target_file
  std::vector<ColumnReport> columns;
  std::vector<DroppedSample> dropped_sample;
  int64_t files_written = 0, bytes_written = 0;
  struct Run {
    std::string on;  // "local", "mapreduce"
    double seconds = 0;
    int64_t peak_memory_bytes = 0;
    int rounds = 0;
    std::vector<std::string> applications = {};  // of YARN
    bool resumed = false, reused = false;
  } run;
};

inline constexpr int64_t kReportVersion = 2;
inline constexpr int64_t kMaxReportBytes = 32 << 20;
// Beside the data, in Report::output.
using prepare::kReportJson;
using prepare::kReportPage;

// Keys are the members' names, in their order, `run` last and on a line of its own: the same report
// gives the same bytes up to it. What is not UTF-8 becomes U+FFFD, what is not finite null.
enum class WithRun { kYes, kNo };
std::string to_json(const Report& report, WithRun with_run = WithRun::kYes);
// Strict: a key that is unknown, missing (but `run`) or of another type, a negative count. A null
// number is NaN.
//   kCorrupt  not a report of this version, or longer than kMaxReportBytes
Result<Report> report_from_json(const std::string& text);
// Some twenty lines of 100 columns, whatever the data: long lists are cut, and say so. Control
// characters of names and values are shown as escapes.
std::string to_text(const Report& report);
// Of these lines those that say what each rule did; empty without rules.
std::string rules_text(const Report& report);
// One page that needs nothing else, neither scripts nor files; under 5 MB: of more than 200
// columns, 30 of many partitions, 60 dropped rows it says where the others are. Names and values
// are escaped.
std::string to_html(const Report& report);

}  // namespace howdah::data
