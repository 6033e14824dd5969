// A source over files in memory, for tests.
#pragma once

#include <arrow/array.h>
#include <arrow/record_batch.h>
#include <arrow/scalar.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "formats/sequence_file_source.h"
#include "formats/text_source.h"

namespace howdah::formats {

inline std::string text_of(const arrow::Array& array, int64_t row) {
  return array.IsNull(row) ? "-" : array.GetScalar(row).ValueOrDie()->ToString();
}

class SourceSample : public testing::Test {
 protected:
  void store(const std::string& name, const std::string& content) {
    const auto at = systems_.resolve("mem://t/in/" + name);
    ASSERT_TRUE(at.is_ok());
    fs::CreateOptions options;
    options.overwrite = true;
    const Status stored =
        fs::write_file(*at->files, at->path, as_bytes(content), options, Deadline::never());
    ASSERT_TRUE(stored.is_ok()) << stored.to_string();
  }
  Result<std::unique_ptr<Source>> open() {
    if (spec_.uris.empty()) spec_.uris = {"mem://t/in"};
    auto source = HOWDAH_TRY(Source::open(systems_, spec_, Deadline::never()));
    if (chunk_bytes_ == kChunkBytes) return source;
    Found found{source->files(), source->spec()};
    if (source->format() == prepare::Format::kSequenceFile)
      return make_sequence_file_source(std::move(found), chunk_bytes_);
    return make_text_source(std::move(found), chunk_bytes_);
  }

  struct Read {
    TableSchema schema;
    std::map<ChunkId, std::vector<std::string>> rows;   // "a|b|c"
    std::map<ChunkId, std::vector<std::string>> texts;  // of the chunks
    std::vector<BadRecord> bad;
    int64_t rows_read = 0, rows_pruned = 0, became_missing = 0;
    std::vector<std::string> all() const {
      std::vector<std::string> all;
      for (const auto& [id, some] : rows) all.insert(all.end(), some.begin(), some.end());
      return all;
    }
    std::string types() const {
      std::string types;
      const auto arrow_schema = schema.to_arrow();
      for (const auto& field : arrow_schema->fields())
        types += (types.empty() ? "" : " ") + field->name() + ":" + field->type()->ToString();
      return types;
    }
  };

  // All that can be read, with the schema that holds it.
  Result<Read> read(int64_t portion_bytes = kChunkBytes) {
    const auto source = HOWDAH_TRY(open());
    Read result;
    result.schema = HOWDAH_TRY(source->survey(Deadline::never()));
    std::vector<RawChunk> chunks;
    for (const auto& portion : HOWDAH_TRY(source->portions(portion_bytes, Deadline::never()))) {
      const auto reader = HOWDAH_TRY(source->read(portion, Deadline::never()));
      while (auto chunk = HOWDAH_TRY(reader->next(Deadline::never()))) chunks.push_back(*chunk);
    }
    bool again = true;
    while (again) {
      again = false;
      for (const auto& chunk : chunks) {
        const auto parsed = HOWDAH_TRY(source->parse(chunk, result.schema));
        if (!parsed.needs) continue;
        const TableSchema before = result.schema;
        HOWDAH_TRY(result.schema.widen(*parsed.needs));
        EXPECT_FALSE(before == result.schema) << "asks for what it has";
        again = true;
      }
    }
    for (const auto& chunk : chunks) HOWDAH_TRY(add(*source, chunk, result));
    return result;
  }
  Result<std::vector<std::string>> rows() { return HOWDAH_TRY(read()).all(); }
  Result<std::vector<std::string>> rows_of(const std::string& content) {
    store("a.csv", content);
    return rows();
  }

  fs::FileSystems systems_{hadoop::Configuration(), hadoop::User{}, hadoop::Credentials()};
  prepare::SourceSpec spec_;
  int64_t chunk_bytes_ = kChunkBytes;

 private:
  static Status add(Source& source, const RawChunk& chunk, Read& result) {
    auto parsed = HOWDAH_TRY(source.parse(chunk, result.schema));
    EXPECT_TRUE(parsed.batch->ValidateFull().ok()) << parsed.batch->ValidateFull().ToString();
    EXPECT_TRUE(parsed.batch->schema()->Equals(*result.schema.to_arrow()));
    EXPECT_EQ(parsed.batch->num_rows(), static_cast<int64_t>(parsed.rows.size()));
    EXPECT_EQ(parsed.rows_read - parsed.rows_pruned,
              static_cast<int64_t>(parsed.rows.size() + parsed.bad.size()));
    EXPECT_FALSE(result.rows.contains(chunk.id)) << "chunk " << chunk.id.ordinal << " came twice";
    auto& rows = result.rows[chunk.id];
    for (int64_t row = 0; row < parsed.batch->num_rows(); ++row) {
      std::string text;
      for (const auto& column : parsed.batch->columns())
        text += (text.empty() ? "" : "|") + text_of(*column, row);
      rows.push_back(text);
    }
    result.texts[chunk.id].push_back(chunk.bytes->ToString());
    result.rows_read += parsed.rows_read;
    result.rows_pruned += parsed.rows_pruned;
    result.became_missing += parsed.values_become_missing;
    for (auto& bad : parsed.bad) result.bad.push_back(std::move(bad));
    return Status::ok();
  }
};

}  // namespace howdah::formats
