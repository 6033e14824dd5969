// The files that reducers leave for the run that started them, and an error as bytes.
#pragma once

#include <string>

#include "base/result.h"

namespace howdah::data {

// In the job's output folder, of reducer `r`:
std::string error_file(int reducer);       // a Status as JSON
std::string needs_file(int reducer);       // a TableSchema as JSON
std::string results_file(int reducer);     // RoundResults
std::string quarantine_file(int reducer);  // lines
std::string drops_file(int reducer, size_t item);
std::string written_file(int reducer);  // a line of JSON for each piece
std::string piece_file(int piece);

std::string to_json(const Status& status);
// kCorrupt where the text is none.
Status status_from_json(const std::string& text);

}  // namespace howdah::data
