// The text of a file from a byte of it to its end: decompressed, and UTF-16 brought to UTF-8 (other
// encodings as they are).
//
// Errors name the file, and the byte of it as it lies there where it is wrong. One thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/deadline.h"
#include "base/result.h"
#include "formats/source.h"
#include "formats/stream_codec.h"
#include "formats/text_encoding.h"

namespace howdah::formats {

class TextStream {
 public:
  // How a file's compression is known.
  enum class Known {
    kByName,     // portions are cut by it; a file that begins as another says so is refused
    kByContent,  // by its first bytes, else by its name
  };
  // From offset_bytes, which is 0 where the file is compressed or UTF-16. An empty file is an empty
  // text.
  //   kCorrupt  another compression than the name says
  //   and the errors of FileSystem::open and read_at
  static Result<std::unique_ptr<TextStream>> open(const SourceFile& file, Encoding encoding,
                                                  int64_t offset_bytes, Deadline deadline,
                                                  Known known = Known::kByName);
  // Whether a reader can begin in the middle of such a file.
  static bool can_seek(const SourceFile& file, Encoding encoding);

  // Fills `into` as far as the text reaches; returns the bytes written, fewer only at the end.
  //   kCorrupt  truncated or damaged compression, or the file has shrunk since it was listed
  Result<size_t> read(MutableBytes into, Deadline deadline);

  int64_t stored_position() const { return fetched_ - static_cast<int64_t>(rest_.size()); }
  bool compressed() const { return compression_ != Compression::kNone; }
  const std::string& uri() const { return uri_; }

 private:
  TextStream() = default;
  Status corrupt(const std::string& what) const;
  Status fetch(Deadline deadline);
  Result<size_t> read_stored(MutableBytes into, Deadline deadline);
  Result<size_t> read_decompressed(MutableBytes into, Deadline deadline);
  Result<size_t> read_utf16(MutableBytes into, Deadline deadline);

  std::string uri_;
  std::unique_ptr<fs::InputFile> input_;
  int64_t length_ = 0;   // as it was listed: what is appended meanwhile belongs to the next listing
  int64_t fetched_ = 0;  // of the file, up to the end of rest_
  Compression compression_ = Compression::kNone;
  std::unique_ptr<StreamCodec> codec_;  // null: not compressed
  int64_t decompressed_ = 0;            // delivered by it
  std::vector<std::byte> buffer_;
  Bytes rest_;  // of buffer_, not yet decompressed
  bool utf16_ = false, utf16_ended_ = false;
  Utf16Decoder decoder_;
  std::string decoded_;
  size_t decoded_given_ = 0;
};

}  // namespace howdah::formats
