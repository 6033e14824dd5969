#include "data/map_plan.h"

#include <algorithm>
#include <map>

#include "data/map_task.h"
#include "mapreduce/splits.h"

namespace howdah::data {
namespace {

constexpr int64_t kBytesOfOneMap = 128 << 20;
constexpr size_t kHosts = 3;

// The hosts that hold most of these portions' bytes.
Result<std::vector<std::string>> hosts_of(const formats::Source& source,
                                          const std::vector<formats::Portion>& portions,
                                          std::map<int32_t, std::vector<fs::BlockLocation>>& blocks,
                                          Deadline deadline) {
  std::map<std::string, int64_t> bytes;
  for (const formats::Portion& portion : portions) {
    const auto& location = source.files()[static_cast<size_t>(portion.file)].location;
    auto found = blocks.find(portion.file);
    if (found == blocks.end())
      found = blocks
                  .emplace(portion.file,
                           HOWDAH_TRY(location.files->block_locations(location.path, deadline)))
                  .first;
    for (const fs::BlockLocation& block : found->second) {
      const int64_t begin = std::max(block.offset_bytes, portion.offset_bytes);
      const int64_t end =
          std::min(block.offset_bytes + block.length_bytes, portion.offset_bytes + portion.bytes);
      for (const std::string& host : block.hosts)
        if (end > begin) bytes[host] += end - begin;
    }
  }
  std::vector<std::string> hosts;
  for (const auto& [host, _] : bytes) hosts.push_back(host);
  std::stable_sort(hosts.begin(), hosts.end(),
                   [&](const std::string& a, const std::string& b) { return bytes[a] > bytes[b]; });
  if (hosts.size() > kHosts) hosts.resize(kHosts);
  return hosts;
}

}  // namespace

Result<MapPlan> plan_maps(formats::Source& source, const std::string& task_file_uri, int maps,
                          Deadline deadline) {
  const int64_t each =
      maps > 0 ? std::max<int64_t>(1, (source.total_bytes() + maps - 1) / maps) : kBytesOfOneMap;
  std::map<int32_t, std::vector<fs::BlockLocation>> blocks;
  MapPlan plan;
  std::vector<std::vector<std::string>> hosts;  // by line
  std::vector<formats::Portion> mine;
  int64_t bytes = 0;
  const auto end_task = [&]() -> Status {
    if (mine.empty()) return Status::ok();
    plan.task_file += portions_line(mine) + "\n";
    hosts.push_back(HOWDAH_TRY(hosts_of(source, mine, blocks, deadline)));
    mine.clear();
    bytes = 0;
    return Status::ok();
  };
  for (const formats::Portion& portion : HOWDAH_TRY(source.portions(each, deadline))) {
    if (bytes > 0 && bytes + portion.bytes > each) HOWDAH_TRY(end_task());
    mine.push_back(portion);
    bytes += portion.bytes;
  }
  HOWDAH_TRY(end_task());
  plan.splits = mapreduce::splits_of_lines(task_file_uri, plan.task_file, 1);
  for (size_t i = 0; i < plan.splits.size() && i < hosts.size(); ++i)
    plan.splits[i].hosts = std::move(hosts[i]);
  return plan;
}

}  // namespace howdah::data
