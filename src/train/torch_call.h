// Where libtorch's exceptions end.
#pragma once

#include <torch/torch.h>

#include <new>
#include <stdexcept>
#include <string>

#include "base/result.h"

namespace howdah::train {

// Runs `call`, which returns a Status.
//   kOutOfMemory      an allocation failed
//   kInvalidArgument  std::invalid_argument: thrown by `call` itself
//   kInternal         anything else that libtorch threw: the first line of what it says
template <typename Call>
Status torch_call(const char* operation, Call&& call) {
  try {
    return call();
  } catch (const c10::Error& error) {
    const std::string text = error.what_without_backtrace();
    const bool memory = text.find("can't allocate memory") != std::string::npos;
    return Status(memory ? Code::kOutOfMemory : Code::kInternal, text.substr(0, text.find('\n')))
        .with_operation(operation)
        .with_advice(memory ? "ask for more memory a worker, or a smaller batch" : "");
  } catch (const std::bad_alloc&) {
    return Status(Code::kOutOfMemory, "no memory left")
        .with_operation(operation)
        .with_advice("ask for more memory a worker, or a smaller batch");
  } catch (const std::invalid_argument& error) {
    return Status(Code::kInvalidArgument, error.what()).with_operation(operation);
  } catch (const std::exception& error) {
    const std::string text = error.what();
    return Status(Code::kInternal, text.substr(0, text.find('\n'))).with_operation(operation);
  }
}

}  // namespace howdah::train
