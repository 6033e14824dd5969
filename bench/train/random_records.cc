#include "bench/train/random_records.h"

#include <cstring>

#include "base/digest.h"
#include "dataset/random.h"

namespace howdah::bench {
namespace {

using dataset::SplitMix64;

void add_token(std::string& content, int32_t token) {
  content.append(reinterpret_cast<const char*>(&token), sizeof token);
}

// begun: with the token that begins a text; it ends with the one that ends it.
void add_text(std::string& content, SplitMix64& random, int64_t width, int64_t length,
              int64_t vocabulary, bool begun) {
  const auto words = static_cast<uint64_t>(vocabulary - dataset::kReservedTokens);
  for (int64_t i = 0; i < width; ++i) {
    const auto word = static_cast<int32_t>(random.below(words) + dataset::kReservedTokens);
    if (i >= length)
      add_token(content, dataset::kPaddingToken);
    else if (begun && i == 0)
      add_token(content, dataset::kBeginToken);
    else
      add_token(content, begun && i == length - 1 ? dataset::kEndToken : word);
  }
}

int64_t any_length(SplitMix64& random, int64_t least, int64_t most) {
  const auto span = static_cast<uint64_t>(most - std::min(least, most) + 1);
  return most - static_cast<int64_t>(random.below(span));
}

dataset::Index index_of(const model::Training& training) {
  dataset::Index index;
  index.source = "random records";
  index.fingerprint = Sha256::hex_of({});
  index.shape = training.input;
  index.classes = training.classes;
  if (training.input_form != model::Form::kTokens) return index;
  index.element = dataset::ElementType::kInt32;
  index.tokens.vocabulary = training.vocabulary;
  index.tokens.file = "vocabulary.txt";
  if (training.task != model::Task::kTranslation) return index;
  index.classes = 1;
  index.target = {.kind = dataset::TargetKind::kTokens, .width = training.target_width};
  index.tokens.target_vocabulary = training.classes;
  index.tokens.target_file = "target_vocabulary.txt";
  return index;
}

}  // namespace

Result<dataset::Index> write_random_records(const model::Training& training, int64_t records,
                                            int64_t least_length, const fs::Location& folder) {
  dataset::Index index = index_of(training);
  const bool texts = index.element == dataset::ElementType::kInt32;
  const bool classes = index.target.kind == dataset::TargetKind::kClass;
  dataset::Partition partition;
  partition.name = "train";
  partition.records = records;
  if (classes) partition.records_by_class.resize(static_cast<size_t>(index.classes));
  SplitMix64 random(1);
  std::string content;
  for (int64_t i = 0; i < records; ++i) {
    if (texts)
      add_text(content, random, training.input[0],
               any_length(random, least_length, training.input[0]), training.vocabulary, false);
    for (int64_t j = 0; !texts && j < index.feature_bytes(); ++j)
      content += static_cast<char>(random.below(256));
    if (classes) {
      const auto label = static_cast<int32_t>(random.below(static_cast<uint64_t>(index.classes)));
      ++partition.records_by_class[static_cast<size_t>(label)];
      add_token(content, label);
    } else {
      const int64_t width = training.target_width;
      add_text(content, random, width, any_length(random, least_length, width), training.classes,
               true);
    }
  }
  partition.chunks = {
      {.file = 0, .offset_bytes = 0, .records = records, .first_record = 0, .hosts = {}}};
  partition.files = {kRandomRecordsFile};
  partition.file_bytes = {static_cast<int64_t>(content.size())};
  partition.file_sha256 = {Sha256::hex_of(as_bytes(content))};
  HOWDAH_TRY(fs::write_file(*folder.files, folder.path + "/" + kRandomRecordsFile,
                            as_bytes(content), {.overwrite = true}, Deadline::never()));
  index.partitions = {partition};
  HOWDAH_TRY(index.check());
  return index;
}

}  // namespace howdah::bench
