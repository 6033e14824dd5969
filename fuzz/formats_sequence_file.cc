// Any bytes as a SequenceFile: typed errors or a valid batch. The first byte chooses what stands
// before them (a whole header of one layout, or nothing), the second the chunks' length; the bytes
// "SYNC" become a marker, or compressed pieces would never be met.
#include <string>

#include "formats/sequence_file_source.h"
#include "formats_read.h"

namespace {

using namespace howdah;

constexpr std::string_view kSync = "0123456789abcdef";

std::string text(std::string_view content) {
  return static_cast<char>(content.size()) + std::string(content);
}

std::string file_of(uint8_t choice, std::string_view rest) {
  std::string file;
  if (choice & 1) {
    constexpr const char* kClasses[] = {"Text", "BytesWritable", "VLongWritable", "NullWritable"};
    constexpr const char* kCodecs[] = {"DefaultCodec", "GzipCodec", "BZip2Codec",
                                       "SnappyCodec",  "Lz4Codec",  "ZStandardCodec",
                                       "DeflateCodec", "OtherCodec"};
    const bool compressed = choice & 2, blocks = compressed && (choice & 4);
    const std::string io = "org.apache.hadoop.io.";
    file = "SEQ\6" + text(io + kClasses[choice >> 6]) + text(io + "Text");
    file += compressed ? '\1' : '\0';
    file += blocks ? '\1' : '\0';
    if (compressed) file += text(io + "compress." + kCodecs[(choice >> 3) & 7]);
    file += std::string(4, '\0') + std::string(kSync);
  }
  while (true) {
    const size_t at = rest.find("SYNC");
    file += rest.substr(0, at);
    if (at == std::string_view::npos) return file;
    file += "\xff\xff\xff\xff" + std::string(kSync);
    rest.remove_prefix(at + 4);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 3 || size > 1 << 16) return 0;
  const std::string content = file_of(data[0], {reinterpret_cast<const char*>(data + 3), size - 3});

  prepare::SourceSpec spec;
  spec.format = prepare::Format::kSequenceFile;
  spec.max_record_bytes = data[2] & 1 ? 50 : 1 << 20;
  if (data[2] & 2) spec.types = {{"value", prepare::ColumnType::kInt64}};
  if (data[2] & 4) spec.columns = {"value"};
  if (data[2] & 8) spec.columns = {"key"};
  spec.type_errors_become_missing = data[2] & 16;

  const formats::SourceFile file = file_in_memory("a.seq", as_bytes(content));
  const auto source = formats::make_sequence_file_source({{file}, spec}, 1 + data[1] * 8);
  if (!source.is_ok()) std::abort();
  const auto whole = read(**source, int64_t{1} << 40);
  const auto cut = read(**source, 1);
  // Bytes of a record may look like a marker: two readers then begin at different places.
  const bool one_marker = content.find(kSync) == content.rfind(kSync);
  if (one_marker && whole.is_ok() && cut.is_ok() && !(*whole == *cut)) std::abort();
  return 0;
}
