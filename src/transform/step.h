// One step of a preparation: it may learn from the records, then it changes them.
//
// Life: make_step (checks its spec) → bind (checks the columns) → for those that learn: collector()
// for each worker, add() records that went through all earlier steps, merge, fit() → apply() from
// any number of threads. state() is what transform.json keeps; restore() takes its place of fit().
//
// Everything that is learnt is exactly mergeable: the same bits whatever the number of collectors,
// the order of records and of merges (statistics/).
#pragma once

#include <arrow/type_fwd.h>

#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "prepare/step_spec.h"
#include "statistics/byte_io.h"
#include "transform/records.h"

namespace howdah::transform {

class Collector {
 public:
  virtual ~Collector() = default;
  virtual Status add(const Records& records) = 0;
  virtual void write_to(std::string& bytes) const = 0;
  // Adds what another collector of the same step wrote. kCorrupt.
  virtual Status merge(statistics::ByteReader& bytes) = 0;
};

// Steps that compare records with each other (duplicates) do not collect: they emit entries, which
// are brought together by key (in memory, on disk, or by MapReduce's shuffle), and each group says
// which of its rows are to go.
struct GroupEntry {
  statistics::Hash128 key;
  formats::ChunkId chunk;
  uint32_t row = 0;
  std::string payload;  // compared within the group: a signature, a label; may be empty
};
class Grouping {
 public:
  virtual ~Grouping() = default;
  virtual Status entries(const Records& records, std::vector<GroupEntry>& into) const = 0;
  // `group`: all entries of one key, sorted by (chunk, row). Sets drop[i] = 1 for those to go.
  virtual void judge(std::span<const GroupEntry> group, std::vector<uint8_t>& drop) const = 0;
  virtual std::string reason() const = 0;  // "the same as an earlier record in (origin, dest)"
  // False: those that judge() picks stay; they are counted and shown (Effects::mark).
  virtual bool drops() const { return true; }
};

class Step {
 public:
  virtual ~Step() = default;
  const prepare::StepSpec& spec() const { return spec_; }
  const std::string& name() const { return spec_.name; }

  // Checks against the columns that arrive and returns those that leave. May be called again with
  // the final schema after fit() (one-hot columns are known only then; before, it returns what can
  // be said).
  //   kInvalidArgument  at spec().where: no such column (the nearest is named), a wrong type
  virtual Result<std::shared_ptr<arrow::Schema>> bind(
      const std::shared_ptr<arrow::Schema>& schema) = 0;

  // Null: nothing to learn, apply at once.
  virtual std::unique_ptr<Collector> collector() const { return nullptr; }
  // Learns from the training part only; cleaning learns from all records.
  virtual bool learns_from_training_only() const { return false; }
  virtual Status fit(const Collector&) { return Status::ok(); }
  // Not null: whoever runs the steps brings the entries together, judges and drops; apply() does
  // nothing.
  virtual const Grouping* grouping() const { return nullptr; }

  // For deciding which steps can learn in the same reading of the data.
  virtual bool drops_rows() const { return false; }
  virtual std::vector<std::string> reads() const = 0;   // columns
  virtual std::vector<std::string> writes() const = 0;  // columns changed or added; of bind()

  virtual void state(nlohmann::ordered_json& json) const;  // {} when nothing was learnt
  virtual Status restore(const nlohmann::ordered_json& json);
  // After fit() or restore(): what the user should know of what was learnt, a line each.
  virtual std::vector<std::string> warnings() const { return {}; }

  // effects.effect is the caller's sum: add to it. Only what is another value afterwards was
  // changed. rows_in is the caller's alone.
  virtual Status apply(Records& records, Effects& effects) const = 0;

 protected:
  explicit Step(prepare::StepSpec spec) : spec_(std::move(spec)) {}
  prepare::StepSpec spec_;
};

Result<std::unique_ptr<Step>> make_step(const prepare::StepSpec& spec);

}  // namespace howdah::transform
