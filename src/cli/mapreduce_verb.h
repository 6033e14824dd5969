// `howdah mapreduce`: a streaming job, with the options that users of hadoop-streaming know.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "cli/context.h"
#include "mapreduce/job.h"

namespace howdah::cli {

struct MapReduceRequest {
  std::vector<std::string> inputs;
  std::string output, mapper, combiner, reducer;
  int reduces = -1;                // -1: not said
  std::vector<std::string> files;  // each may be a list with commas, and have #NAME
  std::vector<std::string> settings, environment;
  std::string input_format, output_format, partitioner, io;
  bool json = false;
};

// Returns the verb's app, whose parsed() says whether it was chosen.
CLI::App* add_mapreduce_verb(CLI::App& app, MapReduceRequest& request);
// The program's arguments, in the order that CLI::App::parse takes them (reversed); where the verb
// is mapreduce, options with one dash ("-mapper") have two.
std::vector<std::string> arguments_of(int argc, char** argv);
// Returns the exit code; complains by itself.
int run_mapreduce(const MapReduceRequest& request, Context& context);

// All but the splits. `settings` are taken over as they are.
//   kInvalidArgument, kUnsupported  options that contradict each other, or Java's classes
Result<mapreduce::StreamingJob> streaming_job(const MapReduceRequest& request);
Result<std::vector<mapreduce::InputSplit>> splits_of(const MapReduceRequest& request,
                                                     const mapreduce::StreamingJob& job,
                                                     fs::FileSystems& files);
// The counters as Hadoop's client prints them.
std::string counters_text(const mapreduce::Counters& counters);

}  // namespace howdah::cli
