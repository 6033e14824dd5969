#include "dataset/window_loader.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstring>

#include "dataset/length_buckets.h"

namespace howdah::dataset {

WindowLoader::WindowLoader(const Index& index, const Partition& partition, fs::Location folder,
                           OwnHost own_host, BytesRead& counted, std::shared_ptr<RangeCache> cache)
    : index_(index),
      partition_(partition),
      check_(index),
      folder_(std::move(folder)),
      own_host_(std::move(own_host)),
      counted_(counted),
      cache_(std::move(cache)),
      files_(partition.files.size()) {}

Result<LoadedWindow> WindowLoader::load(const EpochPlan& plan, EpochPlan::Window window,
                                        std::chrono::milliseconds read_timeout) {
  const auto record_bytes = static_cast<size_t>(index_.record_bytes());
  LoadedWindow loaded;
  loaded.plan = plan;
  loaded.first = window.first;
  loaded.order = window.order;
  loaded.records.resize(loaded.order.size() * record_bytes);
  loaded.identities.reserve(loaded.order.size());

  MutableBytes rest(loaded.records);
  for (const ChunkUse& use : window.uses) {
    const MutableBytes into = rest.first(use.records.size() * record_bytes);
    rest = rest.subspan(into.size());
    HOWDAH_TRY(read_use(use, into, Deadline::after(read_timeout)));
    HOWDAH_TRY(check_records(use, into));
    const int64_t first = partition_.chunks[static_cast<size_t>(use.chunk)].first_record;
    for (const int32_t record : use.records) loaded.identities.push_back(first + record);
  }
  if (window.bucket_seed && index_.element == ElementType::kInt32)
    loaded.order = bucket_by_length(plan, window, lengths_of(loaded.records));
  return loaded;
}

// By the features' tokens, and equals by the target's, where it is a text, too.
std::vector<int64_t> WindowLoader::lengths_of(Bytes records) const {
  const auto record_bytes = static_cast<size_t>(index_.record_bytes());
  const auto tokens_in = [](Bytes bytes) {
    int64_t tokens = 0;
    for (; !bytes.empty(); bytes = bytes.subspan(sizeof(int32_t)), ++tokens) {
      int32_t token;
      std::memcpy(&token, bytes.data(), sizeof token);
      if (token == kPaddingToken) break;
    }
    return tokens;
  };
  std::vector<int64_t> lengths;
  for (; !records.empty(); records = records.subspan(record_bytes)) {
    const auto features = static_cast<size_t>(index_.feature_bytes());
    int64_t length = tokens_in(records.first(features)) << 32;
    if (index_.target.kind == TargetKind::kTokens)
      length += tokens_in(records.subspan(features, record_bytes - features));
    lengths.push_back(length);
  }
  return lengths;
}

Status WindowLoader::read_use(const ChunkUse& use, MutableBytes into, Deadline deadline) {
  const Chunk& chunk = partition_.chunks[static_cast<size_t>(use.chunk)];
  const auto record_bytes = static_cast<size_t>(index_.record_bytes());
  const auto first = static_cast<size_t>(use.records.front());
  const size_t span = static_cast<size_t>(use.records.back()) - first + 1;
  const int64_t offset = chunk.offset_bytes + static_cast<int64_t>(first * record_bytes);
  const auto read = [&](MutableBytes to) {
    return cache_ ? read_kept(chunk, offset, to, deadline)
                  : read_range(chunk.file, offset, to, deadline);
  };
  if (span == use.records.size()) return read(into);

  // Records of another part lie between: one read and a copy are cheaper than many reads.
  scratch_.resize(span * record_bytes);
  HOWDAH_TRY(read(scratch_));
  std::byte* to = into.data();
  for (const int32_t record : use.records) {
    const size_t from = (static_cast<size_t>(record) - first) * record_bytes;
    std::memcpy(to, scratch_.data() + from, record_bytes);
    to += record_bytes;
  }
  return Status::ok();
}

// The chunk is kept as a whole: another epoch cuts it elsewhere, and other parts want the records
// that lie between.
Status WindowLoader::read_kept(const Chunk& chunk, int64_t offset_bytes, MutableBytes into,
                               Deadline deadline) {
  const std::string file = uri_of(chunk.file);
  if (cache_->find(file, offset_bytes, into)) return Status::ok();
  whole_.resize(static_cast<size_t>(chunk.records * index_.record_bytes()));
  HOWDAH_TRY(read_range(chunk.file, chunk.offset_bytes, whole_, deadline));
  cache_->keep(file, chunk.offset_bytes, whole_);
  std::memcpy(into.data(), whole_.data() + (offset_bytes - chunk.offset_bytes), into.size());
  return Status::ok();
}

Status WindowLoader::read_range(int number, int64_t offset_bytes, MutableBytes into,
                                Deadline deadline) {
  OpenFile* open = HOWDAH_TRY(file(number, deadline));
  for (size_t done = 0; done < into.size();) {
    const auto read = open->input->read_at(offset_bytes + static_cast<int64_t>(done),
                                           into.subspan(done), deadline);
    if (!read.is_ok()) {
      *open = {};  // what is wrong may be the open file: the next try takes a new one
      return read.status().with_operation("read").with_peer(uri_of(number));
    }
    if (*read == 0) {
      *open = {};
      return Status(Code::kCorrupt,
                    fmt::format("the file ends at byte {}, before the record that the index names",
                                offset_bytes + static_cast<int64_t>(done)))
          .with_operation("read")
          .with_peer(uri_of(number))
          .with_advice("index the source again");
    }
    count(*open, offset_bytes + static_cast<int64_t>(done), static_cast<int64_t>(*read));
    done += *read;
  }
  return Status::ok();
}

Status WindowLoader::check_records(const ChunkUse& use, Bytes records) const {
  const auto record_bytes = static_cast<size_t>(index_.record_bytes());
  const Chunk& chunk = partition_.chunks[static_cast<size_t>(use.chunk)];
  for (size_t i = 0; i < use.records.size(); ++i) {
    const auto fault = check_.fault(records.subspan(i * record_bytes, record_bytes));
    if (!fault) continue;
    const int64_t at = chunk.offset_bytes + use.records[i] * index_.record_bytes() + fault->at;
    return Status(Code::kCorrupt,
                  fmt::format("{} at byte {}, where {}", fault->what, at, fault->expected))
        .with_operation("read")
        .with_peer(uri_of(chunk.file))
        .with_advice("index the source again");
  }
  return Status::ok();
}

std::string WindowLoader::uri_of(int number) const {
  return folder_.uri() + "/" + partition_.files[static_cast<size_t>(number)];
}

Result<WindowLoader::OpenFile*> WindowLoader::file(int number, Deadline deadline) {
  OpenFile& open = files_[static_cast<size_t>(number)];
  if (open.input != nullptr) return &open;
  const std::string path = folder_.path + "/" + partition_.files[static_cast<size_t>(number)];
  auto input = folder_.files->open(path, deadline);
  if (!input.is_ok()) return input.status().with_operation("open").with_peer(uri_of(number));
  const int64_t expected = partition_.file_bytes[static_cast<size_t>(number)];
  if ((*input)->length_bytes() != expected) {
    return Status(Code::kCorrupt, fmt::format("the file has {} bytes, its index says {}",
                                              (*input)->length_bytes(), expected))
        .with_operation("open")
        .with_peer(uri_of(number))
        .with_advice("index the source again");
  }
  auto blocks = folder_.files->block_locations(path, deadline);
  if (!blocks.is_ok()) return blocks.status().with_operation("locate").with_peer(uri_of(number));
  open.blocks = std::move(*blocks);
  open.input = std::move(*input);
  return &open;
}

// A range without a known host is here for file:// and mem://, elsewhere for hdfs://.
void WindowLoader::count(const OpenFile& file, int64_t offset_bytes, int64_t length_bytes) {
  const bool distributed = folder_.files->uri().starts_with("hdfs:");
  int64_t named = 0;
  for (const fs::BlockLocation& block : file.blocks) {
    const int64_t begin = std::max(offset_bytes, block.offset_bytes);
    const int64_t end =
        std::min(offset_bytes + length_bytes, block.offset_bytes + block.length_bytes);
    if (begin >= end || block.hosts.empty()) continue;
    const bool local = std::any_of(block.hosts.begin(), block.hosts.end(),
                                   [this](const std::string& host) { return own_host_.is(host); });
    (local ? counted_.local : counted_.remote) += end - begin;
    named += end - begin;
  }
  const int64_t unnamed = std::max<int64_t>(0, length_bytes - named);
  (distributed ? counted_.remote : counted_.local) += unnamed;
}

}  // namespace howdah::dataset
