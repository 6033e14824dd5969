#include "cli/interrupt_watch.h"

#include <pthread.h>

namespace howdah::cli {

InterruptWatch::InterruptWatch(std::function<void()> interrupted) {
  sigemptyset(&signals_);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGUSR1}) sigaddset(&signals_, signal);
  pthread_sigmask(SIG_BLOCK, &signals_, &former_);
  thread_ = std::jthread([this, interrupted = std::move(interrupted)] {
    for (int signal = 0; sigwait(&signals_, &signal) == 0 && signal != SIGUSR1;) interrupted();
  });
}

InterruptWatch::~InterruptWatch() {
  pthread_kill(thread_.native_handle(), SIGUSR1);
  thread_.join();
  pthread_sigmask(SIG_SETMASK, &former_, nullptr);
}

}  // namespace howdah::cli
