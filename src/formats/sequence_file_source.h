// Hadoop's SequenceFiles: records with a key and a value, the columns `key` and `value`.
#pragma once

#include <memory>

#include "formats/sequence_file_chunker.h"
#include "formats/sources.h"

namespace howdah::formats {

// Tests cut smaller chunks; the product always kChunkBytes.
Result<std::unique_ptr<Source>> make_sequence_file_source(Found found, int64_t chunk_bytes);

}  // namespace howdah::formats
