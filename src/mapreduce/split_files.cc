#include "mapreduce/split_files.h"

#include "base/bytes.h"
#include "hadoop/vint.h"

namespace howdah::mapreduce {
namespace {

constexpr const char* kClass = "org.apache.hadoop.mapred.FileSplit";
constexpr int32_t kVersion = 1;

void append_text(const std::string& text, std::string* to) {
  hadoop::append_vint(static_cast<int32_t>(text.size()), to);
  to->append(text);
}

template <typename T>
void append_fixed(T value, std::string* to) {
  for (int shift = 8 * (static_cast<int>(sizeof value) - 1); shift >= 0; shift -= 8)
    to->push_back(static_cast<char>(value >> shift));
}

}  // namespace

SplitFiles write_splits(const std::vector<InputSplit>& splits) {
  SplitFiles files;
  files.splits = "SPL";
  append_fixed(kVersion, &files.splits);
  files.meta_info = "META-SPL";
  hadoop::append_vint(kVersion, &files.meta_info);
  hadoop::append_vint(static_cast<int32_t>(splits.size()), &files.meta_info);
  for (const InputSplit& split : splits) {
    hadoop::append_vint(static_cast<int32_t>(split.hosts.size()), &files.meta_info);
    for (const std::string& host : split.hosts) append_text(host, &files.meta_info);
    hadoop::append_vlong(static_cast<int64_t>(files.splits.size()), &files.meta_info);
    hadoop::append_vlong(split.length_bytes, &files.meta_info);
    append_text(kClass, &files.splits);
    append_text(split.uri, &files.splits);
    append_fixed(split.offset_bytes, &files.splits);
    append_fixed(split.length_bytes, &files.splits);
  }
  return files;
}

}  // namespace howdah::mapreduce
