#include "job/journal.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>

namespace howdah::job {
namespace {

constexpr size_t kMostLineBytes = 1 << 20;
constexpr std::string_view kPrefix = "attempt-", kSuffix = ".jsonl";

std::string path_of(const fs::Location& folder, uint32_t attempt) {
  return fmt::format("{}/{}{}{}", folder.path, kPrefix, attempt, kSuffix);
}

std::optional<uint32_t> attempt_of(std::string_view name) {
  if (!name.starts_with(kPrefix) || !name.ends_with(kSuffix)) return std::nullopt;
  if (name.size() <= kPrefix.size() + kSuffix.size()) return std::nullopt;
  name = name.substr(kPrefix.size(), name.size() - kPrefix.size() - kSuffix.size());
  uint32_t attempt = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), attempt);
  if (error != std::errc() || end != name.data() + name.size()) return std::nullopt;
  return attempt;
}

Result<std::map<uint32_t, std::string>> attempts_in(const fs::Location& folder, Deadline deadline) {
  std::map<uint32_t, std::string> paths;
  for (const fs::FileInfo& file : HOWDAH_TRY(folder.files->list(folder.path, deadline)))
    if (const auto attempt = attempt_of(file.name()); attempt && !file.is_directory)
      paths[*attempt] = file.path;
  return paths;
}

Status another_runs(uint32_t attempt, const fs::Location& folder) {
  return Status(Code::kAborted, fmt::format("attempt {} of the job's master took over", attempt))
      .with_peer(folder.uri());
}

// In blocks: a master keeps little in memory, however long its job's history is.
Status read_file_of(fs::FileSystem& files, const std::string& path, JournalSummary* summary,
                    Deadline deadline) {
  const auto file = HOWDAH_TRY(files.open(path, deadline));
  std::array<std::byte, 65536> block;
  std::string torn;
  int64_t offset = 0;
  int number = 1;
  const auto corrupt = [&](std::string_view what) {
    return Status(Code::kCorrupt, fmt::format("line {} {}", number, what))
        .with_operation("read journal")
        .with_peer(path)
        .with_advice("remove the job's journal folder to start the job from its newest checkpoint");
  };
  while (true) {
    const size_t count = HOWDAH_TRY(file->read_at(offset, block, deadline));
    if (count == 0) return Status::ok();  // what is torn was never acted upon
    offset += static_cast<int64_t>(count);
    std::string_view text = as_text(Bytes(block.data(), count));
    for (size_t end = text.find('\n'); end != std::string_view::npos; end = text.find('\n')) {
      torn.append(text.substr(0, end));
      text.remove_prefix(end + 1);
      if (torn.size() > kMostLineBytes) return corrupt("is too long");
      if (!read_entry(torn, summary)) return corrupt("is no entry");
      torn.clear();
      ++number;
    }
    torn.append(text);
    if (torn.size() > kMostLineBytes) return corrupt("is too long");
  }
}

bool is_number(const nlohmann::json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_number_unsigned();
}
bool is_text(const nlohmann::json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string();
}

}  // namespace

Status read_entry(std::string_view line, JournalSummary* summary) {
  const auto bad = [] { return Status(Code::kCorrupt, "a journal's line is no entry"); };
  const auto entry = nlohmann::json::parse(line, nullptr, false);
  if (!entry.is_object() || !is_text(entry, "t")) return bad();
  const std::string& kind = entry["t"].get_ref<const std::string&>();
  auto& containers = summary->containers;
  if (kind == "generation") {
    if (!is_number(entry, "generation")) return bad();
    summary->last_generation =
        std::max(summary->last_generation, entry["generation"].get<uint64_t>());
  } else if (kind == "launch") {
    if (!is_number(entry, "worker") || !is_text(entry, "container")) return bad();
    summary->next_worker = std::max(summary->next_worker, entry["worker"].get<uint32_t>() + 1);
    containers.push_back(entry["container"]);
  } else if (kind == "finished") {
    if (!is_text(entry, "container")) return bad();
    std::erase(containers, entry["container"].get_ref<const std::string&>());
  } else if (kind == "end") {
    summary->ended = true;
  }
  return Status::ok();  // other kinds are for people, or for a later version
}

Result<std::unique_ptr<Journal>> Journal::open(fs::Location folder, uint32_t attempt,
                                               JournalSummary* former, Deadline deadline) {
  *former = {};
  auto file = folder.files->create(path_of(folder, attempt), {}, deadline);
  if (!file && file.status().code() == Code::kAlreadyExists) return another_runs(attempt, folder);
  if (!file) return file.status();
  const auto attempts = HOWDAH_TRY(attempts_in(folder, deadline));
  if (!attempts.empty() && attempts.rbegin()->first > attempt)
    return another_runs(attempts.rbegin()->first, folder);
  for (const auto& [number, path] : attempts) {
    if (number >= attempt) break;
    HOWDAH_TRY(folder.files->recover_lease(path, deadline));
    HOWDAH_TRY(read_file_of(*folder.files, path, former, deadline));
    ++former->attempts;
  }
  return std::unique_ptr<Journal>(new Journal(std::move(folder), attempt, std::move(*file)));
}

Status Journal::append(const std::string& line, Deadline deadline) {
  if (!failure_) return failure_;
  if (line.find('\n') != std::string::npos)
    return Status(Code::kInvalidArgument, "a journal's entry is one line").with_peer(folder_.uri());
  if (const Status written = file_->write(as_bytes(line + "\n"), deadline); !written)
    return failed(written, deadline);
  if (const Status flushed = file_->flush(deadline); !flushed) return failed(flushed, deadline);
  return Status::ok();
}

// A lost lease shows itself in many ways; the later attempt's file is the sign of all of them.
Status Journal::failed(const Status& why, Deadline deadline) {
  failure_ = why.with_operation("append to the journal").with_peer(path_of(folder_, attempt_));
  if (const auto attempts = attempts_in(folder_, deadline);
      attempts && !attempts->empty() && attempts->rbegin()->first > attempt_)
    failure_ = another_runs(attempts->rbegin()->first, folder_);
  return failure_;
}

Status Journal::close(Deadline deadline) {
  if (!failure_) return failure_;
  return file_->close(deadline);
}

}  // namespace howdah::job
