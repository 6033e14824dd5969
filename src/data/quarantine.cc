#include "data/quarantine.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace howdah::data {

std::string quarantine_lines(const std::vector<DroppedRecord>& records,
                             const formats::Source& source) {
  std::string lines;
  for (const DroppedRecord& record : records) {
    const auto& file = source.file_of(record.chunk, record.row);
    nlohmann::ordered_json json = {{"file", file.name},       {"chunk", record.chunk.ordinal},
                                   {"row", record.row},       {"rule", record.rule},
                                   {"reason", record.reason}, {"content", record.content}};
    if (record.offset >= 0) json["offset"] = record.offset;
    lines += json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
  }
  return lines;
}

std::string quarantine_path(int round) {
  return fmt::format("_quarantine/records-{}.jsonl", round);
}

}  // namespace howdah::data
