#include <fmt/format.h>
#include <stdlib.h>

#include <algorithm>

#include "cli/mapreduce_verb.h"
#include "hadoop/configuration.h"
#include "mapreduce/splits.h"

namespace howdah::cli {
namespace {

using mapreduce::Io;
using mapreduce::StreamingJob;

constexpr int64_t kLinesFileBytes = 256 << 20;
constexpr const char* kLinesFormat = "org.apache.hadoop.mapred.lib.NLineInputFormat";
constexpr std::chrono::minutes kPlanTimeout{5};

Status wrong(std::string message, const std::string& advice = "") {
  return Status(Code::kInvalidArgument, std::move(message)).with_advice(advice);
}

std::vector<std::string> split_list(const std::vector<std::string>& lists) {
  std::vector<std::string> entries;
  for (const std::string& list : lists) {
    // A comma within braces belongs to a pattern: {a,b}.
    size_t begin = 0;
    int depth = 0;
    for (size_t i = 0; i <= list.size(); ++i) {
      if (i < list.size() && list[i] == '{') ++depth;
      if (i < list.size() && list[i] == '}') --depth;
      if (i < list.size() && (list[i] != ',' || depth > 0)) continue;
      if (i > begin) entries.push_back(list.substr(begin, i - begin));
      begin = i + 1;
    }
  }
  return entries;
}

Result<std::pair<std::string, std::string>> assignment(const std::string& text,
                                                       const std::string& option) {
  const size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0)
    return wrong(fmt::format("'{}' after {} has no '='", text, option),
                 fmt::format("write {} NAME=VALUE", option));
  return std::pair(text.substr(0, equals), text.substr(equals + 1));
}

Result<Io> io_of(const std::string& name) {
  if (name == "text") return Io::kText;
  if (name == "rawbytes") return Io::kRawBytes;
  if (name == "typedbytes") return Io::kTypedBytes;
  return wrong(fmt::format("'{}' is no form of records", name),
               "take text, rawbytes or typedbytes");
}

// "TextInputFormat" in full.
std::string class_name(const std::string& name) {
  if (name.find('.') != std::string::npos) return name;
  const bool library = name == "NLineInputFormat" || name == "KeyFieldBasedPartitioner" ||
                       name == "TotalOrderPartitioner" || name == "BinaryPartitioner" ||
                       name == "HashPartitioner" || name == "NullOutputFormat";
  return (library ? "org.apache.hadoop.mapred.lib." : "org.apache.hadoop.mapred.") + name;
}

Status check_command(const std::string& option, const std::string& command) {
  if (command.starts_with("org.apache.hadoop.") || command == "aggregate")
    return Status(Code::kUnsupported, fmt::format("{} {}: a class of Java", option, command))
        .with_advice("name a command");
  return Status::ok();
}

Result<mapreduce::CacheFile> cache_file(const std::string& text) {
  mapreduce::CacheFile file;
  const size_t sharp = text.rfind('#');
  file.uri = text.substr(0, sharp);
  if (sharp != std::string::npos) file.link = text.substr(sharp + 1);
  if (file.uri.find("://") != std::string::npos) return file;
  char* full = ::realpath(file.uri.c_str(), nullptr);
  if (!full)
    return Status(Code::kNotFound, "there is no such file on this machine")
        .with_peer(file.uri)
        .with_advice("a file in HDFS is written hdfs:///path");
  if (file.link.empty()) file.link = file.uri.substr(file.uri.rfind('/') + 1);
  file.uri = std::string("file://") + full;
  ::free(full);
  return file;
}

}  // namespace

CLI::App* add_mapreduce_verb(CLI::App& app, MapReduceRequest& request) {
  CLI::App* sub = app.add_subcommand(
      "mapreduce", "run commands as a MapReduce job; options may have one dash, as Hadoop's have");
  const auto many = [&](const char* name, std::vector<std::string>& into, const char* what,
                        const char* type) {
    return sub->add_option(name, into, what)->type_name(type)->allow_extra_args(false);
  };
  many("--input", request.inputs, "files, folders or patterns", "URI[,URI]")->required();
  sub->add_option("--output", request.output, "a folder that is not there yet")
      ->required()
      ->type_name("URI");
  sub->add_option("--mapper", request.mapper, "reads records, writes key TAB value; bash")
      ->required()
      ->type_name("COMMAND");
  sub->add_option("--combiner", request.combiner, "as a reducer, after each mapper")
      ->type_name("COMMAND");
  sub->add_option("--reducer", request.reducer, "reads records sorted by key; NONE: no reduce")
      ->type_name("COMMAND");
  sub->add_option("--numReduceTasks", request.reduces, "default: 1")
      ->check(CLI::Range(0, 1'000'000));
  many("--file,--files,--cacheFile", request.files, "for the tasks' working folder",
       "FILE[#NAME][,FILE]");
  many("-D,--define", request.settings, "a setting of Hadoop's", "NAME=VALUE");
  many("--cmdenv", request.environment, "a variable for the commands", "NAME=VALUE");
  sub->add_option("--inputformat", request.input_format, "a class; default: TextInputFormat")
      ->type_name("CLASS");
  sub->add_option("--outputformat", request.output_format, "a class; default: TextOutputFormat")
      ->type_name("CLASS");
  sub->add_option("--partitioner", request.partitioner, "a class; default: HashPartitioner")
      ->type_name("CLASS");
  sub->add_option("--io", request.io, "text, rawbytes or typedbytes")->type_name("FORM");
  sub->add_flag("--json", request.json, "end with the job's counters as JSON");
  return sub;
}

std::vector<std::string> arguments_of(int argc, char** argv) {
  std::vector<std::string> arguments(argv + 1, argv + argc);
  const bool ours = std::find(arguments.begin(), arguments.end(), "mapreduce") != arguments.end() &&
                    (arguments[0] == "mapreduce" || arguments[0].starts_with("--conf"));
  static const char* const kOptions[] = {
      "-input",       "-output", "-mapper",    "-combiner", "-reducer",     "-numReduceTasks",
      "-file",        "-files",  "-cacheFile", "-cmdenv",   "-inputformat", "-outputformat",
      "-partitioner", "-io",     "-json",      "-help",     "-conf"};
  for (size_t i = 0; ours && i < arguments.size(); ++i) {
    if (std::find(std::begin(kOptions), std::end(kOptions), arguments[i]) != std::end(kOptions))
      arguments[i].insert(0, "-");
  }
  std::reverse(arguments.begin(), arguments.end());
  return arguments;
}

Result<StreamingJob> streaming_job(const MapReduceRequest& request) {
  StreamingJob job;
  for (const std::string& text : request.settings) {
    const auto [name, value] = HOWDAH_TRY(assignment(text, "-D"));
    job.settings[name] = value;
  }
  for (const std::string& text : request.environment) {
    const auto [name, value] = HOWDAH_TRY(assignment(text, "-cmdenv"));
    job.environment[name] = value;
  }
  HOWDAH_TRY(check_command("-mapper", request.mapper));
  HOWDAH_TRY(check_command("-combiner", request.combiner));
  HOWDAH_TRY(check_command("-reducer", request.reducer));
  job.mapper = request.mapper;
  job.name = "howdah mapreduce: " + request.mapper.substr(0, 60);
  job.output_uri = request.output;
  job.combiner = request.combiner;
  const bool none = request.reducer == "NONE";
  if (!none) job.reducer = request.reducer;
  hadoop::Configuration settings;
  for (const auto& [name, value] : job.settings) settings.set(name, value);
  const int64_t asked = HOWDAH_TRY(settings.get_int(
      "mapreduce.job.reduces", HOWDAH_TRY(settings.get_int("mapred.reduce.tasks", 1))));
  job.reduces = none                   ? 0
                : request.reduces >= 0 ? request.reduces
                                       : static_cast<int>(std::clamp<int64_t>(asked, 0, INT32_MAX));
  job.settings.erase("mapreduce.job.reduces");
  job.settings.erase("mapred.reduce.tasks");
  if (none && request.reduces > 0)
    return wrong("-reducer NONE, and reduce tasks", "leave one of them out");
  if (job.reduces == 0) job.reducer.clear();
  if (!request.io.empty())
    job.map_input = job.map_output = job.reduce_output = HOWDAH_TRY(io_of(request.io));
  if (!request.input_format.empty()) job.input_format = class_name(request.input_format);
  if (!request.output_format.empty()) job.output_format = class_name(request.output_format);
  if (!request.partitioner.empty())
    job.settings["mapred.partitioner.class"] = class_name(request.partitioner);
  for (const std::string& file : split_list(request.files))
    job.files.push_back(HOWDAH_TRY(cache_file(file)));
  return job;
}

Result<std::vector<mapreduce::InputSplit>> splits_of(const MapReduceRequest& request,
                                                     const StreamingJob& job,
                                                     fs::FileSystems& files) {
  const Deadline deadline = Deadline::after(kPlanTimeout);
  hadoop::Configuration settings = files.configuration();
  for (const auto& [name, value] : job.settings) settings.set(name, value);
  mapreduce::SplitLimits limits;
  const std::string prefix = "mapreduce.input.fileinputformat.split.";
  limits.min_bytes = std::max<int64_t>(1, HOWDAH_TRY(settings.get_int(prefix + "minsize", 1)));
  limits.max_bytes = HOWDAH_TRY(settings.get_int(prefix + "maxsize", INT64_MAX));
  limits.whole_files = job.input_format == kLinesFormat;
  auto splits =
      HOWDAH_TRY(mapreduce::plan_splits(files, split_list(request.inputs), limits, deadline));
  if (!limits.whole_files) return splits;
  const int64_t lines =
      HOWDAH_TRY(settings.get_int("mapreduce.input.lineinputformat.linespermap", 1));
  if (lines < 1) return wrong("mapreduce.input.lineinputformat.linespermap is not at least 1");
  std::vector<mapreduce::InputSplit> by_lines;
  for (const mapreduce::InputSplit& file : splits) {
    const fs::Location place = HOWDAH_TRY(files.resolve(file.uri));
    const std::string text =
        HOWDAH_TRY(fs::read_file(*place.files, place.path, kLinesFileBytes, deadline));
    for (auto& split : mapreduce::splits_of_lines(file.uri, text, static_cast<size_t>(lines))) {
      split.hosts = file.hosts;
      by_lines.push_back(std::move(split));
    }
    if (by_lines.size() > limits.max_splits)
      return wrong(fmt::format("more than {} map tasks", limits.max_splits),
                   "raise mapreduce.input.lineinputformat.linespermap");
  }
  return by_lines;
}

}  // namespace howdah::cli
