// Exact stratification: each class is cut where its shares end, to one record.
#include <arrow/array.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <numeric>
#include <optional>

#include "formats/text_encoding.h"
#include "transform/column_views.h"
#include "transform/distinct_values.h"
#include "transform/split_cuts.h"
#include "transform/split_kinds.h"

namespace howdah::transform {
namespace {

// A hash is 8 bytes: 1.6 GB.
constexpr uint64_t kMostRecords = 200'000'000;
constexpr size_t kMostClasses = 1'000'000;

using Class = std::optional<std::string>;  // nothing: missing

class ClassCollector final : public Collector {
 public:
  ClassCollector(std::string column, uint64_t seed) : column_(std::move(column)), seed_(seed) {}

  Status add(const Records& records) override {
    const auto classes =
        HOWDAH_TRY(distinct_values(HOWDAH_TRY(column_of(*records.batch, column_))));
    HOWDAH_TRY(count(records.identities.size()));
    std::vector<std::vector<uint64_t>*> hashes;
    for (const auto& name : classes.texts) hashes.push_back(&hashes_[name]);
    HOWDAH_TRY(check_classes());
    for (size_t i = 0; i < classes.of_row.size(); ++i)
      hashes[classes.of_row[i]]->push_back(split_hash(records.identities[i], seed_));
    return Status::ok();
  }

  void write_to(std::string& bytes) const override {
    statistics::ByteWriter writer(bytes);
    writer.u64(hashes_.size());
    for (const auto& [name, hashes] : hashes_) {
      writer.u8(name.has_value());
      writer.text(name.value_or(""));
      writer.u64(hashes.size());
      for (const uint64_t hash : hashes) writer.u64(hash);
    }
  }

  Status merge(statistics::ByteReader& bytes) override {
    const uint64_t classes = HOWDAH_TRY(bytes.u64());
    for (uint64_t c = 0; c < classes; ++c) {
      const bool there = HOWDAH_TRY(bytes.u8()) != 0;
      Class name = HOWDAH_TRY(bytes.text());
      if (!there) name.reset();
      const uint64_t records = HOWDAH_TRY(bytes.u64());
      if (records > bytes.left() / sizeof(uint64_t))
        return Status(Code::kCorrupt, "a class has more records than bytes follow");
      HOWDAH_TRY(count(records));
      auto& hashes = hashes_[name];
      HOWDAH_TRY(check_classes());
      hashes.reserve(hashes.size() + records);
      for (uint64_t i = 0; i < records; ++i) hashes.push_back(HOWDAH_TRY(bytes.u64()));
    }
    return Status::ok();
  }

  const std::map<Class, std::vector<uint64_t>>& hashes() const { return hashes_; }

 private:
  Status count(uint64_t more) {
    if ((records_ += more) <= kMostRecords) return Status::ok();
    return Status(Code::kInvalidArgument,
                  "an exact split by class takes at most 200,000,000 "
                  "records, as it keeps 8 bytes of each")
        .with_advice("take out `exact`: shares are then exact to about the root of a class's size");
  }
  Status check_classes() const {
    if (hashes_.size() <= kMostClasses) return Status::ok();
    return Status(Code::kInvalidArgument,
                  "column \"" + column_ + "\" has more than 1,000,000 classes")
        .with_advice("split by record, or by group");
  }

  std::string column_;
  uint64_t seed_;
  uint64_t records_ = 0;
  std::map<Class, std::vector<uint64_t>> hashes_;
};

// Largest remainders; of equal ones the earlier part gets the record.
std::vector<size_t> counts_of(const std::vector<prepare::SplitSpec::Part>& parts, size_t records) {
  std::vector<size_t> counts;
  std::vector<int64_t> remainders;  // in billionths: beyond them are only errors of rounding
  constexpr double kBillion = 1e9;
  for (const auto& part : parts) {
    const double due = part.share * static_cast<double>(records);
    const double whole = std::floor(due + 1 / kBillion);
    counts.push_back(static_cast<size_t>(whole));
    remainders.push_back(std::llround((due - whole) * kBillion));
  }
  std::vector<size_t> order(parts.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return remainders[a] > remainders[b]; });
  size_t given = std::accumulate(counts.begin(), counts.end(), size_t{0});
  for (size_t i = 0; given < records; i = (i + 1) % order.size(), ++given) ++counts[order[i]];
  return counts;
}

// For each part but the last the highest hash that belongs to it or a part before; nothing where
// none does.
using Cuts = std::vector<std::optional<uint64_t>>;

Cuts cuts_of(const std::vector<prepare::SplitSpec::Part>& parts, std::vector<uint64_t> hashes) {
  const auto counts = counts_of(parts, hashes.size());
  Cuts cuts;
  size_t end = 0;
  auto sorted_to = hashes.begin();
  for (size_t part = 0; part + 1 < parts.size(); ++part) {
    end = std::min(end + counts[part], hashes.size());
    if (end == 0) {
      cuts.emplace_back();
      continue;
    }
    const auto last = hashes.begin() + static_cast<std::ptrdiff_t>(end - 1);
    if (last >= sorted_to) {
      std::nth_element(sorted_to, last, hashes.end());
      sorted_to = last + 1;
    }
    cuts.emplace_back(*last);
  }
  return cuts;
}

std::string to_hex(const std::string& bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string hex;
  for (const char byte : bytes) {
    hex += kDigits[static_cast<unsigned char>(byte) >> 4];
    hex += kDigits[static_cast<unsigned char>(byte) & 15];
  }
  return hex;
}

// The way back is only for comparison, so the hex of a class that is no UTF-8 is never decoded: it
// is looked up by the hex.
std::string key_of(const std::string& name) {
  if (formats::is_valid_utf8(name)) return name;
  return "0x" + to_hex(name);
}

class ByExactClass final : public Splitter {
 public:
  explicit ByExactClass(const prepare::SplitSpec& spec) : spec_(spec), shares_(spec.parts) {}

  std::unique_ptr<Collector> collector() const override {
    return std::make_unique<ClassCollector>(spec_.column, spec_.seed);
  }
  Status fit(const Collector& collected) override {
    cuts_.clear();
    for (const auto& [name, hashes] : static_cast<const ClassCollector&>(collected).hashes())
      cuts_[name ? Class(key_of(*name)) : Class()] = cuts_of(spec_.parts, hashes);
    return Status::ok();
  }
  void state(nlohmann::ordered_json& json) const override {
    auto classes = nlohmann::ordered_json::array();
    for (const auto& [name, cuts] : cuts_) {
      nlohmann::ordered_json one, list = nlohmann::ordered_json::array();
      for (const auto& cut : cuts)
        list.push_back(cut ? nlohmann::ordered_json(*cut) : nlohmann::ordered_json());
      one["class"] = name ? nlohmann::ordered_json(*name) : nlohmann::ordered_json();
      one["last_hashes"] = std::move(list);
      classes.push_back(std::move(one));
    }
    json["classes"] = std::move(classes);
  }
  Status restore(const nlohmann::ordered_json& json) override {
    const Status broken(Code::kCorrupt, "the split's state is not that of classes");
    std::map<Class, Cuts> cuts;
    if (!json.is_object() || !json.contains("classes") || !json["classes"].is_array())
      return broken;
    for (const auto& one : json["classes"]) {
      if (!one.is_object() || !one.contains("class") || !one.contains("last_hashes")) return broken;
      const auto& name = one["class"];
      const auto& list = one["last_hashes"];
      if (!(name.is_null() || name.is_string()) || !list.is_array() ||
          list.size() + 1 != spec_.parts.size())
        return broken;
      Cuts& of_class = cuts[name.is_null() ? Class() : Class(name.get<std::string>())];
      for (const auto& cut : list) {
        if (!cut.is_null() && !cut.is_number_unsigned()) return broken;
        of_class.push_back(cut.is_null() ? std::optional<uint64_t>() : cut.get<uint64_t>());
      }
    }
    cuts_ = std::move(cuts);
    return Status::ok();
  }

  Result<std::vector<uint8_t>> assign(const Records& records) const override {
    const auto classes =
        HOWDAH_TRY(distinct_values(HOWDAH_TRY(column_of(*records.batch, spec_.column))));
    std::vector<const Cuts*> cuts;
    for (const auto& name : classes.texts) {
      const auto found = cuts_.find(name ? Class(key_of(*name)) : Class());
      cuts.push_back(found == cuts_.end() ? nullptr : &found->second);
    }
    std::vector<uint8_t> parts(records.identities.size());
    for (size_t i = 0; i < parts.size(); ++i) {
      const uint64_t hash = split_hash(records.identities[i], spec_.seed);
      const Cuts* of_class = cuts[classes.of_row[i]];
      if (!of_class) {  // a class that came after the cuts were learnt
        parts[i] = shares_.part_of(hash);
        continue;
      }
      for (const auto& last : *of_class)
        parts[i] = static_cast<uint8_t>(parts[i] + (!last || hash > *last));
    }
    return parts;
  }

 private:
  prepare::SplitSpec spec_;
  ShareCuts shares_;
  std::map<Class, Cuts> cuts_;
};

}  // namespace

std::unique_ptr<Splitter> split_by_exact_class(const prepare::SplitSpec& spec) {
  return std::make_unique<ByExactClass>(spec);
}

}  // namespace howdah::transform
