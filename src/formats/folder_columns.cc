#include "formats/folder_columns.h"

#include <arrow/array/builder_binary.h>
#include <arrow/scalar.h>
#include <arrow/type.h>
#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <optional>

#include "formats/arrow_status.h"
#include "formats/column_cast.h"
#include "formats/hex_digit.h"
#include "formats/text_encoding.h"
#include "formats/value_parser.h"
#include "prepare/output_names.h"

namespace howdah::formats {
namespace {

using Value = std::optional<std::string>;
struct Level {
  std::string column;
  Value value;
};

bool is_table(prepare::Format format) {
  return format != prepare::Format::kImages && format != prepare::Format::kTar &&
         format != prepare::Format::kIdx;
}

// What is no escape stays as it is, and so does all of a name that would be no UTF-8.
std::string percent_decoded(std::string_view name) {
  std::string decoded;
  for (size_t i = 0; i < name.size(); ++i) {
    if (name[i] == '%' && i + 2 < name.size()) {
      const int high = hex_digit(name[i + 1]), low = hex_digit(name[i + 2]);
      if (high >= 0 && low >= 0) {
        decoded.push_back(static_cast<char>(high * 16 + low));
        i += 2;
        continue;
      }
    }
    decoded.push_back(name[i]);
  }
  return is_valid_utf8(decoded) ? decoded : std::string(name);
}

Status refuse(const SourceFile& file, std::string what, const char* advice) {
  return Status(Code::kInvalidArgument, std::move(what))
      .with_operation("read folders' names")
      .with_peer(file.location.uri())
      .with_advice(advice);
}

Result<std::vector<Level>> levels_of(const SourceFile& file, const prepare::SourceSpec& spec) {
  std::vector<Level> levels;
  std::string_view rest = file.folders;
  while (!rest.empty()) {
    const std::string_view folder = rest.substr(0, rest.find('/'));
    rest.remove_prefix(std::min(rest.size(), folder.size() + 1));
    const size_t equals = folder.find('=');
    if (equals == 0 || equals == std::string_view::npos) continue;
    Level level{percent_decoded(folder.substr(0, equals)), std::nullopt};
    const std::string_view value = folder.substr(equals + 1);
    if (!value.empty() && value != prepare::kNoPartitionValue) level.value = percent_decoded(value);
    if (!spec.columns.empty() &&
        std::find(spec.columns.begin(), spec.columns.end(), level.column) == spec.columns.end())
      continue;
    if (!is_valid_utf8(folder))
      return refuse(file, "a folder's name is no UTF-8", "rename it, or list other `columns`");
    for (const Level& above : levels)
      if (above.column == level.column)
        return refuse(file, "two of its folders are named '" + level.column + "='",
                      "rename one, or list other `columns`");
    levels.push_back(std::move(level));
  }
  return levels;
}

std::string named(const std::vector<Level>& levels) {
  std::string names;
  for (const Level& level : levels) names += (names.empty() ? "" : ", ") + level.column;
  return names.empty() ? "none" : names;
}

bool same_columns(const std::vector<Level>& a, const std::vector<Level>& b) {
  const auto in_b = [&](const Level& level) {
    return std::any_of(b.begin(), b.end(),
                       [&](const Level& other) { return other.column == level.column; });
  };
  return a.size() == b.size() && std::all_of(a.begin(), a.end(), in_b);
}

bool is_whole_number(const std::string& text) {
  int64_t number = 0;
  const bool blank = text.find_first_of(" \t") != std::string::npos;
  return !blank && parse_int64_slowly(text, &number);
}

TableColumn describe(const std::string& name, const std::map<std::string, uint32_t>& texts,
                     const prepare::SourceSpec& spec) {
  TableColumn column;
  column.name = name;
  if (const auto given = spec.types.find(name); given != spec.types.end()) {
    column.type = inferred_of(given->second);
    column.given = true;
    return column;
  }
  const bool whole = !texts.empty() && std::all_of(texts.begin(), texts.end(), [](const auto& at) {
    return is_whole_number(at.first);
  });
  column.type = whole ? Inferred::kInt64 : Inferred::kString;
  column.fixed = whole ? arrow::int64() : arrow::utf8();
  return column;
}

// Null where the text is no value of that type.
Result<std::shared_ptr<arrow::Scalar>> scalar_of(const std::string& text, const std::string& column,
                                                 const std::shared_ptr<arrow::DataType>& type) {
  arrow::StringBuilder builder;
  HOWDAH_TRY(from_arrow(builder.Append(text)));
  const auto one = HOWDAH_TRY(from_arrow(builder.Finish()));
  const MissingWords none{{}};
  bool fits = true;
  const auto cast = HOWDAH_TRY(cast_column(
      one, type, {column, &none},
      [&](int64_t, const char*, const std::string&, const std::string&) { fits = false; }));
  if (!fits) return std::shared_ptr<arrow::Scalar>();
  return from_arrow(cast->GetScalar(0));
}

}  // namespace

Result<std::shared_ptr<const FolderColumns>> FolderColumns::find(
    const std::vector<SourceFile>& files, const prepare::SourceSpec& spec) {
  if (!is_table(spec.format)) return std::shared_ptr<const FolderColumns>();
  // Of each column, the number of each text; 0 is the missing value's.
  const auto found = std::make_shared<FolderColumns>();
  std::vector<std::map<std::string, uint32_t>> texts;
  std::optional<std::pair<std::vector<Level>, const SourceFile*>> first;
  for (size_t f = 0; f < files.size(); ++f) {
    if (files[f].length_bytes == 0) continue;
    auto levels = HOWDAH_TRY(levels_of(files[f], spec));
    if (first && !spec.absent_columns_are_missing && !same_columns(first->first, levels))
      return refuse(files[f],
                    fmt::format("its folders name the columns {}, those of {} {}", named(levels),
                                first->second->location.uri(), named(first->first)),
                    "lay all files out alike, list other `columns`, or set absent_columns: "
                    "missing");
    for (const Level& level : levels) {
      auto at = static_cast<size_t>(found->position(level.column));
      if (at >= texts.size()) {
        at = texts.size();
        texts.emplace_back();
        found->columns_.push_back({level.column, Inferred::kString, false, nullptr});
        found->values_.push_back({{}, std::vector<uint32_t>(files.size(), 0)});
      }
      if (!level.value) continue;
      const auto number = static_cast<uint32_t>(texts[at].size() + 1);
      found->values_[at].of_file[f] = texts[at].emplace(*level.value, number).first->second;
    }
    if (!first) first = {std::move(levels), &files[f]};
  }
  if (texts.empty()) return std::shared_ptr<const FolderColumns>();
  for (size_t c = 0; c < texts.size(); ++c) {
    TableColumn& column = found->columns_[c];
    column = describe(column.name, texts[c], spec);
    const auto type = TableSchema{{column}}.to_arrow()->field(0)->type();
    Values& values = found->values_[c];
    values.distinct.assign(texts[c].size() + 1, arrow::MakeNullScalar(type));
    for (const auto& [text, number] : texts[c]) {
      values.distinct[number] = HOWDAH_TRY(scalar_of(text, column.name, type));
      if (values.distinct[number]) continue;
      const auto of = std::find(values.of_file.begin(), values.of_file.end(), number);
      return refuse(files[static_cast<size_t>(of - values.of_file.begin())],
                    fmt::format("'{}' in a folder's name is no {}", text,
                                prepare::column_type_name(spec.types.at(column.name))),
                    "correct `types`");
    }
  }
  return std::shared_ptr<const FolderColumns>(found);
}

int FolderColumns::position(const std::string& name) const {
  for (size_t i = 0; i < columns_.size(); ++i)
    if (columns_[i].name == name) return static_cast<int>(i);
  return -1;
}

std::shared_ptr<arrow::Scalar> FolderColumns::value(const std::string& name, int32_t file) const {
  const int at = position(name);
  if (at < 0) return nullptr;
  const Values& values = values_[static_cast<size_t>(at)];
  return values.distinct[values.of_file[static_cast<size_t>(file)]];
}

}  // namespace howdah::formats
