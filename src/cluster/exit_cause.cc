#include "cluster/exit_cause.h"

#include <set>
#include <utility>

namespace howdah::cluster {
namespace {
constexpr int kCannotExecute = 126, kNoCommand = 127;  // of a shell, and of the dynamic linker
constexpr int kLastSignal = 64;
constexpr size_t kStampBytes = 25;
}  // namespace

ExitCause cause_of_exit(int exit_status) {
  if (exit_status == kCannotExecute || exit_status == kNoCommand) return ExitCause::kLaunch;
  if (exit_status > 128 && exit_status <= 128 + kLastSignal) return ExitCause::kSignal;
  return ExitCause::kExited;
}

ExitCause cause_of_yarn_exit(int exit_status, std::string_view diagnostics) {
  switch (exit_status) {
    case -1000:  // INVALID: it never ran, its files could not be localized
    case -101:   // DISKS_FAILED
    case -109:   // KILLED_FOR_EXCESS_LOGS
      return ExitCause::kDisk;
    case -100:  // ABORTED: the node was lost; what we released ourselves is known before
      return ExitCause::kNodeLost;
    case -102:  // PREEMPTED
    case -108:  // KILLED_BY_CONTAINER_SCHEDULER
      return ExitCause::kPreempted;
    case -103:  // KILLED_EXCEEDED_VMEM
    case -104:  // KILLED_EXCEEDED_PMEM
      return ExitCause::kOutOfMemory;
    case -105:  // KILLED_BY_APPMASTER
    case -106:  // KILLED_BY_RESOURCEMANAGER
    case -107:  // KILLED_AFTER_APP_COMPLETION
      return ExitCause::kStopped;
    default:
      break;
  }
  if (exit_status < 0) return ExitCause::kLaunch;
  const ExitCause cause = cause_of_exit(exit_status);
  // With cgroups the kernel kills, and only the NodeManager's words tell why.
  if (cause == ExitCause::kSignal && diagnostics.find("memory limit") != std::string_view::npos)
    return ExitCause::kOutOfMemory;
  return cause;
}

std::string plain_words(std::string_view diagnostics) {
  std::string words;
  std::set<std::string_view> said;
  while (!diagnostics.empty()) {
    const size_t end = diagnostics.find('\n');
    std::string_view line = diagnostics.substr(0, end);
    diagnostics.remove_prefix(end == std::string_view::npos ? diagnostics.size() : end + 1);
    // "[2026-11-23 21:46:42.369]"
    if (line.starts_with("[20") && line.size() > kStampBytes && line[kStampBytes - 1] == ']')
      line.remove_prefix(kStampBytes);
    const size_t begin = line.find_first_not_of(" \t");
    if (begin == std::string_view::npos) continue;
    if (begin > 0 && line.substr(begin).starts_with("at ")) continue;
    if (!said.insert(line).second) continue;
    if (!words.empty()) words += '\n';
    words += line;
  }
  return words;
}

std::string with_stderr_tail(std::string words, std::string_view tail) {
  while (!tail.empty() && (tail.back() == '\n' || tail.back() == ' ')) tail.remove_suffix(1);
  if (tail.empty()) return words;
  return std::move(words) + "\nthe end of its stderr:\n" + std::string(tail);
}

}  // namespace howdah::cluster
