// How a preparation lays its result out: the keys `split`, `partition` and `output`.
#pragma once

#include <string>

#include "job/yaml_tree.h"
#include "prepare/spec.h"

namespace howdah::job {

// {train: 0.8, test: 0.2, seed: 7, stratify|group|time: column, exact: true, until: [...]}; any
// other key is the name of a part.
prepare::SplitSpec read_split(const YamlValue& value, const std::string& path, Status& error);

// {by: [carrier, year(time), {name: expression}], hash: column, buckets: 16}; the levels are `by`,
// then `hash`, then `range`. Where both hash and range need their own buckets:
// {hash: {column: c, buckets: 16, name: n}, range: {...}}.
prepare::PartitionSpec read_partition(const YamlValue& value, const std::string& path,
                                      Status& error);

// {uri, format, target_file, compression}, or the URI alone.
prepare::OutputSpec read_output(const YamlValue& value, const std::string& path, Status& error);

}  // namespace howdah::job
