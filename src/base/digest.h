// SHA-256, as names of files and as proof of content. OpenSSL's.
#pragma once

#include <memory>
#include <string>

#include "base/bytes.h"
#include "base/result.h"

namespace howdah {

class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;

  void update(Bytes bytes);
  // 64 lower-case hexadecimal digits. The object is spent afterwards.
  std::string hex();

  static std::string hex_of(Bytes bytes);
  // Of a file on this machine.
  static Result<std::string> hex_of_file(const std::string& path);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace howdah
