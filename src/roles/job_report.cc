#include "roles/job_report.h"

#include <cmath>
#include <nlohmann/json.hpp>

namespace howdah::roles {
namespace {
using nlohmann::ordered_json;

// JSON has no NaN: null says that there is no such number.
ordered_json number(double value) {
  return std::isfinite(value) ? ordered_json(value) : ordered_json(nullptr);
}

// A list of numbers, or of the rows of a matrix.
ordered_json to_json(const control::FigureList& list) {
  ordered_json json = ordered_json::array();
  const int columns = list.columns();
  for (int i = 0; i < list.values_size(); ++i) {
    if (columns <= 0) {
      json.push_back(number(list.values(i)));
      continue;
    }
    if (i % columns == 0) json.push_back(ordered_json::array());
    json.back().push_back(number(list.values(i)));
  }
  return json;
}

ordered_json to_json(const control::Evaluation& evaluation) {
  ordered_json json = {{"loss", number(evaluation.loss())}};
  for (const control::Figure& figure : evaluation.figures())
    json[figure.name()] = number(figure.value());
  for (const control::FigureList& list : evaluation.lists()) json[list.name()] = to_json(list);
  json["records"] = evaluation.records();
  return json;
}

// Of a regression there is no accuracy.
ordered_json accuracy_of(const control::Progress& progress) {
  return progress.has_accuracy() ? number(progress.accuracy()) : ordered_json(nullptr);
}

// Known of a training that is done.
ordered_json course_json(const control::Done& done) {
  const control::Course& course = done.course();
  ordered_json stopped = nullptr, best = nullptr, roll_backs = nullptr;
  if (done.has_course()) roll_backs = course.roll_backs();
  if (course.stopped_epoch() > 0)
    stopped = {{"epoch", course.stopped_epoch()}, {"why", course.why()}};
  if (course.best_epoch() > 0)
    best = {{"epoch", course.best_epoch()},
            {"step", course.best_step()},
            {"measure", course.best_measure()},
            {"value", number(course.best_value())},
            {"used", course.best_used()}};
  return {{"stopped_early", stopped}, {"best", best}, {"roll_backs", roll_backs}};
}

// Words of a failed program may be cut in the middle of a letter.
std::string dump(const ordered_json& value, int indent) {
  return value.dump(indent, ' ', false, ordered_json::error_handler_t::replace);
}

ordered_json seconds_between(int64_t from_ms, int64_t to_ms) {
  if (from_ms == 0 || to_ms == 0) return nullptr;
  return static_cast<double>(to_ms - from_ms) / 1000;
}

}  // namespace

int64_t wall_clock_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

JobReport::JobReport(std::string job_id, std::string application_id, const job::JobSpec& spec)
    : job_id_(std::move(job_id)),
      application_id_(std::move(application_id)),
      requested_(spec.resources.workers_max) {}

std::optional<std::string> JobReport::note(uint32_t worker, const control::FromWorker& message,
                                           int64_t now_ms) {
  ordered_json line;
  line["at_ms"] = now_ms;
  line["worker"] = worker;
  switch (message.what_case()) {
    case control::FromWorker::kFormed:
      if (times.formed == 0) times.formed = now_ms;
      return std::nullopt;
    case control::FromWorker::kProgress: {
      // A worker that was frozen speaks of the past.
      if (message.progress().generation() < progress_.generation()) return std::nullopt;
      add_times(message.progress());
      progress_ = message.progress();
      if (times.first_step == 0 && progress_.applied() > 0) times.first_step = now_ms;
      line["kind"] = "train";
      line["generation"] = progress_.generation();
      line["step"] = progress_.applied();
      line["epoch"] = progress_.epoch();
      line["loss"] = number(progress_.loss());
      line["accuracy"] = accuracy_of(progress_);
      line["learning_rate"] = progress_.learning_rate();
      line["records_per_s"] = number(progress_.records_per_s());
      line["data_ms"] = number(progress_.data_ms());
      line["compute_ms"] = number(progress_.compute_ms());
      line["communicate_ms"] = number(progress_.communicate_ms());
      return dump(line, -1);
    }
    case control::FromWorker::kEvaluation: {
      evaluations_[message.evaluation().part()] = message.evaluation();
      line["kind"] = message.evaluation().part();
      line["epoch"] = message.evaluation().epoch();
      line.update(to_json(message.evaluation()));
      return dump(line, -1);
    }
    case control::FromWorker::kCheckpointed:
      line["kind"] = "checkpoint";
      line["step"] = message.checkpointed().step();
      line["stall_ms"] = message.checkpointed().stall_ms();
      return dump(line, -1);
    case control::FromWorker::kNotice:
      line["kind"] = "notice";
      line["text"] = message.notice().text();
      return dump(line, -1);
    case control::FromWorker::kInput:
      input_[worker] = message.input();
      return std::nullopt;
    case control::FromWorker::kDone:
      if (!message.done().model_sha256().empty()) done_ = message.done();
      return std::nullopt;
    default:
      return std::nullopt;
  }
}

void JobReport::add_times(const control::Progress& progress) {
  const auto steps = static_cast<double>(progress.applied() - progress_.applied());
  if (steps <= 0) return;  // back to a checkpoint
  waited_ms_ += steps * progress.data_ms();
  stepped_ms_ += steps * (progress.data_ms() + progress.compute_ms() + progress.communicate_ms());
}

std::optional<control::JobEvent> JobReport::event(const control::FromWorker& message) const {
  control::JobEvent event;
  if (message.has_progress())
    *event.mutable_progress() = message.progress();
  else if (message.has_evaluation())
    *event.mutable_evaluation() = message.evaluation();
  else if (message.has_checkpointed())
    *event.mutable_checkpointed() = message.checkpointed();
  else if (message.has_notice()) {
    event.mutable_announcement()->set_warning(message.notice().warning());
    event.mutable_announcement()->set_text(message.notice().text());
  } else
    return std::nullopt;
  event.set_at_ms(wall_clock_ms() - times.started);
  return event;
}

double JobReport::fraction() const {
  if (progress_.steps() == 0) return 0;
  return static_cast<double>(progress_.applied()) / static_cast<double>(progress_.steps());
}

std::string JobReport::summary_json(const job::Ending& ending,
                                    const job::CoordinatorCounts& counts) const {
  ordered_json summary;
  summary["job_id"] = job_id_;
  summary["application_id"] =
      application_id_.empty() ? ordered_json(nullptr) : ordered_json(application_id_);
  summary["outcome"] = job::outcome_name(ending.outcome);
  summary["cause"] = ending.cause == job::Cause::kNone
                         ? ordered_json(nullptr)
                         : ordered_json(job::cause_name(ending.cause));
  summary["message"] = ending.message;
  if (!ending.stderr_tail.empty()) summary["stderr_tail"] = ending.stderr_tail;
  ordered_json train = nullptr;
  if (progress_.applied() > 0)
    train = {{"loss", number(progress_.loss())}, {"accuracy", accuracy_of(progress_)}};
  summary["metrics"] = {{"train", train}, {"validation", nullptr}, {"test", nullptr}};
  for (const auto& [part, evaluation] : evaluations_)
    summary["metrics"][part] = to_json(evaluation);
  summary["model"] = nullptr;
  if (!done_.model_sha256().empty())
    summary["model"] = {{"uri", done_.model_uri()}, {"sha256", done_.model_sha256()}};
  summary.update(course_json(done_));
  summary["phases_s"] = {{"submit", seconds_between(times.started, times.submitted)},
                         {"accepted", seconds_between(times.submitted, times.master)},
                         {"running", seconds_between(times.master, times.formed)},
                         {"first_step", seconds_between(times.formed, times.first_step)},
                         {"training", seconds_between(times.first_step, times.ended)},
                         {"total", seconds_between(times.started, times.ended)}};
  int64_t local = 0, remote = 0, cached = 0;
  for (const auto& [worker, bytes] : input_) {
    local += bytes.local();
    remote += bytes.remote();
    cached += bytes.cached();
  }
  summary["input_bytes"] = {{"local", local}, {"remote", remote}, {"cached", cached}};
  summary["waiting_for_data"] =
      stepped_ms_ > 0 ? number(waited_ms_ / stepped_ms_) : ordered_json(nullptr);
  summary["generations"] = counts.generations;
  summary["workers"] = {
      {"requested", requested_}, {"granted", counts.granted}, {"lost", counts.lost}};
  summary["steps"] = progress_.applied();
  summary["records"] = progress_.records();
  return dump(summary, 2) + "\n";
}

}  // namespace howdah::roles
