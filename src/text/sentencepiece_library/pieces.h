// The library sentencepiece (Kudo and Richardson, 2018) behind a border of its own: what crosses it
// is plain. Every function: false, and what the library said in `error`, when it refuses, or when
// it cannot be loaded.
//
// It is loaded at the first call, with its own names before those of the program: it exports a
// protobuf and flags of its own, and libtorch has some of the same names.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace howdah::pieces {

class Model {
 public:
  static std::unique_ptr<Model> load(std::string_view bytes, std::string& error);  // or null
  virtual ~Model() = default;
  virtual int size() const = 0;
  // Replaces `numbers`. Thread-safe.
  virtual bool encode(std::string_view text, std::vector<int>& numbers,
                      std::string& error) const = 0;
  // Replaces `text`; numbers are in [0, size()). Thread-safe.
  virtual bool decode(const std::vector<int>& numbers, std::string& text,
                      std::string& error) const = 0;
};

// Options by the library's names and in its order: "vocab_size", "8000".
struct Option {
  std::string name, value;
};
bool train(const std::vector<std::string>& texts, const std::vector<Option>& options,
           std::string& model, std::string& error);

bool load_library(std::string& error);

}  // namespace howdah::pieces
