#include "transform/clean_html.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <unordered_map>

namespace howdah::transform {
namespace {

using std::string_view;
constexpr size_t kNone = string_view::npos;

// Code points 160 to 255, in order.
constexpr std::array<string_view, 96> kLatin1 = {
    "nbsp",   "iexcl",  "cent",   "pound",  "curren", "yen",    "brvbar", "sect",   "uml",
    "copy",   "ordf",   "laquo",  "not",    "shy",    "reg",    "macr",   "deg",    "plusmn",
    "sup2",   "sup3",   "acute",  "micro",  "para",   "middot", "cedil",  "sup1",   "ordm",
    "raquo",  "frac14", "frac12", "frac34", "iquest", "Agrave", "Aacute", "Acirc",  "Atilde",
    "Auml",   "Aring",  "AElig",  "Ccedil", "Egrave", "Eacute", "Ecirc",  "Euml",   "Igrave",
    "Iacute", "Icirc",  "Iuml",   "ETH",    "Ntilde", "Ograve", "Oacute", "Ocirc",  "Otilde",
    "Ouml",   "times",  "Oslash", "Ugrave", "Uacute", "Ucirc",  "Uuml",   "Yacute", "THORN",
    "szlig",  "agrave", "aacute", "acirc",  "atilde", "auml",   "aring",  "aelig",  "ccedil",
    "egrave", "eacute", "ecirc",  "euml",   "igrave", "iacute", "icirc",  "iuml",   "eth",
    "ntilde", "ograve", "oacute", "ocirc",  "otilde", "ouml",   "divide", "oslash", "ugrave",
    "uacute", "ucirc",  "uuml",   "yacute", "thorn",  "yuml"};

struct Named {
  string_view name;
  char32_t code_point;
};
constexpr Named kSigns[] = {
    {"amp", '&'},       {"lt", '<'},        {"gt", '>'},        {"quot", '"'},
    {"apos", '\''},     {"OElig", 0x152},   {"oelig", 0x153},   {"Scaron", 0x160},
    {"scaron", 0x161},  {"Yuml", 0x178},    {"fnof", 0x192},    {"circ", 0x2C6},
    {"tilde", 0x2DC},   {"ensp", 0x2002},   {"emsp", 0x2003},   {"thinsp", 0x2009},
    {"zwnj", 0x200C},   {"zwj", 0x200D},    {"lrm", 0x200E},    {"rlm", 0x200F},
    {"ndash", 0x2013},  {"mdash", 0x2014},  {"lsquo", 0x2018},  {"rsquo", 0x2019},
    {"sbquo", 0x201A},  {"ldquo", 0x201C},  {"rdquo", 0x201D},  {"bdquo", 0x201E},
    {"dagger", 0x2020}, {"Dagger", 0x2021}, {"bull", 0x2022},   {"hellip", 0x2026},
    {"permil", 0x2030}, {"prime", 0x2032},  {"Prime", 0x2033},  {"lsaquo", 0x2039},
    {"rsaquo", 0x203A}, {"euro", 0x20AC},   {"trade", 0x2122},  {"larr", 0x2190},
    {"uarr", 0x2191},   {"rarr", 0x2192},   {"darr", 0x2193},   {"harr", 0x2194},
    {"minus", 0x2212},  {"radic", 0x221A},  {"infin", 0x221E},  {"asymp", 0x2248},
    {"ne", 0x2260},     {"le", 0x2264},     {"ge", 0x2265},     {"sum", 0x2211},
    {"alpha", 0x3B1},   {"beta", 0x3B2},    {"gamma", 0x3B3},   {"delta", 0x3B4},
    {"epsilon", 0x3B5}, {"lambda", 0x3BB},  {"mu", 0x3BC},      {"pi", 0x3C0},
    {"sigma", 0x3C3},   {"omega", 0x3C9},   {"Delta", 0x394},   {"Sigma", 0x3A3},
    {"Omega", 0x3A9},   {"hearts", 0x2665}, {"spades", 0x2660}, {"clubs", 0x2663},
    {"diams", 0x2666}};

// What Windows-1252 has at 128 to 159; 0 where it has nothing.
constexpr char32_t kWindows1252[32] = {
    0x20AC, 0,      0x201A, 0x192,  0x201E, 0x2026, 0x2020, 0x2021, 0x2C6,  0x2030, 0x160,
    0x2039, 0x152,  0,      0x17D,  0,      0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x2DC,  0x2122, 0x161,  0x203A, 0x153,  0,      0x17E,  0x178};

constexpr size_t kLongestEntity = 12;  // between "&" and ";"
constexpr int kMostQuoted = 256;  // values of a tag: crafted text takes no more than that often

constexpr string_view kBlocks[] = {
    "address", "article", "aside",  "blockquote", "br",     "caption", "dd",    "div",
    "dl",      "dt",      "figure", "footer",     "form",   "h1",      "h2",    "h3",
    "h4",      "h5",      "h6",     "header",     "hr",     "li",      "main",  "nav",
    "ol",      "option",  "p",      "pre",        "script", "section", "style", "table",
    "tbody",   "td",      "tfoot",  "th",         "thead",  "title",   "tr",    "ul"};

char lower(char letter) {
  return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter + 32) : letter;
}
bool is_letter(char c) {
  return lower(c) >= 'a' && lower(c) <= 'z';
}

char32_t named(string_view name) {
  static const auto* const names = [] {
    auto* map = new std::unordered_map<string_view, char32_t>;
    for (size_t i = 0; i < kLatin1.size(); ++i)
      map->emplace(kLatin1[i], static_cast<char32_t>(160 + i));
    for (const Named& sign : kSigns) map->emplace(sign.name, sign.code_point);
    return map;
  }();
  const auto found = names->find(name);
  return found == names->end() ? 0 : found->second;
}

// Of "#8364", "#x20AC"; 0 when it is no number.
char32_t numbered(string_view digits) {
  digits.remove_prefix(1);
  const bool hexadecimal = !digits.empty() && lower(digits[0]) == 'x';
  if (hexadecimal) digits.remove_prefix(1);
  if (digits.empty()) return 0;
  char32_t value = 0;
  for (const char c : digits) {
    char32_t digit;
    if (c >= '0' && c <= '9')
      digit = static_cast<char32_t>(c - '0');
    else if (hexadecimal && lower(c) >= 'a' && lower(c) <= 'f')
      digit = static_cast<char32_t>(lower(c) - 'a' + 10);
    else
      return 0;
    value = std::min<char32_t>(value * (hexadecimal ? 16 : 10) + digit, 0x110000);
  }
  if (value == 0 || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF)) return 0xFFFD;
  if (value >= 0x80 && value < 0xA0 && kWindows1252[value - 0x80])
    return kWindows1252[value - 0x80];
  return value;
}

size_t first_markup(string_view text, size_t from) {
  while (from < text.size() && text[from] != '<' && text[from] != '&') ++from;
  return from;
}

class Stripper {
 public:
  Stripper(string_view html, std::string& into) : html_(html), into_(into) {}

  void run() {
    while (at_ < html_.size()) {
      const size_t next = first_markup(html_, at_);
      into_.append(html_.substr(at_, next - at_));
      if (next == html_.size()) return;
      at_ = next;
      if (!(html_[at_] == '<' ? tag() : entity())) into_ += html_[at_++];
    }
  }

 private:
  bool entity() {
    const string_view near = html_.substr(at_ + 1, kLongestEntity + 1);
    const size_t end = near.find(';');
    if (end == kNone || end == 0) return false;
    const string_view name = near.substr(0, end);
    const char32_t code_point = name[0] == '#' ? numbered(name) : named(name);
    if (!code_point) return false;
    append_utf8(code_point, into_);
    at_ += end + 2;
    return true;
  }

  bool tag() {
    const char first = at_ + 1 < html_.size() ? html_[at_ + 1] : ' ';
    if (!is_letter(first) && first != '/' && first != '!' && first != '?') return false;
    if (html_.substr(at_, 4) == "<!--") {
      const size_t end = find("-->", at_ + 4, comment_end_);
      if (end == kNone) return false;
      at_ = end + 3;
      return true;
    }
    const size_t end = tag_end();
    if (end == kNone) return false;
    const string_view name = name_at(at_ + 1);
    const bool opens = first != '/';
    if (std::find(std::begin(kBlocks), std::end(kBlocks), name) != std::end(kBlocks)) into_ += ' ';
    const bool script = name == "script", style = name == "style";
    at_ = end + 1;
    if (opens && script) skip_to_closing("script", script_end_);
    if (opens && style) skip_to_closing("style", style_end_);
    return true;
  }

  // Where the ">" of the tag at at_ is. An unclosed quote is none: the last of each kind is known.
  size_t tag_end() {
    if (!quotes_known_) {
      last_double_ = html_.rfind('"');
      last_single_ = html_.rfind('\'');
      quotes_known_ = true;
    }
    int quoted = 0;
    for (size_t i = at_ + 1; i < html_.size(); ++i) {
      const char c = html_[i];
      if (c == '>') return i;
      if (c == '<') return kNone;
      if ((c == '"' && i < last_double_) || (c == '\'' && i < last_single_)) {
        if (++quoted > kMostQuoted) return kNone;
        i = html_.find(c, i + 1);
      }
    }
    return kNone;
  }

  // In small letters; without "/".
  string_view name_at(size_t at) {
    if (at < html_.size() && html_[at] == '/') ++at;
    name_.clear();
    for (; at < html_.size() && name_.size() < 16; ++at) {
      const char c = lower(html_[at]);
      if (!is_letter(c) && !(c >= '0' && c <= '9')) break;
      name_ += c;
    }
    return name_;
  }

  // From the end of <script> to before </script>; nowhere if there is none.
  void skip_to_closing(string_view name, size_t& none_from) {
    for (size_t i = at_; (i = find("</", i, none_from)) != kNone; i += 2) {
      if (name_at(i + 1) != name) continue;
      at_ = i;
      return;
    }
    none_from = std::min(none_from, at_);
  }

  // Remembers from where on nothing was found, so as not to search there again.
  size_t find(string_view what, size_t from, size_t& none_from) const {
    if (from >= none_from) return kNone;
    const size_t found = html_.find(what, from);
    if (found == kNone) none_from = from;
    return found;
  }

  const string_view html_;
  std::string& into_;
  std::string name_;
  size_t at_ = 0;
  bool quotes_known_ = false;
  size_t last_double_ = kNone, last_single_ = kNone;
  size_t comment_end_ = kNone, script_end_ = kNone, style_end_ = kNone;
};

}  // namespace

void append_utf8(char32_t code_point, std::string& into) {
  const auto put = [&](char32_t byte) { into += static_cast<char>(byte); };
  if (code_point < 0x80) {
    put(code_point);
  } else if (code_point < 0x800) {
    put(0xC0 | code_point >> 6);
    put(0x80 | (code_point & 0x3F));
  } else if (code_point < 0x10000) {
    put(0xE0 | code_point >> 12);
    put(0x80 | (code_point >> 6 & 0x3F));
    put(0x80 | (code_point & 0x3F));
  } else {
    put(0xF0 | code_point >> 18);
    put(0x80 | (code_point >> 12 & 0x3F));
    put(0x80 | (code_point >> 6 & 0x3F));
    put(0x80 | (code_point & 0x3F));
  }
}

bool may_be_html(string_view text) {
  return first_markup(text, 0) < text.size();
}

void append_without_html(string_view html, std::string& into) {
  Stripper(html, into).run();
}

}  // namespace howdah::transform
