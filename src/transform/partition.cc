#include "transform/partition.h"

#include <arrow/type.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <unordered_map>

#include "prepare/expression.h"
#include "transform/partition_level.h"

namespace howdah::transform {
namespace {

using LevelSpec = prepare::PartitionSpec::Level;
using Levels = std::vector<std::unique_ptr<PartitionLevel>>;

class PartitionCollector final : public Collector {
 public:
  explicit PartitionCollector(const Levels& levels) {
    for (const auto& level : levels) learnt_.push_back(level->learner());
  }
  Status add(const Records& records) override {
    for (const auto& one : learnt_)
      if (one) HOWDAH_TRY(one->add(records));
    return Status::ok();
  }
  void write_to(std::string& bytes) const override {
    statistics::ByteWriter writer(bytes);
    for (const auto& one : learnt_)
      if (one) one->write_to(writer);
  }
  Status merge(statistics::ByteReader& bytes) override {
    for (const auto& one : learnt_)
      if (one) HOWDAH_TRY(one->merge(bytes));
    return Status::ok();
  }
  const PartitionLevel::Learnt* of(size_t level) const { return learnt_[level].get(); }

 private:
  std::vector<std::unique_ptr<PartitionLevel::Learnt>> learnt_;
};

// Numbers pairs of (folder so far, folder of the next level), in the order of their appearance.
class PairNumbers {
 public:
  PairNumbers(size_t left, size_t right) : right_(right) {
    constexpr size_t kLargestTable = 1 << 20;
    if (left * right <= kLargestTable) table_.assign(left * right, kUnseen);
  }
  uint32_t of(uint32_t left, uint32_t right) {
    const uint64_t pair = uint64_t{left} * right_ + right;
    uint32_t* number = nullptr;
    if (!table_.empty())
      number = &table_[pair];
    else
      number = &map_.try_emplace(pair, kUnseen).first->second;
    if (*number == kUnseen) {
      *number = static_cast<uint32_t>(pairs_.size());
      pairs_.emplace_back(left, right);
    }
    return *number;
  }
  const std::vector<std::pair<uint32_t, uint32_t>>& pairs() const { return pairs_; }

 private:
  static constexpr uint32_t kUnseen = UINT32_MAX;
  size_t right_;
  std::vector<uint32_t> table_;
  std::unordered_map<uint64_t, uint32_t> map_;
  std::vector<std::pair<uint32_t, uint32_t>> pairs_;
};

class LevelsPartitioner final : public Partitioner {
 public:
  LevelsPartitioner(const prepare::PartitionSpec& spec, Levels levels,
                    std::vector<std::string> in_folders)
      : spec_(spec), levels_(std::move(levels)), in_folders_(std::move(in_folders)) {}

  std::unique_ptr<Collector> collector() const override {
    const bool learns = std::any_of(spec_.levels.begin(), spec_.levels.end(), [](const auto& l) {
      return l.kind == LevelSpec::Kind::kRange;
    });
    if (!learns) return nullptr;
    return std::make_unique<PartitionCollector>(levels_);
  }
  Status fit(const Collector& collected) override {
    const auto& collector = static_cast<const PartitionCollector&>(collected);
    for (size_t i = 0; i < levels_.size(); ++i)
      if (collector.of(i)) levels_[i]->fit(*collector.of(i));
    return Status::ok();
  }
  void state(nlohmann::ordered_json& json) const override {
    for (size_t i = 0; i < levels_.size(); ++i) {
      nlohmann::ordered_json one;
      levels_[i]->state(one);
      if (!one.is_null()) json["boundaries"][spec_.levels[i].name] = one["boundaries"];
    }
  }
  Status restore(const nlohmann::ordered_json& json) override {
    for (size_t i = 0; i < levels_.size(); ++i) {
      if (spec_.levels[i].kind != LevelSpec::Kind::kRange) continue;
      const std::string& name = spec_.levels[i].name;
      if (!json.is_object() || !json.contains("boundaries") || !json["boundaries"].is_object() ||
          !json["boundaries"].contains(name) || !json["boundaries"][name].is_array())
        return Status(Code::kCorrupt,
                      "the partitions' state lacks the boundaries of \"" + name + "\"");
      HOWDAH_TRY(levels_[i]->restore(json["boundaries"][name]));
    }
    return Status::ok();
  }
  std::vector<std::string> reads() const override {
    std::vector<std::string> columns;
    for (const auto& level : levels_)
      for (auto& name : level->reads())
        if (std::find(columns.begin(), columns.end(), name) == columns.end())
          columns.push_back(std::move(name));
    return columns;
  }
  std::vector<std::string> columns_in_folders() const override { return in_folders_; }

  Result<Assignment> assign(const Records& records) const override {
    Assignment result;
    result.of_row.resize(records.rows.size());
    if (levels_.empty() || records.rows.empty()) {
      result.folders.emplace_back();
      return result;
    }
    for (size_t i = 0; i < levels_.size(); ++i) {
      auto level = levels_[i]->folders(records);
      if (!level) return level.status().with_operation(spec_.where);
      if (level->of_row.size() != result.of_row.size())
        return Status(Code::kInternal, "not one row number a record");
      HOWDAH_TRY(join(result, *level, i == 0));
    }
    return result;
  }

 private:
  // Also drops the folders of `level` that no record is in.
  Status join(Assignment& result, const LevelFolders& level, bool first) const {
    PairNumbers numbers(first ? 1 : result.folders.size(), level.names.size());
    for (size_t row = 0; row < level.of_row.size(); ++row)
      result.of_row[row] = numbers.of(result.of_row[row], level.of_row[row]);
    if (numbers.pairs().size() > static_cast<size_t>(spec_.max_partitions))
      return Status(Code::kInvalidArgument,
                    "more than " + std::to_string(spec_.max_partitions) +
                        " partitions (max_partitions) in one chunk of the data")
          .with_operation(spec_.where)
          .with_advice("partition by a column of fewer values, by a hash or by ranges");
    std::vector<std::string> folders;
    folders.reserve(numbers.pairs().size());
    for (const auto& [left, right] : numbers.pairs())
      folders.push_back(first ? level.names[right]
                              : result.folders[left] + "/" + level.names[right]);
    result.folders = std::move(folders);
    return Status::ok();
  }

  prepare::PartitionSpec spec_;
  Levels levels_;
  std::vector<std::string> in_folders_;
};

// "month" of month(time), "carrier" of carrier.
std::string default_name(const LevelSpec& level) {
  if (level.kind == LevelSpec::Kind::kHash) return level.expression + "_bucket";
  if (level.kind == LevelSpec::Kind::kRange) return level.expression + "_range";
  const auto expression = prepare::parse_expression(level.expression);
  return expression ? expression->text : level.expression;
}

// year(time_hour) is "year", and where a column is called so, "time_hour_year": Hive and Spark take
// a folder's name for a column's, of which there would be two.
std::string free_name(const LevelSpec& level, const arrow::Schema& schema) {
  const std::string name = default_name(level);
  const auto expression = prepare::parse_expression(level.expression);
  if (!expression || expression->kind != prepare::Expression::Kind::kCall ||
      schema.GetFieldIndex(name) < 0)
    return name;
  const auto columns = prepare::columns_of(*expression);
  return columns.empty() ? name : columns.front() + "_" + name;
}

bool is_column(const LevelSpec& level) {
  if (level.kind != LevelSpec::Kind::kValue) return false;
  const auto expression = prepare::parse_expression(level.expression);
  return expression.is_ok() && expression->kind == prepare::Expression::Kind::kColumn &&
         expression->text == level.name;
}

}  // namespace

Result<std::unique_ptr<Partitioner>> Partitioner::create(
    const prepare::PartitionSpec& given, const std::shared_ptr<arrow::Schema>& schema) {
  prepare::PartitionSpec spec = given;
  Levels levels;
  std::vector<std::string> in_folders;
  const auto refuse = [&](const std::string& what) {
    return Status(Code::kInvalidArgument, what).with_operation(spec.where);
  };
  for (size_t i = 0; i < spec.levels.size(); ++i) {
    LevelSpec& level = spec.levels[i];
    if (level.name.empty() || level.name == default_name(level))
      level.name = free_name(level, *schema);
    for (size_t before = 0; before < i; ++before)
      if (spec.levels[before].name == level.name)
        return refuse("two levels of partitions are called \"" + level.name + "\"");
    if (level.kind != LevelSpec::Kind::kValue && level.buckets < 1)
      return refuse("\"" + level.name + "\" needs a number of buckets");
    auto made = level.kind == LevelSpec::Kind::kValue
                    ? value_level(level, *schema, spec.time_zone, spec.where)
                : level.kind == LevelSpec::Kind::kHash ? hash_level(level, *schema, spec.where)
                                                       : range_level(level, *schema, spec.where);
    levels.push_back(HOWDAH_TRY(std::move(made)));
    if (is_column(level)) {
      in_folders.push_back(level.name);
    } else if (schema->GetFieldIndex(level.name) >= 0) {
      return refuse("the partitions' folders cannot be called \"" + level.name +
                    "\" as a column is")
          .with_advice("name them otherwise: by: [{other: " + level.expression + "}]");
    }
  }
  if (!in_folders.empty() && static_cast<int>(in_folders.size()) == schema->num_fields())
    return refuse("no column would be left in the files, as all are in the folders' names");
  return std::unique_ptr<Partitioner>(
      new LevelsPartitioner(spec, std::move(levels), std::move(in_folders)));
}

}  // namespace howdah::transform
