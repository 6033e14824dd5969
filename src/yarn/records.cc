#include "yarn/records.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <optional>

namespace howdah::yarn {
namespace {

constexpr int kEpochShift = 40;
constexpr int64_t kNumberMask = (int64_t{1} << kEpochShift) - 1;

// Cuts "_"-separated numbers off a text.
class Fields {
 public:
  explicit Fields(std::string_view text) : rest_(text) {}
  bool word(std::string_view expected) { return next() == expected; }
  template <typename T>
  bool number(T& into) {
    const std::string_view field = next();
    const auto [end, error] = std::from_chars(field.data(), field.data() + field.size(), into);
    return error == std::errc() && end == field.data() + field.size() && into >= 0;
  }
  std::string_view peek() const { return rest_.substr(0, rest_.find('_')); }
  void skip() { next(); }
  bool at_end() const { return ended_; }

 private:
  std::string_view next() {
    const size_t end = rest_.find('_');
    const std::string_view field = rest_.substr(0, end);
    ended_ = end == std::string_view::npos;
    rest_ = ended_ ? std::string_view() : rest_.substr(end + 1);
    return field;
  }
  std::string_view rest_;
  bool ended_ = false;
};

Status no_id(std::string_view text, const char* what, const char* example) {
  return Status(Code::kInvalidArgument, fmt::format("'{}' is no {} id", text.substr(0, 100), what))
      .with_advice(fmt::format("it looks like {}", example));
}

}  // namespace

Result<ApplicationId> ApplicationId::parse(std::string_view text) {
  ApplicationId id;
  Fields fields(text);
  if (!fields.word("application") || !fields.number(id.cluster_timestamp) ||
      !fields.number(id.id) || !fields.at_end())
    return no_id(text, "application", "application_1700000000000_0001");
  return id;
}

std::string ApplicationId::to_string() const {
  return fmt::format("application_{}_{:04}", cluster_timestamp, id);
}

std::string AttemptId::to_string() const {
  return fmt::format("appattempt_{}_{:04}_{:06}", application.cluster_timestamp, application.id,
                     attempt);
}

Result<ContainerId> ContainerId::parse(std::string_view text) {
  ContainerId id;
  Fields fields(text);
  const auto refuse = [&] {
    return no_id(text, "container", "container_1700000000000_0001_01_000002");
  };
  if (!fields.word("container")) return refuse();
  int64_t epoch = 0;
  if (const std::string_view field = fields.peek(); field.starts_with('e')) {
    if (!Fields(field.substr(1)).number(epoch) || epoch > 0x7fffff) return refuse();
    fields.skip();
  }
  if (!fields.number(id.attempt.application.cluster_timestamp) ||
      !fields.number(id.attempt.application.id) || !fields.number(id.attempt.attempt) ||
      !fields.number(id.id) || !fields.at_end() || id.id > kNumberMask)
    return refuse();
  id.id |= epoch << kEpochShift;
  return id;
}

std::string ContainerId::to_string() const {
  const int64_t epoch = id >> kEpochShift;
  return fmt::format("container_{}{}_{:04}_{:02}_{:06}",
                     epoch > 0 ? fmt::format("e{:02}_", epoch) : std::string(),
                     attempt.application.cluster_timestamp, attempt.application.id, attempt.attempt,
                     id & kNumberMask);
}

bool Resource::fits(const Resource& other) const {
  return memory_mib <= other.memory_mib && cores <= other.cores && gpus <= other.gpus;
}

std::string Resource::to_string() const {
  std::string text = fmt::format("{} MiB, {} {}", memory_mib, cores, cores == 1 ? "core" : "cores");
  if (gpus > 0) text += fmt::format(", {} {}", gpus, gpus == 1 ? "GPU" : "GPUs");
  return text;
}

std::string_view state_name(ApplicationState state) {
  constexpr std::array<std::string_view, 8> kNames{"NEW",     "NEW_SAVING", "SUBMITTED", "ACCEPTED",
                                                   "RUNNING", "FINISHED",   "FAILED",    "KILLED"};
  return kNames[static_cast<size_t>(state)];
}

std::string_view final_status_name(FinalStatus status) {
  constexpr std::array<std::string_view, 5> kNames{"UNDEFINED", "SUCCEEDED", "FAILED", "KILLED",
                                                   "ENDED"};
  return kNames[static_cast<size_t>(status)];
}

}  // namespace howdah::yarn
