#include "worker/master_link.h"

#include <algorithm>

#include "base/log.h"
#include "roles/worker_messages.h"

namespace howdah::worker {
using std::chrono::milliseconds;
using std::chrono::seconds;

MasterLink::MasterLink(const roles::JobFolder& folder, const roles::JobSecrets& secrets,
                       control::Hello hello, Interrupt interrupt)
    : folder_(folder),
      secrets_(secrets),
      hello_(std::move(hello)),
      interrupt_(std::move(interrupt)) {}

Result<std::unique_ptr<MasterLink>> MasterLink::open(const net::Address& master,
                                                     const roles::JobFolder& folder,
                                                     const roles::JobSecrets& secrets,
                                                     const control::Hello& hello,
                                                     Interrupt interrupt) {
  std::unique_ptr<MasterLink> link(new MasterLink(folder, secrets, hello, std::move(interrupt)));
  link->session_ =
      HOWDAH_TRY(roles::WorkerSession::open(master, secrets, hello, Deadline::after(seconds(30))));
  link->attempt_ = link->session_->attempt();
  link->hello_.set_again(true);
  link->thread_ = std::jthread([raw = link.get()](const std::stop_token& stop) { raw->run(stop); });
  return link;
}

MasterLink::~MasterLink() {
  closing_ = true;
  thread_.request_stop();
  std::shared_ptr<roles::WorkerSession> session;
  {
    MutexLock lock(session_mutex_);
    session = session_;
    redialled_.notify_all();
  }
  if (session) session->cancel();
}

void MasterLink::send(const control::FromWorker& message) {
  std::shared_ptr<roles::WorkerSession> session;
  {
    MutexLock lock(session_mutex_);
    session = session_;
    if (message.has_formed() || message.has_broken() || message.has_halted() ||
        message.has_done() || message.has_failed())
      last_word_ = message;
  }
  if (session) session->send(message);
}

MasterCommand MasterLink::take() {
  for (;;)
    if (auto command = commands_.take(Deadline::never())) return std::move(*command);
}

void MasterLink::close() {
  closing_ = true;
  std::shared_ptr<roles::WorkerSession> session;
  {
    MutexLock lock(session_mutex_);
    session = session_;
  }
  if (session) session->finish_sending();
  // The master ends the session when it has read to its end; the reading thread sees that.
  if (thread_.joinable()) thread_.join();
}

void MasterLink::handle(const control::ToWorker& message) {
  if (message.has_halt()) {
    const uint64_t generation = message.halt().generation();
    halted_ = std::max(halted_.load(), generation);
    control::FromWorker answer;
    answer.mutable_halting()->set_generation(generation);
    send(answer);
    commands_.post(HaltCommand{generation});
    interrupt_(generation);
  } else if (message.has_form()) {
    commands_.post(FormCommand{roles::to_plan(message.form())});
  } else if (message.has_finish()) {
    finishing_ = true;
    commands_.post(FinishCommand{});
    interrupt_(UINT64_MAX);
  }
}

bool MasterLink::dial_again(const std::stop_token& stop) {
  const Deadline give_up = Deadline::after(kGiveUpAfter);
  Status last(Code::kUnavailable, "the master's connection broke");
  while (!stop.stop_requested() && !closing_ && !give_up.expired()) {
    const auto master = folder_.read_master(Deadline::after(seconds(5)));
    const auto address = master ? net::Address::parse(master->address) : master.status();
    if (address && master->attempt >= attempt_) {
      auto session =
          roles::WorkerSession::open(*address, secrets_, hello_, give_up.earlier(seconds(5)));
      if (session && (*session)->attempt() >= attempt_) {
        attempt_ = (*session)->attempt();
        MutexLock lock(session_mutex_);
        // Whoever ends the link meanwhile cancelled the former session, and would wait for this
        // one.
        if (stop.stop_requested() || closing_) return false;
        log::info("connected to the master of attempt {} again", attempt_);
        session_ = std::move(*session);
        if (last_word_) session_->send(*last_word_);
        return true;
      }
      last = session ? Status(Code::kAborted, "a former attempt of the master answers")
                     : session.status();
    }
    MutexLock lock(session_mutex_);
    redialled_.wait(session_mutex_, Deadline::after(milliseconds(200)));
  }
  if (!closing_ && !stop.stop_requested()) {
    finishing_ = true;
    commands_.post(MasterGone{last});
    interrupt_(UINT64_MAX);
  }
  return false;
}

void MasterLink::run(const std::stop_token& stop) {
  for (;;) {
    std::shared_ptr<roles::WorkerSession> session;
    {
      MutexLock lock(session_mutex_);
      session = session_;
    }
    control::ToWorker message;
    while (session->read(message)) handle(message);
    if (stop.stop_requested() || closing_ || finishing_) return;
    log::warning("the connection to the master broke");
    if (!dial_again(stop)) return;
  }
}

}  // namespace howdah::worker
