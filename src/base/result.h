// A value or the Status that says why there is none; and HOWDAH_TRY, the one way to pass an error
// on.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <optional>
#include <utility>

#include "base/status.h"

namespace howdah {

template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : value_(std::move(value)) {}         // NOLINT: implicit by design
  Result(Status status) : status_(std::move(status)) {  // NOLINT: implicit by design
    if (status_.is_ok()) status_ = Status(Code::kInternal, "an OK status where a value is due");
  }

  bool is_ok() const { return value_.has_value(); }
  explicit operator bool() const { return is_ok(); }
  const Status& status() const { return status_; }

  // Only after is_ok(): otherwise the program ends with the status printed.
  T& value() & { return check(), *value_; }
  const T& value() const& { return check(), *value_; }
  T&& value() && { return check(), std::move(*value_); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

 private:
  void check() const {
    if (!value_) [[unlikely]]
      die();
  }
  [[noreturn]] void die() const {
    fprintf(stderr, "Result::value() of an error: %s\n", status_.to_string().c_str());
    abort();
  }
  std::optional<T> value_;
  Status status_;
};

namespace internal {
inline const Status& status_of(const Status& status) {
  return status;
}
template <typename T>
const Status& status_of(const Result<T>& result) {
  return result.status();
}
inline void take(Status&&) {}
template <typename T>
T take(Result<T>&& result) {
  return std::move(result).value();
}
}  // namespace internal

}  // namespace howdah

// HOWDAH_TRY(status);  auto x = HOWDAH_TRY(result);  Returns the error from the enclosing function.
#define HOWDAH_TRY(...)                                         \
  __extension__({                                               \
    auto howdah_try_outcome = (__VA_ARGS__);                    \
    if (!howdah_try_outcome.is_ok()) [[unlikely]]               \
      return ::howdah::internal::status_of(howdah_try_outcome); \
    ::howdah::internal::take(std::move(howdah_try_outcome));    \
  })
