// The makers of sources, one a family of formats; Source::open lists the files, decides the format
// and chooses.
#pragma once

#include "formats/source.h"

namespace howdah::formats {

// What Source::open found: files sorted by name, and a spec whose format is not kAuto. Their file
// systems outlive the source.
struct Found {
  std::vector<SourceFile> files;
  prepare::SourceSpec spec;
  std::shared_ptr<const FolderColumns> folders =
      nullptr;  // whose columns are left out of the files
};

Result<std::unique_ptr<Source>> make_text_source(Found found);           // csv, tsv, jsonl, text
Result<std::unique_ptr<Source>> make_parquet_source(Found found);        // parquet
Result<std::unique_ptr<Source>> make_image_source(Found found);          // images, tar, idx
Result<std::unique_ptr<Source>> make_sequence_file_source(Found found);  // sequencefile

}  // namespace howdah::formats
