#include "job/course_section.h"

#include <fmt/format.h>

#include "job/metrics_section.h"

namespace howdah::job {
namespace {

using model::Schedule;

constexpr int64_t kMost = 1'000'000;

void read_stop_early(YamlSection keys, model::Task task, model::StopEarly& stop) {
  stop.on = keys.present();
  stop.measure = read_measure(keys, task, stop.measure);
  stop.patience = keys.integer("patience", stop.patience, 1, kMost);
  stop.threshold = keys.number("threshold", stop.threshold, 0, 1);
  stop.min_epochs = keys.integer("min_epochs", stop.min_epochs, 1, kMost);
  keys.finish();
}

void read_checkpoint(YamlSection keys, model::Task task, const model::StopEarly& stop,
                     model::KeepBest& best, CheckpointSpec& checkpoint) {
  const auto every = keys.amount("every", {1, 1}, {"step", "epoch", "minute", "hour", "second"});
  checkpoint.every_steps = every.unit == 0 ? every.count : 0;
  checkpoint.every_epochs = every.unit == 1 ? every.count : 0;
  if (every.unit >= 2) {
    if (every.count > kMost)
      keys.refuse(*keys.any("every"), "'checkpoint.every' is more than anybody waits for");
    else
      checkpoint.every = std::chrono::seconds(every.count * (every.unit == 2   ? 60
                                                             : every.unit == 3 ? 3600
                                                                               : 1));
  }
  checkpoint.keep = static_cast<int>(keys.integer("keep", 3, 1, 1000));
  YamlSection own = keys.section("best");
  best.on = stop.on || own.present();
  best.measure = read_measure(own, task, stop.on ? stop.measure : Schedule::Measure{});
  own.finish();
  best.use = keys.choice("use", {"last", "best"}, stop.on ? 1 : 0) == 1;
  if (best.use) best.on = true;
  keys.finish();
}

// "on_nan: stop", or "on_nan: {roll_back: {rate: 0.5, times: 3}, explodes_above: 1e6}".
void read_on_nan(YamlSection& root, model::OnNan& rule) {
  const YamlValue* found = root.any("on_nan");
  if (found == nullptr) return;
  if (found->kind == YamlValue::Kind::kScalar) {
    rule.roll_back = root.choice("on_nan", {"stop", "roll_back"}, 0) == 1;
    return;
  }
  YamlSection keys = root.section("on_nan");
  YamlSection back = keys.section("roll_back");
  rule.roll_back = back.present();
  rule.rate = back.number("rate", rule.rate, 0, 1);
  if (const YamlValue* rate = back.any("rate"); rate && rule.rate <= 0)
    back.refuse(*rate, "'on_nan.roll_back.rate' must be above 0");
  rule.times = back.integer("times", rule.times, 1, 1000);
  back.finish();
  rule.explodes_above = keys.number("explodes_above", 0, 0, 1e300);
  if (const YamlValue* limit = keys.any("explodes_above"); limit && rule.explodes_above <= 0)
    keys.refuse(*limit, "'on_nan.explodes_above' must be above 0", "leave it out");
  keys.finish();
}

std::string every_text(const CheckpointSpec& checkpoint) {
  if (checkpoint.every.count() > 0) return fmt::format("{} seconds", checkpoint.every.count());
  if (checkpoint.every_steps > 0) return fmt::format("{} steps", checkpoint.every_steps);
  return fmt::format("{} epochs", checkpoint.every_epochs);
}

}  // namespace

void read_course(YamlSection& root, model::Task task, model::CourseRules& course,
                 CheckpointSpec& checkpoint) {
  read_stop_early(root.section("stop_early"), task, course.stop_early);
  read_checkpoint(root.section("checkpoint"), task, course.stop_early, course.best, checkpoint);
  read_on_nan(root, course.on_nan);
}

std::string course_to_yaml(const model::CourseRules& course, const CheckpointSpec& checkpoint) {
  std::string text =
      fmt::format("checkpoint: {{every: {}, keep: {}", every_text(checkpoint), checkpoint.keep);
  if (course.best.on)
    text += fmt::format(", best: {{measure: {}}}, use: {}", course.best.measure.name,
                        course.best.use ? "best" : "last");
  text += "}\n";
  const model::StopEarly& stop = course.stop_early;
  if (stop.on)
    text +=
        fmt::format("stop_early: {{measure: {}, patience: {}, threshold: {}, min_epochs: {}}}\n",
                    stop.measure.name, stop.patience, stop.threshold, stop.min_epochs);
  const model::OnNan& rule = course.on_nan;
  if (!rule.roll_back && rule.explodes_above == 0) return text + "on_nan: stop\n";
  std::string keys;
  if (rule.roll_back)
    keys = fmt::format("roll_back: {{rate: {}, times: {}}}", rule.rate, rule.times);
  if (rule.explodes_above > 0)
    keys += fmt::format("{}explodes_above: {}", keys.empty() ? "" : ", ", rule.explodes_above);
  return text + "on_nan: {" + keys + "}\n";
}

}  // namespace howdah::job
