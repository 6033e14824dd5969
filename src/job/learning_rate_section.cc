#include "job/learning_rate_section.h"

#include <fmt/format.h>

#include "job/metrics_section.h"

namespace howdah::job {
namespace {
using model::Period;
using model::Schedule;
using model::ScheduleType;

constexpr double kHighest = 1e6;
constexpr const char* kPath = "learning_rate";

const std::vector<std::string> kTypes = {"fixed",      "exponential",  "polynomial",   "step",
                                         "multi_step", "inverse_time", "inverse_sqrt", "cosine",
                                         "one_cycle",  "plateau"};

Period period(YamlSection& keys, const std::string& key, const Period& fallback) {
  const auto amount =
      keys.amount(key, {fallback.count, fallback.epochs ? 0U : 1U}, {"epoch", "step"});
  return {amount.count, amount.unit == 0};
}

// Reads the keys of one schedule; complaints about what is missing point to the map.
class Reader {
 public:
  Reader(const YamlValue& at, YamlSection& keys, model::Task task, Schedule& schedule)
      : at_(at), keys_(keys), task_(task), schedule_(schedule) {}

  void read(double fallback) {
    schedule_.type = static_cast<ScheduleType>(keys_.choice("schedule", kTypes, 0));
    const bool one_cycle = schedule_.type == ScheduleType::kOneCycle;
    schedule_.initial = keys_.number(one_cycle ? "max" : "initial", fallback, 0, kHighest);
    read_own();
    read_warmup();
    if (schedule_.type == ScheduleType::kInverseSqrt && schedule_.timescale.count == 0 &&
        schedule_.warmup.length.count == 0)
      keys_.refuse(at_, "inverse_sqrt needs a 'warmup' or a 'timescale'",
                   "write 'warmup: 4000 steps'");
    keys_.finish();
  }

 private:
  void read_own() {
    switch (schedule_.type) {
      case ScheduleType::kFixed:
        break;
      case ScheduleType::kExponential:
        return read_decay(0.9, 1);
      case ScheduleType::kInverseTime:
        return read_decay(0.5, kHighest);
      case ScheduleType::kPolynomial:
        return read_polynomial();
      case ScheduleType::kStep:
        schedule_.decay = keys_.number("decay", 0.1, 0, 1);
        schedule_.every = period(keys_, "every", schedule_.every);
        if (!keys_.has("every")) missing("step", "every", "30 epochs");
        break;
      case ScheduleType::kMultiStep:
        schedule_.decay = keys_.number("decay", 0.1, 0, 1);
        return read_milestones();
      case ScheduleType::kInverseSqrt:
        schedule_.timescale = period(keys_, "timescale", model::kNoPeriod);
        return read_by();
      case ScheduleType::kCosine:
        return read_cosine();
      case ScheduleType::kOneCycle:
        return read_one_cycle();
      case ScheduleType::kPlateau:
        return read_plateau();
    }
  }

  void read_by() { schedule_.by_epoch = keys_.choice("by", {"step", "epoch"}, 0) == 1; }

  void read_decay(double fallback, double most) {
    schedule_.decay = keys_.number("decay", fallback, 0, most);
    schedule_.every = period(keys_, "every", schedule_.every);
    schedule_.staircase = keys_.flag("staircase", true);
    read_by();
  }

  void read_polynomial() {
    schedule_.end = keys_.number("end", 0, 0, kHighest);
    schedule_.power = keys_.number("power", 1, 0, 100);
    schedule_.over = period(keys_, "over", model::kNoPeriod);
    schedule_.cycle = keys_.flag("cycle", false);
    read_by();
  }

  void read_milestones() {
    const YamlValue* list = keys_.list("at");
    if (!list || list->list.empty()) return missing("multi_step", "at", "[30 epochs, 60 epochs]");
    for (const YamlValue& item : list->list) {
      YamlValue one;
      one.kind = YamlValue::Kind::kMap;
      one.map.emplace_back("at", item);
      Status error;
      YamlSection keys(&one, kPath, error);
      const Period at = period(keys, "at", {});
      if (!error.is_ok()) return keys_.refuse(item, error.message(), error.advice());
      if (item.kind == YamlValue::Kind::kNull)
        return keys_.refuse(item, "'learning_rate.at' holds an empty value");
      if (!schedule_.at.empty() &&
          (at.epochs != schedule_.at.back().epochs || at.count <= schedule_.at.back().count))
        return keys_.refuse(item, "'learning_rate.at' must rise, in one unit",
                            "write it as [30 epochs, 60 epochs]");
      schedule_.at.push_back(at);
    }
  }

  void read_cosine() {
    schedule_.end = keys_.number("end", 0, 0, kHighest);
    read_by();
    YamlSection restarts = keys_.section("restarts");
    if (!restarts.present()) {
      schedule_.over = period(keys_, "over", model::kNoPeriod);
      return;
    }
    if (const YamlValue* over = keys_.any("over"))
      keys_.refuse(*over, "'learning_rate.over' has no meaning with restarts",
                   "'restarts.first' is the first cycle's length");
    const YamlValue& at = *keys_.any("restarts");
    schedule_.restarts.first = period(restarts, "first", {});
    schedule_.restarts.factor = restarts.number("factor", 1, 1, 1000);
    schedule_.restarts.decay = restarts.number("decay", 1, 0, 1);
    if (!restarts.has("first"))
      restarts.refuse(at, "'learning_rate.restarts.first' is missing", "write 'first: 10 epochs'");
    if (schedule_.restarts.factor > 1 && schedule_.restarts.factor < 1.01)
      restarts.refuse(at, "'learning_rate.restarts.factor' must be 1 or at least 1.01");
    restarts.finish();
  }

  void read_one_cycle() {
    schedule_.over = period(keys_, "over", model::kNoPeriod);
    schedule_.one_cycle.rise = keys_.number("rise", schedule_.one_cycle.rise, 0, 1);
    schedule_.one_cycle.start_factor =
        keys_.number("start_factor", schedule_.one_cycle.start_factor, 0, 1);
    schedule_.one_cycle.end_factor =
        keys_.number("end_factor", schedule_.one_cycle.end_factor, 0, 1);
  }

  void read_plateau() {
    Schedule::Plateau& plateau = schedule_.plateau;
    plateau.measure = read_measure(keys_, task_, plateau.measure);
    const bool falls = plateau.measure.falls;
    if ((keys_.choice("mode", {"min", "max"}, falls ? 0 : 1) == 0) != falls)
      keys_.refuse(*keys_.any("mode"),
                   fmt::format("'learning_rate.mode' must be '{}' for {}", falls ? "min" : "max",
                               plateau.measure.name),
                   "leave it out, it follows from 'measure'");
    plateau.factor = keys_.number("factor", plateau.factor, 0, 1);
    if (plateau.factor == 0 || plateau.factor == 1)
      keys_.refuse(*keys_.any("factor"), "'learning_rate.factor' must be between 0 and 1");
    plateau.patience = keys_.integer("patience", plateau.patience, 0, 1'000'000);
    plateau.threshold = keys_.number("threshold", plateau.threshold, 0, 1);
    plateau.cooldown = keys_.integer("cooldown", plateau.cooldown, 0, 1'000'000);
    schedule_.end = keys_.number("min", 0, 0, kHighest);
    if (schedule_.end > schedule_.initial)
      keys_.refuse(*keys_.any("min"), "'learning_rate.min' is above 'initial'");
  }

  void read_warmup() {
    const YamlValue* value = keys_.any("warmup");
    if (!value) return;
    model::Warmup& warmup = schedule_.warmup;
    if (value->kind == YamlValue::Kind::kScalar) {
      warmup.length = period(keys_, "warmup", {});
      return;
    }
    YamlSection keys = keys_.section("warmup");
    const bool steps = keys.has("steps"), epochs = keys.has("epochs");
    const int64_t most = int64_t{1} << 53;
    warmup.length = epochs ? Period{keys.integer("epochs", 1, 1, most), true}
                           : Period{keys.integer("steps", 1, 1, most), false};
    if (steps == epochs)
      keys.refuse(*value, "'learning_rate.warmup' needs either 'steps' or 'epochs'",
                  "write 'warmup: {steps: 500}' or 'warmup: 1 epoch'");
    warmup.from = keys.number("from", 0, 0, kHighest);
    warmup.linear = keys.choice("shape", {"linear", "constant"}, 0) == 0;
    if (!warmup.linear && warmup.from == 0)
      keys.refuse(*value, "a constant 'learning_rate.warmup' needs a 'from' above 0",
                  "with a rate of 0 nothing is learnt");
    keys.finish();
  }

  void missing(const char* schedule, const char* key, const char* example) {
    keys_.refuse(at_, fmt::format("{} needs '{}'", schedule, key),
                 fmt::format("write '{}: {}'", key, example));
  }

  const YamlValue& at_;
  YamlSection& keys_;
  const model::Task task_;
  Schedule& schedule_;
};

std::string text_of(const Period& period) {
  return fmt::format("{} {}", period.count, period.epochs ? "epochs" : "steps");
}

// ", key: 3 epochs"; nothing where it is not set.
std::string text_of(const char* key, const Period& period) {
  return period.count > 0 ? fmt::format(", {}: {}", key, text_of(period)) : "";
}

std::string by_text(const Schedule& schedule) {
  return schedule.by_epoch ? ", by: epoch" : "";
}

std::string milestones_text(const Schedule& schedule) {
  std::string text;
  for (const Period& at : schedule.at) text += (text.empty() ? "" : ", ") + text_of(at);
  return text;
}

std::string plateau_text(const Schedule& schedule) {
  const auto& plateau = schedule.plateau;
  return fmt::format(
      ", measure: {}, mode: {}, factor: {}, patience: {}, threshold: {}, cooldown: {}, min: {}",
      plateau.measure.name, plateau.measure.falls ? "min" : "max", plateau.factor, plateau.patience,
      plateau.threshold, plateau.cooldown, schedule.end);
}

std::string own_text(const Schedule& schedule) {
  switch (schedule.type) {
    case ScheduleType::kFixed:
      return "";
    case ScheduleType::kExponential:
    case ScheduleType::kInverseTime:
      return fmt::format(", decay: {}, every: {}, staircase: {}{}", schedule.decay,
                         text_of(schedule.every), schedule.staircase, by_text(schedule));
    case ScheduleType::kPolynomial:
      return fmt::format(", end: {}, power: {}{}, cycle: {}{}", schedule.end, schedule.power,
                         text_of("over", schedule.over), schedule.cycle, by_text(schedule));
    case ScheduleType::kStep:
      return fmt::format(", decay: {}, every: {}", schedule.decay, text_of(schedule.every));
    case ScheduleType::kMultiStep:
      return fmt::format(", decay: {}, at: [{}]", schedule.decay, milestones_text(schedule));
    case ScheduleType::kInverseSqrt:
      return text_of("timescale", schedule.timescale) + by_text(schedule);
    case ScheduleType::kCosine: {
      const auto& restarts = schedule.restarts;
      const std::string length =
          restarts.first.count > 0
              ? fmt::format(", restarts: {{first: {}, factor: {}, decay: {}}}",
                            text_of(restarts.first), restarts.factor, restarts.decay)
              : text_of("over", schedule.over);
      return fmt::format(", end: {}{}{}", schedule.end, length, by_text(schedule));
    }
    case ScheduleType::kOneCycle:
      return fmt::format("{}, rise: {}, start_factor: {}, end_factor: {}",
                         text_of("over", schedule.over), schedule.one_cycle.rise,
                         schedule.one_cycle.start_factor, schedule.one_cycle.end_factor);
    case ScheduleType::kPlateau:
      return plateau_text(schedule);
  }
  return "";
}

}  // namespace

const char* name_of(ScheduleType type) {
  return kTypes[static_cast<size_t>(type)].c_str();
}

void read_learning_rate(YamlSection& job, double fallback, model::Task task, Schedule& schedule) {
  schedule.initial = fallback;
  const YamlValue* value = job.any(kPath);
  if (!value) return;
  Status error;
  if (value->kind == YamlValue::Kind::kScalar) {
    YamlValue alone;
    alone.kind = YamlValue::Kind::kMap;
    alone.map.emplace_back(kPath, *value);
    schedule.initial = YamlSection(&alone, "", error).number(kPath, fallback, 0, kHighest);
  } else {
    YamlSection keys(value, kPath, error);
    Reader(*value, keys, task, schedule).read(fallback);
  }
  if (error.is_ok()) return;
  YamlValue at;
  at.place.file = error.peer();
  job.refuse(at, error.message(), error.advice());
}

std::string learning_rate_to_yaml(const Schedule& schedule) {
  const bool one_cycle = schedule.type == ScheduleType::kOneCycle;
  std::string text = fmt::format("{{schedule: {}, {}: {}", name_of(schedule.type),
                                 one_cycle ? "max" : "initial", schedule.initial) +
                     own_text(schedule);
  const model::Warmup& warmup = schedule.warmup;
  if (warmup.length.count > 0)
    text += fmt::format(", warmup: {{{}: {}, from: {}, shape: {}}}",
                        warmup.length.epochs ? "epochs" : "steps", warmup.length.count, warmup.from,
                        warmup.linear ? "linear" : "constant");
  return text + "}";
}

}  // namespace howdah::job
