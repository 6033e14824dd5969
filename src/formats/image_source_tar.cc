// Tar shards as WebDataset has them: neighbouring members whose names are equal up to the first dot
// of the last part are one sample. NAME.jpg, .jpeg or .png is the image; the label is the text of
// NAME.cls, else of NAME.txt, else the folder in the image's name. Other members are passed over.
//
// A file is one portion. Its chunks hold whole samples; what is in them is told in sample_bytes.
#include <arrow/buffer.h>
#include <fmt/core.h>

#include <algorithm>
#include <cstring>
#include <functional>

#include "formats/image_source.h"
#include "formats/tar_reader.h"
#include "formats/text_encoding.h"

namespace howdah::formats {
namespace {

constexpr int64_t kMostLabelBytes = 64 << 10;

// ---- a sample between reading and parsing

struct TarSample {
  std::string key;    // of the members' names, what is common
  std::string image;  // the file's bytes
  std::string name;   // of the image; of another member where there is none
  std::optional<std::string> class_text, text;
  std::string rule, reason;
  std::string kinds;    // "json, txt": of the members that there are
  int64_t offset = -1;  // of the image's header
  bool has_image = false;

  void spoil(const char* because, std::string why) {
    if (!rule.empty()) return;
    rule = because;
    reason = std::move(why);
  }
};

void put(std::string& bytes, std::string_view field) {
  const auto length = static_cast<uint32_t>(field.size());
  bytes.append(reinterpret_cast<const char*>(&length), sizeof length);
  bytes.append(field);
}
std::string_view take(std::string_view& bytes) {
  uint32_t length = 0;
  std::memcpy(&length, bytes.data(), sizeof length);
  const std::string_view field = bytes.substr(sizeof length, length);
  bytes.remove_prefix(sizeof length + length);
  return field;
}

// Name, image, rule, reason, offset, and the label if there is one.
void put_sample(std::string& bytes, const TarSample& sample) {
  put(bytes, sample.name);
  put(bytes, sample.rule.empty() ? sample.image : std::string_view());
  put(bytes, sample.rule);
  put(bytes, sample.reason);
  put(bytes, {reinterpret_cast<const char*>(&sample.offset), sizeof sample.offset});
  std::optional<std::string_view> label;
  if (sample.class_text) {
    label = *sample.class_text;
  } else if (sample.text) {
    label = *sample.text;
  } else {
    label = folder_label(sample.name);
  }
  put(bytes, label ? "1" : "");
  put(bytes, label.value_or(""));
}
ImageSample take_sample(std::string_view& bytes) {
  ImageSample sample;
  sample.name = take(bytes);
  sample.image = as_bytes(take(bytes));
  sample.rule = take(bytes);
  sample.reason = take(bytes);
  std::memcpy(&sample.offset, take(bytes).data(), sizeof sample.offset);
  const bool labelled = !take(bytes).empty();
  const std::string_view label = take(bytes);
  if (labelled) sample.label = label;
  return sample;
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  const size_t begin = text.find_first_not_of(kBlank);
  return begin == std::string_view::npos
             ? std::string_view()
             : text.substr(begin, text.find_last_not_of(kBlank) + 1 - begin);
}

// ---- reading

struct Parts {
  std::string_view key, kind;  // "a/b" and "jpg" of "a/b.jpg"; the key is empty for hidden files
};
Parts parts_of(std::string_view name) {
  const size_t slash = name.rfind('/');
  const size_t begin = slash == std::string_view::npos ? 0 : slash + 1;
  const size_t dot = std::min(name.find('.', begin), name.size());
  if (dot == begin) return {};
  return {name.substr(0, dot), dot == name.size() ? std::string_view() : name.substr(dot + 1)};
}

bool is_one_of(std::string_view kind, std::initializer_list<std::string_view> kinds) {
  std::string lower(kind);
  for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return std::find(kinds.begin(), kinds.end(), lower) != kinds.end();
}
bool is_image(std::string_view kind) {
  return is_one_of(kind, {"jpg", "jpeg", "png", "gif", "bmp", "webp", "tif", "tiff"});
}

class SampleReader : public ChunkReader {
 public:
  using Weight = std::function<int64_t(int64_t)>;
  SampleReader(std::unique_ptr<TarReader> tar, const Portion& portion, int64_t chunk_bytes,
               int64_t max_record_bytes, Weight weight)
      : tar_(std::move(tar)),
        portion_(portion),
        chunk_bytes_(chunk_bytes),
        max_record_bytes_(max_record_bytes),
        weight_(std::move(weight)) {}

  Result<std::optional<RawChunk>> next(Deadline deadline) override {
    if (portion_.chunks >= 0 && ordinal_ >= portion_.chunks) return std::optional<RawChunk>();
    RawChunk chunk;
    std::string bytes;
    int64_t held = 0;
    while (true) {
      if (!sample_) sample_ = HOWDAH_TRY(next_sample(deadline));
      if (!sample_) break;
      const int64_t more = weight_(static_cast<int64_t>(sample_->image.size()));
      if (!bytes.empty() && held > chunk_bytes_ - more) break;
      if (bytes.empty()) chunk.first_byte = sample_->offset;
      held += more;
      put_sample(bytes, *sample_);
      sample_.reset();
    }
    if (bytes.empty()) return std::optional<RawChunk>();
    chunk.id = {portion_.file, ordinal_++};
    chunk.bytes = arrow::Buffer::FromString(std::move(bytes));
    const int64_t stored = tar_->stored_position();
    chunk.read_bytes = stored - std::exchange(stored_, stored);
    return std::optional(std::move(chunk));
  }

 private:
  Result<std::optional<TarSample>> next_sample(Deadline deadline) {
    std::optional<TarSample> sample;
    while (true) {
      if (!member_ && !ended_) {
        member_ = HOWDAH_TRY(tar_->next(deadline));
        ended_ = !member_;
      }
      if (!member_) break;
      const Parts parts = parts_of(member_->name);
      if (!parts.key.empty()) {
        if (!sample) {
          sample.emplace();
          sample->key = parts.key;
          sample->name = member_->name;
          sample->offset = member_->offset;
        }
        if (parts.key != sample->key) break;
        HOWDAH_TRY(add_member(*member_, parts.kind, *sample, deadline));
      }
      member_.reset();
    }
    if (sample && !sample->has_image)
      sample->spoil("unreadable", "no image among the sample's members: " + sample->kinds);
    return sample;
  }

  Status add_member(const TarReader::Member& member, std::string_view kind, TarSample& sample,
                    Deadline deadline) {
    if (sample.kinds.size() < 100)
      sample.kinds += (sample.kinds.empty() ? "" : ", ") + printable(kind, 40);
    if (is_image(kind)) {
      if (sample.has_image) sample.spoil("unreadable", "several images in one sample");
      sample.has_image = true;
      sample.name = member.name;
      sample.offset = member.offset;
      if (member.size_bytes > max_record_bytes_)
        sample.spoil("too_long", fmt::format("{} bytes where max_record_bytes allows {}",
                                             member.size_bytes, max_record_bytes_));
      if (sample.rule.empty())
        sample.image = HOWDAH_TRY(content(member, deadline));
      else
        sample.image.clear();
      return Status::ok();
    }
    const bool is_class = is_one_of(kind, {"cls"});
    if (!is_class && !is_one_of(kind, {"txt"})) return Status::ok();
    if (member.size_bytes > kMostLabelBytes) {
      sample.spoil("too_long", fmt::format("a label of {} bytes, where {} can be",
                                           member.size_bytes, kMostLabelBytes));
      return Status::ok();
    }
    (is_class ? sample.class_text : sample.text) =
        std::string(trimmed(HOWDAH_TRY(content(member, deadline))));
    return Status::ok();
  }

  Result<std::string> content(const TarReader::Member& member, Deadline deadline) {
    std::string content(static_cast<size_t>(member.size_bytes), '\0');
    HOWDAH_TRY(tar_->read(std::as_writable_bytes(std::span(content)), deadline));
    return content;
  }

  std::unique_ptr<TarReader> tar_;
  const Portion portion_;
  const int64_t chunk_bytes_, max_record_bytes_;
  const Weight weight_;
  std::optional<TarReader::Member> member_;  // not yet in a sample
  std::optional<TarSample> sample_;          // not yet in a chunk
  bool ended_ = false;
  int32_t ordinal_ = 0;
  int64_t stored_ = 0;
};

class TarSource : public ImageSource {
 public:
  TarSource(Found found, int64_t chunk_bytes)
      : ImageSource(std::move(found)), chunk_bytes_(chunk_bytes) {}

  Result<std::vector<Portion>> portions(int64_t, Deadline) override {
    std::vector<Portion> portions;
    for (size_t i = 0; i < files_.size(); ++i)
      if (files_[i].length_bytes > 0)
        portions.push_back({static_cast<int32_t>(i), 0, -1, files_[i].length_bytes, 0});
    return portions;
  }

  Result<std::unique_ptr<ChunkReader>> read(const Portion& portion, Deadline deadline) override {
    if (portion.file < 0 || static_cast<size_t>(portion.file) >= files_.size() ||
        portion.first_chunk != 0)
      return of_another_source(portion);
    auto tar = HOWDAH_TRY(TarReader::open(file(portion.file), deadline));
    return std::unique_ptr<ChunkReader>(
        new SampleReader(std::move(tar), portion, chunk_bytes_, spec_.max_record_bytes,
                         [this](int64_t bytes) { return weight(bytes); }));
  }

  Result<ParsedChunk> parse(const RawChunk& chunk, const TableSchema& schema) override {
    const std::string& shard = file(chunk.id.file).name;
    ImageBatch batch(schema, spec_);
    std::string_view rest{reinterpret_cast<const char*>(chunk.bytes->data()),
                          static_cast<size_t>(chunk.bytes->size())};
    while (!rest.empty()) {
      ImageSample sample = take_sample(rest);
      const std::string name = shard + ":" + std::string(sample.name);
      sample.name = name;
      HOWDAH_TRY(batch.add(sample));
    }
    return batch.finish(chunk.id);
  }

 private:
  const int64_t chunk_bytes_;
};

}  // namespace

Result<std::unique_ptr<Source>> make_tar_source(Found found, int64_t chunk_bytes) {
  return std::unique_ptr<Source>(new TarSource(std::move(found), chunk_bytes));
}

}  // namespace howdah::formats
