// Reports for tests.
#pragma once

#include <fmt/format.h>

#include <cmath>

#include "data/report.h"

namespace howdah::data {

// `height(x)` at the middle of each bin, so that they hold `rows` together, roughly.
template <typename Height>
std::vector<int64_t> bins_of(double min, double max, double rows, Height height) {
  constexpr int kBins = 40;
  std::vector<double> heights;
  double sum = 0;
  for (int i = 0; i < kBins; ++i)
    sum += heights.emplace_back(height(min + (max - min) * (i + 0.5) / kBins));
  std::vector<int64_t> bins;
  for (const double each : heights) bins.push_back(std::llround(each / sum * rows));
  return bins;
}
inline double bell(double x, double mean, double sd) {
  return std::exp(-(x - mean) * (x - mean) / (2 * sd * sd));
}

// As of a preparation of a year's flights: 36 partitions, a stratified split, all kinds of columns.
inline Report flights_report() {
  Report report;
  report.name = "flights";
  report.output = "hdfs:///data/flights";
  report.fingerprint = "9b1f0c6de2a44d2f8f0f7d1c52a9be3376c1b4f0d7e8a2c95b6a1d3e4f507182";
  report.sources = {"hdfs:///raw/flights/*.csv"};
  report.format = "csv";
  report.files_read = 12;
  report.bytes_read = 31'053'850;
  report.rows_read = 336'779;
  report.rows_kept = 327'346;
  report.rows_dropped = 9'433;
  report.rules = {{"read.ragged_row", 336'779, 3, 0, 0},
                  {"clean.drop_missing(dep_delay)", 336'776, 8'255, 0, 0},
                  {"clean.drop_duplicates", 328'521, 0, 0, 0},
                  {"clean.outliers(dep_delay)", 328'521, 1'175, 0, 0},
                  {"clean.label_noise(carrier)", 327'346, 0, 0, 0, 412},
                  {"clean.fill_missing(air_time)", 327'346, 0, 1'175, 1'175},
                  {"clean.clean_text(tailnum)", 327'346, 0, 0, 0},
                  {"normalize.standard(dep_delay, distance)", 327'346, 0, 327'346, 654'692},
                  {"normalize.index(carrier)", 327'346, 0, 327'346, 327'346}};
  report.warnings = {
      "flights-07.csv has no column \"air_time\": it is missing in all of its 29,425 rows"};
  report.parts = {{"train", 261'879, 0.8}, {"validation", 32'732, 0.1}, {"test", 32'735, 0.1}};
  report.class_column = "carrier";
  const std::pair<const char*, int64_t> carriers[] = {
      {"UA", 57'782}, {"B6", 54'049}, {"EV", 51'108}, {"DL", 47'658},
      {"AA", 31'947}, {"MQ", 25'037}, {"US", 19'831}, {"9E", 17'294},
      {"WN", 12'044}, {"VX", 5'116},  {"FL", 3'175},  {"AS", 709},
      {"F9", 681},    {"YV", 544},    {"HA", 342},    {"OO", 29}};
  for (const auto& [carrier, rows] : carriers)
    report.classes.push_back(
        {carrier, {rows - rows / 10 - (rows + 5) / 10, rows / 10, (rows + 5) / 10}});
  const int64_t months[] = {26'398, 23'611, 27'902, 27'564, 28'128, 27'075,
                            28'293, 28'756, 27'010, 28'618, 26'971, 27'020};
  for (const PartReport& part : report.parts)
    for (int month = 1; month <= 12; ++month) {
      const auto rows =
          static_cast<int64_t>(static_cast<double>(months[month - 1]) * part.asked_share);
      report.partitions.push_back({part.name, fmt::format("year=2013/month={}", month), rows,
                                   rows * 24 + 4'310, month == 8 && rows > 20'000 ? 2 : 1});
    }
  report.skew = 1.0542;
  report.split_over_files = {"train/year=2013/month=8"};
  report.files_written = 37;
  report.bytes_written = 8'011'364;

  ColumnReport delay{"dep_delay", {"int64", 336'779, 8'255}, {"double", 327'346, 0}};
  delay.before.min = -43, delay.before.max = 1'301, delay.before.mean = 12.639;
  delay.before.sample_bins =
      bins_of(-43, 1'301, 19'511, [](double x) { return std::exp(-x / 42); });
  delay.after.min = -1.52, delay.after.max = 7.93, delay.after.mean = 0;
  delay.after.sample_bins = bins_of(
      -1.52, 7.93, 20'000, [](double x) { return bell(x, -0.4, 0.35) + 0.2 * std::exp(-x); });
  ColumnReport distance{"distance", {"int64", 336'779, 0}, {"double", 327'346, 0}};
  distance.before.min = 17, distance.before.max = 4'983, distance.before.mean = 1'039.9;
  const auto distances = [](double x) {
    return bell(x, 500, 260) + 0.75 * bell(x, 1'050, 180) + 0.5 * bell(x, 2'450, 160) +
           0.02 * bell(x, 4'970, 60);
  };
  distance.before.sample_bins = bins_of(17, 4'983, 20'000, distances);
  distance.after.min = -1.39, distance.after.max = 5.37, distance.after.mean = 0;
  distance.after.sample_bins = distance.before.sample_bins;
  ColumnReport air_time{"air_time", {"int64", 336'779, 9'430}, {"int64", 327'346, 0}};
  air_time.before.min = 20, air_time.before.max = 695, air_time.before.mean = 150.7;
  air_time.before.sample_bins =
      bins_of(20, 695, 19'440, [](double x) { return bell(x, 110, 50) + 0.4 * bell(x, 330, 35); });
  air_time.after = air_time.before;
  air_time.after.rows = 327'346, air_time.after.missing = 0;
  ColumnReport hour{"time_hour", {"timestamp[us, tz=UTC]", 336'779, 0}, {}};
  hour.before.min = 1'357'034'400, hour.before.max = 1'388'548'800,
  hour.before.mean = 1'372'809'600;
  hour.before.sample_bins = bins_of(0, 40, 20'000, [](double x) { return 10 + std::sin(x); });
  hour.after = hour.before;
  hour.after.rows = 327'346;
  ColumnReport carrier{"carrier", {"string", 336'779, 0}, {"int32", 327'346, 0}};
  for (const auto& [name, rows] : carriers) carrier.before.sample_top.emplace_back(name, rows / 17);
  carrier.before.sample_top.resize(10);
  carrier.before.sample_distinct = 16;
  carrier.after.min = 1, carrier.after.max = 16, carrier.after.mean = 4.61;
  for (const auto& [name, rows] : carriers) carrier.after.sample_bins.push_back(rows / 17);
  ColumnReport tail{"tailnum", {"string", 336'779, 2'512}, {"string", 327'346, 0}};
  tail.before.sample_top = {{"N725MQ", 34}, {"N722MQ", 31}, {"N723MQ", 30}, {"N711MQ", 29},
                            {"N713MQ", 28}, {"N258JB", 25}, {"N298JB", 25}, {"N353JB", 24},
                            {"N351JB", 23}, {"N735MQ", 23}};
  tail.before.sample_distinct = 3'571;
  tail.after = tail.before;
  tail.after.rows = 327'346, tail.after.missing = 0, tail.after.sample_distinct = 3'569;
  ColumnReport origin{"origin", {"string", 336'779, 0}, {"string", 327'346, 0}};
  origin.before.sample_top = {{"EWR", 7'176}, {"JFK", 6'608}, {"LGA", 6'216}};
  origin.before.sample_distinct = 3;
  origin.after.sample_top = {{"EWR", 7'180}, {"JFK", 6'660}, {"LGA", 6'160}};
  origin.after.sample_distinct = 3;
  ColumnReport marked{"dep_delay_outlier", {}, {"bool", 327'346, 0}};
  marked.after.sample_top = {{"false", 19'931}, {"true", 69}};
  marked.after.sample_distinct = 2;
  ColumnReport comment{"comment", {"string", 336'779, 336'779}, {}};
  for (ColumnReport* column : {&delay, &distance, &air_time, &hour, &carrier, &tail, &origin})
    column->before.sample_rows = column->after.sample_rows = 20'000;
  marked.after.sample_rows = 20'000;
  report.columns = {delay, distance, air_time, hour, carrier, tail, origin, marked, comment};

  report.dropped_sample = {
      {"read.ragged_row", "flights-03.csv", "20 values where the header names 19",
       "2013,3,11,1402,1405,-3,1548,1600,-12,EV,4144,N14998,EWR,IAD,49,212,14,5,2013-03-11 "
       "14:00:00,",
       18'204, 1'702'113},
      {"clean.drop_missing(dep_delay)", "flights-01.csv", "dep_delay is missing",
       R"({"year":2013,"month":1,"day":1,"dep_time":null,"sched_dep_time":1630,"dep_delay":null,)"
       R"("carrier":"EV","flight":4308,"tailnum":"N18120","origin":"EWR","dest":"RDU"})",
       838, -1},
      {"clean.outliers(dep_delay)", "flights-01.csv", "dep_delay = 1301 is above 97.5",
       R"({"year":2013,"month":1,"day":9,"dep_time":641,"sched_dep_time":900,"dep_delay":1301,)"
       R"("carrier":"HA","flight":51,"tailnum":"N384HA","origin":"JFK","dest":"HNL"})",
       7'072, -1},
      {"clean.outliers(dep_delay)", "flights-06.csv", "dep_delay = 1137 is above 97.5",
       R"({"year":2013,"month":6,"day":15,"dep_time":1432,"sched_dep_time":1935,"dep_delay":1137,)"
       R"("carrier":"MQ","flight":3535,"tailnum":"N504MQ","origin":"JFK","dest":"CMH"})",
       -1, -1}};

  report.run = {"mapreduce",
                47.3,
                412 << 20,
                3,
                {"application_1718000000000_0041", "application_1718000000000_0042"}};
  return report;
}

// More of everything than a page can show, all of it as wide as it gets when it is escaped.
inline Report vast_report(size_t columns, size_t partitions) {
  const std::string wide(1'000, '"');
  Report report = flights_report();
  report.sources.assign(1'000, wide);
  report.rules.assign(1'000, {wide, 1'000'000'000, 1'000'000, 1'000'000, 1'000'000, 1'000'000});
  report.warnings.assign(1'000, wide);
  report.classes.assign(20'000, {wide, {1'000'000, 1'000'000, 1'000'000}});
  report.partitions.assign(partitions, {"train", wide, 1'000'000, 1'000'000'000, 8});
  report.split_over_files.assign(partitions, wide);
  report.dropped_sample.assign(1'000, {wide, wide, wide, wide, 1'000'000, 1'000'000'000});
  report.run.applications.assign(1'000, wide);
  ColumnReport numbers{wide, {"double", 1'000'000'000, 1'000'000}, {}};
  numbers.before.min = -1.23456e-200, numbers.before.max = 1.23456e200;
  numbers.before.mean = 1.23456e200;
  numbers.before.sample_bins.assign(1'000, 1'000'000'000'000);
  numbers.after = numbers.before;
  ColumnReport words{wide, {"string", 1'000'000'000, 1'000'000}, {}};
  words.before.sample_top.assign(1'000, {wide, 1'000'000'000'000});
  words.after = words.before;
  report.columns.clear();
  for (size_t i = 0; i < columns; ++i) report.columns.push_back(i % 2 ? numbers : words);
  return report;
}

}  // namespace howdah::data
