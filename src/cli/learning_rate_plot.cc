#include "cli/learning_rate_plot.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <vector>

#include "cli/display.h"
#include "cli/output.h"
#include "job/learning_rate_section.h"

namespace howdah::cli {
namespace {

constexpr int kRows = 12;
constexpr int kLabelColumns = 9;        // "1.25e-05 "
constexpr int64_t kFractions = 10'000;  // of an epoch, where its steps are not known
constexpr int64_t kMostSteps = 10'000, kMostFractions = 1'000;

// Dots of which a character holds some; those of one column are an interval.
class Dots {
 public:
  Dots(int columns, int rows) : rows_(rows), set_(static_cast<size_t>(columns * rows)) {}
  void draw(int column, int top, int bottom) {
    for (int row = top; row <= bottom; ++row) set_[index(column, row)] = true;
  }
  bool at(int column, int row) const { return set_[index(column, row)]; }
  int rows() const { return rows_; }

 private:
  size_t index(int column, int row) const { return static_cast<size_t>(column * rows_ + row); }
  int rows_;
  std::vector<bool> set_;
};

// U+2800 and a bit for each of its 2 x 4 dots, as UTF-8.
std::string braille(const Dots& dots, int column, int row) {
  static constexpr int kBits[2][4] = {{0x01, 0x02, 0x04, 0x40}, {0x08, 0x10, 0x20, 0x80}};
  int bits = 0;
  for (int x = 0; x < 2; ++x)
    for (int y = 0; y < 4; ++y)
      if (dots.at(column * 2 + x, row * 4 + y)) bits |= kBits[x][y];
  if (bits == 0) return " ";
  return {static_cast<char>(0xE2), static_cast<char>(0xA0 | (bits >> 6)),
          static_cast<char>(0x80 | (bits & 0x3F))};
}

struct Range {
  double least, most;
};

// What the rate does from one step to before the next, looking at 32 steps in between at most.
Range range_of(const LearningRateCurve& curve, int64_t begin, int64_t end) {
  Range range{curve.rate(begin), curve.rate(begin)};
  const int64_t last = std::max(end - 1, begin);
  const int64_t looks = std::min<int64_t>(last - begin, 32);
  for (int64_t i = 1; i <= looks; ++i) {
    const double rate =
        curve.rate(begin + (last - begin) / looks * i + (last - begin) % looks * i / looks);
    range = {std::min(range.least, rate), std::max(range.most, rate)};
  }
  return range;
}

// The step at a part of the way, without overflow.
int64_t step_at(const LearningRateCurve& curve, int64_t part, int64_t of) {
  return curve.steps() / of * part + curve.steps() % of * part / of;
}

std::vector<Range> ranges_of(const LearningRateCurve& curve, int columns) {
  std::vector<Range> ranges;
  double before = curve.rate(0);
  for (int i = 0; i < columns; ++i) {
    const int64_t begin = step_at(curve, i, columns), end = step_at(curve, i + 1, columns);
    Range range = range_of(curve, begin, end);
    const double after = curve.rate(std::max(end - 1, begin));
    // A jump is drawn as a line.
    if (before < range.least) range.least = before;
    if (before > range.most) range.most = before;
    before = after;
    ranges.push_back(range);
  }
  return ranges;
}

Dots draw(const std::vector<Range>& ranges, double highest, int rows) {
  Dots dots(static_cast<int>(ranges.size()), rows);
  const auto row_of = [&](double rate) {
    return static_cast<int>(std::lround((1 - rate / highest) * (rows - 1)));
  };
  for (size_t i = 0; i < ranges.size(); ++i)
    dots.draw(static_cast<int>(i), row_of(ranges[i].most), row_of(ranges[i].least));
  return dots;
}

std::string number_text(double number) {
  return fmt::format("{:.3g}", number);
}

// The numbers under the axis at its quarters, as far as there is room.
std::string axis_numbers(const LearningRateCurve& curve, int width) {
  std::string line(static_cast<size_t>(kLabelColumns + 1 + width), ' ');
  size_t free = 0;
  const auto text_of = [&](int quarter) {
    if (curve.over_steps) return grouped(step_at(curve, quarter, 4));
    return number_text(static_cast<double>(curve.epochs) * quarter / 4);
  };
  const std::string last = text_of(4) + (curve.over_steps ? " steps" : " epochs");
  const size_t last_at = line.size() - std::min(last.size(), line.size());
  for (int quarter = 0; quarter < 4; ++quarter) {
    const std::string text = text_of(quarter);
    const size_t tick = static_cast<size_t>(kLabelColumns + 1 + width * quarter / 4);
    const size_t at = quarter == 0 ? tick : tick - text.size() / 2;
    if (at < free || at + text.size() + 1 > last_at) continue;
    line.replace(at, text.size(), text);
    free = at + text.size() + 1;
  }
  line.replace(last_at, last.size(), last);
  return line + "\n";
}

std::string axis_line(int width, bool unicode) {
  std::string line(kLabelColumns, ' ');
  line += unicode ? "└" : "+";
  for (int i = 0; i < width; ++i) {
    const bool tick = i == width / 4 || i == width / 2 || i == width * 3 / 4;
    line += tick ? (unicode ? "┬" : "+") : (unicode ? "─" : "-");
  }
  return line + "\n";
}

std::string title(const LearningRateCurve& curve, double highest) {
  std::string text = fmt::format("learning rate: {}: first {}, highest {}, last {}\n",
                                 job::name_of(curve.schedule.type), number_text(curve.rate(0)),
                                 number_text(highest), number_text(curve.rate(curve.steps() - 1)));
  if (curve.schedule.type == model::ScheduleType::kPlateau)
    text += "(it falls where validation stays on a plateau, which nobody knows yet)\n";
  return text;
}

// LC_ALL, LC_CTYPE, LANG: the first that is set decides.
bool speaks_utf8() {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const char* value = std::getenv(name);
    if (value == nullptr || *value == '\0') continue;
    std::string text = value;
    std::transform(text.begin(), text.end(), text.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return text.find("utf-8") != std::string::npos || text.find("utf8") != std::string::npos;
  }
  return false;
}

int terminal_columns() {
  winsize size{};
  return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 72;
}

}  // namespace

Result<LearningRateCurve> LearningRateCurve::of(const model::Training& training,
                                                std::optional<int64_t> steps_per_epoch) {
  if (!steps_per_epoch && model::counts_steps(training.schedule))
    return Status(Code::kInvalidArgument,
                  "the learning rate counts steps, and how many an epoch has is known only when "
                  "the data is read")
        .with_advice(fmt::format(
            "give --steps-per-epoch N: the training's records by 'train.batch' ({}), rounded up",
            training.batch));
  return LearningRateCurve{training.schedule, training.epochs, steps_per_epoch.value_or(kFractions),
                           steps_per_epoch.has_value()};
}

std::string plot_text(const LearningRateCurve& curve, int columns, bool unicode) {
  const int width = std::clamp(columns, 40, 400) - kLabelColumns - 1;
  const auto ranges = ranges_of(curve, unicode ? width * 2 : width);
  double highest = 0;
  for (const Range& range : ranges) highest = std::max(highest, range.most);
  const Dots dots = draw(ranges, highest > 0 ? highest : 1, unicode ? kRows * 4 : kRows);
  std::string text = title(curve, highest);
  for (int row = 0; row < kRows; ++row) {
    std::string line;
    const bool labelled = row == 0 || row == kRows / 2 || row == kRows - 1;
    if (labelled) {
      // Of the character's upper, middle and lower edge, whose height is a part of all.
      const double part = row == 0 ? 1 : row == kRows - 1 ? 0 : 0.5;
      line = fmt::format("{:>{}} ", number_text(highest * part), kLabelColumns - 1);
    } else {
      line = std::string(kLabelColumns, ' ');
    }
    line += unicode ? (labelled ? "┤" : "│") : (labelled ? "+" : "|");
    for (int column = 0; column < width; ++column)
      line += unicode ? braille(dots, column, row) : dots.at(column, row) ? "*" : " ";
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text + axis_line(width, unicode) + axis_numbers(curve, width);
}

std::string plot_json(const LearningRateCurve& curve) {
  nlohmann::ordered_json points = nlohmann::ordered_json::array();
  const int64_t count = std::min(curve.steps(), curve.over_steps ? kMostSteps : kMostFractions);
  for (int64_t i = 0; i < count; ++i) {
    const int64_t last = curve.steps() - 1, gaps = std::max<int64_t>(count - 1, 1);
    const int64_t step = last / gaps * i + last % gaps * i / gaps;
    nlohmann::ordered_json point;
    if (curve.over_steps)
      point["step"] = step;
    else
      point["epoch"] = static_cast<double>(step) / static_cast<double>(curve.steps_per_epoch);
    point["learning_rate"] = curve.rate(step);
    points.push_back(std::move(point));
  }
  nlohmann::ordered_json json{{"schedule", job::name_of(curve.schedule.type)},
                              {"epochs", curve.epochs},
                              {"steps_per_epoch", nullptr}};
  if (curve.over_steps) json["steps_per_epoch"] = curve.steps_per_epoch;
  json["points"] = std::move(points);
  return json.dump() + "\n";
}

int plot_learning_rate(const JobRequest& request) {
  const auto spec = job::load_job_file(request.job, {request.set});
  if (!spec) return complain(spec.status());
  std::optional<int64_t> steps_per_epoch;
  if (request.steps_per_epoch > 0) steps_per_epoch = request.steps_per_epoch;
  const auto curve = LearningRateCurve::of(spec->training, steps_per_epoch);
  if (!curve) return complain(curve.status().with_peer(request.job));
  put_out(request.json ? plot_json(*curve) : plot_text(*curve, terminal_columns(), speaks_utf8()));
  return 0;
}

}  // namespace howdah::cli
