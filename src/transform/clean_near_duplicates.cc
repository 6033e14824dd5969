// Drops records whose text is nearly that of an earlier one: MinHash with locality-sensitive
// hashing (Broder 1997).
//
// A text's set: its runs of `shingle_words` words, or of `shingle_characters` code points; a
// shorter text is one run. Texts without a word (a character), and missing ones, are left alone.
// Case, accents and the like are what earlier steps have made of them.
//
// Two records are compared when they share a band of their signatures. A record goes when the
// estimated similarity to an earlier one is at least the threshold, whether that one goes or not:
// so what happens in one group depends on no other. In a group, a record is compared with the first
// 1,000 different signatures, and found equal to any.
//
// Of each place of a signature 16 bits travel (b-bit minwise hashing, Li and König 2010): different
// places are taken for equal with a probability of 2^-16.
#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <fmt/format.h>

#include <unordered_set>

#include "statistics/min_hash.h"
#include "transform/clean_white_space.h"
#include "transform/column_views.h"
#include "transform/steps.h"

namespace howdah::transform {
namespace {

constexpr size_t kCompared = 1'000;

std::string compact(const statistics::Signature& signature) {
  std::string bytes(signature.size() * 2, '\0');
  for (size_t i = 0; i < signature.size(); ++i) {
    bytes[2 * i] = static_cast<char>(signature[i]);
    bytes[2 * i + 1] = static_cast<char>(signature[i] >> 8);
  }
  return bytes;
}

// The share of equal places; 0 for signatures of different lengths.
double nearness(std::string_view a, std::string_view b) {
  if (a.size() != b.size() || a.empty()) return 0;
  size_t equal = 0;
  for (size_t i = 0; i + 1 < a.size(); i += 2)
    equal += static_cast<size_t>(a[i] == b[i]) & static_cast<size_t>(a[i + 1] == b[i + 1]);
  return static_cast<double>(equal) / static_cast<double>(a.size() / 2);
}

class DropNearDuplicates : public Step, public Grouping {
 public:
  DropNearDuplicates(const prepare::DropNearDuplicates& rule, const prepare::StepSpec& spec)
      : Step(spec),
        rule_(rule),
        min_hash_(rule.permutations, rule.seed),
        banding_(statistics::banding_for(rule.threshold, rule.permutations)) {}

  Result<std::shared_ptr<arrow::Schema>> bind(
      const std::shared_ptr<arrow::Schema>& schema) override {
    HOWDAH_TRY(required_columns(*schema, {rule_.column}, text_type, "texts", spec_.where));
    return schema;
  }
  const Grouping* grouping() const override { return this; }
  bool drops_rows() const override { return true; }
  std::vector<std::string> reads() const override { return {rule_.column}; }
  std::vector<std::string> writes() const override { return {}; }
  Status apply(Records&, Effects&) const override { return Status::ok(); }

  Status entries(const Records& records, std::vector<GroupEntry>& into) const override {
    const auto texts =
        HOWDAH_TRY(TextView::of(HOWDAH_TRY(column_of(*records.batch, rule_.column))));
    std::vector<uint64_t> places, shingles;
    texts.each_present([&](int64_t row, std::string_view text) {
      shingles_of(text, places, shingles);
      if (shingles.empty()) return;
      const auto signature = min_hash_.signature(shingles);
      const std::string payload = compact(signature);
      for (const auto& key : statistics::band_keys(signature, banding_))
        into.push_back({key, records.chunk, records.rows[static_cast<size_t>(row)], payload});
    });
    return Status::ok();
  }

  void judge(std::span<const GroupEntry> group, std::vector<uint8_t>& drop) const override {
    std::unordered_set<std::string_view> known;
    std::vector<std::string_view> compared;
    for (size_t i = 0; i < group.size(); ++i) {
      const std::string_view signature = group[i].payload;
      if (!known.insert(signature).second) {
        drop[i] = 1;
        continue;
      }
      for (const std::string_view earlier : compared) {
        if (nearness(signature, earlier) < rule_.threshold) continue;
        drop[i] = 1;
        break;
      }
      if (compared.size() < kCompared) compared.push_back(signature);
    }
  }
  std::string reason() const override {
    return fmt::format("\"{}\" is at least {} similar to an earlier record's", rule_.column,
                       rule_.threshold);
  }

 private:
  // `places` is room to work in.
  void shingles_of(std::string_view text, std::vector<uint64_t>& places,
                   std::vector<uint64_t>& shingles) const {
    places.clear();
    shingles.clear();
    if (rule_.shingle_words > 0) {
      each_word(text, [&](std::string_view word) { places.push_back(statistics::hash64(word)); });
      runs(places, static_cast<size_t>(rule_.shingle_words), [&](size_t from, size_t to) {
        shingles.push_back(statistics::hash64(
            {reinterpret_cast<const char*>(&places[from]), (to - from) * sizeof(uint64_t)}));
      });
    } else {
      for (size_t i = 0; i < text.size(); ++i)
        if ((text[i] & 0xC0) != 0x80) places.push_back(i);
      runs(places, static_cast<size_t>(rule_.shingle_characters), [&](size_t from, size_t to) {
        const size_t begin = places[from], end = to < places.size() ? places[to] : text.size();
        shingles.push_back(statistics::hash64(text.substr(begin, end - begin)));
      });
    }
  }
  template <typename Visit>
  static void runs(const std::vector<uint64_t>& places, size_t length, Visit&& visit) {
    if (places.empty()) return;
    if (places.size() <= length) return visit(size_t{0}, places.size());
    for (size_t from = 0; from + length <= places.size(); ++from) visit(from, from + length);
  }

  const prepare::DropNearDuplicates rule_;
  const statistics::MinHash min_hash_;
  const statistics::Banding banding_;
};

}  // namespace

StepOrError make(const prepare::DropNearDuplicates& rule, const prepare::StepSpec& spec) {
  const auto wrong = [&](std::string message) {
    return Status(Code::kInvalidArgument, std::move(message)).with_peer(spec.where);
  };
  if (!(rule.threshold > 0 && rule.threshold <= 1))
    return wrong(
        fmt::format("a similarity of {}: it lies above 0 and is at most 1", rule.threshold));
  if (rule.permutations < 16 || rule.permutations > 1024)
    return wrong(fmt::format("{} permutations: 16 to 1024 are possible", rule.permutations));
  const int length = rule.shingle_words > 0 ? rule.shingle_words : rule.shingle_characters;
  if (rule.shingle_words < 0 || length < 1 || length > 100)
    return wrong("shingles have 1 to 100 words or characters");
  return std::unique_ptr<Step>(std::make_unique<DropNearDuplicates>(rule, spec));
}

}  // namespace howdah::transform
