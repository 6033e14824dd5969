#include "data/tally.h"

namespace howdah::data {
namespace {

void write_profile(const std::unique_ptr<Profile>& profile, statistics::ByteWriter& writer) {
  writer.u8(profile ? 1 : 0);
  if (profile) profile->write_to(writer);
}

Status merge_profile(std::unique_ptr<Profile>& profile, statistics::ByteReader& bytes) {
  if (HOWDAH_TRY(bytes.u8()) == 0) return Status::ok();
  if (!profile) profile = std::make_unique<Profile>();
  return profile->merge(bytes);
}

Status add(int64_t& sum, statistics::ByteReader& bytes) {
  sum += static_cast<int64_t>(HOWDAH_TRY(bytes.u64()));
  return Status::ok();
}

void write_effect(const transform::StepEffect& effect, statistics::ByteWriter& writer) {
  for (const int64_t figure : {effect.rows_in, effect.rows_dropped, effect.rows_changed,
                               effect.values_changed, effect.rows_marked})
    writer.u64(static_cast<uint64_t>(figure));
}

Status merge_effect(transform::StepEffect& effect, statistics::ByteReader& bytes) {
  for (int64_t* figure : {&effect.rows_in, &effect.rows_dropped, &effect.rows_changed,
                          &effect.values_changed, &effect.rows_marked})
    HOWDAH_TRY(add(*figure, bytes));
  return Status::ok();
}

}  // namespace

void Tally::write_to(std::string& bytes) const {
  statistics::ByteWriter writer(bytes);
  writer.u64(effects.size());
  for (const transform::StepEffect& effect : effects) write_effect(effect, writer);
  writer.u64(foreseen.size());
  for (const auto& [item, effect] : foreseen) {
    writer.u64(item);
    write_effect(effect, writer);
  }
  writer.u64(bad_records.size());
  for (const auto& [rule, rows] : bad_records) {
    writer.text(rule);
    writer.u64(static_cast<uint64_t>(rows));
  }
  writer.u64(static_cast<uint64_t>(rows_read));
  writer.u64(static_cast<uint64_t>(values_become_missing));
  pieces.write_to(writer);
  writer.u64(classes.size());
  for (const auto& [value, parts] : classes) {
    writer.text(value);
    writer.u64(parts.size());
    for (const auto& [part, rows] : parts) {
      writer.u8(part);
      writer.u64(static_cast<uint64_t>(rows));
    }
  }
  write_profile(before, writer);
  write_profile(after, writer);
  sample.write_to(writer);
}

Status Tally::merge(statistics::ByteReader& bytes) {
  if (HOWDAH_TRY(bytes.u64()) != effects.size())
    return Status(Code::kCorrupt, "the tally of another preparation cannot be merged");
  for (transform::StepEffect& effect : effects) HOWDAH_TRY(merge_effect(effect, bytes));
  const uint64_t items = HOWDAH_TRY(bytes.u64());
  for (uint64_t i = 0; i < items; ++i) {
    const uint64_t item = HOWDAH_TRY(bytes.u64());
    if (item >= effects.size()) return Status(Code::kCorrupt, "a tally counts an unknown step");
    HOWDAH_TRY(merge_effect(foreseen[item], bytes));
  }
  const uint64_t rules = HOWDAH_TRY(bytes.u64());
  for (uint64_t i = 0; i < rules; ++i) {
    const std::string rule = HOWDAH_TRY(bytes.text());
    HOWDAH_TRY(add(bad_records[rule], bytes));
  }
  HOWDAH_TRY(add(rows_read, bytes));
  HOWDAH_TRY(add(values_become_missing, bytes));
  HOWDAH_TRY(pieces.merge(bytes));
  const uint64_t values = HOWDAH_TRY(bytes.u64());
  for (uint64_t i = 0; i < values; ++i) {
    const std::string value = HOWDAH_TRY(bytes.text());
    const uint64_t parts = HOWDAH_TRY(bytes.u64());
    for (uint64_t p = 0; p < parts; ++p) {
      const uint8_t part = HOWDAH_TRY(bytes.u8());
      HOWDAH_TRY(add(classes[value][part], bytes));
    }
  }
  HOWDAH_TRY(merge_profile(before, bytes));
  HOWDAH_TRY(merge_profile(after, bytes));
  return sample.merge(bytes);
}

}  // namespace howdah::data
