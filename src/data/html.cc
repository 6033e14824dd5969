#include "data/html.h"

#include <fmt/format.h>

#include <algorithm>

#include "data/printable.h"
#include "data/quantity.h"

namespace howdah::data {
namespace {

constexpr double kWidth = 240, kHeight = 64;
constexpr size_t kBars = 8, kMostBins = 60;

bool is_time(const std::string& type) {
  return type.starts_with("timestamp") || type.starts_with("date");
}

std::string end_text(const ValuesReport& values, double value) {
  return is_time(values.type) ? time_text(value) : number_text(value);
}

// No more bins than the picture has room for.
std::vector<int64_t> drawn(const std::vector<int64_t>& bins) {
  const size_t together = (bins.size() + kMostBins - 1) / kMostBins;
  std::vector<int64_t> sums((bins.size() + together - 1) / together, 0);
  for (size_t i = 0; i < bins.size(); ++i) sums[i / together] += bins[i];
  return sums;
}

std::string histogram(const ValuesReport& values) {
  const std::vector<int64_t> bins = drawn(values.sample_bins);
  const int64_t most = std::max<int64_t>(1, *std::max_element(bins.begin(), bins.end()));
  const double each = kWidth / static_cast<double>(bins.size());
  const double step = (values.max - values.min) / static_cast<double>(bins.size());
  std::string svg = fmt::format("<svg viewBox=\"0 0 {} {}\" role=\"img\">", kWidth, kHeight);
  for (size_t i = 0; i < bins.size(); ++i) {
    if (bins[i] == 0) continue;
    // What is there is to be seen, however little it is.
    const double height =
        std::max(1.0, static_cast<double>(bins[i]) / static_cast<double>(most) * (kHeight - 2));
    const double from = values.min + step * static_cast<double>(i);
    svg += fmt::format(
        "<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\"><title>{} to {}: "
        "{}</title></rect>",
        each * static_cast<double>(i), kHeight - height, std::max(0.8, each - 0.8), height,
        end_text(values, from), end_text(values, from + step), counted(bins[i], "row"));
  }
  return svg + fmt::format(
                   "</svg><div class=ends><span>{}</span><span>mean {}</span><span>{}</span></div>",
                   end_text(values, values.min), end_text(values, values.mean),
                   end_text(values, values.max));
}

std::string bars(const ValuesReport& values) {
  int64_t most = 1;
  for (const auto& [value, count] : values.sample_top) most = std::max(most, count);
  std::string html = "<div class=bars>";
  for (size_t i = 0; i < std::min(values.sample_top.size(), kBars); ++i) {
    const auto& [value, count] = values.sample_top[i];
    html += fmt::format("<div><i style=\"width:{:.1f}%\"></i><b>{}</b><span>{}</span></div>",
                        static_cast<double>(count) / static_cast<double>(most) * 100,
                        html_text(value, 24), grouped(count));
  }
  html += "</div>";
  if (values.sample_distinct > static_cast<int64_t>(std::min(values.sample_top.size(), kBars)))
    html += fmt::format("<div class=ends><span>{} different in the sample</span></div>",
                        grouped(values.sample_distinct));
  return html;
}

}  // namespace

std::string html_text(std::string_view text, size_t max_columns) {
  std::string escaped;
  for (const char c : printable(text, max_columns)) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      case '\'':
        escaped += "&#39;";
        break;
      default:
        escaped += c;
    }
  }
  return escaped;
}

std::string html_values(const ValuesReport& values) {
  if (values.type.empty()) return "<p class=none>not there</p>";
  if (!values.sample_bins.empty()) return histogram(values);
  if (!values.sample_top.empty()) return bars(values);
  return "<p class=none>no value to show</p>";
}

std::string_view html_style() {
  return R"(
:root{color-scheme:light dark;--ink:#1b1f24;--soft:#5b6470;--line:#e1e5ea;--ground:#fff;--tile:#f5f7f9;
--before:#9aa7b5;--after:#1f6feb;--bad:#c2410c}
@media(prefers-color-scheme:dark){:root{--ink:#e6e9ed;--soft:#98a2ae;--line:#2b3138;--ground:#14171b;
--tile:#1c2126;--before:#66727f;--after:#5b9dff;--bad:#fb923c}}
*{box-sizing:border-box}body{margin:0;font:15px/1.5 system-ui,sans-serif;color:var(--ink);
background:var(--ground)}main{max-width:1120px;margin:0 auto;padding:32px 24px 64px}
h1{font-size:26px;margin:0}h2{font-size:18px;margin:40px 0 12px}p{margin:4px 0}.soft,.none{color:var(--soft)}
.tiles{display:flex;flex-wrap:wrap;gap:12px;margin-top:20px}.tiles div{background:var(--tile);
border-radius:8px;padding:12px 16px;min-width:130px}.tiles b{display:block;font-size:20px;
font-variant-numeric:tabular-nums}.tiles span{color:var(--soft);font-size:13px}
.wide{overflow-x:auto}table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
th,td{text-align:right;padding:5px 10px;border-bottom:1px solid var(--line);white-space:nowrap}
th{color:var(--soft);font-weight:500;font-size:13px}td:first-child,th:first-child{text-align:left}
td.left,th.left{text-align:left}td.long{white-space:normal;overflow-wrap:anywhere;max-width:520px;
text-align:left}tr.idle td{color:var(--soft)}.warn{border-left:3px solid var(--bad);padding:6px 12px;
background:var(--tile);margin:6px 0}code{font:13px/1.5 ui-monospace,monospace}
.cards{display:grid;grid-template-columns:repeat(auto-fill,minmax(520px,1fr));gap:12px}
@media(max-width:600px){.cards{grid-template-columns:1fr}}.card{background:var(--tile);border-radius:8px;
padding:12px 16px;min-width:0}.card h3{font-size:15px;margin:0 0 8px;overflow-wrap:anywhere}
.two{display:grid;grid-template-columns:1fr 1fr;gap:20px}.two>div{min-width:0}
.two h4{font-size:12px;font-weight:500;color:var(--soft);margin:0 0 4px}svg{width:100%;height:64px;
display:block;border-bottom:1px solid var(--line)}.before rect,.before i{fill:var(--before);
background:var(--before)}.after rect,.after i{fill:var(--after);background:var(--after)}
.ends{display:flex;justify-content:space-between;color:var(--soft);font-size:12px}
.bars div{position:relative;display:flex;justify-content:space-between;gap:8px;font-size:12px;
line-height:18px;margin-bottom:2px;padding:0 4px}.bars i{position:absolute;left:0;top:0;bottom:0;
opacity:.35;border-radius:2px}.bars b{font-weight:400;position:relative;overflow:hidden;
text-overflow:ellipsis;white-space:nowrap}.bars span{position:relative;color:var(--soft)}
.meter{display:inline-block;width:120px;height:8px;background:var(--line);border-radius:4px;
vertical-align:middle;overflow:hidden}.meter i{display:block;height:100%;background:var(--after)}
)";
}

}  // namespace howdah::data
