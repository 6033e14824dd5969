// Values found in float32 against figures in float64.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <span>
#include <string>

namespace howdah {

inline constexpr double kTolerance = 1e-5;  // of the largest value of a tensor

inline double largest_of(const nlohmann::ordered_json& values) {
  double largest = 0;
  for (const auto& value : values) largest = std::max(largest, std::fabs(value.get<double>()));
  return largest;
}

// terms: how large the summands are of what is due as zero. The gradient of a bias before a norm,
// and of a bias of keys (a softmax does not see what all scores have in common), is zero but for
// rounding: its terms are as large as other gradients.
inline void expect_close(std::span<const float> found, const nlohmann::ordered_json& due,
                         const std::string& what, double terms = 0) {
  constexpr double kZero = 1e-9;
  ASSERT_EQ(found.size(), due.size()) << what;
  const double largest = largest_of(due);
  const double tolerance = kTolerance * (largest < kZero ? std::max(terms, largest) : largest);
  for (size_t i = 0; i < found.size(); ++i)
    ASSERT_NEAR(found[i], due[i].get<double>(), tolerance) << what << " at " << i;
}

}  // namespace howdah
