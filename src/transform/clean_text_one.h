// One text made tidy, as CleanText says.
//
// In this order: HTML out, letters' case, Unicode's normal form (of NFKC, case again: it makes
// letters of signs), white space. Case is mapped letter by letter (Unicode's simple mappings: no
// sigma for ends of words, no letter that becomes two). Where a text is not UTF-8, its case and
// form stay. Code points and properties are those of utf8proc (Unicode 15).
//
// Not thread-safe: it has room to work in. One a thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "prepare/step_spec.h"

namespace howdah::transform {

class TextCleaner {
 public:
  explicit TextCleaner(const prepare::CleanText& rule);
  // Valid until the next call, or as long as `text`, which it is where nothing is to do.
  std::string_view clean(std::string_view text);

 private:
  bool map_case(std::string_view text);   // into room_; false: nothing changed
  bool normalize(std::string_view text);  // into room_; false: nothing changed
  bool collapse(std::string_view text);   // into room_; false: nothing changed
  std::string_view take_room();           // swaps it with held_

  const bool html_, collapse_;
  const prepare::CleanText::Case case_;
  const prepare::CleanText::Unicode form_;
  std::string held_, room_;
  std::vector<int32_t> points_;
};

}  // namespace howdah::transform
