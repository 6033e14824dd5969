// What an evaluation says of a network.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "train/answers.h"

namespace howdah::train {

struct Metrics {
  int64_t records = 0;
  double loss = 0;  // the mean over what the job's loss counts
  struct Figure {   // NaN: there is no such number
    std::string name;
    double value = 0;
  };
  std::vector<Figure> figures;  // the task's usual ones first
  struct List {
    std::string name;            // "f1_per_class", "confusion_matrix"
    std::vector<double> values;  // one a class; [truth, answer], row-major
    int64_t columns = 0;         // of a matrix
  };
  std::vector<List> lists;

  double at(std::string_view name) const;  // "loss" too; NaN: was not measured
};

Metrics metrics_of(const Answers& answers);

}  // namespace howdah::train
