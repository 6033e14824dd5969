// The files that URIs name: files, folders with all that lies in them, globs as Hadoop writes them
// (* ? [abc] [a-c] [^a] {a,b}).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/deadline.h"
#include "base/result.h"
#include "formats/source.h"

namespace howdah::formats {

// "{a,b}/c" -> "a/c", "b/c".
std::vector<std::string> expand_braces(const std::string& glob);
// One name against one part of a glob, without braces.
bool glob_matches(std::string_view pattern, std::string_view name);

// Sorted by name, each file once. What is hidden (".x", "_x"), or lies in what is hidden, is left
// out unless it is named as a file itself; so are report.json, report.html and transform.json in
// a folder that a preparation wrote (it has _MANIFEST.json).
//   kNotFound  no such file or folder, nothing matches, nothing but hidden files
Result<std::vector<SourceFile>> list_sources(fs::FileSystems& systems,
                                             const std::vector<std::string>& uris,
                                             Deadline deadline);

}  // namespace howdah::formats
