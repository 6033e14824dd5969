#include "data/task_command.h"

#include <charconv>
#include <cstdlib>

#include "data/map_task.h"
#include "data/reduce_task.h"

namespace howdah::data {
namespace {

Result<std::unique_ptr<fs::FileSystems>> open_files(const std::string& conf) {
  auto configuration = HOWDAH_TRY(conf.empty() ? hadoop::Configuration::load_default()
                                               : hadoop::Configuration::load(conf));
  auto user = HOWDAH_TRY(hadoop::User::current());
  return std::make_unique<fs::FileSystems>(std::move(configuration), std::move(user),
                                           HOWDAH_TRY(hadoop::Credentials::from_environment()));
}

Result<std::string> variable(const char* name) {
  const char* value = std::getenv(name);
  if (!value || !*value)
    return Status(Code::kInvalidArgument, std::string("the variable ") + name + " is not set")
        .with_advice("this verb is for tasks of Hadoop Streaming; use howdah prepare");
  return std::string(value);
}

}  // namespace

Status run_prepare_map(const TaskCommand& command, std::FILE* in, std::FILE* out,
                       std::stop_token stop) {
  const auto files = HOWDAH_TRY(open_files(command.conf));
  const auto preparation = HOWDAH_TRY(Preparation::attach(*files, command.task, Deadline::never()));
  return run_map_task(*preparation, command.reduces, in, out, std::move(stop));
}

Status run_prepare_reduce(const TaskCommand& command, std::FILE* in, std::stop_token stop) {
  const std::string number = HOWDAH_TRY(variable("mapreduce_task_partition"));
  const std::string folder = HOWDAH_TRY(variable("mapreduce_task_output_dir"));
  int reducer = 0;
  const auto parsed = std::from_chars(number.data(), number.data() + number.size(), reducer);
  if (parsed.ec != std::errc() || reducer < 0)
    return Status(Code::kInvalidArgument, "mapreduce_task_partition is no number")
        .with_peer(number);
  const auto files = HOWDAH_TRY(open_files(command.conf));
  const auto preparation = HOWDAH_TRY(Preparation::attach(*files, command.task, Deadline::never()));
  return run_reduce_task(*preparation, reducer, HOWDAH_TRY(files->resolve(folder)), in,
                         std::move(stop));
}

}  // namespace howdah::data
