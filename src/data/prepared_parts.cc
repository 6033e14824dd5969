#include "data/prepared_parts.h"

#include <arrow/compute/cast.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <fmt/core.h>

#include <nlohmann/json.hpp>

#include "data/work_folder.h"
#include "formats/arrow_status.h"
#include "formats/sources.h"

namespace howdah::data {
namespace {

constexpr int64_t kPortionBytes = int64_t{1} << 30;

}  // namespace

Result<std::map<std::string, PreparedPart>> parts_of(const fs::Location& folder,
                                                     const std::string& text) {
  const auto manifest = nlohmann::json::parse(text, nullptr, false);
  std::map<std::string, PreparedPart> parts;
  try {
    if (manifest.at("kind") != "howdah dataset") throw std::invalid_argument("kind");
    for (const auto& file : manifest.at("files")) {
      const auto path = file.at("path").get<std::string>();
      if (!path.ends_with(".parquet"))
        return Status(Code::kUnsupported, "only prepared data in Parquet can be trained from")
            .with_peer(folder.uri() + "/" + path);
      PreparedPart& part = parts[path.substr(0, path.find('/'))];
      part.files.push_back(
          {{folder.files, folder.path + "/" + path}, path, file.at("bytes").get<int64_t>(), 0});
      part.records += file.at("rows").get<int64_t>();
    }
  } catch (const std::exception&) {
    return Status(Code::kCorrupt, "is no manifest of a prepared dataset")
        .with_peer(folder.uri() + "/" + kManifestFile);
  }
  return parts;
}

Status PartBatch::at(int64_t row, const Status& status) const {
  return status.with_peer(fmt::format("{}, row {}", file, first_row + row + 1));
}

Result<PartBatches> PartBatches::open(std::vector<formats::SourceFile> files,
                                      std::vector<std::string> columns, Deadline deadline) {
  prepare::SourceSpec spec;
  spec.format = prepare::Format::kParquet;
  spec.columns = std::move(columns);
  spec.missing_words.clear();  // what was missing is so already
  PartBatches batches;
  batches.source_ = HOWDAH_TRY(formats::make_parquet_source({std::move(files), std::move(spec)}));
  batches.schema_ = HOWDAH_TRY(batches.source_->survey(deadline));
  batches.portions_ = HOWDAH_TRY(batches.source_->portions(kPortionBytes, deadline));
  return batches;
}

Result<PartBatch> PartBatches::next(Deadline deadline) {
  while (reader_ || at_ < portions_.size()) {
    if (!reader_) reader_ = HOWDAH_TRY(source_->read(portions_[at_++], deadline));
    const auto chunk = HOWDAH_TRY(reader_->next(deadline));
    if (!chunk) {
      reader_.reset();
      continue;
    }
    if (chunk->id.file != file_) row_ = 0;
    file_ = chunk->id.file;
    const std::string uri = source_->files()[static_cast<size_t>(file_)].location.uri();
    auto parsed = HOWDAH_TRY(source_->parse(*chunk, schema_));
    if (!parsed.bad.empty() || !parsed.batch)
      return Status(Code::kCorrupt,
                    parsed.bad.empty() ? "files of different columns" : parsed.bad.front().reason)
          .with_peer(uri);
    const PartBatch batch{std::move(parsed.batch), uri, row_};
    row_ += parsed.rows_read;
    if (batch.batch->num_rows() > 0) return batch;
  }
  return PartBatch();
}

Result<std::shared_ptr<arrow::Array>> cast_column(const arrow::RecordBatch& batch,
                                                  const std::string& name,
                                                  const std::shared_ptr<arrow::DataType>& type) {
  HOWDAH_TRY(formats::load_arrow_functions());
  const auto column = batch.GetColumnByName(name);
  if (!column) return Status(Code::kInternal, "the column '" + name + "' was not read");
  if (column->type()->Equals(*type)) return column;
  return formats::from_arrow(arrow::compute::Cast(*column, type));
}

}  // namespace howdah::data
