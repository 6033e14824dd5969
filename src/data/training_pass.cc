#include "data/training_pass.h"

#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <fmt/core.h>

#include "base/nearest.h"
#include "dataset/index.h"

namespace howdah::data {
namespace {

Status wrong_type(const std::string& column, const arrow::DataType& found, const char* due,
                  const char* advice) {
  return Status(Code::kInvalidArgument, fmt::format("the column '{}' holds {}, where {} are due",
                                                    column, found.ToString(), due))
      .with_operation("read the prepared data")
      .with_advice(advice);
}

}  // namespace

Status pass_over(const fs::Location& folder, const PreparedPart& part,
                 const std::vector<std::string>& columns, const std::stop_token& stop,
                 Deadline deadline, const std::function<Status(const PartBatch&)>& visit) {
  auto batches = HOWDAH_TRY(PartBatches::open(part.files, columns, deadline));
  while (true) {
    if (stop.stop_requested())
      return Status(Code::kCancelled, "stopped").with_operation("index").with_peer(folder.uri());
    const PartBatch rows = HOWDAH_TRY(batches.next(deadline));
    if (!rows.batch) return Status::ok();
    const Status visited = visit(rows);
    if (!visited.is_ok())
      return visited.with_operation("read the prepared data").with_peer(rows.file);
  }
}

Result<formats::Inferred> type_of(const formats::TableSchema& schema, const std::string& column) {
  std::vector<std::string> names;
  for (const formats::TableColumn& one : schema.columns) {
    if (one.name == column) return one.type;
    names.push_back(one.name);
  }
  const std::string near = nearest(column, names);
  std::string known;
  for (const std::string& name : names) known += (known.empty() ? "" : ", ") + name;
  return Status(Code::kInvalidArgument, fmt::format("there is no column '{}'", column))
      .with_operation("read the prepared data")
      .with_advice(near.empty() ? "there are: " + shown(known) : "did you mean '" + near + "'?");
}

Result<std::shared_ptr<arrow::StringArray>> texts_of(const arrow::RecordBatch& batch,
                                                     const std::string& column,
                                                     const std::string& what) {
  const auto values = batch.GetColumnByName(column);
  if (values && values->type_id() != arrow::Type::STRING &&
      values->type_id() != arrow::Type::LARGE_STRING)
    return wrong_type(column, *values->type(), "texts",
                      ("name a column of strings as data." + what).c_str());
  return std::static_pointer_cast<arrow::StringArray>(
      HOWDAH_TRY(cast_column(batch, column, arrow::utf8())));
}

Result<std::shared_ptr<arrow::StringArray>> classes_of(const arrow::RecordBatch& batch,
                                                       const std::string& column) {
  const auto values = batch.GetColumnByName(column);
  if (values) {
    const auto& type = *values->type();
    if (!arrow::is_integer(type.id()) && type.id() != arrow::Type::BOOL &&
        type.id() != arrow::Type::STRING && type.id() != arrow::Type::LARGE_STRING)
      return wrong_type(column, type, "classes (strings, whole numbers, true and false)",
                        "name another data.target, or another task: regression finds numbers");
  }
  return std::static_pointer_cast<arrow::StringArray>(
      HOWDAH_TRY(cast_column(batch, column, arrow::utf8())));
}

Status missing_value(const std::string& column) {
  return Status(Code::kInvalidArgument, fmt::format("the column '{}' has no value", column))
      .with_advice("drop such rows, or fill them in, when the data are prepared");
}

Status ClassCollector::add(const PartBatch& rows) {
  const auto classes = HOWDAH_TRY(classes_of(*rows.batch, column_));
  for (int64_t row = 0; row < classes->length(); ++row) {
    if (classes->IsNull(row)) return rows.at(row, missing_value(column_));
    const std::string_view name = classes->GetView(row);
    if (seen_.contains(name)) continue;
    if (static_cast<int64_t>(name.size()) > dataset::kMaxNameBytes)
      return rows.at(
          row, Status(Code::kInvalidArgument,
                      fmt::format("a class of {} bytes in the column '{}'", name.size(), column_)));
    seen_.emplace(name);
    if (static_cast<int64_t>(seen_.size()) > dataset::kMaxClasses)
      return Status(Code::kInvalidArgument, fmt::format("more than {} classes in the column '{}'",
                                                        dataset::kMaxClasses, column_));
  }
  return Status::ok();
}

Result<std::shared_ptr<const ClassNames>> ClassCollector::finish() const {
  if (seen_.size() < 2)
    return Status(Code::kInvalidArgument,
                  seen_.empty() ? std::string("the training part has no row")
                                : fmt::format("the column '{}' is always '{}' in the training part",
                                              column_, shown(*seen_.begin())))
        .with_operation("read the prepared data")
        .with_advice("two classes at least are due");
  return std::make_shared<const ClassNames>(seen_);
}

}  // namespace howdah::data
