#include "data/chunk_records.h"

#include <fmt/format.h>

#include "data/read_filter.h"
#include "transform/identity.h"

namespace howdah::data {
namespace {

void tally_bad(const formats::ParsedChunk& parsed, RoundResults& results) {
  for (const formats::BadRecord& bad : parsed.bad) {
    ++results.tally.bad_records[bad.rule];
    DroppedRecord dropped{parsed.id,          bad.row,    bad.offset,
                          "read." + bad.rule, bad.reason, bad.content};
    results.tally.sample.add(dropped);
    if (results.wants_bad_quarantine) results.quarantined.push_back(std::move(dropped));
  }
}

}  // namespace

Result<std::optional<transform::Records>> parse_chunk(formats::Source& source,
                                                      const formats::TableSchema& schema,
                                                      const formats::RawChunk& chunk,
                                                      RoundResults& results, bool count,
                                                      formats::TableSchema* needs) {
  formats::ParsedChunk parsed = HOWDAH_TRY(source.parse(chunk, schema));
  if (parsed.needs) {
    if (needs) *needs = std::move(*parsed.needs);
    return std::optional<transform::Records>();
  }
  if (!parsed.bad.empty() && source.spec().bad_records == prepare::BadRecordAction::kFail) {
    const formats::BadRecord& bad = parsed.bad.front();
    const auto& file = source.file_of(chunk.id, bad.row);
    return Status(Code::kInvalidArgument, bad.reason)
        .with_peer(fmt::format("{} at {} {}", file.location.uri(),
                               source.format() == prepare::Format::kParquet ? "row" : "byte",
                               bad.offset))
        .with_advice("mend the file, or set bad_records: drop");
  }
  if (count) {
    results.tally.rows_read += parsed.rows_read;
    results.tally.values_become_missing += parsed.values_become_missing;
    tally_bad(parsed, results);
  }
  transform::Records records;
  records.chunk = parsed.id;
  records.batch = std::move(parsed.batch);
  records.rows = std::move(parsed.rows);
  const int64_t filtered = parsed.rows_pruned + HOWDAH_TRY(apply_filter(source.spec(), records));
  if (count && filtered) results.tally.bad_records["filter"] += filtered;
  records.identities = HOWDAH_TRY(transform::identities_of(*records.batch));
  return std::optional(std::move(records));
}

}  // namespace howdah::data
