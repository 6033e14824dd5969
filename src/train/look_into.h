// Finds out what a user's module is, for the checks and the layout. Without libtorch's headers.
#pragma once

#include "dataset/index.h"
#include "fs/file_systems.h"
#include "model/training.h"

namespace howdah::train {

// Reads training.module's file, opens it, and fills in its SHA-256, content and parts. Input,
// classes and vocabulary are the data's: a plug-in is made for them.
//   kInvalidArgument  the file has another SHA-256 than training.module names; it is no archive or
//                     plug-in; it holds what cannot be trained, or nothing
//   and the errors of reading a file
Status look_into_module(fs::FileSystems& files, model::Training& training, Deadline deadline);
// The same, of training.module's content.
Status look_into_module(model::Training& training);

// Trains two made-up records and asks about them, as a job will do with its own.
//   kInvalidArgument  the module does not take them, gives what the task does not want, or throws
Status try_module(const model::Training& training, dataset::ElementType element);

}  // namespace howdah::train
