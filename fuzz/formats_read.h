// Reads a whole source, for the targets of this folder; ends the process where a promise of Source
// is broken.
#pragma once

#include <arrow/record_batch.h>

#include <cstdlib>
#include <memory>
#include <string>

#include "formats/source.h"
#include "fs/memory_file_system.h"

namespace howdah {

struct Outcome {
  int64_t rows = 0, bad = 0;
  bool operator==(const Outcome&) const = default;
};

// Nothing where the source cannot be read as a whole.
inline Result<Outcome> read(formats::Source& source, int64_t portion_bytes) {
  auto schema = HOWDAH_TRY(source.survey(Deadline::never()));
  Outcome outcome;
  for (const auto& portion : HOWDAH_TRY(source.portions(portion_bytes, Deadline::never()))) {
    const auto reader = HOWDAH_TRY(source.read(portion, Deadline::never()));
    while (const auto chunk = HOWDAH_TRY(reader->next(Deadline::never()))) {
      while (true) {
        const auto parsed = HOWDAH_TRY(source.parse(*chunk, schema));
        if (parsed.needs) {
          const auto before = schema;
          HOWDAH_TRY(schema.widen(*parsed.needs));
          if (schema == before) std::abort();
          continue;
        }
        if (!parsed.batch->ValidateFull().ok()) std::abort();
        const auto bad = static_cast<int64_t>(parsed.bad.size());
        if (parsed.batch->num_rows() + bad != parsed.rows_read) std::abort();
        if (parsed.rows.size() != static_cast<size_t>(parsed.batch->num_rows())) std::abort();
        outcome.rows += parsed.batch->num_rows();
        outcome.bad += bad;
        break;
      }
    }
  }
  return outcome;
}

inline formats::SourceFile file_in_memory(const std::string& name, Bytes content) {
  auto files = std::make_shared<fs::MemoryFileSystem>("fuzz");
  if (!fs::write_file(*files, "/" + name, content, {}, Deadline::never()).is_ok()) std::abort();
  return {{std::move(files), "/" + name}, name, static_cast<int64_t>(content.size()), 0};
}

// Whole, and cut as finely as can be: the same rows, or an error both times.
inline void read_both_ways(formats::Source& source) {
  const auto whole = read(source, int64_t{1} << 40);
  const auto cut = read(source, 1);
  if (whole.is_ok() != cut.is_ok()) std::abort();
  if (whole.is_ok() && !(*whole == *cut)) std::abort();
}

}  // namespace howdah
