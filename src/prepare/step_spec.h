// The steps of a preparation, in the order in which they are applied, as plain values. A step of
// the job file (`clean: {...}`) may hold several rules: each is one StepSpec, in the order written.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace howdah::prepare {

using Columns = std::vector<std::string>;  // empty: all that the rule can be applied to

// ---- clean

struct DropMissing {
  Columns columns;
  bool only_if_all = false;  // else one missing value is enough
};

struct FillMissing {
  enum class Method { kConstant, kMean, kMedian, kMode } method = Method::kMean;
  Columns columns;
  std::string value;  // of kConstant, read as the column's type
  std::string by;     // the statistic of the record's own class (a column); empty: of all records
};

struct DropDuplicates {
  Columns keys;  // empty: the whole record. The first in (file, position) stays.
};

// MinHash with locality-sensitive hashing (Broder 1997). A record is dropped when an earlier one
// is as near.
struct DropNearDuplicates {
  std::string column;
  double threshold = 0.8;  // of the estimated Jaccard similarity of the sets of shingles
  int shingle_words = 3;   // 0: shingles of characters
  int shingle_characters = 5;
  int permutations = 128;
  uint64_t seed = 1;
};

struct Outliers {
  enum class Method { kZScore, kIqr, kMad, kQuantile, kRange } method = Method::kIqr;
  enum class Action { kDrop, kClip, kMark } action = Action::kDrop;
  Columns columns;  // numbers
  // zscore: |x − mean| > factor·sd; iqr: outside [q1 − factor·iqr, q3 + factor·iqr]; mad:
  // |x − median| > factor·1.4826·MAD.
  double factor = 3;
  std::optional<double> low, high;  // quantile: as shares in [0, 1]; range: as values
  // kMark adds the column NAME_outlier (bool).
};

struct KeepWhere {
  std::string expression;  // records for which it is not true (false or missing) are dropped
};

struct DateRange {
  Columns columns;
  std::string from, to;         // ISO 8601; inclusive; empty: open
  bool become_missing = false;  // else the record is dropped
};

struct TextLength {
  Columns columns;
  int64_t min_characters = 1;
  int64_t max_characters = INT64_MAX;
};

struct CleanText {
  Columns columns;
  enum class Unicode { kNone, kNfc, kNfkc } unicode = Unicode::kNfc;
  enum class Case { kKeep, kLower, kUpper } letter_case = Case::kKeep;
  bool strip_html = false;          // tags out, entities decoded
  bool collapse_whitespace = true;  // runs become one space, none at the ends
};

// Equal records (all columns but the label) with different labels.
struct LabelNoise {
  std::string label;
  bool drop = false;  // else they are only counted and shown
};

// ---- normalize

struct Normalize {
  enum class Method {
    kStandard,  // (x − mean) / sd, of the population
    kMinMax,    // to [0, 1]
    kMaxAbs,    // to [−1, 1]
    kRobust,    // (x − median) / (q3 − q1)
    kLog,       // sign(x)·log(1 + |x|)
    kQuantile,  // the share of training values below, to [0, 1]
    kOneHot,    // a column NAME=VALUE (uint8) for each category, and NAME=<unknown>
    kIndex,     // 0: unknown; 1...: categories, the most frequent first
    kHash,      // hash modulo buckets
  } method = Method::kStandard;
  Columns columns;
  int64_t max_categories = 0;  // onehot, index: the most frequent; 0: all (at most 100,000)
  int64_t min_count = 1;       // onehot, index: rarer ones are unknown
  int64_t buckets = 1024;      // hash
  int64_t quantiles = 1000;    // quantile: points of the curve
};

// Words to numbers: 0 padding, 1 unknown, 2... the most frequent first.
struct Vocabulary {
  std::string column;
  bool characters = false;  // else words
  bool lower = true;
  int64_t size = 30'000;
  int64_t min_count = 1;
  int64_t length = 0;  // cut or padded to it; 0: lists as long as the text
};

struct SentencePiece {
  std::string column;
  int64_t size = 8'000;
  bool bpe = false;                    // else unigram
  int64_t sample_records = 1'000'000;  // it is trained from these, chosen by identity
  std::string model;                   // URI of a trained one; empty: train
};

// Mean and standard deviation of each channel, kept for the training to apply.
struct ImageStandard {
  std::string column = "image";
};

// ---- columns

struct SelectColumns {
  Columns columns;
  bool drop = false;  // these are left out; else only these are kept
};
struct DeriveColumn {
  std::string name, expression;
};

using StepKind =
    std::variant<DropMissing, FillMissing, DropDuplicates, DropNearDuplicates, Outliers, KeepWhere,
                 DateRange, TextLength, CleanText, LabelNoise, Normalize, Vocabulary, SentencePiece,
                 ImageStandard, SelectColumns, DeriveColumn>;

struct StepSpec {
  StepKind kind;
  std::string name;   // in reports: "clean.drop_missing(dep_delay)"; unique within the preparation
  std::string where;  // "prep.yaml:6:14", for messages
};

}  // namespace howdah::prepare
