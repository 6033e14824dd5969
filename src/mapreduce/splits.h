// Which parts of which files the map tasks read, by HDFS's blocks.
// Hadoop: mapred.FileInputFormat.getSplits.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/deadline.h"
#include "base/result.h"
#include "fs/file_systems.h"
#include "mapreduce/job.h"

namespace howdah::mapreduce {

struct SplitLimits {
  int64_t min_bytes = 1;
  int64_t max_bytes = INT64_MAX;  // else a split ends with its block
  bool whole_files = false;       // none is divided
  // More than this is an error that names the way out, not an endless list.
  size_t max_splits = 100'000;
};

// Each URI is a file, a folder (its files; no subfolder), or has * ? [a-z] {a,b} in parts of its
// path. Names that begin with _ or . are left out of folders and patterns, empty files from all.
// Sorted by URI and offset, each file once. The last split of a file may be a tenth longer than the
// others. Files whose names say that they are compressed (.gz, .zst, ...) are not divided.
//   kNotFound         a URI names nothing; the message has it
//   kInvalidArgument  limits that cannot be, a pattern that is none, a folder within a folder,
//                     nothing but empty files, or more than max_splits
Result<std::vector<InputSplit>> plan_splits(fs::FileSystems& files,
                                            const std::vector<std::string>& uris,
                                            const SplitLimits& limits, Deadline deadline);

// For a file whose lines are items of work: each split gives its map task exactly so many lines
// (the last one the rest), with TextInputFormat. `text` is the file's content.
std::vector<InputSplit> splits_of_lines(const std::string& uri, std::string_view text,
                                        size_t lines_per_split);

// Whether a name's ending says that the content is compressed as a whole.
bool is_compressed_name(std::string_view name);

// The files that one path names, as plan_splits does, with the empty ones.
Result<std::vector<fs::FileInfo>> find_inputs(fs::FileSystem& files, const std::string& path,
                                              Deadline deadline);

}  // namespace howdah::mapreduce
