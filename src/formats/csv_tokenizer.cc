#include "formats/csv_tokenizer.h"

#include <algorithm>
#include <cstring>

#include "formats/byte_scan.h"

namespace howdah::formats {
namespace {

constexpr size_t kBlockBytes = 64 << 10;

void append_positions(uint64_t mask, size_t base, std::vector<uint32_t>& to) {
  uint32_t found[64];
  size_t count = 0;
  for (; mask != 0; mask &= mask - 1)
    found[count++] = static_cast<uint32_t>(base) + static_cast<uint32_t>(__builtin_ctzll(mask));
  to.insert(to.end(), found, found + count);
}

}  // namespace

void RowBlock::drop(const std::vector<uint32_t>& rows_out) {
  size_t kept = 0, next = 0;
  for (size_t row = 0; row < rows(); ++row) {
    if (next < rows_out.size() && rows_out[next] == row) {
      ++next;
      continue;
    }
    if (kept != row) {
      std::copy_n(ends.begin() + static_cast<ptrdiff_t>(row * columns), columns,
                  ends.begin() + static_cast<ptrdiff_t>(kept * columns));
      begins[kept] = begins[row];
      numbers[kept] = numbers[row];
    }
    ++kept;
  }
  ends.resize(kept * columns);
  begins.resize(kept);
  numbers.resize(kept);
}

CsvTokenizer::CsvTokenizer(std::string_view text, const CsvDialect& dialect, size_t columns,
                           int64_t max_record_bytes)
    : text_(text),
      dialect_(dialect),
      columns_(columns),
      max_record_bytes_(static_cast<size_t>(max_record_bytes)) {}

// Appends separators from *at on, until `stop` or the first special byte. false: *at is the
// beginning of the line with that byte, and separators of this line were taken back.
bool CsvTokenizer::scan_blocks(size_t* at, size_t stop) {
  const __m128i delimiter = _mm_set1_epi8(dialect_.delimiter), line_end = _mm_set1_epi8('\n');
  const bool watch = dialect_.quote != 0 || dialect_.escape != 0;
  const __m128i quote = _mm_set1_epi8(dialect_.quote != 0 ? dialect_.quote : dialect_.escape);
  const __m128i escape = _mm_set1_epi8(dialect_.escape != 0 ? dialect_.escape : dialect_.quote);
  for (; *at < stop; *at += 64) {
    const auto* from = reinterpret_cast<const __m128i*>(text_.data() + *at);
    const __m128i block[4] = {_mm_loadu_si128(from), _mm_loadu_si128(from + 1),
                              _mm_loadu_si128(from + 2), _mm_loadu_si128(from + 3)};
    const uint64_t ends = equal_mask_64(block, line_end);
    uint64_t within = ~uint64_t{0};
    if (text_.size() - *at < 64) within = (uint64_t{1} << (text_.size() - *at)) - 1;
    if (watch) {
      uint64_t special = equal_mask_64(block, quote);
      if (dialect_.escape != 0) special |= equal_mask_64(block, escape);
      special &= within;
      if (special != 0) [[unlikely]] {
        // Lines that end before the special byte are whole.
        within = (special & (~special + 1)) - 1;
        append_positions((equal_mask_64(block, delimiter) | ends) & within, *at, separators_);
        append_positions(ends & within, *at, line_ends_);
        const size_t line = line_ends_.empty() ? at_ : line_ends_.back() + size_t{1};
        while (!separators_.empty() && separators_.back() >= line) separators_.pop_back();
        *at = line;
        return false;
      }
    }
    append_positions((equal_mask_64(block, delimiter) | ends) & within, *at, separators_);
    if ((ends & within) != 0) append_positions(ends & within, *at, line_ends_);
  }
  return true;
}

// From behind the opening quote to behind the closing one; without one, to the end of what the
// quotes may hold.
const char* CsvTokenizer::scan_quoted(const char* at, const char* end, bool* closed) const {
  const char quote = dialect_.quote, escape = dialect_.escape;
  const char stop = dialect_.quoted_line_ends ? quote : '\n';
  *closed = false;
  while (true) {
    at = find_any(at, end, quote, escape != 0 ? escape : quote, stop);
    if (at == end) return end;
    if (escape != 0 && *at == escape) {
      const bool line_end = !dialect_.quoted_line_ends && at + 1 < end && at[1] == '\n';
      at += line_end || at + 1 == end ? 1 : 2;
    } else if (*at != quote) {
      return at;
    } else if (at + 1 < end && at[1] == quote) {
      at += 2;
    } else {
      *closed = true;
      return at + 1;
    }
  }
}

// Appends the separators of one line; returns the beginning of the next.
size_t CsvTokenizer::scan_line(size_t begin, bool* special) {
  const char *data = text_.data(), *end = data + text_.size(), *at = data + begin;
  const char escape = dialect_.escape;
  bool closed = true;
  while (true) {
    if (dialect_.quote != 0 && at < end && *at == dialect_.quote) {
      *special = true;
      bool this_closed = false;
      at = scan_quoted(at + 1, end, &this_closed);
      closed = closed && this_closed;
    }
    while (true) {
      at = find_any(at, end, dialect_.delimiter, '\n', escape != 0 ? escape : '\n');
      if (escape == 0 || at == end || *at != escape) break;
      *special = true;
      at += at + 1 < end && at[1] != '\n' ? 2 : 1;
    }
    push(static_cast<size_t>(at - data));
    if (at == end || *at == '\n') break;
    ++at;
  }
  const auto line_end = static_cast<size_t>(at - data);
  line_ends_.push_back(static_cast<uint32_t>(line_end));
  if (!closed) unclosed_.push_back(static_cast<uint32_t>(line_end));
  return std::min(line_end + 1, text_.size());
}

// Fills separators_ and line_ends_ with the lines from at_ on: at least one, and all that begin
// before `enough`, but for the last.
void CsvTokenizer::separate(size_t enough) {
  separators_.clear();
  line_ends_.clear();
  unclosed_.clear();
  any_special_ = false;
  size_t at = at_;
  while (at < text_.size() && (at < enough || line_ends_.empty())) {
    if (!lines_are_special_) {
      const size_t stop = std::min(text_.size(), std::max(at + kBlockBytes, enough));
      if (scan_blocks(&at, stop)) {
        if (at < text_.size()) continue;
        at = text_.size();
        // The last line may lack its end; a special one is found by scan_line alone.
        if (line_ends_.empty() ? at > at_ : line_ends_.back() + size_t{1} < at) {
          push(at);
          line_ends_.push_back(static_cast<uint32_t>(at));
        }
        return;
      }
    }
    bool special = false;
    at = scan_line(at, &special);
    any_special_ = any_special_ || special;
    lines_are_special_ = special;
  }
}

bool CsvTokenizer::next(RowBlock& block, std::vector<RowDefect>& defects) {
  block.columns = columns_;
  block.begins.clear();
  block.numbers.clear();
  if (at_ >= text_.size()) return false;
  separate(std::min(text_.size(), at_ + kBlockBytes));
  block.special = any_special_;

  const size_t first = at_;
  size_t from = 0, to = 0;  // into separators_
  auto unclosed = unclosed_.begin();
  for (const uint32_t line_end : line_ends_) {
    const size_t begin = at_;
    at_ = line_end + size_t{1};
    size_t last = from + columns_ - 1;
    if (last >= separators_.size() || separators_[last] != line_end) [[unlikely]]
      for (last = from; separators_[last] != line_end;) ++last;
    const size_t row_from = from;
    from = last + 1;
    size_t end = line_end;
    if (end > begin && text_[end - 1] == '\r') --end;
    const bool open = unclosed != unclosed_.end() && *unclosed == line_end;
    if (open) ++unclosed;
    if (begin == end) continue;
    const uint32_t number = rows_read_++;
    const size_t fields = from - row_from;
    if (open || fields != columns_ || end - begin > max_record_bytes_) [[unlikely]] {
      RowDefect defect{number, static_cast<uint32_t>(begin), static_cast<uint32_t>(end)};
      defect.fields = static_cast<uint32_t>(fields);
      defect.kind = end - begin > max_record_bytes_ ? RowDefect::Kind::kTooLong
                    : open                          ? RowDefect::Kind::kUnclosedQuote
                                                    : RowDefect::Kind::kFields;
      defects.push_back(defect);
      continue;
    }
    if (to != row_from)
      std::memmove(separators_.data() + to, separators_.data() + row_from,
                   columns_ * sizeof(uint32_t));
    to += columns_;
    separators_[to - 1] = static_cast<uint32_t>(end);
    block.begins.push_back(static_cast<uint32_t>(begin));
    block.numbers.push_back(number);
  }
  at_ = std::min(at_, text_.size());
  separators_.resize(to);
  std::swap(block.ends, separators_);
  block.text_bytes = at_ - first;
  return true;
}

std::vector<std::string> CsvTokenizer::read_names() {
  std::vector<std::string> names;
  while (at_ < text_.size()) {
    separators_.clear();
    line_ends_.clear();
    unclosed_.clear();
    bool special = false;
    size_t begin = at_;
    at_ = scan_line(at_, &special);
    size_t end = line_ends_.back();
    if (end > begin && text_[end - 1] == '\r') --end;
    if (begin == end) continue;
    if (!unclosed_.empty()) return {};
    separators_.back() = static_cast<uint32_t>(end);
    std::string scratch;
    for (const uint32_t field_end : separators_) {
      names.emplace_back(unquote(text_.substr(begin, field_end - begin), dialect_, scratch));
      begin = field_end + size_t{1};
    }
    return names;
  }
  return names;
}

std::string_view unquote(std::string_view field, const CsvDialect& dialect, std::string& scratch) {
  const char quote = dialect.quote, escape = dialect.escape;
  const bool quoted = quote != 0 && !field.empty() && field[0] == quote;
  const bool escaped = escape != 0 && field.find(escape) != std::string_view::npos;
  if (!quoted && !escaped) return field;
  if (quoted && !escaped && field.size() >= 2 && field.find(quote, 1) == field.size() - 1)
    return field.substr(1, field.size() - 2);
  scratch.clear();
  bool inside = quoted;
  for (size_t i = quoted ? 1 : 0; i < field.size(); ++i) {
    if (escape != 0 && field[i] == escape && i + 1 < field.size()) {
      scratch.push_back(field[++i]);
    } else if (inside && field[i] == quote) {
      if (i + 1 < field.size() && field[i + 1] == quote) {
        scratch.push_back(field[i++]);
      } else {
        inside = false;
      }
    } else {
      scratch.push_back(field[i]);
    }
  }
  scratch.append(16, '\0');
  return std::string_view(scratch).substr(0, scratch.size() - 16);
}

}  // namespace howdah::formats
