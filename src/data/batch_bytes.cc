#include "data/batch_bytes.h"

#include <arrow/buffer.h>
#include <arrow/io/memory.h>
#include <arrow/ipc/dictionary.h>
#include <arrow/ipc/options.h>
#include <arrow/ipc/reader.h>
#include <arrow/ipc/writer.h>
#include <arrow/util/compression.h>

#include "formats/arrow_status.h"

namespace howdah::data {

using formats::from_arrow;

Result<std::shared_ptr<arrow::Buffer>> to_bytes(const arrow::RecordBatch& batch) {
  auto options = arrow::ipc::IpcWriteOptions::Defaults();
  options.codec = HOWDAH_TRY(from_arrow(arrow::util::Codec::Create(arrow::Compression::LZ4_FRAME)));
  options.use_threads = false;
  return from_arrow(arrow::ipc::SerializeRecordBatch(batch, options));
}

Result<std::shared_ptr<arrow::RecordBatch>> batch_from_bytes(
    const std::shared_ptr<arrow::Schema>& schema, std::shared_ptr<arrow::Buffer> bytes) {
  arrow::io::BufferReader reader(std::move(bytes));
  arrow::ipc::DictionaryMemo memo;
  auto options = arrow::ipc::IpcReadOptions::Defaults();
  options.use_threads = false;
  return from_arrow(arrow::ipc::ReadRecordBatch(schema, &memo, options, &reader));
}

}  // namespace howdah::data
