#include "transform/clean_text_one.h"

#include <utf8proc.h>

#include <algorithm>
#include <cstring>

#include "transform/clean_html.h"
#include "transform/clean_white_space.h"

namespace howdah::transform {
namespace {

using Unicode = prepare::CleanText::Unicode;
using Case = prepare::CleanText::Case;

bool is_ascii(std::string_view text) {
  uint64_t bits = 0;
  size_t i = 0;
  for (; i + 8 <= text.size(); i += 8) {
    uint64_t eight;
    std::memcpy(&eight, text.data() + i, 8);
    bits |= eight;
  }
  for (; i < text.size(); ++i) bits |= static_cast<uint64_t>(text[i] & 0x80);
  return (bits & 0x8080808080808080) == 0;
}

// Below U+0300 nothing composes with anything: such texts are in NFC.
bool below_combining(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0xCC; });
}

// Both letters' cases differ by one bit. False: nothing changed.
bool map_ascii(std::string_view text, std::string& into, char first) {
  into.assign(text);
  unsigned changed = 0;
  for (char& c : into) {
    const unsigned letter = static_cast<unsigned char>(c - first) < 26 ? 0x20 : 0;
    changed |= letter;
    c = static_cast<char>(static_cast<unsigned char>(c) ^ letter);
  }
  return changed != 0;
}

unsigned ascii_white(char c) {
  return static_cast<unsigned>(c == ' ') | (static_cast<unsigned char>(c - '\t') < 5);
}

// Whether there is white space but for single spaces between words. No branch in the loop.
bool ascii_untidy(std::string_view text) {
  unsigned before = 1, untidy = 0;
  for (const char c : text) {
    const unsigned white = ascii_white(c);
    untidy |= white & (before | (c != ' '));
    before = white;
  }
  return untidy || (before && !text.empty());
}

void collapse_ascii(std::string_view text, std::string& into) {
  into.resize(text.size());
  size_t size = 0;
  unsigned before = 1;
  for (const char c : text) {
    const unsigned white = ascii_white(c);
    into[size] = white ? ' ' : c;
    size += !(white & before);
    before = white;
  }
  into.resize(size && before ? size - 1 : size);
}

}  // namespace

TextCleaner::TextCleaner(const prepare::CleanText& rule)
    : html_(rule.strip_html),
      collapse_(rule.collapse_whitespace),
      case_(rule.letter_case),
      form_(rule.unicode) {}

std::string_view TextCleaner::take_room() {
  std::swap(held_, room_);
  return held_;
}

std::string_view TextCleaner::clean(std::string_view text) {
  if (html_ && may_be_html(text)) {
    room_.clear();
    append_without_html(text, room_);
    text = take_room();
  }
  if (is_ascii(text)) {
    // Has but one form.
    if (case_ != Case::kKeep && map_ascii(text, room_, case_ == Case::kLower ? 'A' : 'a'))
      text = take_room();
    if (!collapse_ || !ascii_untidy(text)) return text;
    collapse_ascii(text, room_);
    return take_room();
  }
  if (case_ != Case::kKeep && map_case(text)) text = take_room();
  if (form_ != Unicode::kNone && normalize(text)) {
    text = take_room();
    // NFKC makes letters of signs: the circled A is one now.
    if (form_ == Unicode::kNfkc && case_ != Case::kKeep && map_case(text)) {
      text = take_room();
      if (normalize(text)) text = take_room();
    }
  }
  if (collapse_ && collapse(text)) text = take_room();
  return text;
}

bool TextCleaner::map_case(std::string_view text) {
  const bool lower = case_ == Case::kLower;
  room_.clear();
  const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
  for (size_t i = 0; i < text.size();) {
    utf8proc_int32_t point;
    const auto length =
        utf8proc_iterate(bytes + i, static_cast<utf8proc_ssize_t>(text.size() - i), &point);
    if (length <= 0) return false;
    append_utf8(static_cast<char32_t>(lower ? utf8proc_tolower(point) : utf8proc_toupper(point)),
                room_);
    i += static_cast<size_t>(length);
  }
  return room_ != text;
}

bool TextCleaner::normalize(std::string_view text) {
  if (form_ == Unicode::kNfc && below_combining(text)) return false;
  const auto options = static_cast<utf8proc_option_t>(
      UTF8PROC_STABLE | UTF8PROC_COMPOSE | (form_ == Unicode::kNfkc ? UTF8PROC_COMPAT : 0));
  const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
  const auto length = static_cast<utf8proc_ssize_t>(text.size());
  points_.resize(std::max(points_.size(), text.size() + 1));
  for (;;) {
    const utf8proc_ssize_t count = utf8proc_decompose(
        bytes, length, points_.data(), static_cast<utf8proc_ssize_t>(points_.size() - 1), options);
    if (count < 0) return false;
    if (static_cast<size_t>(count) > points_.size() - 1) {
      points_.resize(static_cast<size_t>(count) + 1);
      continue;
    }
    // Re-encodes in place, with a zero behind.
    const utf8proc_ssize_t size = utf8proc_reencode(points_.data(), count, options);
    if (size < 0) return false;
    const std::string_view made(reinterpret_cast<const char*>(points_.data()),
                                static_cast<size_t>(size));
    if (made == text) return false;
    room_.assign(made);
    return true;
  }
}

bool TextCleaner::collapse(std::string_view text) {
  // Up to the first white space that is no single space between words, all stays.
  size_t at = 0;
  bool word = false;  // the character before was none of white space
  for (; at < text.size(); ++at) {
    const size_t white = white_space_at(text, at);
    if (white && (!word || text[at] != ' ')) break;
    word = white == 0;
  }
  if (at == text.size() && (word || text.empty())) return false;
  room_.clear();
  each_word(text, [&](std::string_view found) {
    if (!room_.empty()) room_ += ' ';
    room_ += found;
  });
  return true;
}

}  // namespace howdah::transform
