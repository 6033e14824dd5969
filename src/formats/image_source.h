// Sources of images, one class a format; what they share.
#pragma once

#include <string_view>

#include "formats/image_batch.h"
#include "formats/sources.h"

namespace howdah::formats {

class ImageSource : public Source {
 public:
  explicit ImageSource(Found found) {
    files_ = std::move(found.files);
    spec_ = std::move(found.spec);
  }
  Result<TableSchema> survey(Deadline) override { return image_schema(spec_, false); }

 protected:
  // What a record is reckoned to take of its chunk, by the bytes of its image file: as little as a
  // chunk of records takes in memory.
  int64_t weight(int64_t stored_bytes) const;
  Status of_another_source(const Portion& portion) const;
  const SourceFile& file(int32_t index) const { return files_[static_cast<size_t>(index)]; }
};

// The folder directly above a file: "b" of "a/b/c.png"; nothing where there is none.
std::optional<std::string_view> folder_label(std::string_view name);

// Tests cut smaller chunks; the product always kChunkBytes.
Result<std::unique_ptr<Source>> make_folder_source(Found found, int64_t chunk_bytes);
Result<std::unique_ptr<Source>> make_tar_source(Found found, int64_t chunk_bytes);
Result<std::unique_ptr<Source>> make_idx_source(Found found, int64_t chunk_bytes);

}  // namespace howdah::formats
