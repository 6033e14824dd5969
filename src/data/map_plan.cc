#include "data/map_plan.h"

#include <algorithm>
#include <map>
#include <optional>

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

// Portions that no task has yet, in order: all of them, and those of each host.
class Left {
 public:
  explicit Left(const std::vector<PlacedPortion>& portions)
      : portions_(portions), taken_(portions.size()) {
    for (size_t i = 0; i < portions.size(); ++i) {
      all_.portions.push_back(i);
      for (const std::string& host : portions[i].hosts) {
        of_host_[host].portions.push_back(i);
        of_host_[host].bytes += portions[i].bytes;
      }
    }
  }

  struct Queue {
    std::vector<size_t> portions;
    size_t next = 0;
    int64_t bytes = 0;  // of those that are left
  };
  Queue& all() { return all_; }
  // Of the first one that is left: the host that holds most of what is left; null without hosts.
  Queue* richest() {
    Queue* richest = nullptr;
    for (const std::string& host : portions_[*first(all_)].hosts)
      if (!richest || of_host_[host].bytes > richest->bytes) richest = &of_host_[host];
    return richest;
  }
  bool empty() { return !first(all_); }

  // Takes from the queue, in order, as long as they fit into the group's `each` bytes.
  void fill(Queue& from, int64_t each, std::vector<size_t>& group, int64_t& bytes) {
    while (const auto i = first(from)) {
      if (!group.empty() && bytes + portions_[*i].bytes > each) return;
      taken_[*i] = true;
      for (const std::string& host : portions_[*i].hosts)
        of_host_[host].bytes -= portions_[*i].bytes;
      group.push_back(*i);
      bytes += portions_[*i].bytes;
    }
  }

 private:
  std::optional<size_t> first(Queue& queue) const {
    while (queue.next < queue.portions.size() && taken_[queue.portions[queue.next]]) ++queue.next;
    if (queue.next == queue.portions.size()) return std::nullopt;
    return queue.portions[queue.next];
  }

  const std::vector<PlacedPortion>& portions_;
  std::vector<bool> taken_;
  Queue all_;
  std::map<std::string, Queue> of_host_;
};

}  // namespace

std::vector<std::vector<size_t>> group_by_host(const std::vector<PlacedPortion>& portions,
                                               int64_t each) {
  std::vector<std::vector<size_t>> groups;
  Left left(portions);
  while (!left.empty()) {
    std::vector<size_t> group;
    int64_t bytes = 0;
    if (Left::Queue* const near = left.richest()) left.fill(*near, each, group, bytes);
    if (bytes < each / 2) left.fill(left.all(), each, group, bytes);
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
