// The report as lines of a terminal.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "data/printable.h"
#include "data/quantity.h"
#include "data/report.h"

namespace howdah::data {
namespace {

constexpr size_t kRules = 10, kParts = 6, kWarnings = 4;
constexpr size_t kTextColumns = 100;
constexpr size_t kKeyColumns = 12, kRuleColumns = 40;

std::string entry(std::string_view key, const std::string& printable_text) {
  return "  " + padded(key, kKeyColumns) + printable_text + "\n";
}
std::string user_text(std::string_view text) {
  return printable(text, kTextColumns - kKeyColumns - 2);
}
std::string dash_or(int64_t number) {
  return number == 0 ? "-" : grouped(number);
}
std::string more(size_t number) {
  return fmt::format("  and {} more, in {}\n", grouped(static_cast<int64_t>(number)), kReportJson);
}

std::string read_text(const Report& report) {
  std::string text = printable(report.name, 40) + ": " + counted(report.rows_read, "row") +
                     " read, " + grouped(report.rows_kept) + " kept (" +
                     percent(share_of(report.rows_kept, report.rows_read)) + "), " +
                     grouped(report.rows_dropped) + " dropped\n";
  const std::string amount =
      fmt::format("{} of {}, {}", counted(report.files_read, "file"), printable(report.format, 12),
                  bytes_text(report.bytes_read));
  std::string from;
  if (!report.sources.empty())
    from = " from " + printable(report.sources[0], kTextColumns - kKeyColumns - 24 - amount.size());
  if (report.sources.size() > 1) from += fmt::format(" and {} more", report.sources.size() - 1);
  return text + entry("read", amount + from);
}

bool did_nothing(const RuleReport& rule) {
  return rule.rows_dropped == 0 && rule.rows_changed == 0 && rule.values_changed == 0 &&
         rule.rows_marked == 0;
}

// Idle rules in one line, as many names as it takes.
std::string idle_text(const std::vector<const RuleReport*>& idle) {
  std::string line = "  nothing to do for ";
  for (size_t i = 0; i < idle.size(); ++i) {
    const std::string name = (i ? ", " : "") + printable(idle[i]->rule, kRuleColumns);
    if (columns_of(line) + columns_of(name) > kTextColumns - 16) {
      line += fmt::format(" and {} more", grouped(static_cast<int64_t>(idle.size() - i)));
      break;
    }
    line += name;
  }
  return line + "\n";
}

std::string parts_text(const Report& report) {
  if (report.parts.empty()) return "";
  std::string text = "\n  " + padded("split", kRuleColumns) +
                     fmt::format("{:>16}{:>16}{:>18}\n", "rows", "found", "asked");
  int64_t rows = 0;
  for (const PartReport& part : report.parts) rows += part.rows;
  for (size_t i = 0; i < std::min(report.parts.size(), kParts); ++i) {
    const PartReport& part = report.parts[i];
    text += "  " + padded(part.name, kRuleColumns) +
            fmt::format("{:>16}{:>16}{:>18}\n", grouped(part.rows),
                        percent(share_of(part.rows, rows)), percent(part.asked_share));
  }
  if (report.parts.size() > kParts) text += more(report.parts.size() - kParts);
  return text;
}

std::string partitions_text(const Report& report) {
  if (report.partitions.empty()) return "";
  const auto largest =
      std::max_element(report.partitions.begin(), report.partitions.end(),
                       [](const auto& a, const auto& b) { return a.rows < b.rows; });
  std::string text = fmt::format(
      "{}, skew {:.2f}", grouped(static_cast<int64_t>(report.partitions.size())), report.skew);
  if (!report.split_over_files.empty())
    text += fmt::format(", {} over several files",
                        grouped(static_cast<int64_t>(report.split_over_files.size())));
  const std::string amount =
      fmt::format(" ({}, {})", counted(largest->rows, "row"), bytes_text(largest->bytes));
  return entry("partitions", text) +
         entry("largest",
               printable(largest->part + (largest->folder.empty() ? "" : "/") + largest->folder,
                         kTextColumns - kKeyColumns - 2 - amount.size()) +
                   amount);
}

std::string run_text(const Report::Run& run) {
  std::string text = printable(run.on, 16) + ", " + seconds_text(run.seconds);
  if (run.peak_memory_bytes > 0) text += ", " + bytes_text(run.peak_memory_bytes) + " at most";
  if (run.rounds > 0) text += ", " + counted(run.rounds, "round");
  if (run.resumed) text += ", resumed";
  if (run.reused) text += ", reused what lay there";
  return text;
}

}  // namespace

std::string rules_text(const Report& report) {
  std::vector<const RuleReport*> active, idle;
  for (const RuleReport& rule : report.rules) (did_nothing(rule) ? idle : active).push_back(&rule);
  std::string text;
  if (!active.empty())
    text += "\n  " + padded("rule", kRuleColumns) +
            fmt::format("{:>14}{:>15}{:>16}{:>13}\n", "rows dropped", "rows changed",
                        "values changed", "rows marked");
  for (size_t i = 0; i < std::min(active.size(), kRules); ++i)
    text += "  " + padded(active[i]->rule, kRuleColumns) +
            fmt::format("{:>14}{:>15}{:>16}{:>13}\n", dash_or(active[i]->rows_dropped),
                        dash_or(active[i]->rows_changed), dash_or(active[i]->values_changed),
                        dash_or(active[i]->rows_marked));
  if (active.size() > kRules) text += more(active.size() - kRules);
  if (!idle.empty()) text += idle_text(idle);
  return text;
}

std::string to_text(const Report& report) {
  std::string text = read_text(report) + rules_text(report) + parts_text(report) + "\n";
  for (size_t i = 0; i < std::min(report.warnings.size(), kWarnings); ++i)
    text += entry("warning", user_text(report.warnings[i]));
  if (report.warnings.size() > kWarnings) text += more(report.warnings.size() - kWarnings);
  text += partitions_text(report);
  text += entry("written",
                counted(report.files_written, "file") + ", " + bytes_text(report.bytes_written));
  if (!report.run.on.empty()) text += entry("ran", run_text(report.run));
  // Paths are for copying: never cut.
  text += entry("data", printable(report.output, SIZE_MAX / 8));
  text += entry("report", printable(report.output, SIZE_MAX / 8) + "/" + kReportPage);
  return text;
}

}  // namespace howdah::data
