#include "transform/partition_names.h"

#include "formats/text_encoding.h"

namespace howdah::transform {

std::string escape_folder_name(std::string_view name) {
  constexpr std::string_view kEscaped = "\"#%'*/:=?\\{[]^\x7f";
  constexpr char kDigits[] = "0123456789ABCDEF";
  const bool is_utf8 = formats::is_valid_utf8(name);
  std::string escaped;
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || kEscaped.find(c) != std::string_view::npos || (byte >= 0x80 && !is_utf8)) {
      escaped += '%';
      escaped += kDigits[byte >> 4];
      escaped += kDigits[byte & 15];
    } else {
      escaped += c;
    }
  }
  return escaped;
}

Result<std::string> folder_name(std::string_view level, const std::optional<std::string>& value) {
  constexpr size_t kLongest = 255;
  std::string name = escape_folder_name(level) + "=";
  name += value && !value->empty() ? escape_folder_name(*value) : std::string(kNoPartitionValue);
  if (name.size() <= kLongest) return name;
  return Status(Code::kInvalidArgument, "the value \"" + value->substr(0, 60) + "...\" of \"" +
                                            std::string(level) +
                                            "\" is too long for a folder's name (255 bytes)")
      .with_advice("partition by its hash, or by another column");
}

}  // namespace howdah::transform
