#include "data/index_builder.h"

#include <fmt/core.h>

#include <algorithm>
#include <random>

#include "base/digest.h"
#include "base/log.h"
#include "data/channel_statistics.h"
#include "data/partition_writer.h"
#include "data/raw_dataset.h"
#include "fs/path.h"

namespace howdah::data {
namespace {

constexpr int64_t kMaxChunkBytes = 64 << 20;
constexpr int64_t kSmallSourceBytes = int64_t{4} << 30;
constexpr auto kOperation = std::chrono::minutes(2);
constexpr int kPublishAttempts = 16;

Status check(const BuildOptions& options) {
  const auto outside = [](const char* what, int64_t number, int64_t most) {
    return Status(Code::kInvalidArgument,
                  fmt::format("{} of {}, where 1 to {} can be", what, number, most));
  };
  if (options.classes && (*options.classes < 1 || *options.classes > dataset::kMaxClasses)) {
    return outside("a number of classes", *options.classes, dataset::kMaxClasses);
  }
  if (options.chunk_bytes && (*options.chunk_bytes < 1 || *options.chunk_bytes > kMaxChunkBytes)) {
    return outside("a chunk size", *options.chunk_bytes, kMaxChunkBytes);
  }
  HOWDAH_TRY(options.request.check());
  if (options.request.learned.empty() != !options.learned)
    return Status(Code::kInternal, "an index to take numbers from was named and is not there");
  return options.learned ? options.learned->check(options.request) : Status::ok();
}

// Of images.
std::optional<int64_t> classes_of(const BuildOptions& options) {
  return options.learned ? options.learned->index.classes : options.classes;
}

// Wanted of the source.
RawDataset::Wanted wanted_of(const BuildOptions& options) {
  return {options.request, classes_of(options), options.learned};
}

std::string digest_of(const fs::Location& source, const RawDataset& raw,
                      const BuildOptions& options) {
  // Each part with its length: no two lists of files read alike.
  Sha256 sha;
  const auto add = [&sha](const std::string& text) {
    sha.update(as_bytes(fmt::format("{}:", text.size())));
    sha.update(as_bytes(text));
  };
  add("howdah index 1");
  add(options.classes ? fmt::format("{}", *options.classes) : "any");
  add(options.chunk_bytes ? fmt::format("{}", *options.chunk_bytes) : "any");
  dataset::Request request = options.request;
  // What was learnt, wherever it lies.
  if (options.learned) request.learned = options.learned->index.fingerprint;
  if (request != dataset::Request{}) add(request.to_json());
  add(source.uri());
  raw.describe(add);
  return sha.hex();
}

// What lies at the output: the index of that fingerprint, nothing of use, or an error when it is
// not ours to replace.
Result<std::optional<dataset::Index>> find_output(const fs::Location& output,
                                                  const std::string& fingerprint,
                                                  Deadline deadline) {
  using Found = std::optional<dataset::Index>;
  const auto listed = output.files->list(output.path, deadline);
  if (!listed.is_ok()) {
    if (listed.status().code() == Code::kNotFound) return Found();
    return listed.status().with_operation("list").with_peer(output.uri());
  }
  auto index = dataset::Index::load(output, deadline);
  if (index.is_ok()) {
    return index->fingerprint == fingerprint ? Found(std::move(*index)) : Found();
  }
  if (index.status().code() == Code::kCorrupt) return index.status();
  const bool file = listed->size() == 1 && listed->front().path == output.path;
  if (!file && index.status().code() != Code::kNotFound) return index.status();
  if (!file && listed->empty()) return Found();
  return Status(Code::kInvalidArgument, "is there already, and is no indexed dataset")
      .with_operation("write the index")
      .with_peer(output.uri())
      .with_advice("name a folder that does not exist yet");
}

fs::Location beside(const fs::Location& output, const char* what) {
  std::random_device random;
  const uint64_t unique = uint64_t{random()} << 32 | random();
  return {output.files,
          fs::join_path(fs::parent_path(output.path),
                        fmt::format(".{}.{}-{:016x}", fs::base_name(output.path), what, unique))};
}

// A folder that is removed with everything in it.
class Scratch {
 public:
  explicit Scratch(fs::Location folder) : folder_(std::move(folder)) {}
  ~Scratch() {
    const Status removed =
        folder_.files->remove(folder_.path, true, Deadline::after(std::chrono::seconds(5)));
    if (removed.is_ok() || removed.code() == Code::kNotFound) return;
    log::warning("{} is left behind: {}", folder_.uri(), removed.to_string());
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  const fs::Location& folder() const { return folder_; }

 private:
  fs::Location folder_;
};

class Builder {
 public:
  Builder(const fs::Location& source, const fs::Location& output, const BuildOptions& options,
          Deadline deadline)
      : source_(source), output_(output), options_(options), deadline_(deadline) {}

  Result<BuildOutcome> build();

 private:
  Deadline operation() const { return deadline_.earlier(kOperation); }
  int64_t chunk_records() const;
  Status open_sources();
  Status write_partition(PartitionReader& reader, const std::string& name,
                         const fs::Location& folder);
  Status count_classes();
  Status write_index(const fs::Location& folder);
  Result<BuildOutcome> publish(const fs::Location& folder);

  const fs::Location& source_;
  const fs::Location& output_;
  const BuildOptions& options_;
  const Deadline deadline_;
  std::unique_ptr<RawDataset> raw_;
  std::vector<RawDataset::Partition> partitions_;
  dataset::Index index_;
};

// All headers are read before anything is written: most of what can be wrong shows there.
Status Builder::open_sources() {
  partitions_ = HOWDAH_TRY(raw_->open(index_, options_.stop, deadline_));
  if (options_.learned) {
    index_.mean = options_.learned->index.mean;
    index_.stddev = options_.learned->index.stddev;
  }
  return index_.record_bytes() <= dataset::kMaxRecordBytes
             ? Status::ok()
             : Status(Code::kInvalidArgument,
                      fmt::format("records of {} bytes, more than {}", index_.record_bytes(),
                                  dataset::kMaxRecordBytes))
                   .with_peer(source_.uri())
                   .with_advice("ask for shorter texts, or fewer columns");
}

int64_t Builder::chunk_records() const {
  int64_t bytes = 0;
  for (const RawDataset::Partition& partition : partitions_) {
    bytes = std::max(bytes, partition.reader->records() * index_.record_bytes());
  }
  const int64_t chunk_bytes =
      options_.chunk_bytes.value_or(bytes > kSmallSourceBytes ? 4 << 20 : 1 << 20);
  return std::max<int64_t>(1, chunk_bytes / index_.record_bytes());
}

Status Builder::write_partition(PartitionReader& reader, const std::string& name,
                                const fs::Location& folder) {
  auto writer = HOWDAH_TRY(PartitionWriter::create(folder, name, index_, operation()));
  std::optional<ChannelStatistics> statistics;
  if (name == "train" && !options_.learned && index_.element == dataset::ElementType::kUint8)
    statistics.emplace(index_.shape[0], index_.feature_bytes() / index_.shape[0],
                       index_.record_bytes());
  const int64_t a_chunk = chunk_records();
  std::vector<std::byte> records;
  for (int64_t done = 0; done < reader.records(); done += a_chunk) {
    if (options_.stop.stop_requested()) {
      return Status(Code::kCancelled, "stopped").with_operation("index").with_peer(source_.uri());
    }
    HOWDAH_TRY(reader.read(a_chunk, records, operation()));
    if (statistics) statistics->add(records);
    HOWDAH_TRY(writer.write(records, operation()));
    if (options_.progress) {
      options_.progress({name, std::min(done + a_chunk, reader.records()), reader.records()});
    }
  }
  index_.partitions.push_back(HOWDAH_TRY(writer.close(operation())));
  if (statistics) {
    index_.mean = statistics->mean();
    index_.stddev = statistics->stddev();
  }
  return Status::ok();
}

Status Builder::count_classes() {
  if (index_.target.kind != dataset::TargetKind::kClass) return Status::ok();
  for (const dataset::Partition& partition : index_.partitions) {
    index_.classes =
        std::max(index_.classes, static_cast<int64_t>(partition.records_by_class.size()));
  }
  const auto named = static_cast<int64_t>(index_.class_names.size());
  const std::optional<int64_t> due = classes_of(options_);
  if (named > 0 && due.value_or(named) != named)
    return Status(Code::kInvalidArgument,
                  fmt::format("{} classes, where the labels have {} names", *due, named))
        .with_peer(source_.uri());
  index_.classes = named > 0 ? named : due.value_or(index_.classes);
  for (dataset::Partition& partition : index_.partitions) {
    partition.records_by_class.resize(static_cast<size_t>(index_.classes));
  }
  return Status::ok();
}

Status Builder::write_index(const fs::Location& folder) {
  HOWDAH_TRY(count_classes());
  HOWDAH_TRY(index_.check());
  const std::string path = fs::join_path(folder.path, dataset::kIndexFile);
  HOWDAH_TRY(raw_->write_files(folder, operation()));
  const std::string json = index_.to_json();
  if (static_cast<int64_t>(json.size()) > dataset::kMaxIndexBytes)
    return Status(Code::kInvalidArgument, fmt::format("an index of {} bytes, more than {}",
                                                      json.size(), dataset::kMaxIndexBytes))
        .with_peer(source_.uri())
        .with_advice("leave out columns of many different values");
  return fs::write_file(*folder.files, path, as_bytes(json), {}, operation());
}

// Moves the finished folder to its place. Another one of ours that lies there is moved aside first;
// when somebody else's came first, it is taken.
Result<BuildOutcome> Builder::publish(const fs::Location& folder) {
  fs::FileSystem& files = *output_.files;
  for (int attempt = 0; attempt < kPublishAttempts; ++attempt) {
    const Status renamed = files.rename(folder.path, output_.path, false, operation());
    if (renamed.is_ok()) return BuildOutcome{std::move(index_), false};
    if (renamed.code() != Code::kAlreadyExists) {
      return renamed.with_operation("rename").with_peer(output_.uri());
    }
    auto there = HOWDAH_TRY(find_output(output_, index_.fingerprint, operation()));
    if (there) return BuildOutcome{std::move(*there), true};

    const Scratch old(beside(output_, "replaced"));
    const Status aside = files.rename(output_.path, old.folder().path, false, operation());
    if (aside.code() == Code::kNotFound) continue;  // somebody else moved it
    if (!aside.is_ok()) return aside.with_operation("rename").with_peer(output_.uri());
    const Status replaced = files.rename(folder.path, output_.path, false, operation());
    if (replaced.is_ok()) return BuildOutcome{std::move(index_), false};
    if (replaced.code() == Code::kAlreadyExists) continue;
    // What was there is better than nothing.
    (void)files.rename(old.folder().path, output_.path, false, operation());
    return replaced.with_operation("rename").with_peer(output_.uri());
  }
  return Status(Code::kAborted, "others keep replacing the folder")
      .with_operation("write the index")
      .with_peer(output_.uri())
      .with_advice("give each source a folder of its own");
}

Result<BuildOutcome> Builder::build() {
  HOWDAH_TRY(check(options_));
  if (output_.path == "/") {
    return Status(Code::kInvalidArgument, "the root folder cannot be the output")
        .with_advice("name a folder that does not exist yet");
  }
  raw_ = HOWDAH_TRY(RawDataset::find(source_, wanted_of(options_), operation()));
  index_.source = source_.uri();
  index_.fingerprint = digest_of(source_, *raw_, options_);
  auto there = HOWDAH_TRY(find_output(output_, index_.fingerprint, operation()));
  if (there) return BuildOutcome{std::move(*there), true};

  HOWDAH_TRY(open_sources());
  const Scratch scratch(beside(output_, "indexing"));
  const Status made = output_.files->mkdir(scratch.folder().path, 0755, operation());
  if (!made.is_ok()) return made.with_operation("mkdir").with_peer(scratch.folder().uri());
  for (const RawDataset::Partition& partition : partitions_)
    HOWDAH_TRY(write_partition(*partition.reader, partition.name, scratch.folder()));
  HOWDAH_TRY(write_index(scratch.folder()));
  if (HOWDAH_TRY(fingerprint_of(source_, options_, operation())) != index_.fingerprint) {
    return Status(Code::kAborted, "the source changed while it was read")
        .with_operation("index")
        .with_peer(source_.uri())
        .with_advice("try again");
  }
  return publish(scratch.folder());
}

}  // namespace

Result<std::string> fingerprint_of(const fs::Location& source, const BuildOptions& options,
                                   Deadline deadline) {
  HOWDAH_TRY(check(options));
  return digest_of(source, *HOWDAH_TRY(RawDataset::find(source, wanted_of(options), deadline)),
                   options);
}

Result<BuildOutcome> build_index(const fs::Location& source, const fs::Location& output,
                                 const BuildOptions& options, Deadline deadline) {
  return Builder(source, output, options, deadline).build();
}

}  // namespace howdah::data
