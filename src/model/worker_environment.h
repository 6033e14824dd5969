// The variables that a worker's process is started with. They must stand in the environment before
// exec: the C library and OpenMP read them when they are loaded.
#pragma once

#include <map>
#include <string>

namespace howdah::model {

// threads: model::Training's. Waiting OpenMP threads sleep, so that a busy neighbour costs little;
// the C library keeps freed activations for the next step instead of giving them back page by page;
// the libraries use the threads that the job asks for, however many cores the node has.
std::map<std::string, std::string> worker_environment(int threads);

}  // namespace howdah::model
