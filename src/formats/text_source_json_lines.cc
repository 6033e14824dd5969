#include <algorithm>

#include "formats/json_lines_parser.h"
#include "formats/text_source.h"

namespace howdah::formats {
namespace {

// The columns are the keys of the first chunk's records, unless `columns` lists them. A later
// record with another key is an error, so that nothing is lost in silence;
// absent_columns_are_missing leaves such keys out.
class JsonLinesSource : public TextSource {
 public:
  JsonLinesSource(Found found, const ChunkerOptions& options, Encoding encoding)
      : TextSource(std::move(found), options, encoding), parsing_(spec_) {
    parsing_.encoding = encoding;
    parsing_.errors_become_missing = spec_.type_errors_become_missing;
    parsing_.max_record_bytes = options.max_record_bytes;
    if (folders_) parsing_.known_keys = [this](const std::string& key) { return in_folders(key); };
    parsing_.more_keys_are_fine = !spec_.columns.empty() || spec_.absent_columns_are_missing;
  }

  Result<TableSchema> survey(Deadline deadline) override {
    const auto chunk = HOWDAH_TRY(first_chunk(deadline));
    if (!chunk) return no_records();
    const SourceFile& from = file(chunk->id.file);
    auto keys = json_keys(*chunk, parsing_);
    if (!keys.is_ok()) return keys.status().with_peer(from.location.uri());
    std::erase_if(*keys, [this](const std::string& key) { return in_folders(key); });
    const auto known = [&](const std::string& name) {
      return std::find(keys->begin(), keys->end(), name) != keys->end();
    };
    TableSchema schema;
    for (const auto& name : spec_.columns.empty() ? *keys : spec_.columns) {
      if (!known(name) && !spec_.absent_columns_are_missing && !spec_.types.contains(name))
        return no_such_column(name, *keys, from);
      schema.columns.push_back(column_named(name));
    }
    // A key that the first records lack can still be given, with its type.
    for (const auto& [name, type] : spec_.types)
      if (spec_.columns.empty() && !known(name)) schema.columns.push_back(column_named(name));
    return infer_json_lines(*chunk, schema, parsing_);
  }

  Result<ParsedChunk> parse(const RawChunk& chunk, const TableSchema& schema) override {
    auto parsed = parse_json_lines(chunk, schema, parsing_);
    if (!parsed.is_ok()) return parsed.status().with_peer(file(chunk.id.file).location.uri());
    return parsed;
  }

 private:
  JsonLinesOptions parsing_;
};

}  // namespace

Result<std::unique_ptr<Source>> make_json_lines_source(Found found, const ChunkerOptions& options,
                                                       Encoding encoding) {
  return std::unique_ptr<Source>(new JsonLinesSource(std::move(found), options, encoding));
}

}  // namespace howdah::formats
