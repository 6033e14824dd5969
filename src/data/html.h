// Pieces of the report's page.
#pragma once

#include <string>
#include <string_view>

#include "data/report.h"

namespace howdah::data {

// A name or value of a user's: printable, with HTML's own characters escaped.
std::string html_text(std::string_view text, size_t max_columns = 100);
// A histogram of the sample, or its most frequent values as bars; says so where there is nothing to
// show. Width and height are the page's.
std::string html_values(const ValuesReport& values);
// The page's style, light and dark.
std::string_view html_style();

}  // namespace howdah::data
