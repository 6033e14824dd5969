// Calls into a module of the user's: whose randomness it draws, and where its exceptions end. With
// libtorch's headers.
#pragma once

#include <torch/torch.h>

#include <mutex>
#include <new>
#include <string>

#include "base/result.h"

namespace howdah::train {

// A module draws from libtorch's generator, of which a process has one: as long as this lives,
// nobody else does, and it begins with the seed.
class GeneratorLock {
 public:
  explicit GeneratorLock(uint64_t seed) : lock_(mutex()) { torch::manual_seed(seed); }

 private:
  static std::mutex& mutex() {
    static std::mutex of_the_generator;
    return of_the_generator;
  }
  const std::lock_guard<std::mutex> lock_;
};

// Of what libtorch says the line that tells what is wrong: TorchScript puts it last, below its
// trace of the source, all else first.
inline std::string line_that_tells(const std::string& text) {
  for (const char* mark : {"\nRuntimeError: ", "\ntorch.jit.Error: ", "\nbuiltins."})
    if (const size_t at = text.rfind(mark); at != std::string::npos)
      return text.substr(at + 1, text.find('\n', at + 1) - at - 1);
  return text.substr(0, text.find('\n'));
}

// Runs `call`, which returns a Status.
//   kOutOfMemory      an allocation failed
//   kInvalidArgument  whatever else it throws: the module is at fault
template <typename Call>
Status module_call(Call&& call) {
  const auto failed = [](const std::string& text) {
    if (text.find("can't allocate memory") != std::string::npos)
      return Status(Code::kOutOfMemory, line_that_tells(text))
          .with_advice("ask for more memory a worker, or a smaller batch");
    return Status(Code::kInvalidArgument, line_that_tells(text));
  };
  try {
    return call();
  } catch (const c10::Error& error) {
    return failed(error.what_without_backtrace());
  } catch (const std::bad_alloc&) {
    return Status(Code::kOutOfMemory, "no memory left")
        .with_advice("ask for more memory a worker, or a smaller batch");
  } catch (const std::exception& error) {
    return failed(error.what());
  } catch (...) {
    return Status(Code::kInvalidArgument, "it threw what is no std::exception");
  }
}

}  // namespace howdah::train
