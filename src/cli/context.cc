#include "cli/context.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "base/exit_code.h"

namespace howdah::cli {

Result<Context> Context::create(const std::string& conf_dir) {
  Context context;
  context.configuration = HOWDAH_TRY(conf_dir.empty() ? hadoop::Configuration::load_default()
                                                      : hadoop::Configuration::load(conf_dir));
  context.conf_dir = context.configuration.folder();
  context.credentials = HOWDAH_TRY(hadoop::Credentials::from_environment());
  context.user = HOWDAH_TRY(hadoop::User::current());
  context.files =
      std::make_unique<fs::FileSystems>(context.configuration, context.user, context.credentials);
  return context;
}

void Context::answer_soon() {
  if (!hadoop::answer_soon(configuration)) return;
  files = std::make_unique<fs::FileSystems>(configuration, user, credentials);
}

int complain(const Status& status) {
  std::string line = status.to_string();
  std::replace(line.begin(), line.end(), '\n', ' ');
  std::fprintf(stderr, "howdah: %s\n", line.c_str());
  return exit_code(status);
}

}  // namespace howdah::cli
