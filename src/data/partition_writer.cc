#include "data/partition_writer.h"

#include <cstring>

#include "fs/path.h"

namespace howdah::data {

Result<PartitionWriter> PartitionWriter::create(const fs::Location& folder, const std::string& name,
                                                const dataset::Index& index, Deadline deadline) {
  fs::Location file{folder.files, fs::join_path(folder.path, name + ".records")};
  auto output = file.files->create(file.path, {}, deadline);
  if (!output.is_ok()) return output.status().with_operation("create").with_peer(file.uri());
  return PartitionWriter(std::move(file), std::move(*output), name, index);
}

PartitionWriter::PartitionWriter(fs::Location file, std::unique_ptr<fs::OutputFile> output,
                                 const std::string& name, const dataset::Index& index)
    : file_(std::move(file)),
      output_(std::move(output)),
      record_bytes_(static_cast<size_t>(index.record_bytes())),
      labels_(index.target.kind == dataset::TargetKind::kClass) {
  partition_.name = name;
  partition_.files = {fs::base_name(file_.path)};
}

Status PartitionWriter::write(Bytes records, Deadline deadline) {
  const size_t count = records.size() / record_bytes_;
  for (size_t i = 0; labels_ && i < count; ++i) {
    int32_t label;
    std::memcpy(&label, records.data() + (i + 1) * record_bytes_ - sizeof label, sizeof label);
    const auto at = static_cast<size_t>(label);
    if (at >= partition_.records_by_class.size()) partition_.records_by_class.resize(at + 1);
    ++partition_.records_by_class[at];
  }
  dataset::Chunk chunk;
  chunk.offset_bytes = output_->position();
  chunk.records = static_cast<int64_t>(count);
  chunk.first_record = partition_.records;
  const Status written = output_->write(records, deadline);
  if (!written.is_ok()) return written.with_operation("write").with_peer(file_.uri());
  sha256_.update(records);
  partition_.chunks.push_back(std::move(chunk));
  partition_.records += static_cast<int64_t>(count);
  return Status::ok();
}

Result<dataset::Partition> PartitionWriter::close(Deadline deadline) {
  const int64_t length = output_->position();
  const Status closed = output_->close(deadline);
  if (!closed.is_ok()) return closed.with_operation("close").with_peer(file_.uri());
  partition_.file_bytes = {length};
  partition_.file_sha256 = {sha256_.hex()};

  auto blocks = file_.files->block_locations(file_.path, deadline);
  if (!blocks.is_ok()) return blocks.status().with_operation("locate").with_peer(file_.uri());
  for (dataset::Chunk& chunk : partition_.chunks) {
    // A chunk on a border counts where its middle lies.
    const int64_t middle =
        chunk.offset_bytes + chunk.records * static_cast<int64_t>(record_bytes_) / 2;
    for (const fs::BlockLocation& block : *blocks) {
      if (middle >= block.offset_bytes && middle < block.offset_bytes + block.length_bytes) {
        chunk.hosts = block.hosts;
        break;
      }
    }
  }
  return std::move(partition_);
}

}  // namespace howdah::data
