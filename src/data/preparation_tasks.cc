// A preparation whose rounds are carried out by tasks on other machines: what they are told, and
// what they hand over.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "data/preparation.h"
#include "data/quarantine.h"

namespace howdah::data {
namespace {

using nlohmann::ordered_json;

constexpr const char* kTask = "_state/task.json";
constexpr int64_t kTaskLimit = 256 << 20;

std::string parent_of(const std::string& path) {
  return path.substr(0, path.rfind('/'));
}

}  // namespace

std::string Preparation::shared_uri() const {
  return fs::Location{work_->location().files, work_->path(kTask)}.uri();
}

Status Preparation::share(Deadline deadline) {
  ordered_json written = ordered_json::array();
  for (const auto& [piece, _] : written_before_) written.push_back(piece);
  HOWDAH_TRY(save(deadline));
  return work_->write(kTask,
                      ordered_json({{"spec", ordered_json::parse(spec_.to_json())},
                                    {"adopted", adopted_},
                                    {"fingerprint", fingerprint_},
                                    {"target_rows", target_rows_},
                                    {"row_group_bytes", row_group_bytes_},
                                    {"written", std::move(written)}})
                          .dump(),
                      deadline);
}

Result<std::unique_ptr<Preparation>> Preparation::attach(fs::FileSystems& files,
                                                         const std::string& task_uri,
                                                         Deadline deadline) {
  const auto location = HOWDAH_TRY(files.resolve(task_uri));
  const auto task = ordered_json::parse(
      HOWDAH_TRY(fs::read_file(*location.files, location.path, kTaskLimit, deadline)), nullptr,
      false);
  if (!task.is_object() || !task.contains("spec") || !task.contains("adopted"))
    return Status(Code::kCorrupt, "it does not describe a task").with_peer(location.uri());
  auto run = std::unique_ptr<Preparation>(new Preparation());
  run->spec_ = HOWDAH_TRY(prepare::PrepareSpec::from_json(task["spec"].dump()));
  run->files_ = &files;
  run->line_ = [](const std::string&) {};
  run->adopted_ = task["adopted"];
  run->source_ = HOWDAH_TRY(formats::Source::open(files, run->spec_.source, deadline));
  run->fingerprint_ = run->digest();
  if (run->fingerprint_ != task.value("fingerprint", ""))
    return Status(Code::kAborted, "the source changed while it was prepared")
        .with_peer(run->source_->files().front().location.uri());
  const auto output = HOWDAH_TRY(files.resolve(run->spec_.output.uri));
  run->work_ = std::make_unique<WorkFolder>(WorkFolder::attach(output, run->fingerprint_));
  std::vector<std::string> read;
  if (!HOWDAH_TRY(run->load_state(read, deadline)))
    return Status(Code::kAborted, "the state of the preparation is gone")
        .with_peer(run->work_->location().uri());
  run->target_rows_ = task.value("target_rows", int64_t{0});
  run->row_group_bytes_ = task.value("row_group_bytes", run->row_group_bytes_);
  for (const auto& piece : task.value("written", ordered_json::array()))
    run->written_before_[piece.get<int32_t>()] = {};
  if (run->pipeline_->ready_to_write())
    run->plan_ = PiecePlan::create(run->tally_.pieces, run->pipeline_->part_names(),
                                   std::max<int64_t>(1, run->target_rows_),
                                   formats::FileWriter::suffix(run->writer_options()));
  return run;
}

Status Preparation::quarantine_file(const std::string& path, Deadline deadline) {
  auto& files = *work_->location().files;
  const std::string to = work_->path(quarantine_path(rounds_));
  HOWDAH_TRY(files.mkdir(parent_of(to), 0755, deadline));
  return files.rename(path, to, true, deadline);
}

Status Preparation::take_piece(const WrittenPiece& piece, const std::string& path,
                               Deadline deadline) {
  auto& files = *work_->location().files;
  const std::string to = work_->path(piece.path);
  HOWDAH_TRY(files.mkdir(parent_of(to), 0755, deadline));
  HOWDAH_TRY(files.rename(path, to, true, deadline));
  return wrote(piece);
}

}  // namespace howdah::data
