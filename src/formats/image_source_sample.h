// A source of images over files in memory, for tests.
#pragma once

#include <arrow/array/array_binary.h>
#include <arrow/array/array_primitive.h>
#include <arrow/record_batch.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "formats/image_samples.h"
#include "formats/image_source.h"
#include "formats/source_sample.h"

namespace howdah::formats {

class ImageSourceSample : public SourceSample {
 protected:
  ImageSourceSample() { spec_.format = prepare::Format::kImages; }

  // All records, in order: a line "label|name|HxWxC|first byte of the image[|set]" each.
  struct Images {
    std::vector<std::string> rows, bad;  // bad: "file:row rule: reason"
    std::map<ChunkId, int64_t> chunks;   // records read
    std::vector<BadRecord> bad_records;
    std::vector<std::shared_ptr<arrow::RecordBatch>> batches;
    int64_t read_bytes = 0;
  };
  Result<std::unique_ptr<Source>> open_images() {
    if (spec_.uris.empty()) spec_.uris = {"mem://t/in"};
    auto source = HOWDAH_TRY(Source::open(systems_, spec_, Deadline::never()));
    if (chunk_bytes_ == kChunkBytes) return source;
    Found found{source->files(), source->spec()};
    if (spec_.format == prepare::Format::kTar)
      return make_tar_source(std::move(found), chunk_bytes_);
    if (spec_.format == prepare::Format::kIdx)
      return make_idx_source(std::move(found), chunk_bytes_);
    return make_folder_source(std::move(found), chunk_bytes_);
  }
  Result<Images> images(int64_t portion_bytes = kChunkBytes) {
    const auto source = HOWDAH_TRY(open_images());
    const auto schema = HOWDAH_TRY(source->survey(Deadline::never()));
    Images all;
    for (const auto& portion : HOWDAH_TRY(source->portions(portion_bytes, Deadline::never()))) {
      const auto reader = HOWDAH_TRY(source->read(portion, Deadline::never()));
      int32_t ordinal = portion.first_chunk;
      while (const auto chunk = HOWDAH_TRY(reader->next(Deadline::never()))) {
        EXPECT_EQ(chunk->id, (ChunkId{portion.file, ordinal++}));
        all.read_bytes += chunk->read_bytes;
        HOWDAH_TRY(add(*source, HOWDAH_TRY(source->parse(*chunk, schema)), all));
      }
      EXPECT_TRUE(portion.chunks < 0 || ordinal == portion.first_chunk + portion.chunks);
    }
    return all;
  }
  std::vector<std::string> rows_or_error() {
    const auto all = images();
    return all ? all->rows : std::vector<std::string>{all.status().to_string()};
  }

 private:
  static Status add(const Source& source, const ParsedChunk& parsed, Images& all) {
    EXPECT_TRUE(parsed.batch->ValidateFull().ok()) << parsed.batch->ValidateFull().ToString();
    EXPECT_EQ(parsed.batch->num_rows(), static_cast<int64_t>(parsed.rows.size()));
    EXPECT_EQ(parsed.rows_read, static_cast<int64_t>(parsed.rows.size() + parsed.bad.size()));
    EXPECT_FALSE(all.chunks.contains(parsed.id));
    all.chunks[parsed.id] = parsed.rows_read;
    all.batches.push_back(parsed.batch);
    const auto text = [&](const char* name, int64_t row) {
      const auto column = parsed.batch->GetColumnByName(name);
      return column ? text_of(*column, row) : "";
    };
    for (int64_t row = 0; row < parsed.batch->num_rows(); ++row) {
      std::string line = text("label", row) + "|" + text("name", row) + "|" + text("height", row) +
                         "x" + text("width", row) + "x" + text("channels", row);
      if (const auto image = parsed.batch->GetColumnByName("image")) {
        const auto bytes = static_cast<const arrow::BinaryArray&>(*image).GetView(row);
        line += "|" + std::to_string(static_cast<unsigned char>(bytes.empty() ? 0 : bytes[0]));
      }
      if (const auto set = text("set", row); !set.empty()) line += "|" + set;
      all.rows.push_back(line);
    }
    for (const BadRecord& bad : parsed.bad) {
      all.bad.push_back(source.file_of(parsed.id, bad.row).name + ":" + std::to_string(bad.row) +
                        " " + bad.rule + ": " + bad.reason);
      all.bad_records.push_back(bad);
    }
    return Status::ok();
  }
};

}  // namespace howdah::formats
