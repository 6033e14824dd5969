#include "cli/fs_verbs.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <ctime>
#include <nlohmann/json.hpp>
#include <stop_token>

#include "base/exit_code.h"
#include "cli/fs_copy.h"
#include "cli/interrupt_watch.h"
#include "cli/output.h"

namespace howdah::cli {
namespace {
using std::chrono::minutes;

Deadline call_deadline() {
  return Deadline::after(minutes(2));
}

// A word without a scheme names a file of this machine for `put` and `get`, whatever the default
// is.
std::string local_uri(const std::string& path) {
  if (path.find("://") != std::string::npos) return path;
  if (path.starts_with('/')) return "file://" + path;
  char* here = ::realpath(".", nullptr);
  const std::string folder = here ? here : "";
  std::free(here);
  return "file://" + folder + "/" + path;
}

std::string time_text(int64_t ms) {
  const std::time_t seconds = ms / 1000;
  std::tm local{};
  localtime_r(&seconds, &local);
  return fmt::format("{:04}-{:02}-{:02} {:02}:{:02}", local.tm_year + 1900, local.tm_mon + 1,
                     local.tm_mday, local.tm_hour, local.tm_min);
}

std::string mode_text(const fs::FileInfo& info) {
  std::string text = info.is_directory ? "d" : "-";
  for (int bit = 8; bit >= 0; --bit) text += (info.permission >> bit & 1) ? "xwr"[bit % 3] : '-';
  return text;
}

nlohmann::ordered_json to_json(const fs::FileInfo& info, const fs::FileSystem& files) {
  return {{"uri", files.uri() + info.path},
          {"type", info.is_directory ? "directory" : "file"},
          {"length", info.length_bytes},
          {"modified_ms", info.modified_ms},
          {"permission", fmt::format("{:04o}", info.permission)},
          {"owner", info.owner},
          {"group", info.group},
          {"replication", info.replication},
          {"block_size", info.block_size_bytes}};
}

// A name need not be UTF-8, JSON must.
std::string text_of(const nlohmann::ordered_json& json) {
  return json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace);
}

Status print_infos(const std::vector<fs::FileInfo>& infos, const fs::FileSystem& files, bool json) {
  if (json) {
    nlohmann::ordered_json list = nlohmann::ordered_json::array();
    for (const auto& info : infos) list.push_back(to_json(info, files));
    say("{}\n", text_of(list));
    return Status::ok();
  }
  for (const auto& info : infos)
    say("{} {:>3} {:<8} {:<8} {:>12} {} {}\n", mode_text(info),
        info.is_directory ? "-" : std::to_string(info.replication), info.owner, info.group,
        info.length_bytes, time_text(info.modified_ms), info.path);
  return Status::ok();
}

Status print_stat(const fs::Location& at, bool json) {
  const auto info = HOWDAH_TRY(at.files->stat(at.path, call_deadline()));
  if (json) {
    say("{}\n", text_of(to_json(info, *at.files)));
    return Status::ok();
  }
  const auto facts = to_json(info, *at.files);
  for (const auto& [key, value] : facts.items())
    say("{:<12} {}\n", key, value.is_string() ? value.get<std::string>() : text_of(value));
  return Status::ok();
}

Status remove_path(const fs::Location& at, const std::string& home, const FsRequest& request) {
  if (at.path == "/")
    return Status(Code::kInvalidArgument, "will not remove the root").with_peer(at.uri());
  if (at.path == home)
    return Status(Code::kInvalidArgument, "will not remove the home directory")
        .with_peer(at.uri())
        .with_advice("name what in it shall go");
  const Status status = at.files->remove(at.path, request.recursive, call_deadline());
  if (status.code() == Code::kNotFound && request.force) return Status::ok();
  if (status.code() == Code::kFailedPrecondition && !request.recursive)
    return status.with_advice("remove a directory and all in it with -r");
  return status;
}

Status run_one(const FsRequest& request, const fs::Location& at, const std::string& home) {
  if (request.verb == "ls")
    return print_infos(HOWDAH_TRY(at.files->list(at.path, call_deadline())), *at.files,
                       request.json);
  if (request.verb == "cat") return print_file(at);
  if (request.verb == "stat") return print_stat(at, request.json);
  if (request.verb == "rm") return remove_path(at, home, request);
  if (request.verb == "mkdir") {
    const size_t slash = at.path.rfind('/');
    if (!request.parents && slash > 0) {
      const auto parent = at.files->stat(at.path.substr(0, slash), call_deadline());
      if (!parent) return parent.status().with_advice("make its parents too with -p");
    }
    if (!request.parents && at.files->stat(at.path, call_deadline()))
      return Status(Code::kAlreadyExists, "is there already").with_peer(at.uri());
    return at.files->mkdir(at.path, 0755, call_deadline());
  }
  return Status(Code::kInternal, "unknown verb " + request.verb);
}

Status copy(const FsRequest& request, fs::FileSystems& files) {
  const bool put = request.verb == "put";
  const std::string target = request.paths.back();
  const auto to = HOWDAH_TRY(files.resolve(put ? target : local_uri(target)));
  if (request.paths.size() > 2) {
    const auto info = HOWDAH_TRY(to.files->stat(to.path, call_deadline()));
    if (!info.is_directory)
      return Status(Code::kInvalidArgument, "must be a directory, as several files go there")
          .with_peer(to.uri());
  }
  if (target.ends_with('/')) {
    const auto info = to.files->stat(to.path, call_deadline());
    if (!info || !info->is_directory)
      return Status(Code::kInvalidArgument, "there is no such directory")
          .with_peer(to.uri() + "/")
          .with_advice("make it with howdah fs mkdir, or leave out the last slash");
  }
  std::stop_source stop;
  const InterruptWatch interrupts([&] {
    // The first asks; a second one, when the copy hangs, does not wait for it.
    if (stop.stop_requested()) ::_exit(exit_code(Status(Code::kCancelled, "")));
    stop.request_stop();
  });
  for (size_t i = 0; i + 1 < request.paths.size(); ++i) {
    const auto from =
        HOWDAH_TRY(files.resolve(put ? local_uri(request.paths[i]) : request.paths[i]));
    HOWDAH_TRY(copy_tree(from, to, request.force, stop.get_token()));
  }
  return Status::ok();
}

Status move(const FsRequest& request, fs::FileSystems& files) {
  const auto from = HOWDAH_TRY(files.resolve(request.paths[0]));
  fs::Location to = HOWDAH_TRY(files.resolve(request.paths[1]));
  if (from.files != to.files)
    return Status(Code::kInvalidArgument, "lies on another file system than " + from.uri())
        .with_peer(to.uri())
        .with_advice("copy with put or get, then remove");
  const auto there = to.files->stat(to.path, call_deadline());
  if (there && there->is_directory)
    to.path = (to.path == "/" ? "" : to.path) + from.path.substr(from.path.rfind('/'));
  return from.files->rename(from.path, to.path, request.force, call_deadline());
}

CLI::App* add(CLI::App& app, FsRequest& request, const std::string& verb, const std::string& what) {
  CLI::App* sub = app.add_subcommand(verb, what);
  sub->callback([&request, verb] { request.verb = verb; });
  return sub;
}

}  // namespace

void add_fs_verbs(CLI::App& app, FsRequest& request) {
  app.require_subcommand(1);
  const auto paths = [&](CLI::App* sub, int least, const char* what) {
    sub->add_option("path", request.paths, what)->required()->expected(least, 10000);
  };
  auto* ls = add(app, request, "ls", "list a directory, or show a file");
  ls->add_option("path", request.paths, "default: the home directory")->expected(0, 10000);
  ls->add_flag("--json", request.json);
  auto* put = add(app, request, "put", "copy files of this machine to a file system");
  paths(put, 2, "LOCAL... TARGET");
  put->add_flag("-f,--force", request.force, "replace what is there");
  auto* get = add(app, request, "get", "copy files to this machine");
  paths(get, 2, "SOURCE... LOCAL");
  get->add_flag("-f,--force", request.force, "replace what is there");
  paths(add(app, request, "cat", "print files"), 1, "files");
  auto* mkdir = add(app, request, "mkdir", "make directories");
  paths(mkdir, 1, "directories");
  mkdir->add_flag("-p,--parents", request.parents, "with their parents; one that is there is fine");
  auto* rm = add(app, request, "rm", "remove files");
  paths(rm, 1, "files");
  rm->add_flag("-r,--recursive", request.recursive, "directories with all that is in them");
  rm->add_flag("-f,--force", request.force, "what is not there is fine");
  auto* mv = add(app, request, "mv", "rename, or move within one file system");
  mv->add_option("path", request.paths, "FROM TO")->required()->expected(2);
  mv->add_flag("-f,--force", request.force, "replace what is there");
  auto* stat = add(app, request, "stat", "show what is known of a path");
  paths(stat, 1, "paths");
  stat->add_flag("--json", request.json);
}

Status run_fs(const FsRequest& request, fs::FileSystems& files) {
  // "$DIR" where DIR is not set: never the home directory, which `rm -r` would remove.
  if (std::find(request.paths.begin(), request.paths.end(), "") != request.paths.end())
    return Status(Code::kInvalidArgument, "a path is empty")
        .with_operation(request.verb)
        .with_advice("the home directory is written '.'");
  if (request.verb == "put" || request.verb == "get")
    return copy(request, files).with_operation(request.verb);
  if (request.verb == "mv") return move(request, files).with_operation("mv");
  std::vector<std::string> paths = request.paths;
  const std::string home = [&] {
    const auto found = files.home();
    return found ? found->path : std::string();
  }();
  if (paths.empty()) paths.push_back(HOWDAH_TRY(files.home()).uri());
  for (const std::string& path : paths) {
    const auto at = HOWDAH_TRY(files.resolve(path));
    const Status status = run_one(request, at, home);
    if (!status) return status.with_operation(request.verb);
  }
  return Status::ok();
}

}  // namespace howdah::cli
