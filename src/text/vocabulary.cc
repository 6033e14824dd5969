#include "text/vocabulary.h"

#include <algorithm>

#include "dataset/index.h"

namespace howdah::text {
namespace {

constexpr int64_t kEntryBytes = 96;  // of a hash table, with its string
const std::vector<std::string> kReserved = {"<padding>", "<unknown>", "<begin>", "<end>"};

std::string escaped(const std::string& token) {
  std::string line;
  for (const char c : token) {
    if (c == '\n')
      line += "\\n";
    else if (c == '\\')
      line += "\\\\";
    else
      line += c;
  }
  return line;
}

bool unescape(std::string_view line, std::string& token) {
  token.clear();
  for (size_t i = 0; i < line.size(); ++i) {
    if (line[i] != '\\') {
      token += line[i];
    } else if (++i < line.size() && (line[i] == '\\' || line[i] == 'n')) {
      token += line[i] == 'n' ? '\n' : '\\';
    } else {
      return false;
    }
  }
  return !token.empty();
}

Status corrupt(const std::string& what) {
  return Status(Code::kCorrupt, "not a vocabulary: " + what);
}

}  // namespace

bool TokenCounts::add(std::string_view token) {
  if (token.size() > kMaxTokenBytes) return true;
  if (const auto found = counts_.find(token); found != counts_.end()) {
    ++found->second;
    return true;
  }
  bytes_ += kEntryBytes + static_cast<int64_t>(token.size());
  if (bytes_ > most_bytes_) return false;
  counts_.emplace(token, 1);
  return true;
}

std::vector<std::string> TokenCounts::most_frequent(size_t most, int64_t min_count) const {
  std::vector<const std::pair<const std::string, int64_t>*> kept;
  for (const auto& entry : counts_)
    if (entry.second >= min_count) kept.push_back(&entry);
  const auto before = [](const auto* a, const auto* b) {
    return a->second != b->second ? a->second > b->second : a->first < b->first;
  };
  most = std::min(most, kept.size());
  std::partial_sort(kept.begin(), kept.begin() + static_cast<ptrdiff_t>(most), kept.end(), before);
  std::vector<std::string> tokens;
  for (size_t i = 0; i < most; ++i) tokens.push_back(kept[i]->first);
  return tokens;
}

Vocabulary::Vocabulary(std::vector<std::string> tokens) : tokens_(kReserved) {
  tokens_.insert(tokens_.end(), std::make_move_iterator(tokens.begin()),
                 std::make_move_iterator(tokens.end()));
  // A word of a text is never a reserved one.
  for (size_t i = kReserved.size(); i < tokens_.size(); ++i)
    numbers_.emplace(tokens_[i], static_cast<int32_t>(i));
}

int32_t Vocabulary::find(std::string_view token) const {
  const auto found = numbers_.find(token);
  return found == numbers_.end() ? dataset::kUnknownToken : found->second;
}

std::string Vocabulary::to_text() const {
  std::string text;
  for (const std::string& token : tokens_) text += escaped(token) + "\n";
  return text;
}

Result<Vocabulary> Vocabulary::from_text(std::string_view text) {
  std::vector<std::string> tokens;
  std::string token;
  while (!text.empty()) {
    const size_t end = text.find('\n');
    if (end == std::string_view::npos) return corrupt("it ends within a line");
    if (static_cast<int64_t>(tokens.size()) >= dataset::kMaxVocabulary)
      return corrupt("more tokens than any has");
    if (!unescape(text.substr(0, end), token) || token.size() > kMaxTokenBytes)
      return corrupt("line " + std::to_string(tokens.size() + 1) + " is no token");
    tokens.push_back(token);
    text.remove_prefix(end + 1);
  }
  const auto reserved = static_cast<ptrdiff_t>(kReserved.size());
  if (tokens.size() < kReserved.size() ||
      !std::equal(kReserved.begin(), kReserved.end(), tokens.begin()))
    return corrupt("it does not begin with the reserved tokens");
  tokens.erase(tokens.begin(), tokens.begin() + reserved);
  Vocabulary vocabulary(std::move(tokens));
  if (vocabulary.numbers_.size() + kReserved.size() != vocabulary.tokens_.size())
    return corrupt("a token stands there twice");
  return vocabulary;
}

}  // namespace howdah::text
