#include "cli/display.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <limits>

namespace howdah::cli {
namespace {
using ::testing::HasSubstr;
using ::testing::Not;

TEST(Grouped, puts_a_comma_after_every_third_digit) {
  EXPECT_EQ(grouped(0), "0");
  EXPECT_EQ(grouped(999), "999");
  EXPECT_EQ(grouped(1000), "1,000");
  EXPECT_EQ(grouped(1234567), "1,234,567");
  EXPECT_EQ(grouped(-100), "-100");
  EXPECT_EQ(grouped(-123456), "-123,456");
  EXPECT_EQ(grouped(std::numeric_limits<int64_t>::min()), "-9,223,372,036,854,775,808");
}

// What a display writes where there is no terminal.
class Lines : public ::testing::Test {
 protected:
  ~Lines() override { std::fclose(file_); }
  std::string written() {
    std::string text(static_cast<size_t>(std::ftell(file_)), '\0');
    std::rewind(file_);
    EXPECT_EQ(std::fread(text.data(), 1, text.size(), file_), text.size());
    return text;
  }
  static control::JobEvent progress(int64_t applied) {
    control::JobEvent event;
    event.mutable_progress()->set_applied(applied);
    event.mutable_progress()->set_steps(10);
    return event;
  }
  std::FILE* const file_ = std::tmpfile();
};

TEST_F(Lines, have_a_time_and_no_terminal_codes) {
  Display display(file_, false);
  display.line("submitted");
  control::JobEvent event;
  event.mutable_announcement()->set_warning(true);
  event.mutable_announcement()->set_text("worker 2 was lost");
  display.show(event);
  display.show(progress(1));
  const std::string text = written();
  EXPECT_THAT(text, HasSubstr(" s  submitted\n"));
  EXPECT_THAT(text, HasSubstr("warning: worker 2 was lost\n"));
  EXPECT_THAT(text, Not(HasSubstr("\033")));
  EXPECT_THAT(text, Not(HasSubstr("\r")));
}

TEST_F(Lines, tell_an_evaluation_by_its_first_figures) {
  Display display(file_, false);
  control::JobEvent event;
  control::Evaluation& evaluation = *event.mutable_evaluation();
  evaluation.set_part("validation");
  evaluation.set_loss(0.25);
  evaluation.set_records(1200);
  for (const char* name : {"mse", "rmse", "mae", "r2", "f1", "top_5", "seventh"}) {
    control::Figure& figure = *evaluation.add_figures();
    figure.set_name(name);
    figure.set_value(name == std::string("r2") ? std::numeric_limits<double>::quiet_NaN() : 0.5);
  }
  display.show(event);
  EXPECT_THAT(written(),
              HasSubstr("epoch 1: validation: loss 0.2500  mse 0.5000  rmse 0.5000  mae 0.5000  "
                        "r2 -  F1 0.5000  top_5 0.5000  (1,200 records)\n"));
}

TEST_F(Lines, tell_no_accuracy_where_there_is_none) {
  Display display(file_, false);
  control::JobEvent event = progress(1);
  display.show(event);
  event.mutable_progress()->set_accuracy(0.5);
  EXPECT_THAT(written(), Not(HasSubstr("accuracy")));
}

TEST_F(Lines, tell_the_share_of_a_step_that_waits_for_data) {
  Display display(file_, false);
  control::JobEvent event = progress(0);  // before the first step, which has a line of its own
  event.mutable_progress()->set_data_ms(3);
  event.mutable_progress()->set_compute_ms(8);
  event.mutable_progress()->set_communicate_ms(1);
  display.show(event);
  EXPECT_THAT(written(), HasSubstr("(waiting for data 25%: 3.0 ms, compute 8.0 ms, communicate 1.0 "
                                   "ms a step)\n"));
}

TEST(Ending, tells_the_figures_of_each_part_in_the_summarys_order) {
  EXPECT_THAT(ending_text(R"({"outcome": "SUCCEEDED", "metrics": {"validation": null, "test":
      {"loss": 1.5, "perplexity": 12.25, "accuracy": null, "f1_per_class": [1, 0], "bleu": 31.5,
       "records": 4000}}})"),
              HasSubstr("  test        perplexity 12.2500  accuracy -  bleu 31.5000"
                        "  (4,000 records)\n"));
}

TEST_F(Lines, tell_the_first_step_once) {
  Display display(file_, false);
  for (int step = 0; step < 3; ++step) display.show(progress(step));
  const std::string text = written();
  EXPECT_NE(text.find("first step"), std::string::npos);
  EXPECT_EQ(text.find("first step"), text.rfind("first step"));
}

TEST_F(Lines, are_none_when_quiet) {
  Display display(file_, true);
  display.line("submitted");
  display.show(progress(1));
  EXPECT_EQ(written(), "");
}

TEST(EndingText, survives_whatever_stands_in_a_summary) {
  EXPECT_THAT(ending_text("no JSON"), HasSubstr("not readable"));
  EXPECT_THAT(ending_text(R"({"outcome": "FAILED", "cause": "disk", "message": "full"})"),
              HasSubstr("FAILED (disk): full"));
  EXPECT_THAT(ending_text(R"({"outcome": 5, "metrics": 1, "model": [], "phases_s": null})"),
              Not(HasSubstr("5")));
}

}  // namespace
}  // namespace howdah::cli
