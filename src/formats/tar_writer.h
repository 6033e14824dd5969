// Tar shards as WebDataset reads them; see file_writer.h. A record of the number 17 becomes
// 000000017.png (pixels) or .jpg or .png (an encoded image, as it is), .cls (the column label,
// where it is there and not missing) and .json (all other columns, if there are any).
#pragma once

#include "formats/arrow_output.h"
#include "formats/file_writer.h"

namespace howdah::formats {

//   kInvalidArgument  no column `image` of bytes, a column that has no text
Status check_tar_schema(const arrow::Schema& schema);
Result<std::unique_ptr<FileWriter>> make_tar_writer(std::shared_ptr<ArrowOutput> output,
                                                    std::shared_ptr<arrow::Schema> schema);

}  // namespace howdah::formats
