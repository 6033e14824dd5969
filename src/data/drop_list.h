// Rows that a comparison of records with each other (duplicates) has sentenced: positions by chunk.
//
// Not thread-safe while it is added to.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "formats/source.h"

namespace howdah::data {

class DropList {
 public:
  void add(formats::ChunkId chunk, uint32_t row) { rows_[chunk].push_back(row); }
  void merge(DropList&& other);
  // Sorts, and takes out what was sentenced twice. Before contains() and write_to().
  void finish();
  // The rows of a chunk, ascending; empty when none.
  const std::vector<uint32_t>& rows_of(formats::ChunkId chunk) const;
  int64_t size() const;

  void write_to(std::string& bytes) const;
  // kCorrupt.
  static Result<DropList> read_from(std::string_view bytes);

 private:
  std::map<formats::ChunkId, std::vector<uint32_t>> rows_;
};

}  // namespace howdah::data
