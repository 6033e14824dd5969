// What every verb starts from: configuration, user, file systems, and how to speak to the person.
#pragma once

#include <memory>
#include <string>

#include "fs/file_systems.h"
#include "hadoop/configuration.h"
#include "hadoop/credentials.h"

namespace howdah::cli {

struct Context {
  hadoop::Configuration configuration;
  hadoop::Credentials credentials;
  hadoop::User user;
  std::string conf_dir;  // empty: none
  std::unique_ptr<fs::FileSystems> files;

  // `conf_dir` from --conf; empty: HADOOP_CONF_DIR and the usual places.
  static Result<Context> create(const std::string& conf_dir);
  // For verbs that somebody waits for: a server that is away is reported after some 3 s instead of
  // 20. Not for what is handed to a job. Before `files` is first used.
  void answer_soon();
};

// "howdah: run: ...": one line on standard error; returns the exit code (DESIGN §8).
int complain(const Status& status);

}  // namespace howdah::cli
