#include "formats/parquet_schema.h"

#include <arrow/type.h>

#include <algorithm>
#include <unordered_set>

#include "formats/folder_columns.h"
#include "formats/parquet_types.h"
#include "formats/text_source.h"

namespace howdah::formats {
namespace {

Status refuse(const SourceFile& at, const std::string& what, const std::string& advice) {
  return Status(Code::kInvalidArgument, what).with_peer(at.location.uri()).with_advice(advice);
}

}  // namespace

bool ParquetSchema::wanted(const std::string& name) const {
  if (folders_ && folders_->has(name)) return false;
  return spec_.columns.empty() ||
         std::find(spec_.columns.begin(), spec_.columns.end(), name) != spec_.columns.end();
}

Status ParquetSchema::add(const ParquetFile& file, const SourceFile& at) {
  std::unordered_set<std::string> names;
  for (const auto& column : file.columns()) {
    if (!wanted(column.name)) continue;
    if (!names.insert(column.name).second)
      return refuse(at, "two columns are named '" + column.name + "'",
                    "list other `columns`, or write the file anew");
    if (!column.landing)
      return refuse(at,
                    "the column '" + column.name + "' is nested (" + column.stored->ToString() +
                        "): records are flat",
                    "list the `columns` to read without it, or flatten it before");
    HOWDAH_TRY(add_column(column, at));
  }
  if (!spec_.absent_columns_are_missing) HOWDAH_TRY(check_all_there(file, at));
  if (!any_) first_ = at;
  any_ = true;
  return Status::ok();
}

Status ParquetSchema::add_column(const ParquetFile::Column& column, const SourceFile& at) {
  const auto [known, is_new] = found_.emplace(column.name, columns_.size());
  if (is_new) {
    if (any_ && spec_.columns.empty() && !spec_.absent_columns_are_missing)
      return refuse(at, "the column '" + column.name + "' is not in " + first_.location.uri(),
                    "list `columns`, or set `absent_columns_are_missing`");
    columns_.push_back({column.name, column.landing, at.location.uri()});
  }
  Column& merged = columns_[known->second];
  if (const auto given = spec_.types.find(column.name); given != spec_.types.end()) {
    if (!can_be_given(*column.landing, inferred_of(given->second)))
      return refuse(at,
                    "the column '" + column.name + "' is " + column.stored->ToString() +
                        ", which cannot be read as " + prepare::column_type_name(given->second),
                    "correct `types`");
    return Status::ok();
  }
  const auto common = common_type(merged.type, column.landing);
  if (!common)
    return refuse(at,
                  "the column '" + column.name + "' is " + column.stored->ToString() +
                      " here and " + merged.type->ToString() + " in " + merged.first,
                  "give it a type with `types: {" + column.name + ": string}`");
  merged.type = common;
  return Status::ok();
}

Status ParquetSchema::check_all_there(const ParquetFile& file, const SourceFile& at) const {
  std::vector<std::string> due = spec_.columns;
  if (due.empty())
    for (const Column& column : columns_) due.push_back(column.name);
  for (const auto& name : due)
    if (!file.column(name)) return no_such_column(name, file.names(), at);
  return Status::ok();
}

Result<TableSchema> ParquetSchema::finish() const {
  std::vector<std::string> names;
  for (const Column& column : columns_) names.push_back(column.name);
  for (const auto& [name, type] : spec_.types)
    if (!found_.contains(name)) return no_such_column(name, names, first_);
  TableSchema schema;
  for (const auto& name : spec_.columns.empty() ? names : spec_.columns) {
    const auto found = found_.find(name);
    if (found == found_.end()) return no_such_column(name, names, first_);
    TableColumn column;
    column.name = name;
    if (const auto given = spec_.types.find(name); given != spec_.types.end()) {
      column.type = inferred_of(given->second);
      column.given = true;
    } else {
      const auto& type = columns_[found->second].type;
      column.type = inferred_like(*type);
      // Columns of nulls alone are strings, as everywhere.
      column.fixed = type->id() == arrow::Type::NA ? arrow::utf8() : type;
    }
    schema.columns.push_back(std::move(column));
  }
  return schema;
}

}  // namespace howdah::formats
