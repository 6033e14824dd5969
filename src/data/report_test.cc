#include "data/report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <sstream>

#include "data/printable.h"
#include "data/test_report.h"

namespace howdah::data {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(Report, ReadsBackFromItsJson) {
  const Report report = flights_report();
  const auto again = report_from_json(to_json(report));
  ASSERT_TRUE(again.is_ok()) << again.status().to_string();
  EXPECT_EQ(to_json(*again), to_json(report));
  EXPECT_EQ(again->rules.size(), report.rules.size());
  EXPECT_EQ(again->columns[0].before.sample_bins, report.columns[0].before.sample_bins);
}

TEST(Report, TellsMarkedRowsApartFromChangedOnes) {
  Report report;
  report.rules = {{"clean.outliers(x)", 100, 0, 0, 0, 7}};
  const auto again = report_from_json(to_json(report));
  ASSERT_TRUE(again.is_ok()) << again.status().to_string();
  EXPECT_EQ(again->rules[0].rows_marked, 7);
  EXPECT_EQ(again->rules[0].rows_changed, 0);
  EXPECT_THAT(rules_text(report), HasSubstr("rows marked"));
  EXPECT_THAT(rules_text(report), testing::ContainsRegex("clean.outliers\\(x\\) .* -  .* 7\n"));
  EXPECT_THAT(to_html(report), HasSubstr("<td>7</td></tr>"));
  EXPECT_THAT(to_html(report), Not(HasSubstr("class=idle>")));
}

TEST(Report, SaysWhichFiguresAreOfAllRows) {
  const std::string page = to_html(flights_report());
  EXPECT_THAT(page, HasSubstr("are of all rows"));
  EXPECT_THAT(page, HasSubstr("of a sample: 20,000 rows before, 20,000 after"));
  EXPECT_THAT(page, HasSubstr("<span>mean 12.6"));
  EXPECT_THAT(to_json(flights_report()), HasSubstr("\"sample_bins\""));
}

TEST(Report, JsonWithoutTheRunIsTheSameWhereverItRan) {
  Report here = flights_report(), there = flights_report();
  there.run = {};
  EXPECT_NE(to_json(here), to_json(there));
  EXPECT_EQ(to_json(here, WithRun::kNo), to_json(there, WithRun::kNo));
}

TEST(Report, RefusesWhatIsNoReport) {
  const std::string good = to_json(flights_report());
  for (const std::string& text :
       {std::string(), std::string("[]"), std::string("{}"), good.substr(0, good.size() / 2),
        std::string(kMaxReportBytes + 1, ' ')})
    EXPECT_EQ(report_from_json(text).status().code(), Code::kCorrupt);
  std::string negative = good;
  negative.replace(negative.find("336779"), 6, "-36779");
  EXPECT_EQ(report_from_json(negative).status().code(), Code::kCorrupt);
}

TEST(Report, TheTextFitsATerminalWhateverTheData) {
  for (const Report& report : {flights_report(), vast_report(100, 1'000)}) {
    std::istringstream lines(to_text(report));
    int number = 0;
    for (std::string line; std::getline(lines, line); ++number)
      EXPECT_LE(columns_of(line), 100u) << line;
    EXPECT_LE(number, 45);
  }
  EXPECT_THAT(to_text(flights_report()), HasSubstr("336,779 rows read, 327,346 kept (97.2%)"));
  EXPECT_THAT(to_text(flights_report()), HasSubstr("clean.drop_missing(dep_delay)"));
}

TEST(Report, ThePageHoldsAllThatWasAskedOfIt) {
  const std::string page = to_html(flights_report());
  for (const char* heading : {"What each rule did", "Splits", "Classes in each split", "Partitions",
                              "Missing values", "Values before and after", "dropped rows"})
    EXPECT_THAT(page, HasSubstr(heading));
  EXPECT_THAT(page, HasSubstr("dep_delay = 1301 is above 97.5"));
  EXPECT_THAT(page, HasSubstr("<svg"));
  EXPECT_THAT(page, Not(HasSubstr("<script")));
  EXPECT_THAT(page, Not(HasSubstr("http")));
}

TEST(Report, ThePageStaysSmallAndShowsNamesAsTheyAre) {
  EXPECT_LT(to_html(vast_report(2'000, 10'000)).size(), 5'000'000u);
  Report report = flights_report();
  report.name = "<script>alert(1)</script>";
  report.columns[0].name = "a\"><img src=x>";
  report.columns[4].before.sample_top[0].first = "</div>&amp;";
  const std::string page = to_html(report);
  EXPECT_THAT(page, HasSubstr("&lt;script&gt;alert(1)&lt;/script&gt;"));
  EXPECT_THAT(page, HasSubstr("a&quot;&gt;&lt;img src=x&gt;"));
  EXPECT_THAT(page, HasSubstr("&lt;/div&gt;&amp;amp;"));
  EXPECT_THAT(page, Not(HasSubstr("<img")));
}

TEST(Report, NothingReadIsNoDivisionByZero) {
  Report empty;
  empty.columns.push_back({"x", {"double"}, {}});
  empty.columns[0].before.mean = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THAT(to_html(empty), Not(HasSubstr("nan")));
  EXPECT_THAT(to_text(empty), Not(HasSubstr("nan")));
  EXPECT_TRUE(report_from_json(to_json(empty)).is_ok());
}

}  // namespace
}  // namespace howdah::data
