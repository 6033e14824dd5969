// What libhowdah_sentencepiece.so exports: kBorder, a function that gives the one Border.
#pragma once

#include "text/sentencepiece_library/pieces.h"

namespace howdah::pieces {

class Border {
 public:
  virtual ~Border() = default;
  // As Model::load() and train().
  virtual std::unique_ptr<Model> load(std::string_view bytes, std::string& error) const = 0;
  virtual bool train(const std::vector<std::string>& texts, const std::vector<Option>& options,
                     std::string& model, std::string& error) const = 0;
};

inline constexpr const char* kBorder = "howdah_sentencepiece_border";
using BorderFunction = const Border*();

}  // namespace howdah::pieces
