// Images and labels in IDX. A chunk is a number of images with their labels, counted from the
// files' beginning; its file is that of the images. The label is the number's text.
#include <arrow/buffer.h>
#include <fmt/core.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <utility>

#include "formats/idx_file.h"
#include "formats/idx_pairs.h"
#include "formats/image_source.h"

namespace howdah::formats {
namespace {

// What a chunk's bytes begin with; its labels follow, then its images.
struct IdxChunk {
  int64_t height = 0, width = 0;
  int64_t first = 0, images = 0;  // in the file
};

struct OpenPair {
  IdxFile images, labels;
  int64_t chunk_images = 0;
  bool can_split() const { return !images.compressed() && !labels.compressed(); }
  int64_t chunks() const { return (images.items() + chunk_images - 1) / chunk_images; }
  int64_t stored_position() const { return images.stored_position() + labels.stored_position(); }
};

class IdxReader : public ChunkReader {
 public:
  IdxReader(OpenPair pair, const Portion& portion)
      : pair_(std::move(pair)),
        file_(portion.file),
        next_(portion.first_chunk),
        end_(portion.chunks < 0
                 ? pair_.chunks()
                 : std::min<int64_t>(pair_.chunks(), int64_t{next_} + portion.chunks)) {}

  // The sought beginning, so that progress counts what is read here.
  void begin() { stored_ = pair_.stored_position(); }

  Result<std::optional<RawChunk>> next(Deadline deadline) override {
    if (next_ >= end_) return std::optional<RawChunk>();
    const auto shape = pair_.images.item_shape();
    IdxChunk head{shape[0], shape[1], next_ * pair_.chunk_images, 0};
    head.images = std::min(pair_.chunk_images, pair_.images.items() - head.first);
    const auto labels = static_cast<size_t>(head.images);
    const auto pixels = static_cast<size_t>(head.images * pair_.images.item_bytes());
    std::string bytes(sizeof head + labels + pixels, '\0');
    const MutableBytes all = std::as_writable_bytes(std::span(bytes));
    std::memcpy(bytes.data(), &head, sizeof head);
    HOWDAH_TRY(pair_.labels.read(all.subspan(sizeof head, labels), deadline));
    HOWDAH_TRY(pair_.images.read(all.subspan(sizeof head + labels, pixels), deadline));
    if (head.first + head.images == pair_.images.items()) {
      HOWDAH_TRY(pair_.labels.finish(deadline));
      HOWDAH_TRY(pair_.images.finish(deadline));
    }
    RawChunk chunk;
    chunk.id = {file_, next_++};
    chunk.bytes = arrow::Buffer::FromString(std::move(bytes));
    chunk.first_byte = pair_.images.header_bytes() + head.first * pair_.images.item_bytes();
    const int64_t stored = pair_.stored_position();
    chunk.read_bytes = stored - std::exchange(stored_, stored);
    return std::optional(std::move(chunk));
  }

 private:
  OpenPair pair_;
  const int32_t file_;
  int32_t next_;
  const int64_t end_;
  int64_t stored_ = 0;
};

class IdxSource : public ImageSource {
 public:
  struct Pair {
    int32_t images = 0, labels = 0;  // into files()
    std::string set;
  };
  IdxSource(Found found, std::vector<Pair> pairs, int64_t chunk_bytes)
      : ImageSource(std::move(found)), pairs_(std::move(pairs)), chunk_bytes_(chunk_bytes) {}

  Result<TableSchema> survey(Deadline deadline) override {
    for (const Pair& pair : pairs_) HOWDAH_TRY(open(pair, deadline));
    return image_schema(spec_, true);
  }

  Result<std::vector<Portion>> portions(int64_t max_bytes, Deadline deadline) override {
    std::vector<Portion> portions;
    for (const Pair& pair : pairs_) {
      const OpenPair opened = HOWDAH_TRY(open(pair, deadline));
      if (!opened.can_split()) {
        const int64_t bytes = file(pair.images).length_bytes + file(pair.labels).length_bytes;
        portions.push_back({pair.images, 0, -1, bytes, 0});
        continue;
      }
      const int64_t image = opened.images.item_bytes();
      const int64_t chunk = opened.chunk_images * (image + 1);
      const int64_t most = std::max<int64_t>(1, max_bytes / chunk);
      for (int64_t first = 0; first < opened.chunks(); first += most) {
        const int64_t begin = first * opened.chunk_images;
        const int64_t end = std::min(opened.images.items(), (first + most) * opened.chunk_images);
        portions.push_back({pair.images, static_cast<int32_t>(first),
                            static_cast<int32_t>(std::min(most, opened.chunks() - first)),
                            (end - begin) * (image + 1),
                            opened.images.header_bytes() + begin * image});
      }
    }
    return portions;
  }

  Result<std::unique_ptr<ChunkReader>> read(const Portion& portion, Deadline deadline) override {
    const Pair* pair = pair_of(portion.file);
    if (!pair || portion.first_chunk < 0) return of_another_source(portion);
    OpenPair opened = HOWDAH_TRY(open(*pair, deadline));
    if (portion.first_chunk >= opened.chunks()) return of_another_source(portion);
    const int64_t first = portion.first_chunk * opened.chunk_images;
    HOWDAH_TRY(opened.images.seek(first, deadline));
    HOWDAH_TRY(opened.labels.seek(first, deadline));
    auto reader = std::make_unique<IdxReader>(std::move(opened), portion);
    if (first > 0) reader->begin();
    return std::unique_ptr<ChunkReader>(std::move(reader));
  }

  Result<ParsedChunk> parse(const RawChunk& chunk, const TableSchema& schema) override {
    const Pair* pair = pair_of(chunk.id.file);
    if (!pair) return of_another_source({chunk.id.file, 0, 1, 0, 0});
    const Bytes bytes{reinterpret_cast<const std::byte*>(chunk.bytes->data()),
                      static_cast<size_t>(chunk.bytes->size())};
    IdxChunk head;
    std::memcpy(&head, bytes.data(), sizeof head);
    const ImageShape shape{head.height, head.width, 1};
    const Bytes labels = bytes.subspan(sizeof head, static_cast<size_t>(head.images));
    const Bytes images = bytes.subspan(sizeof head + labels.size());
    ImageBatch batch(schema, spec_);
    for (int64_t i = 0; i < head.images; ++i) {
      const std::string label =
          fmt::format("{}", std::to_integer<int>(labels[static_cast<size_t>(i)]));
      const std::string name = fmt::format("{}:{}", file(pair->images).name, head.first + i);
      ImageSample sample;
      sample.name = name;
      sample.label = label;
      sample.set = pair->set;
      sample.offset = chunk.first_byte + i * shape.bytes();
      sample.image = images.subspan(static_cast<size_t>(i * shape.bytes()),
                                    static_cast<size_t>(shape.bytes()));
      HOWDAH_TRY(batch.add_pixels(sample, shape));
    }
    return batch.finish(chunk.id);
  }

 private:
  const Pair* pair_of(int32_t images) const {
    for (const Pair& pair : pairs_)
      if (pair.images == images) return &pair;
    return nullptr;
  }
  Result<OpenPair> open(const Pair& pair, Deadline deadline) const {
    // One after the other: leaving a list in braces by return destroys nothing of it.
    auto images_file = HOWDAH_TRY(IdxFile::open(file(pair.images), 3, deadline));
    auto labels_file = HOWDAH_TRY(IdxFile::open(file(pair.labels), 1, deadline));
    OpenPair opened{std::move(images_file), std::move(labels_file), 0};
    if (opened.images.items() != opened.labels.items())
      return Status(Code::kCorrupt,
                    fmt::format("{} labels, where {} has {} images", opened.labels.items(),
                                file(pair.images).name, opened.images.items()))
          .with_operation("read")
          .with_peer(opened.labels.uri())
          .with_advice("take both files from one dataset");
    const prepare::ImageOptions& images = spec_.images;
    const auto shape = opened.images.item_shape();
    const ImageShape made{images.height > 0 ? images.height : shape[0],
                          images.height > 0 ? images.width : shape[1],
                          images.channels > 0 ? images.channels : 1};
    const int64_t record = std::max(opened.images.item_bytes(), made.bytes());
    // Chunks are counted with 31 bits.
    opened.chunk_images =
        std::max({int64_t{1}, chunk_bytes_ / record, opened.images.items() / INT32_MAX + 1});
    return opened;
  }

  const std::vector<Pair> pairs_;
  const int64_t chunk_bytes_;
};

}  // namespace

Result<std::unique_ptr<Source>> make_idx_source(Found found, int64_t chunk_bytes) {
  if (found.spec.images.encoded)
    return Status(Code::kInvalidArgument, "IDX holds pixels: there is nothing encoded to keep")
        .with_peer(found.spec.where)
        .with_advice("leave out images.encoded");
  const auto pairs = HOWDAH_TRY(pair_idx_files(found.files));
  if (pairs.empty())
    return Status(Code::kNotFound, "no images in IDX among the files")
        .with_operation("find the data")
        .with_peer(found.files.empty() ? found.spec.where : found.files[0].location.uri())
        .with_advice(
            "name a folder with train-images-idx3-ubyte and train-labels-idx1-ubyte, .gz or plain");
  // Only what is read counts as the source's files.
  std::map<std::string, std::pair<size_t, bool>> halves;  // by URI: pair, images
  for (size_t i = 0; i < pairs.size(); ++i) {
    halves[pairs[i].images.location.uri()] = {i, true};
    halves[pairs[i].labels.location.uri()] = {i, false};
  }
  std::erase_if(found.files,
                [&](const SourceFile& file) { return !halves.contains(file.location.uri()); });
  std::vector<IdxSource::Pair> indices(pairs.size());
  for (size_t f = 0; f < found.files.size(); ++f) {
    const auto [pair, images] = halves.at(found.files[f].location.uri());
    (images ? indices[pair].images : indices[pair].labels) = static_cast<int32_t>(f);
    indices[pair].set = pairs[pair].partition;
  }
  std::sort(indices.begin(), indices.end(),
            [](const auto& a, const auto& b) { return a.images < b.images; });
  return std::unique_ptr<Source>(new IdxSource(std::move(found), std::move(indices), chunk_bytes));
}

}  // namespace howdah::formats
