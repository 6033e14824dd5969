// From the bytes of a chunk to records that know who they are.
#pragma once

#include <optional>

#include "data/round_results.h"
#include "formats/source.h"
#include "transform/records.h"

namespace howdah::data {

// Parses the chunk and leaves out what the spec's filter does. Bad records and filtered ones (rule
// read.filter) are counted in `results` when `count` is set, else passed over. Nothing where the
// chunk does not fit into the schema: then `*needs` is what it needs.
//   kInvalidArgument  a bad record, and the source's spec says kFail
Result<std::optional<transform::Records>> parse_chunk(formats::Source& source,
                                                      const formats::TableSchema& schema,
                                                      const formats::RawChunk& chunk,
                                                      RoundResults& results, bool count = false,
                                                      formats::TableSchema* needs = nullptr);

}  // namespace howdah::data
