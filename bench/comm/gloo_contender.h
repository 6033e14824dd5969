// Gloo's allreduce over TCP on loopback.
#pragma once

#include <memory>
#include <span>
#include <string>

namespace howdah::bench {

class GlooContender {
 public:
  // Members meet in `folder`.
  static std::unique_ptr<GlooContender> connect(int rank, int size, const std::string& folder);
  virtual ~GlooContender() = default;
  // Sums in place.
  virtual void ring(std::span<float> values) = 0;
  // Gloo's older interface, prepared once for one buffer.
  virtual void prepare_halving_doubling(std::span<float> values) = 0;
  virtual void halving_doubling() = 0;
};

}  // namespace howdah::bench
