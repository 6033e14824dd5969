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

// In their order. `effects` by item of the pipeline.
std::vector<RuleReport> rules_of(const Tally& tally,
                                 const std::vector<transform::StepEffect>& effects,
                                 const Pipeline& pipeline) {
  std::vector<RuleReport> rules;
  for (const auto& [rule, rows] : tally.bad_records)
    rules.push_back({"read." + rule, tally.rows_read, rows});
  if (tally.values_become_missing)
    rules.push_back({"read.type_error", tally.rows_read, 0, 0, tally.values_become_missing});
  for (size_t i = 0; i < effects.size(); ++i) {
    if (i == pipeline.assigning_item()) continue;
    const transform::StepEffect& effect = effects[i];
    rules.push_back({pipeline.item_name(i), effect.rows_in, effect.rows_dropped,
                     effect.rows_changed, effect.values_changed, effect.rows_marked});
  }
  return rules;
}

// The lines of those rules that dropped the most rows.
std::string droppers_text(std::vector<RuleReport> rules) {
  constexpr size_t kShown = 10;
  std::vector<int64_t> dropped;
  for (const RuleReport& rule : rules) dropped.push_back(rule.rows_dropped);
  std::sort(dropped.rbegin(), dropped.rend());
  const int64_t least =
      dropped.size() > kShown ? std::max<int64_t>(1, dropped[kShown - 1]) : int64_t{1};
  Report report;
  for (RuleReport& rule : rules)
    if (rule.rows_dropped >= least && report.rules.size() < kShown)
      report.rules.push_back(std::move(rule));
  return rules_text(report);
}

Status nothing_left(const Tally& tally, const Pipeline& pipeline, const std::string& source,
                    const TellLine& line) {
  auto effects = tally.effects;  // not counted yet of those whose turn it would have been only now
  for (const auto& [item, effect] : tally.foreseen)
    if (item >= pipeline.counted()) effects[item] = effect;
  const std::string counts = droppers_text(rules_of(tally, effects, pipeline));
  for (size_t begin = 0; begin < counts.size();) {
    const size_t end = counts.find('\n', begin);
    if (end > begin) line(counts.substr(begin, end - begin));
    begin = end + 1;
  }
  return Status(Code::kInvalidArgument,
                fmt::format("no record is left to write, of {} that were read", tally.rows_read))
      .with_peer(source)
      .with_advice(counts.empty() ? "give another source"
                                  : "loosen the rule that drops most, of those told above");
}

}  // namespace

Status Preparation::plan_pieces(Deadline deadline) {
  const auto partitions = static_cast<int64_t>(tally_.pieces.counts().size());
  if (partitions == 0)
    return nothing_left(tally_, *pipeline_, source_->files().front().location.uri(), line_);
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
  report.rules = rules_of(tally_, tally_.effects, *pipeline_);
  for (const RuleReport& rule : report.rules) report.rows_dropped += rule.rows_dropped;
  report.warnings = pipeline_->warnings();
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
  for (const PartReport& part : report.parts)
    if (part.rows == 0)
      report.warnings.push_back(
          fmt::format("no record is in part \"{}\" of the split: set another seed, or give it a "
                      "larger share",
                      part.name));
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
  HOWDAH_TRY(work_->write(kTransformFile, transform_json(), deadline));
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
  for (const char* name : {kTransformFile, kReportJson, kReportPage}) {
    const auto there = output.files->stat(output.path + "/" + name, deadline);
    if (there && there->length_bytes > 0) continue;
    if (!there && there.status().code() != Code::kNotFound) return there.status();
    return damaged_output(output, name, there ? "is empty" : "is gone");
  }
  auto report = report_from_json(HOWDAH_TRY(
      fs::read_file(*output.files, output.path + "/" + kReportJson, kMaxReportBytes, deadline)));
  if (!report)
    return report.status()
        .with_peer(output.uri() + "/" + kReportJson)
        .with_advice("prepare the data again with --overwrite");
  report->run.reused = true;
  return report;
}

}  // namespace howdah::data
