// The members of a tar archive from its beginning to its end: ustar, GNU's long names, pax records
// of path and size. Compressed as the file's name says.
//
// Errors name the file and the byte of its (decompressed) content. One thread.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "formats/tar_header.h"
#include "formats/text_stream.h"

namespace howdah::formats {

class TarReader {
 public:
  struct Member {
    std::string name;  // without "./" at the beginning
    int64_t size_bytes = 0;
    int64_t offset = 0;  // of its header
  };
  static Result<std::unique_ptr<TarReader>> open(const SourceFile& file, Deadline deadline);

  // The next file; folders, links and devices are passed over. Nothing at the end.
  //   kCorrupt      a wrong checksum, cut off (also where the blocks that end an archive lack), or
  //                 something follows its end
  //   kUnsupported  a sparse file
  Result<std::optional<Member>> next(Deadline deadline);
  // The next bytes of the member's content, all of `into`; what is not asked for is passed over.
  Status read(MutableBytes into, Deadline deadline);

  int64_t stored_position() const { return stream_->stored_position(); }

 private:
  explicit TarReader(std::unique_ptr<TextStream> stream) : stream_(std::move(stream)) {}
  Status corrupt(const std::string& what, int64_t at) const;
  Status skip(int64_t bytes, Deadline deadline);
  Status read_all(MutableBytes into, Deadline deadline);
  Result<std::string> read_text(const TarHeader& header, Deadline deadline);
  Status apply_records(const std::string& records, int64_t at);
  Status read_to_end(Deadline deadline);

  std::unique_ptr<TextStream> stream_;
  int64_t position_ = 0;
  int64_t rest_ = 0;     // of the member's content
  int64_t padding_ = 0;  // behind it
  // Of the member that comes.
  std::string long_name_;
  std::optional<int64_t> long_size_;
};

}  // namespace howdah::formats
