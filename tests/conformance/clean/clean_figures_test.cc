// Every cleaning rule over records.csv, against figures.json: make_figures.py says how they were
// made.
#include <arrow/csv/api.h>
#include <arrow/io/file.h>
#include <arrow/table.h>

#include <fstream>

#include "formats/arrow_status.h"
#include "transform/clean_html.h"
#include "transform/clean_sample.h"
#include "transform/clean_text_one.h"

namespace howdah::transform {
namespace {

using nlohmann::json;

const json& figures(const char* of) {
  static const json all = [] {
    std::ifstream file(HOWDAH_CLEAN_FIGURES "figures.json");
    return json::parse(file, nullptr, false);
  }();
  EXPECT_TRUE(all.contains(of)) << "no figures of " << of;
  static const json none = json::array();
  return all.contains(of) ? all[of] : none;
}

Records read_records() {
  const auto file = arrow::io::ReadableFile::Open(HOWDAH_CLEAN_FIGURES "records.csv").ValueOrDie();
  auto convert = arrow::csv::ConvertOptions::Defaults();
  convert.column_types = {{"delay", arrow::float64()}, {"distance", arrow::int64()},
                          {"day", arrow::date32()},    {"carrier", arrow::utf8()},
                          {"label", arrow::utf8()},    {"text", arrow::utf8()}};
  convert.null_values = {""};
  convert.strings_can_be_null = true;
  auto parse = arrow::csv::ParseOptions::Defaults();
  parse.newlines_in_values = true;
  const auto reader =
      arrow::csv::TableReader::Make(arrow::io::default_io_context(), file,
                                    arrow::csv::ReadOptions::Defaults(), parse, convert)
          .ValueOrDie();
  Records records;
  records.batch = reader->Read().ValueOrDie()->CombineChunksToBatch().ValueOrDie();
  records.rows.resize(static_cast<size_t>(records.batch->num_rows()));
  std::iota(records.rows.begin(), records.rows.end(), 0U);
  records.identities.resize(records.rows.size());
  return records;
}

const Records& table() {
  static const bool initialized = formats::load_arrow_functions().is_ok();
  EXPECT_TRUE(initialized);
  static const Records records = read_records();
  return records;
}

std::vector<uint32_t> rows_of(const json& figure) {
  return figure.get<std::vector<uint32_t>>();
}

std::optional<double> optional_number(const json& value) {
  if (value.is_null()) return std::nullopt;
  return value.get<double>();
}

// The rows' changed values are those of the figures, and no other.
void expect_changes(const Outcome& outcome, const std::string& column, const json& changes) {
  json before = json::array();
  for (int64_t row = 0; row < table().size(); ++row)
    before.push_back(json::parse(row_as_json(*table().batch, row, 1 << 20))[column]);
  size_t next = 0;
  for (size_t row = 0; row < outcome.rows.size(); ++row) {
    const json value = json::parse(outcome.rows[row])[column];
    if (next == changes.size() || changes[next][0] != row) {
      EXPECT_EQ(value, before[row]) << column << " of row " << row << " was to stay";
      continue;
    }
    const json& due = changes[next++][1];
    if (due.is_number() && value.is_number())
      EXPECT_NEAR(value.get<double>(), due.get<double>(), 1e-13 * std::abs(due.get<double>()))
          << column << " of row " << row;
    else
      EXPECT_EQ(value, due) << column << " of row " << row;
  }
  EXPECT_EQ(next, changes.size());
}

TEST(CleanFigures, of_missing_values) {
  for (const json& figure : figures("missing")) {
    const auto outcome =
        run(prepare::DropMissing{figure["columns"], figure["only_if_all"]}, table());
    ASSERT_TRUE(outcome.is_ok()) << outcome.status().to_string();
    EXPECT_EQ(outcome->kept, rows_of(figure["kept"])) << figure["columns"];
  }
}

TEST(CleanFigures, of_filled_values) {
  using Method = prepare::FillMissing::Method;
  const std::map<std::string, Method> methods = {{"constant", Method::kConstant},
                                                 {"mean", Method::kMean},
                                                 {"median", Method::kMedian},
                                                 {"mode", Method::kMode}};
  for (const json& figure : figures("fill")) {
    const prepare::FillMissing rule{
        methods.at(figure["method"]), {figure["column"]}, figure.value("value", ""), figure["by"]};
    SCOPED_TRACE(figure["method"].dump() + " of " + figure["column"].dump() + " by " +
                 figure["by"].dump());
    const auto outcome = run(rule, table());
    ASSERT_TRUE(outcome.is_ok()) << outcome.status().to_string();
    expect_changes(*outcome, figure["column"], figure["filled"]);
    EXPECT_EQ(outcome->effect.values_changed, static_cast<int64_t>(figure["filled"].size()));
  }
}

TEST(CleanFigures, of_duplicates) {
  for (const json& figure : figures("duplicates"))
    EXPECT_EQ(run(prepare::DropDuplicates{figure["keys"]}, table())->kept, rows_of(figure["kept"]))
        << figure["keys"];
}

TEST(CleanFigures, of_near_duplicates) {
  for (const json& figure : figures("near_duplicates")) {
    const auto outcome =
        run(prepare::DropNearDuplicates{figure["column"], figure["threshold"]}, table());
    ASSERT_TRUE(outcome.is_ok()) << outcome.status().to_string();
    EXPECT_EQ(outcome->kept, rows_of(figure["kept"]));
  }
}

TEST(CleanFigures, of_outliers) {
  using Method = prepare::Outliers::Method;
  using Action = prepare::Outliers::Action;
  const std::map<std::string, Method> methods = {{"zscore", Method::kZScore},
                                                 {"iqr", Method::kIqr},
                                                 {"mad", Method::kMad},
                                                 {"quantile", Method::kQuantile},
                                                 {"range", Method::kRange}};
  for (const json& figure : figures("outliers")) {
    prepare::Outliers rule{methods.at(figure["method"]),
                           Action::kDrop,
                           figure["columns"],
                           figure["factor"],
                           optional_number(figure["low"]),
                           optional_number(figure["high"])};
    SCOPED_TRACE(figure["method"].dump() + " of " + figure["columns"].dump());
    const auto dropped = run(rule, table());
    ASSERT_TRUE(dropped.is_ok()) << dropped.status().to_string();
    EXPECT_EQ(dropped->kept, rows_of(figure["kept"]));
    if (rule.method != Method::kRange)
      for (const auto& [column, limits] : figure["limits"].items()) {
        const json learnt = json::parse(dropped->state)["columns"][column];
        for (const auto& [at, name] : {std::pair<size_t, const char*>{0, "low"}, {1, "high"}}) {
          if (limits[at].is_null())
            EXPECT_TRUE(learnt[name].is_null());
          else
            EXPECT_NEAR(learnt[name].get<double>(), limits[at].get<double>(), 1e-11);
        }
      }
    rule.action = Action::kMark;
    EXPECT_EQ(run(rule, table())->effect.rows_marked,
              table().size() - static_cast<int64_t>(figure["kept"].size()));
    rule.action = Action::kClip;
    const auto clipped = run(rule, table());
    EXPECT_EQ(clipped->effect.values_changed, figure["changed"].get<int64_t>());
    for (const auto& [column, changes] : figure["clipped"].items())
      expect_changes(*clipped, column, changes);
  }
}

TEST(CleanFigures, of_dates) {
  for (const json& figure : figures("dates")) {
    prepare::DateRange rule{{}, figure["from"], figure["to"]};
    EXPECT_EQ(run(rule, table())->kept, rows_of(figure["kept"]));
    rule.become_missing = true;
    EXPECT_EQ(run(rule, table())->effect.values_changed, figure["missing"].get<int64_t>());
  }
}

TEST(CleanFigures, of_lengths_of_texts) {
  for (const json& figure : figures("lengths"))
    EXPECT_EQ(run(prepare::TextLength{{"text"}, figure["min"], figure["max"]}, table())->kept,
              rows_of(figure["kept"]));
}

TEST(CleanFigures, of_noisy_labels) {
  for (const json& figure : figures("label_noise")) {
    Records records = table();
    std::vector<std::shared_ptr<arrow::Field>> fields;
    std::vector<std::shared_ptr<arrow::Array>> columns;
    for (const std::string name : figure["columns"]) {
      fields.push_back(records.batch->schema()->GetFieldByName(name));
      columns.push_back(records.column(name));
    }
    records.batch = arrow::RecordBatch::Make(arrow::schema(fields), records.size(), columns);
    const auto noisy = rows_of(figure["noisy"]);
    const auto outcome = run(prepare::LabelNoise{"label", true}, records);
    ASSERT_TRUE(outcome.is_ok()) << outcome.status().to_string();
    std::vector<uint32_t> due;
    for (const uint32_t row : records.rows)
      if (!std::binary_search(noisy.begin(), noisy.end(), row)) due.push_back(row);
    EXPECT_EQ(outcome->kept, due);
    EXPECT_EQ(run(prepare::LabelNoise{"label", false}, records)->effect.rows_marked,
              static_cast<int64_t>(noisy.size()));
  }
}

using Unicode = prepare::CleanText::Unicode;
using Case = prepare::CleanText::Case;

TEST(CleanFigures, of_tidy_texts) {
  const std::map<std::string, Unicode> forms = {
      {"none", Unicode::kNone}, {"nfc", Unicode::kNfc}, {"nfkc", Unicode::kNfkc}};
  const std::map<std::string, Case> cases = {
      {"keep", Case::kKeep}, {"lower", Case::kLower}, {"upper", Case::kUpper}};
  for (const json& figure : figures("texts")) {
    TextCleaner cleaner(
        {{}, forms.at(figure["unicode"]), cases.at(figure["case"]), figure["strip_html"], true});
    for (size_t i = 0; i < figures("raw_texts").size(); ++i) {
      const std::string raw = figures("raw_texts")[i];
      EXPECT_EQ(cleaner.clean(raw), figure["texts"][i].get<std::string>())
          << figure["unicode"] << figure["case"] << figure["strip_html"] << " of " << raw;
    }
  }
}

TEST(CleanFigures, of_code_points) {
  const std::map<std::string, prepare::CleanText> rules = {
      {"nfc", {{}, Unicode::kNfc, Case::kKeep, false, false}},
      {"nfkc", {{}, Unicode::kNfkc, Case::kKeep, false, false}},
      {"lower", {{}, Unicode::kNone, Case::kLower, false, false}},
      {"upper", {{}, Unicode::kNone, Case::kUpper, false, false}}};
  for (const json& figure : figures("code_points")) {
    TextCleaner cleaner(rules.at(figure["to"]));
    uint64_t hash = 0xCBF29CE484222325;
    for (size_t i = 0; i < figure["of"].size(); i += 2)
      for (uint32_t point = figure["of"][i]; point <= figure["of"][i + 1]; ++point) {
        std::string text;
        append_utf8(point, text);
        for (const char byte : std::string(cleaner.clean(text)) + ".")
          hash = (hash ^ static_cast<unsigned char>(byte)) * 0x100000001B3;
      }
    char digits[17];
    std::snprintf(digits, sizeof digits, "%016llx", static_cast<unsigned long long>(hash));
    EXPECT_EQ(digits, figure["hash"].get<std::string>())
        << figure["to"] << " of code points from " << figure["of"][0];
  }
}

}  // namespace
}  // namespace howdah::transform
