// The library sentencepiece (Kudo and Richardson, 2018) behind a border of its own: what crosses it
// is plain. Every function: false, and what the library said in `error`, when it refuses.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#define HOWDAH_PIECES_EXPORT __attribute__((visibility("default")))

namespace howdah::pieces {

class HOWDAH_PIECES_EXPORT Model {
 public:
  static std::unique_ptr<Model> load(std::string_view bytes, std::string& error);  // or null
  virtual ~Model();
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
HOWDAH_PIECES_EXPORT bool train(const std::vector<std::string>& texts,
                                const std::vector<Option>& options, std::string& model,
                                std::string& error);

}  // namespace howdah::pieces
