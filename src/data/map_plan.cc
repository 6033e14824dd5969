#include "data/map_plan.h"

#include <algorithm>
#include <map>

#include "data/map_task.h"
#include "mapreduce/splits.h"

namespace howdah::data {
namespace {

constexpr int64_t kLeastOfOneMap = 128 << 20, kMostOfOneMap = 512 << 20;
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

int64_t bytes_of_one_map(int64_t total, const MapSizes& sizes) {
  const auto share = [&](int64_t tasks) {
    return std::max<int64_t>(1, (total + tasks - 1) / tasks);
  };
  if (sizes.maps > 0) return share(sizes.maps);
  return std::clamp(share(std::max<int64_t>(1, sizes.slots)), kLeastOfOneMap, kMostOfOneMap);
}

// Takes portions from `left`, in order, that `wanted` wants, as long as they fit.
template <typename Wanted>
void fill(const std::vector<PlacedPortion>& portions, int64_t each, const Wanted& wanted,
          std::vector<size_t>& left, std::vector<size_t>& group, int64_t& bytes) {
  std::vector<size_t> kept;
  bool full = false;
  for (const size_t i : left) {
    full = full || (!group.empty() && wanted(i) && bytes + portions[i].bytes > each);
    if (full || !wanted(i)) {
      kept.push_back(i);
      continue;
    }
    group.push_back(i);
    bytes += portions[i].bytes;
  }
  left = std::move(kept);
}

}  // namespace

std::vector<std::vector<size_t>> group_by_host(const std::vector<PlacedPortion>& portions,
                                               int64_t each) {
  std::vector<std::vector<size_t>> groups;
  std::vector<size_t> left(portions.size());
  for (size_t i = 0; i < left.size(); ++i) left[i] = i;
  while (!left.empty()) {
    std::map<std::string, int64_t> bytes_on;  // of what is left
    for (const size_t i : left)
      for (const std::string& host : portions[i].hosts) bytes_on[host] += portions[i].bytes;
    const std::vector<std::string>& hosts = portions[left.front()].hosts;
    const auto richest = std::max_element(
        hosts.begin(), hosts.end(),
        [&](const std::string& a, const std::string& b) { return bytes_on[a] < bytes_on[b]; });
    std::vector<size_t> group;
    int64_t bytes = 0;
    const auto near = [&](size_t i) {
      const auto& on = portions[i].hosts;
      return richest != hosts.end() && std::find(on.begin(), on.end(), *richest) != on.end();
    };
    fill(portions, each, near, left, group, bytes);
    if (bytes < each / 2)
      fill(
          portions, each, [](size_t) { return true; }, left, group, bytes);
    std::sort(group.begin(), group.end());
    groups.push_back(std::move(group));
  }
  return groups;
}

Result<MapPlan> plan_maps(formats::Source& source, const std::string& task_file_uri,
                          const MapSizes& sizes, Deadline deadline) {
  const int64_t each = bytes_of_one_map(source.total_bytes(), sizes);
  const auto portions = HOWDAH_TRY(source.portions(std::min(each, kLeastOfOneMap), deadline));
  std::map<int32_t, std::vector<fs::BlockLocation>> blocks;
  std::vector<PlacedPortion> placed;
  for (const formats::Portion& portion : portions)
    placed.push_back({portion.bytes, HOWDAH_TRY(hosts_of(source, {portion}, blocks, deadline))});
  MapPlan plan;
  std::vector<std::vector<std::string>> hosts;  // by line
  for (const std::vector<size_t>& group : group_by_host(placed, each)) {
    std::vector<formats::Portion> mine;
    for (const size_t i : group) mine.push_back(portions[i]);
    plan.task_file += portions_line(mine) + "\n";
    hosts.push_back(HOWDAH_TRY(hosts_of(source, mine, blocks, deadline)));
  }
  plan.splits = mapreduce::splits_of_lines(task_file_uri, plan.task_file, 1);
  for (size_t i = 0; i < plan.splits.size() && i < hosts.size(); ++i)
    plan.splits[i].hosts = std::move(hosts[i]);
  return plan;
}

}  // namespace howdah::data
