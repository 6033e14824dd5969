#include "transform/clean_fill_collectors.h"

#include <arrow/record_batch.h>

#include <span>

#include "transform/clean_fill_value.h"
#include "transform/column_views.h"

namespace howdah::transform {

Result<Classes> classes_in(const Records& records, const std::string& by) {
  if (by.empty()) return one_class(records.size());
  return classes_of(HOWDAH_TRY(column_of(*records.batch, by)));
}

template <typename OfClass>
ClassCollector<OfClass>::ClassCollector(const std::vector<std::string>& columns,
                                        const std::string& by, size_t limit)
    : columns_(columns), by_(by), limit_(limit), statistics_(columns.size()) {}

template <typename OfClass>
void ClassCollector<OfClass>::overflow() {
  overflowed_ = true;
  for (auto& classes : statistics_) classes.clear();
}

template <typename OfClass>
Status ClassCollector<OfClass>::add(const Records& records) {
  if (overflowed_ || records.size() == 0) return Status::ok();
  const Classes classes = HOWDAH_TRY(classes_in(records, by_));
  std::vector<double> scratch;
  std::vector<size_t> begins;
  for (size_t c = 0; c < columns_.size(); ++c) {
    const auto view =
        HOWDAH_TRY(NumericView::of(HOWDAH_TRY(column_of(*records.batch, columns_[c]))));
    auto& of_class = statistics_[c];
    if (classes.keys.size() == 1) {
      of_class[classes.keys[0]].add(view.present_values(scratch));
    } else {
      // Brought together by class: a statistic takes many values at once much faster.
      begins.assign(classes.keys.size() + 1, 0);
      view.each_present(
          [&](int64_t row, double) { ++begins[classes.of_row[static_cast<size_t>(row)] + 1]; });
      for (size_t k = 1; k < begins.size(); ++k) begins[k] += begins[k - 1];
      scratch.resize(begins.back());
      std::vector<size_t> next(begins.begin(), begins.end() - 1);
      view.each_present([&](int64_t row, double value) {
        scratch[next[classes.of_row[static_cast<size_t>(row)]]++] = value;
      });
      for (size_t k = 0; k < classes.keys.size(); ++k)
        of_class[classes.keys[k]].add(
            std::span<const double>(scratch).subspan(begins[k], begins[k + 1] - begins[k]));
    }
    if (of_class.size() > limit_) return overflow(), Status::ok();
  }
  return Status::ok();
}

template <typename OfClass>
void ClassCollector<OfClass>::write_to(std::string& bytes) const {
  statistics::ByteWriter writer(bytes);
  writer.u8(overflowed_);
  for (const auto& of_class : statistics_) {
    writer.u32(static_cast<uint32_t>(of_class.size()));
    for (const auto& [key, statistic] : of_class) {
      writer.text(key);
      statistic.write_to(writer);
    }
  }
}

template <typename OfClass>
Status ClassCollector<OfClass>::merge(statistics::ByteReader& bytes) {
  const bool other_overflowed = HOWDAH_TRY(bytes.u8()) != 0;
  for (auto& of_class : statistics_) {
    const uint32_t count = HOWDAH_TRY(bytes.u32());
    if (count > limit_) return Status(Code::kCorrupt, "more classes than there can be");
    for (uint32_t i = 0; i < count; ++i) {
      const std::string key = HOWDAH_TRY(bytes.text());
      HOWDAH_TRY(of_class[key].merge(bytes));
    }
    if (of_class.size() > limit_) overflowed_ = true;
  }
  if (overflowed_ || other_overflowed) overflow();
  return Status::ok();
}

template class ClassCollector<statistics::Moments>;
template class ClassCollector<statistics::QuantileSketch>;

ModeCollector::ModeCollector(const std::vector<std::string>& columns, const std::string& by)
    : columns_(columns), by_(by), counts_(columns.size()) {}

Status ModeCollector::add(const Records& records) {
  const Classes classes = HOWDAH_TRY(classes_in(records, by_));
  // A pair: the class's length, the class, the value.
  std::vector<std::string> prefixes;
  for (const std::string& key : classes.keys) {
    std::string& prefix = prefixes.emplace_back();
    statistics::ByteWriter(prefix).text(key);
  }
  std::string pair, room;
  std::vector<uint8_t> present(static_cast<size_t>(records.size()), 1);
  for (size_t c = 0; c < columns_.size(); ++c) {
    const auto column = HOWDAH_TRY(column_of(*records.batch, columns_[c]));
    const auto values = bytes_of(column, room);
    const bool all = !mark_present(*column, present);
    for (size_t i = 0; i < values.size(); ++i) {
      if (!all && !present[i]) continue;
      pair.assign(prefixes[classes.of_row[i]]).append(values[i]);
      counts_[c].add(pair);
    }
  }
  return Status::ok();
}

void ModeCollector::write_to(std::string& bytes) const {
  statistics::ByteWriter writer(bytes);
  for (const auto& counts : counts_) counts.write_to(writer);
}

Status ModeCollector::merge(statistics::ByteReader& bytes) {
  for (auto& counts : counts_) HOWDAH_TRY(counts.merge(bytes));
  return Status::ok();
}

Result<ModeCollector::Pair> ModeCollector::split(std::string_view pair) {
  statistics::ByteReader reader(pair);
  const size_t class_bytes = HOWDAH_TRY(reader.u32());
  if (class_bytes > reader.left()) return Status(Code::kCorrupt, "a class beyond its end");
  return Pair{pair.substr(4, class_bytes), pair.substr(4 + class_bytes)};
}

}  // namespace howdah::transform
