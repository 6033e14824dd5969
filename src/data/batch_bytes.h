// Record batches as bytes: Arrow's IPC encoding of one batch, LZ4, without the schema, which both
// sides know.
#pragma once

#include <arrow/type_fwd.h>

#include <memory>

#include "base/result.h"

namespace howdah::data {

Result<std::shared_ptr<arrow::Buffer>> to_bytes(const arrow::RecordBatch& batch);
// kCorrupt
Result<std::shared_ptr<arrow::RecordBatch>> batch_from_bytes(
    const std::shared_ptr<arrow::Schema>& schema, std::shared_ptr<arrow::Buffer> bytes);

}  // namespace howdah::data
