// What a preparation writes: the plan of its files, and at the end report, transform and manifest.
#include <arrow/record_batch.h>
#include <fmt/format.h>

#include <algorithm>

#include "data/chunk_records.h"
#include "data/preparation.h"
#include "fs/memory_file_system.h"

namespace howdah::data {
namespace {

using nlohmann::ordered_json;

constexpr int64_t kLeastRowGroup = 1 << 20, kMostRowGroup = 16 << 20;
// All open files together hold about this, whatever their number.
constexpr int64_t kRowGroupsBytes = 256 << 20;
constexpr const char* kWritten = "_state/written";

std::string dump(const ordered_json& json) {
  return json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

}  // namespace

Status Preparation::plan_pieces(Deadline deadline) {
  const auto partitions = static_cast<int64_t>(tally_.pieces.counts().size());
  if (partitions == 0)
    return Status(Code::kInvalidArgument, "no record is left to write")
        .with_peer(source_->files().front().location.uri())
        .with_advice(
            fmt::format("{} were read; look at the rules' counts with --json", tally_.rows_read));
  row_group_bytes_ = std::clamp(kRowGroupsBytes / partitions, kLeastRowGroup, kMostRowGroup);
  const int64_t row_bytes = std::max<int64_t>(1, HOWDAH_TRY(measure_row_bytes(deadline)));
  target_rows_ = std::max<int64_t>(1, spec_.output.target_file_bytes / row_bytes);
  plan_ = PiecePlan::create(tally_.pieces, pipeline_->part_names(), target_rows_,
                            formats::FileWriter::suffix(writer_options()));
  fs::CreateOptions options;
  options.overwrite = true;
  written_file_ = HOWDAH_TRY(work_->location().files->create(
      work_->path(fmt::format("{}-{}.jsonl", kWritten, written_.size())), options, deadline));
  return Status::ok();
}

// How many bytes a record takes in a file: the first chunk that has records is written to memory.
// The same in every run over the same source.
Result<int64_t> Preparation::measure_row_bytes(Deadline deadline) {
  constexpr int kPatience = 16;  // chunks
  const Pipeline::Round round = pipeline_->next_round();
  const auto scratch = pipeline_->results(round, false);
  int tried = 0;
  for (const formats::Portion& portion :
       HOWDAH_TRY(source_->portions(formats::kChunkBytes, deadline))) {
    auto reader = HOWDAH_TRY(source_->read(portion, deadline));
    while (auto chunk = HOWDAH_TRY(reader->next(deadline))) {
      if (++tried > kPatience) return int64_t{100};
      auto records = HOWDAH_TRY(parse_chunk(*source_, schema_, *chunk, *scratch));
      if (!records)
        return Status(Code::kInternal, "the source changed while it was read")
            .with_peer(source_->files()[static_cast<size_t>(portion.file)].location.uri());
      HOWDAH_TRY(pipeline_->read(round, 0, *records, *scratch));
      if (records->size() == 0) continue;
      fs::MemoryFileSystem memory("measure");
      auto writer = HOWDAH_TRY(formats::FileWriter::create(
          memory, "/rows", HOWDAH_TRY(pipeline_->output_schema()), writer_options(), deadline));
      HOWDAH_TRY(writer->write(*HOWDAH_TRY(pipeline_->output_columns(records->batch))));
      const auto written = HOWDAH_TRY(writer->close());
      return std::max<int64_t>(1, written.bytes / written.rows);
    }
  }
  return int64_t{100};
}

Status Preparation::wrote(const WrittenPiece& piece) {
  const Deadline deadline = Deadline::after(std::chrono::minutes(5));
  written_[piece.piece] = piece;
  HOWDAH_TRY(written_file_->write(as_bytes(to_line(piece)), deadline));
  return written_file_->flush(deadline);
}

Status Preparation::restore_written(std::vector<std::string>& kept, Deadline deadline) {
  auto& files = *work_->location().files;
  const auto state = files.list(work_->path("_state"), deadline);
  if (!state) return Status::ok();
  for (const fs::FileInfo& entry : *state) {
    if (!entry.name().starts_with("written-")) continue;
    const std::string below = "_state/" + entry.name();
    HOWDAH_TRY(files.recover_lease(work_->path(below), deadline));
    const auto text = HOWDAH_TRY(work_->read(below, deadline));
    kept.push_back(below);
    for (size_t begin = 0; text && begin < text->size();) {
      const size_t end = text->find('\n', begin);
      if (end == std::string::npos) break;  // the last line was not finished
      const auto line = written_piece_from_line(text->substr(begin, end - begin));
      begin = end + 1;
      if (!line) continue;
      const WrittenPiece& piece = *line;
      const auto there = files.stat(work_->path(piece.path), deadline);
      if (!there || there->length_bytes != piece.bytes) continue;
      written_[piece.piece] = piece;
      kept.push_back(piece.path);
    }
  }
  written_before_ = written_;
  return Status::ok();
}

Report Preparation::report(Report::Run run) const {
  Report report;
  report.name = spec_.name;
  report.output = work_->output().uri();
  report.fingerprint = fingerprint_;
  report.sources = spec_.source.uris;
  report.format = prepare::format_name(source_->format());
  report.files_read = static_cast<int64_t>(source_->files().size());
  report.bytes_read = source_->total_bytes();
  report.rows_read = tally_.rows_read;
  for (const auto& [rule, rows] : tally_.bad_records) {
    report.rules.push_back({"read." + rule, tally_.rows_read, rows, 0, 0});
    report.rows_dropped += rows;
  }
  if (tally_.values_become_missing)
    report.rules.push_back(
        {"read.type_error", tally_.rows_read, 0, 0, tally_.values_become_missing});
  for (size_t i = 0; i < tally_.effects.size(); ++i) {
    if (i == pipeline_->assigning_item()) continue;
    const transform::StepEffect& effect = tally_.effects[i];
    report.rules.push_back({pipeline_->item_name(i), effect.rows_in, effect.rows_dropped,
                            effect.rows_changed, effect.values_changed});
    report.rows_dropped += effect.rows_dropped;
  }
  report.rows_kept = report.rows_read - report.rows_dropped;
  for (size_t p = 0; p < spec_.split.parts.size(); ++p)
    report.parts.push_back({spec_.split.parts[p].name, 0, spec_.split.parts[p].share});
  if (!tally_.classes.empty()) report.class_column = spec_.split.column;
  for (const auto& [value, parts] : tally_.classes) {
    ClassReport one{value, std::vector<int64_t>(report.parts.size(), 0)};
    for (const auto& [part, rows] : parts) one.rows_by_part[part] = rows;
    report.classes.push_back(std::move(one));
  }
  std::map<PartitionKey, PartitionReport> partitions;
  for (const auto& [number, written] : written_) {
    const Piece& piece = plan_.pieces()[static_cast<size_t>(number)];
    PartitionReport& partition = partitions[piece.partition];
    partition.part = pipeline_->part_names()[piece.partition.part];
    partition.folder = piece.partition.folder;
    partition.rows += written.rows;
    partition.bytes += written.bytes;
    ++partition.files;
    ++report.files_written;
    report.bytes_written += written.bytes;
    report.parts[piece.partition.part].rows += written.rows;
  }
  std::map<std::string, int64_t> folders;
  for (auto& [key, partition] : partitions) {
    if (!key.folder.empty()) folders[key.folder] += partition.rows;
    if (partition.files > 1)
      report.split_over_files.push_back(partition.part +
                                        (key.folder.empty() ? "" : "/" + key.folder));
    report.partitions.push_back(std::move(partition));
  }
  int64_t most = 0, all = 0;
  for (const auto& [folder, rows] : folders) {
    most = std::max(most, rows);
    all += rows;
  }
  if (all > 0)
    report.skew =
        static_cast<double>(most) * static_cast<double>(folders.size()) / static_cast<double>(all);
  add_columns(report);
  for (const auto& [rule, records] : tally_.sample.by_rule())
    for (const DroppedRecord& record : records)
      report.dropped_sample.push_back({rule, source_->file_of(record.chunk, record.row).name,
                                       record.reason, record.content, record.row, record.offset});
  report.run = std::move(run);
  report.run.rounds = rounds_ + 1;
  report.run.resumed = resumed_;
  return report;
}

void Preparation::add_columns(Report& report) const {
  const auto at = [&](const std::string& name) -> ColumnReport& {
    for (ColumnReport& column : report.columns)
      if (column.name == name) return column;
    report.columns.push_back({name, {}, {}});
    return report.columns.back();
  };
  if (tally_.before)
    for (size_t c = 0; c < tally_.before->columns().size(); ++c)
      at(tally_.before->columns()[c].name).before = tally_.before->values_of(c);
  if (tally_.after)
    for (size_t c = 0; c < tally_.after->columns().size(); ++c)
      at(tally_.after->columns()[c].name).after = tally_.after->values_of(c);
  if (tally_.before) report.sample_records = static_cast<int64_t>(tally_.before->sample_rows());
}

std::string Preparation::transform_json() const {
  return dump({{"version", 1},
               {"kind", kTransformKind},
               {"fingerprint", fingerprint_},
               {"prepare", ordered_json::parse(spec_.to_json(false))},
               {"schema", ordered_json::parse(schema_.to_json())},
               {"pipeline", pipeline_->state()}});
}

std::string Preparation::manifest_json(const Report& report) const {
  ordered_json files = ordered_json::array();
  for (const auto& [number, piece] : written_)
    files.push_back({{"path", piece.path},
                     {"rows", piece.rows},
                     {"bytes", piece.bytes},
                     {"sha256", piece.sha256}});
  return dump({{"version", 1},
               {"kind", "howdah dataset"},
               {"fingerprint", fingerprint_},
               {"name", spec_.name},
               {"rows", report.rows_kept},
               {"bytes", report.bytes_written},
               {"files", std::move(files)}});
}

Result<Report> Preparation::finish(const RoundResults& results, Report::Run run,
                                   Deadline deadline) {
  HOWDAH_TRY(add_tally(results.tally));
  HOWDAH_TRY(end_quarantine(deadline));
  if (written_.size() != plan_.pieces().size())
    return Status(Code::kInternal, fmt::format("{} of {} files were written", written_.size(),
                                               plan_.pieces().size()));
  Report made = report(std::move(run));
  HOWDAH_TRY(work_->write("transform.json", transform_json(), deadline));
  HOWDAH_TRY(work_->write(kReportJson, to_json(made), deadline));
  HOWDAH_TRY(work_->write(kReportPage, to_html(made), deadline));
  HOWDAH_TRY(work_->write(kManifestFile, manifest_json(made), deadline));
  if (written_file_) HOWDAH_TRY(written_file_->close(deadline));
  written_file_.reset();
  HOWDAH_TRY(work_->remove("_state", deadline));
  HOWDAH_TRY(work_->commit(deadline));
  return made;
}

Result<Report> Preparation::found_report(Deadline deadline) {
  const fs::Location& output = work_->output();
  Report report = HOWDAH_TRY(report_from_json(HOWDAH_TRY(
      fs::read_file(*output.files, output.path + "/" + kReportJson, kMaxReportBytes, deadline))));
  report.run.reused = true;
  return report;
}

}  // namespace howdah::data
