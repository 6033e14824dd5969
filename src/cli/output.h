// Standard output as verbs write it. A pipe whose reader has had enough (`| head -1`) is no error
// and never ends a job that is being followed; any other loss (a full disk) is one, told at the
// end.
//
// One thread.
#pragma once

#include <fmt/format.h>

#include <string_view>
#include <utility>

namespace howdah::cli {

void put_out(std::string_view text);
template <typename... Args>
void say(fmt::format_string<Args...> format, Args&&... args) {
  put_out(fmt::format(format, std::forward<Args>(args)...));
}

// Hands on what is still buffered. `code` is the exit code so far: it stays, unless it is 0 and
// output was lost; then a complaint and 1.
int end_output(int code);

}  // namespace howdah::cli
