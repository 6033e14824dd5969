#include "data/preparation.h"

#include <arrow/record_batch.h>
#include <fmt/format.h>

#include <algorithm>

#include "base/digest.h"
#include "data/quarantine.h"
#include "data/read_filter.h"
#include "formats/arrow_status.h"
#include "transform/identity.h"

namespace howdah::data {
namespace {

using prepare::PrepareSpec;
using std::chrono::minutes;

constexpr const char* kState = "_state/state.json";
constexpr const char* kTally = "_state/tally.bin";

std::string drops_path(size_t item) {
  return fmt::format("_state/drops-{}.bin", item);
}

}  // namespace

Result<std::unique_ptr<Preparation>> Preparation::open(fs::FileSystems& files,
                                                       const PrepareSpec& spec,
                                                       const Options& options, Deadline deadline) {
  HOWDAH_TRY(spec.check());
  auto run = std::unique_ptr<Preparation>(new Preparation());
  run->spec_ = spec;
  run->files_ = &files;
  run->line_ = options.line ? options.line : [](const std::string&) {};
  run->source_ = HOWDAH_TRY(formats::Source::open(files, spec.source, deadline));
  HOWDAH_TRY(run->take_transform(deadline));
  run->fingerprint_ = run->digest();
  const auto output = files.resolve(spec.output.uri);
  if (!output) return output.status().with_operation("output");
  for (const formats::SourceFile& file : run->source_->files())
    if (file.location.uri().starts_with(output->uri() + "/"))
      return Status(Code::kInvalidArgument, "the output would replace the source")
          .with_peer(output->uri())
          .with_advice("give another output");
  run->work_ = std::make_unique<WorkFolder>(HOWDAH_TRY(
      WorkFolder::open(*output, run->fingerprint_, options.overwrite, run->line_, deadline)));
  if (run->done()) return run;
  if (const Status begun = run->begin(deadline); !begun) return run->give_up(begun);
  return run;
}

Status Preparation::begin(Deadline deadline) {
  schema_ = HOWDAH_TRY(source_->survey(deadline));
  give_learnt_types();
  HOWDAH_TRY(build_pipeline());
  return work_->found() == WorkFolder::Found::kWork ? restore(deadline) : Status::ok();
}

Status Preparation::give_up(const Status& why) {
  // The same source would fail in the same way; with another one the work folder has another name.
  const bool again = why.code() == Code::kInvalidArgument || why.code() == Code::kCorrupt ||
                     why.code() == Code::kUnsupported;
  quarantine_file_.reset();
  written_file_.reset();
  if (!again && rounds_ > 0) return why.with_advice("what was done is kept: run it again to go on");
  work_->abandon();
  return why;
}

// Of what is asked for, and of the files that it is asked for.
std::string Preparation::digest() const {
  Sha256 digest;
  digest.update(as_bytes("howdah prepare 2\n" + spec_.to_json(false) + adopted_.dump()));
  for (const formats::SourceFile& file : source_->files())
    digest.update(as_bytes(
        fmt::format("\n{} {} {}", file.location.uri(), file.length_bytes, file.modified_ms)));
  return digest.hex();
}

// The steps of another preparation, and what they learnt there, in place of the spec's own.
Status Preparation::take_transform(Deadline deadline) {
  if (spec_.transform.empty()) return Status::ok();
  const auto location = HOWDAH_TRY(files_->resolve(spec_.transform));
  const auto text =
      HOWDAH_TRY(fs::read_file(*location.files, location.path, int64_t{1} << 30, deadline));
  const auto json = nlohmann::ordered_json::parse(text, nullptr, false);
  if (!json.is_object() || json.value("kind", "") != kTransformKind || !json.contains("prepare") ||
      !json.contains("pipeline"))
    return Status(Code::kCorrupt, "it is not a transform.json of a preparation")
        .with_peer(location.uri());
  spec_.steps = HOWDAH_TRY(PrepareSpec::from_json(json["prepare"].dump())).steps;
  spec_.transform.clear();
  adopted_ = json["pipeline"];
  adopted_uri_ = location.uri();
  if (json.contains("schema"))
    adopted_schema_ = HOWDAH_TRY(formats::TableSchema::from_json(json["schema"].dump()));
  return Status::ok();
}

// What a transform learnt from whole numbers is not to be applied to the words that one bad value
// makes of a column: that value is the bad one.
void Preparation::give_learnt_types() {
  for (formats::TableColumn& column : schema_.columns) {
    if (column.given || column.fixed) continue;
    for (const formats::TableColumn& learnt : adopted_schema_.columns) {
      if (learnt.name != column.name || learnt.fixed || learnt.type == formats::Inferred::kNull)
        continue;
      column.type = learnt.type;
      column.given = true;
    }
  }
}

Status Preparation::build_pipeline() {
  HOWDAH_TRY(check_filter(spec_.source, *schema_.to_arrow()));
  auto pipeline = Pipeline::create(spec_, schema_.to_arrow());
  Status built = pipeline.status();
  if (pipeline) {
    pipeline_ = std::move(*pipeline);
    if (!adopted_.is_null()) built = pipeline_->adopt(adopted_);
  }
  if (!built && !adopted_uri_.empty())
    return built.with_operation("transform").with_peer(adopted_uri_);
  HOWDAH_TRY(built);
  // Before all the reading: whether the output's format can hold such columns.
  const Status fits =
      formats::FileWriter::check(*HOWDAH_TRY(pipeline_->output_schema()), writer_options());
  if (!fits) return fits.with_peer(spec_.output.where);
  tally_ = Tally();
  tally_.effects.resize(pipeline_->items());
  rounds_ = 0;
  return Status::ok();
}

Status Preparation::widen(const formats::TableSchema& needs) {
  if (rounds_ > 0)
    return Status(Code::kInternal,
                  "the source changed while it was read: a column needs another type")
        .with_peer(source_->files().front().location.uri());
  HOWDAH_TRY(schema_.widen(needs));
  quarantine_file_.reset();
  HOWDAH_TRY(work_->remove("_quarantine", Deadline::after(minutes(1))));
  return build_pipeline();
}

std::unique_ptr<RoundResults> Preparation::new_results() const {
  return pipeline_->results(pipeline_->next_round(), rounds_ == 0);
}

Status Preparation::add_tally(const Tally& tally) {
  std::string bytes;
  tally.write_to(bytes);
  statistics::ByteReader reader(bytes);
  return tally_.merge(reader);
}

Status Preparation::finish_round(const RoundResults& results, std::vector<DropList>&& drops,
                                 Deadline deadline) {
  const Pipeline::Round round = pipeline_->next_round();
  HOWDAH_TRY(add_tally(results.tally));
  for (size_t i = 0; i < drops.size(); ++i) {
    if (!pipeline_->grouping(i) || i < round.ready || i - round.ready >= round.tail.size() ||
        round.tail[i - round.ready] != 'g')
      continue;
    std::string bytes;
    drops[i].write_to(bytes);
    HOWDAH_TRY(work_->write(drops_path(i), bytes, deadline));
  }
  HOWDAH_TRY(pipeline_->learn(round, results, std::move(drops)));
  HOWDAH_TRY(end_quarantine(deadline));
  ++rounds_;
  return save(deadline);
}

Status Preparation::save(Deadline deadline) {
  std::string bytes;
  tally_.write_to(bytes);
  HOWDAH_TRY(work_->write(kTally, bytes, deadline));
  const nlohmann::ordered_json state = {{"fingerprint", fingerprint_},
                                        {"rounds", rounds_},
                                        {"schema", nlohmann::json::parse(schema_.to_json())},
                                        {"pipeline", pipeline_->state()}};
  return work_->write(kState, state.dump(), deadline);
}

// False where no round had ended.
Result<bool> Preparation::load_state(std::vector<std::string>& read, Deadline deadline) {
  const auto text = HOWDAH_TRY(work_->read(kState, deadline));
  if (!text) return false;
  const auto state = nlohmann::ordered_json::parse(*text, nullptr, false);
  if (!state.is_object() || state.value("fingerprint", "") != fingerprint_) return false;
  schema_ = HOWDAH_TRY(formats::TableSchema::from_json(state.at("schema").dump()));
  HOWDAH_TRY(build_pipeline());
  HOWDAH_TRY(pipeline_->restore(state.at("pipeline")));
  const auto tally = HOWDAH_TRY(work_->read(kTally, deadline));
  if (!tally)
    return Status(Code::kCorrupt, "the work folder lacks its tally").with_peer(work_->path(kTally));
  statistics::ByteReader reader(*tally);
  HOWDAH_TRY(tally_.merge(reader));
  rounds_ = state.value("rounds", 0);
  read.insert(read.end(), {kState, kTally});
  for (size_t i = 0; i < pipeline_->items(); ++i) {
    if (!pipeline_->grouping(i)) continue;
    if (const auto bytes = HOWDAH_TRY(work_->read(drops_path(i), deadline))) {
      pipeline_->set_drops(i, HOWDAH_TRY(DropList::read_from(*bytes)));
      read.push_back(drops_path(i));
    }
  }
  return true;
}

Status Preparation::restore(Deadline deadline) {
  std::vector<std::string> kept;
  if (!HOWDAH_TRY(load_state(kept, deadline)) || rounds_ == 0)
    return work_->keep_only({}, deadline);  // broken off before its first round ended
  for (int round = 0; round < rounds_; ++round) kept.push_back(quarantine_path(round));
  HOWDAH_TRY(restore_written(kept, deadline));
  resumed_ = true;
  line_(fmt::format("going on after a break: {} readings of the data and {} files are done",
                    rounds_, written_.size()));
  return work_->keep_only(kept, deadline);
}

formats::WriterOptions Preparation::writer_options() const {
  formats::WriterOptions options;
  options.format = spec_.output.format;
  options.compression = spec_.output.compression;
  options.row_group_bytes = row_group_bytes_;
  return options;
}

Status Preparation::quarantine(const std::vector<DroppedRecord>& records) {
  if (records.empty()) return Status::ok();
  const Deadline deadline = Deadline::after(minutes(5));
  if (!quarantine_file_) {
    fs::CreateOptions options;
    options.overwrite = true;
    quarantine_file_ = HOWDAH_TRY(
        work_->location().files->create(work_->path(quarantine_path(rounds_)), options, deadline));
  }
  return quarantine_file_->write(as_bytes(quarantine_lines(records, *source_)), deadline);
}

Status Preparation::end_quarantine(Deadline deadline) {
  if (!quarantine_file_) return Status::ok();
  const auto file = std::move(quarantine_file_);
  return file->close(deadline);
}

}  // namespace howdah::data
