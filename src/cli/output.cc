#include "cli/output.h"

#include <cerrno>
#include <cstdio>

#include "cli/context.h"

namespace howdah::cli {
namespace {
int first_error = 0;  // errno of the first write that failed
}

void put_out(std::string_view text) {
  if (first_error == 0 && std::fwrite(text.data(), 1, text.size(), stdout) != text.size())
    first_error = errno;
}

int end_output(int code) {
  if (first_error == 0 && std::fflush(stdout) != 0) first_error = errno;
  if (first_error == 0 || first_error == EPIPE) return code;
  const Status lost = Status::from_errno(first_error, "cannot write").with_peer("standard output");
  const int complained = complain(lost);
  return code == 0 ? complained : code;
}

}  // namespace howdah::cli
