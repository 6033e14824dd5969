// Keys that reach the reducer they are meant for.
//
// With Partition::kPrefix, Hadoop's BinaryPartitioner hashes a key's first kRoutingBytes:
// WritableComparator.hashBytes, h = 1, then 31 h + byte, modulo the reducers.
#pragma once

#include <string>

namespace howdah::mapreduce {

inline constexpr int kRoutingBytes = 4;
inline constexpr int kMaxReduces = 31 * 31 * 31 * 31;

// Four capital letters or ASCII signs just beyond them ('A' to '_'): a key that begins with them
// goes to that reducer of so many. 0 <= reducer < reduces <= kMaxReduces. Each reducer has one
// prefix, so that its keys are sorted by what follows.
std::string key_prefix_for(int reducer, int reduces);

// What Hadoop makes of a key's first bytes; for tests and for checks.
int reducer_of(const std::string& prefix, int reduces);

}  // namespace howdah::mapreduce
