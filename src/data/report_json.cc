// The JSON of a report. One list of fields serves both directions, so that they cannot differ.
#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <concepts>
#include <limits>
#include <nlohmann/json.hpp>
#include <string_view>

#include "data/report.h"

namespace howdah::data {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

constexpr int kMaxDepth = 8;

template <typename T, typename Plain>
concept Is = std::same_as<std::remove_const_t<T>, Plain>;

template <Is<RuleReport> R, typename Visitor>
void fields(R& rule, Visitor& visit) {
  visit("rule", rule.rule);
  visit("rows_in", rule.rows_in);
  visit("rows_dropped", rule.rows_dropped);
  visit("rows_changed", rule.rows_changed);
  visit("values_changed", rule.values_changed);
  visit("rows_marked", rule.rows_marked);
}

template <Is<std::pair<std::string, int64_t>> R, typename Visitor>
void fields(R& frequent, Visitor& visit) {
  visit("value", frequent.first);
  visit("rows", frequent.second);
}

template <Is<ValuesReport> R, typename Visitor>
void fields(R& values, Visitor& visit) {
  visit("type", values.type);
  visit("rows", values.rows);
  visit("missing", values.missing);
  visit("min", values.min);
  visit("max", values.max);
  visit("mean", values.mean);
  visit("sample_rows", values.sample_rows);
  visit("sample_bins", values.sample_bins);
  visit("sample_top", values.sample_top);
  visit("sample_distinct", values.sample_distinct);
}

template <Is<ColumnReport> R, typename Visitor>
void fields(R& column, Visitor& visit) {
  visit("name", column.name);
  visit("before", column.before);
  visit("after", column.after);
}

template <Is<PartReport> R, typename Visitor>
void fields(R& part, Visitor& visit) {
  visit("name", part.name);
  visit("rows", part.rows);
  visit("asked_share", part.asked_share);
}

template <Is<ClassReport> R, typename Visitor>
void fields(R& class_report, Visitor& visit) {
  visit("value", class_report.value);
  visit("rows_by_part", class_report.rows_by_part);
}

template <Is<PartitionReport> R, typename Visitor>
void fields(R& partition, Visitor& visit) {
  visit("part", partition.part);
  visit("folder", partition.folder);
  visit("rows", partition.rows);
  visit("bytes", partition.bytes);
  visit("files", partition.files);
}

template <Is<DroppedSample> R, typename Visitor>
void fields(R& dropped, Visitor& visit) {
  visit("rule", dropped.rule);
  visit("file", dropped.file);
  visit("reason", dropped.reason);
  visit("content", dropped.content);
  visit.position("row", dropped.row);
  visit.position("offset", dropped.offset);
}

template <Is<Report::Run> R, typename Visitor>
void fields(R& run, Visitor& visit) {
  visit("on", run.on);
  visit("seconds", run.seconds);
  visit("peak_memory_bytes", run.peak_memory_bytes);
  visit("rounds", run.rounds);
  visit("applications", run.applications);
  visit("resumed", run.resumed);
  visit("reused", run.reused);
}

// All but `run`, which a report may lack.
template <Is<Report> R, typename Visitor>
void fields(R& report, Visitor& visit) {
  visit("name", report.name);
  visit("output", report.output);
  visit("fingerprint", report.fingerprint);
  visit("sources", report.sources);
  visit("format", report.format);
  visit("files_read", report.files_read);
  visit("bytes_read", report.bytes_read);
  visit("rows_read", report.rows_read);
  visit("rows_kept", report.rows_kept);
  visit("rows_dropped", report.rows_dropped);
  visit("rules", report.rules);
  visit("warnings", report.warnings);
  visit("parts", report.parts);
  visit("class_column", report.class_column);
  visit("classes", report.classes);
  visit("partitions", report.partitions);
  visit("skew", report.skew);
  visit("split_over_files", report.split_over_files);
  visit("columns", report.columns);
  visit("dropped_sample", report.dropped_sample);
  visit("files_written", report.files_written);
  visit("bytes_written", report.bytes_written);
}

// ---- writing

ordered_json json_of(const std::string& value) {
  return value;
}
ordered_json json_of(std::integral auto value) {
  return value;
}
ordered_json json_of(double value) {
  return std::isfinite(value) ? ordered_json(value) : ordered_json(nullptr);
}
template <typename T>
ordered_json json_of(const std::vector<T>& values);
template <typename T>
requires std::is_class_v<T> ordered_json json_of(const T& value);

struct Writer {
  ordered_json object = ordered_json::object();

  template <typename T>
  void operator()(const char* key, const T& value) {
    object[key] = json_of(value);
  }
  void position(const char* key, int64_t value) { object[key] = value; }
};

template <typename T>
ordered_json json_of(const std::vector<T>& values) {
  ordered_json list = ordered_json::array();
  for (const T& value : values) list.push_back(json_of(value));
  return list;
}
template <typename T>
requires std::is_class_v<T> ordered_json json_of(const T& value) {
  Writer writer;
  fields(value, writer);
  return std::move(writer.object);
}

std::string one_line(const ordered_json& value) {
  return value.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

// One line a key, and one an entry of a list of objects: `diff` and `grep` find their way.
std::string lines_of(const ordered_json& report) {
  std::string text = "{";
  for (const auto& [key, value] : report.items()) {
    text += fmt::format("{}\n  \"{}\": ", text.size() > 1 ? "," : "", key);
    if (!value.is_array() || value.empty() || !value.front().is_object()) {
      text += one_line(value);
      continue;
    }
    text += "[";
    for (size_t i = 0; i < value.size(); ++i)
      text += (i ? ",\n    " : "\n    ") + one_line(value[i]);
    text += "\n  ]";
  }
  return text + "\n}\n";
}

// ---- reading

// Reads one JSON value; the first thing that is wrong stays in `error`, with the way to it.
class Reader {
 public:
  const Status& error() const { return error_; }

  void fail(const std::string& what) {
    if (error_.is_ok())
      error_ = Status(Code::kCorrupt,
                      "not a valid report: " + (path_.empty() ? "" : path_ + ": ") + what);
  }

  void read(const json& value, std::string& into) {
    if (!value.is_string()) return fail("no text where one is due");
    into = value.get_ref<const std::string&>();
  }
  void read(const json& value, bool& into) {
    if (!value.is_boolean()) return fail("neither true nor false");
    into = value.get<bool>();
  }
  void read(const json& value, double& into) {
    if (value.is_null()) {
      into = std::numeric_limits<double>::quiet_NaN();
    } else if (value.is_number()) {
      into = value.get<double>();
    } else {
      fail("no number where one is due");
    }
  }
  void read(const json& value, int64_t& into) { read_whole(value, 0, into); }
  void read(const json& value, int& into) {
    int64_t wide = 0;
    read_whole(value, 0, wide);
    if (wide > std::numeric_limits<int>::max()) return fail("a number outside its limits");
    into = static_cast<int>(wide);
  }
  void read_whole(const json& value, int64_t least, int64_t& into) {
    if (!value.is_number_integer() ||
        (value.is_number_unsigned() && value.get<uint64_t>() > std::numeric_limits<int64_t>::max()))
      return fail("no whole number where one is due");
    if (value.get<int64_t>() < least) return fail("a negative number of something counted");
    into = value.get<int64_t>();
  }
  template <typename T>
  void read(const json& value, std::vector<T>& into) {
    if (!value.is_array()) return fail("no list where one is due");
    into.reserve(value.size());
    for (size_t i = 0; i < value.size() && error_.is_ok(); ++i)
      within(fmt::format("[{}]", i), [&] { read(value[i], into.emplace_back()); });
  }
  template <typename T>
  requires std::is_class_v<T>
  void read(const json& value, T& into) { read_object(value, into, {}); }
  // `besides`: keys that the caller reads.
  template <typename T>
  void read_object(const json& value, T& into, std::vector<std::string_view> besides) {
    if (!value.is_object()) return fail("no object where one is due");
    Members members{*this, value, std::move(besides)};
    fields(into, members);
    if (!error_.is_ok()) return;
    for (const auto& [key, member] : value.items())
      if (std::find(members.known.begin(), members.known.end(), key) == members.known.end())
        return fail(fmt::format("an unknown key \"{:.64}\"", one_line(key)));
  }

  template <typename Act>
  void within(const std::string& step, Act act) {
    const size_t length = path_.size();
    path_ += path_.empty() || step[0] == '[' ? step : "." + step;
    act();
    path_.resize(length);
  }

 private:
  struct Members {
    Reader& reader;
    const json& object;
    std::vector<std::string_view> known;

    template <typename T>
    void operator()(const char* key, T& into) {
      visit(key, [&](const json& value) { reader.read(value, into); });
    }
    // -1: not known.
    void position(const char* key, int64_t& into) {
      visit(key, [&](const json& value) { reader.read_whole(value, -1, into); });
    }
    template <typename Act>
    void visit(const char* key, Act act) {
      known.emplace_back(key);
      if (!reader.error_.is_ok()) return;
      const auto found = object.find(key);
      if (found == object.end()) return reader.fail(fmt::format("no \"{}\"", key));
      reader.within(key, [&] { act(*found); });
    }
  };

  Status error_;
  std::string path_;
};

}  // namespace

std::string to_json(const Report& report, WithRun with_run) {
  ordered_json object = {{"version", kReportVersion}};
  Writer writer{std::move(object)};
  fields(report, writer);
  if (with_run == WithRun::kYes) writer("run", report.run);
  return lines_of(writer.object);
}

Result<Report> report_from_json(const std::string& text) {
  Reader reader;
  if (text.size() > static_cast<size_t>(kMaxReportBytes)) {
    reader.fail(fmt::format("{} bytes, more than {}", text.size(), kMaxReportBytes));
    return reader.error();
  }
  // What lies deeper than any report does is not kept.
  const json object = json::parse(
      text, [](int depth, json::parse_event_t, json&) { return depth <= kMaxDepth; },
      /*allow_exceptions=*/false);
  if (object.is_discarded() || !object.is_object()) {
    reader.fail("not one JSON object");
    return reader.error();
  }
  const auto version = object.find("version");
  if (version == object.end() || *version != kReportVersion) {
    // Another version has other keys: say the version, not the key.
    reader.fail(fmt::format("its version is not {}", kReportVersion));
    return reader.error();
  }
  Report report;
  reader.read_object(object, report, {"version", "run"});
  if (const auto run = object.find("run"); run != object.end())
    reader.within("run", [&] { reader.read(*run, report.run); });
  for (const ClassReport& entry : report.classes)
    if (entry.rows_by_part.size() != report.parts.size())
      reader.fail("classes: not one number of rows for each part");
  if (!reader.error().is_ok()) return reader.error();
  return report;
}

}  // namespace howdah::data
