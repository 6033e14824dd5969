// The report as one page.
#include <fmt/format.h>

#include <algorithm>

#include "data/html.h"
#include "data/quantity.h"
#include "data/report.h"

namespace howdah::data {
namespace {

constexpr size_t kColumns = 200, kMostPartitions = 30, kDropped = 60, kRules = 200, kClasses = 100;

std::string tile(std::string_view what, const std::string& value) {
  return fmt::format("<div><b>{}</b><span>{}</span></div>", value, what);
}
std::string meter(double share) {
  return fmt::format("<span class=meter><i style=\"width:{:.1f}%\"></i></span>",
                     std::clamp(share, 0.0, 1.0) * 100);
}
std::string more(size_t all, size_t shown, std::string_view noun) {
  if (all <= shown) return "";
  return fmt::format("<p class=soft>{} of {}; all of them are in {}.</p>",
                     grouped(static_cast<int64_t>(shown)), counted(static_cast<int64_t>(all), noun),
                     kReportJson);
}
std::string table(std::string_view head, const std::string& rows) {
  return fmt::format(
      "<div class=wide><table><thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>", head,
      rows);
}

std::string summary(const Report& report) {
  std::string html = fmt::format("<h1>{}</h1><p class=soft><code>{}</code></p>",
                                 html_text(report.name), html_text(report.output, 400));
  std::string from;
  for (size_t i = 0; i < std::min<size_t>(report.sources.size(), 3); ++i)
    from += (i ? ", " : "") + html_text(report.sources[i], 200);
  if (report.sources.size() > 3) from += fmt::format(" and {} more", report.sources.size() - 3);
  html += fmt::format("<p class=soft>from {} of {}: <code>{}</code></p><div class=tiles>",
                      counted(report.files_read, "file"), html_text(report.format), from);
  html += tile("rows read", grouped(report.rows_read));
  html += tile("kept, " + percent(share_of(report.rows_kept, report.rows_read)),
               grouped(report.rows_kept));
  html += tile("dropped, " + percent(share_of(report.rows_dropped, report.rows_read)),
               grouped(report.rows_dropped));
  html +=
      tile(counted(report.files_written, "file") + " written", bytes_text(report.bytes_written));
  if (!report.run.on.empty())
    html += tile(report.run.on == "mapreduce" ? "as MapReduce" : "on one machine",
                 seconds_text(report.run.seconds));
  html += "</div>";
  for (const std::string& warning : report.warnings)
    html += "<p class=warn>" + html_text(warning, 300) + "</p>";
  return html;
}

std::string rules(const Report& report) {
  if (report.rules.empty()) return "";
  std::string rows;
  for (size_t i = 0; i < std::min(report.rules.size(), kRules); ++i) {
    const RuleReport& rule = report.rules[i];
    const bool idle = rule.rows_dropped == 0 && rule.rows_changed == 0 &&
                      rule.values_changed == 0 && rule.rows_marked == 0;
    rows += fmt::format("<tr{}><td>{}</td>", idle ? " class=idle" : "", html_text(rule.rule));
    rows +=
        fmt::format("<td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>",
                    grouped(rule.rows_in), grouped(rule.rows_dropped),
                    percent(share_of(rule.rows_dropped, rule.rows_in)), grouped(rule.rows_changed),
                    grouped(rule.values_changed), grouped(rule.rows_marked));
  }
  return "<h2>What each rule did</h2>" +
         table(
             "<th>rule<th>rows that came<th>dropped<th>share<th>rows changed<th>values changed"
             "<th>rows marked",
             rows) +
         more(report.rules.size(), kRules, "rule");
}

std::string parts(const Report& report) {
  int64_t all = 0;
  for (const PartReport& part : report.parts) all += part.rows;
  std::string rows;
  for (const PartReport& part : report.parts)
    rows += fmt::format("<tr><td>{}</td><td>{}</td><td>{} {}</td><td>{}</td></tr>",
                        html_text(part.name), grouped(part.rows), meter(share_of(part.rows, all)),
                        percent(share_of(part.rows, all)), percent(part.asked_share));
  return rows.empty() ? "" : "<h2>Splits</h2>" + table("<th>split<th>rows<th>found<th>asked", rows);
}

std::string classes(const Report& report) {
  if (report.classes.empty()) return "";
  std::string head = "<th>" + html_text(report.class_column) + "<th>rows<th>share";
  for (const PartReport& part : report.parts) head += "<th>" + html_text(part.name);
  int64_t all = 0;
  std::vector<std::pair<int64_t, const ClassReport*>> sorted;
  for (const ClassReport& one : report.classes) {
    int64_t sum = 0;
    for (const int64_t rows : one.rows_by_part) sum += rows;
    all += sum;
    sorted.emplace_back(sum, &one);
  }
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const auto& a, const auto& b) { return a.first > b.first; });
  std::string rows;
  for (size_t i = 0; i < std::min(sorted.size(), kClasses); ++i) {
    const auto& [sum, one] = sorted[i];
    rows += fmt::format("<tr><td>{}</td><td>{}</td><td>{} {}</td>", html_text(one->value, 40),
                        grouped(sum), meter(share_of(sum, all)), percent(share_of(sum, all)));
    for (const int64_t part : one->rows_by_part)
      rows += fmt::format("<td>{} <span class=soft>{}</span></td>", grouped(part),
                          percent(share_of(part, sum)));
    rows += "</tr>";
  }
  return "<h2>Classes in each split</h2>" + table(head, rows) +
         more(sorted.size(), kClasses, "value");
}

std::string partitions(const Report& report) {
  if (report.partitions.empty()) return "";
  std::vector<const PartitionReport*> sorted;
  for (const PartitionReport& partition : report.partitions) sorted.push_back(&partition);
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const auto* a, const auto* b) { return a->rows > b->rows; });
  const int64_t most = std::max<int64_t>(1, sorted.front()->rows);
  std::string rows;
  for (size_t i = 0; i < std::min(sorted.size(), kMostPartitions); ++i) {
    const PartitionReport& one = *sorted[i];
    rows += fmt::format("<tr><td>{}{}{}</td><td>{} {}</td><td>{}</td><td>{}</td></tr>",
                        html_text(one.part), one.folder.empty() ? "" : "/", html_text(one.folder),
                        meter(share_of(one.rows, most)), grouped(one.rows), bytes_text(one.bytes),
                        grouped(one.files));
  }
  std::string html = "<h2>Partitions</h2>";
  html += fmt::format("<p class=soft>Skew (most rows over the mean): {:.2f}.", report.skew);
  if (!report.split_over_files.empty())
    html += fmt::format(" {} beyond the target size: split over several files.",
                        counted(static_cast<int64_t>(report.split_over_files.size()), "partition"));
  return html + "</p>" + table("<th>partition<th>rows<th>bytes<th>files", rows) +
         more(sorted.size(), kMostPartitions, "partition");
}

std::string missing_cell(const ValuesReport& values) {
  if (values.type.empty()) return "<td class=soft>–</td>";
  return fmt::format("<td>{} <span class=soft>{}</span></td>", grouped(values.missing),
                     percent(share_of(values.missing, values.rows)));
}

std::string missing(const Report& report) {
  std::string rows;
  for (size_t i = 0; i < std::min(report.columns.size(), kColumns); ++i) {
    const ColumnReport& column = report.columns[i];
    const auto type = [](const ValuesReport& values) {
      return values.type.empty() ? std::string("–") : html_text(values.type, 40);
    };
    rows +=
        fmt::format("<tr><td>{}</td><td class=left>{}</td>{}<td class=left>{}</td>{}</tr>",
                    html_text(column.name, 60), type(column.before), missing_cell(column.before),
                    type(column.after), missing_cell(column.after));
  }
  return "<h2>Missing values</h2>" +
         table(
             "<th>column<th class=left>type before<th>missing before<th class=left>type after"
             "<th>missing after",
             rows) +
         more(report.columns.size(), kColumns, "column");
}

std::string columns(const Report& report) {
  if (report.columns.empty()) return "";
  std::string html = missing(report);
  int64_t before = 0, after = 0;
  for (const ColumnReport& column : report.columns) {
    before = std::max(before, column.before.sample_rows);
    after = std::max(after, column.after.sample_rows);
  }
  html += fmt::format(
      "<h2>Values before and after</h2><p class=soft>Least, mean, greatest and missing values are "
      "of all rows; bars and frequent values are of a sample: {} before, {} after.</p>"
      "<div class=cards>",
      counted(before, "row"), grouped(after));
  for (size_t i = 0; i < std::min(report.columns.size(), kColumns); ++i) {
    const ColumnReport& column = report.columns[i];
    html += fmt::format(
        "<div class=card><h3>{}</h3><div class=two><div class=before><h4>before</h4>{}</div>"
        "<div class=after><h4>after</h4>{}</div></div></div>",
        html_text(column.name, 60), html_values(column.before), html_values(column.after));
  }
  return html + "</div>";
}

std::string dropped(const Report& report) {
  if (report.dropped_sample.empty()) return "";
  std::string rows;
  for (size_t i = 0; i < std::min(report.dropped_sample.size(), kDropped); ++i) {
    const DroppedSample& one = report.dropped_sample[i];
    std::string place = html_text(one.file, 60);
    if (one.row >= 0) place += fmt::format(", row {}", grouped(one.row));
    if (one.offset >= 0) place += fmt::format(", byte {}", grouped(one.offset));
    rows += fmt::format(
        "<tr><td>{}</td><td class=left>{}</td><td class=long>{}</td><td "
        "class=long><code>{}</code></td></tr>",
        html_text(one.rule, 60), place, html_text(one.reason, 200), html_text(one.content, 300));
  }
  return "<h2>Some of the dropped rows</h2>" +
         table("<th>rule<th class=left>where<th class=left>why<th class=left>row", rows) +
         more(report.dropped_sample.size(), kDropped, "row");
}

}  // namespace

std::string to_html(const Report& report) {
  return fmt::format(
      "<!doctype html>\n<html lang=en><head><meta charset=utf-8><meta name=viewport "
      "content=\"width=device-width\"><title>{}: prepared data</title><style>{}</style></head>"
      "<body><main>{}{}{}{}{}{}{}</main></body></html>\n",
      html_text(report.name), html_style(), summary(report), rules(report), parts(report),
      classes(report), partitions(report), columns(report), dropped(report));
}

}  // namespace howdah::data
