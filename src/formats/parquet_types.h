// Which of our types a Parquet column becomes.
#pragma once

#include <arrow/type_fwd.h>

#include <memory>

#include "formats/table_schema.h"

namespace howdah::formats {

// As steps understand it: integers, bool, float and double as they are; float16 float; decimals
// double; texts string, bytes binary; dates date32; timestamps timestamp(us, UTC), those without a
// zone taken as UTC; times of day string; durations int64 in their unit; nothing but nulls null.
// Null for lists, structs, maps.
std::shared_ptr<arrow::DataType> landing_type(const arrow::DataType& type);
// The least that holds both, of types that landing_type gives; null where none does. Integers and
// floats meet in a double, but integers of up to 16 bits and float in float; dates and times in a
// time; text and bytes in bytes.
std::shared_ptr<arrow::DataType> common_type(const std::shared_ptr<arrow::DataType>& a,
                                             const std::shared_ptr<arrow::DataType>& b);
// The nearest of the inferred types.
Inferred inferred_like(const arrow::DataType& type);
// Whether a column of that type can be read as the type that the job file gives.
bool can_be_given(const arrow::DataType& from, Inferred to);

}  // namespace howdah::formats
