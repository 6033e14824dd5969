// What layers leave to the data: how many tokens there are, which columns hold categories.
#pragma once

#include <string>
#include <vector>

#include "model/layers.h"

namespace howdah::model {

// Of embeddings in the list and in its blocks that do not say their vocabulary.
void fill_vocabulary(std::vector<Layer>& layers, int64_t vocabulary);
//   kInvalidArgument  an embedding has fewer tokens than the texts; with the layer's place
Status check_vocabulary(const std::vector<Layer>& layers, int64_t vocabulary);

// A column of a table, as the data have it.
struct DataColumn {
  std::string name;
  int64_t codes = 0;  // how many codes of categories it holds, with 0 for none; 0: numbers
};
// Of embed_columns and one_hot_columns: the columns that are named get their numbers; where none is
// given, those are taken that hold categories. Sizes that are left out are the data's.
//   kInvalidArgument  a name that no column has, a column of numbers, one that holds more codes
//                     than the size given; with the layer's place
Status fill_columns(std::vector<Layer>& layers, const std::vector<DataColumn>& columns);

}  // namespace howdah::model
