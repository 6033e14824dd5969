// The JSON of an index: strict in both directions, so that what was written by another version, or
// by hand, is refused rather than half understood.
#include <fmt/core.h>

#include <algorithm>
#include <initializer_list>
#include <limits>
#include <nlohmann/json.hpp>
#include <string_view>

#include "dataset/index.h"

namespace howdah::dataset {
namespace {

using Json = nlohmann::json;

constexpr size_t kMaxDepth = 8;

std::string_view word_of(ElementType element) {
  return element == ElementType::kUint8     ? "uint8"
         : element == ElementType::kFloat32 ? "float32"
                                            : "int32";
}
std::string_view word_of(TargetKind kind) {
  return target_kind_name(kind);
}
std::string_view word_of(Tokenizer tokenizer) {
  return tokenizer_name(tokenizer);
}

// Reads one JSON value; the first thing that is wrong stays in `error`.
class Decoder {
 public:
  const Status& error() const { return error_; }

  void fail(std::string message) {
    if (error_.is_ok()) {
      error_ = Status(Code::kCorrupt, "not a valid dataset index: " + std::move(message));
    }
  }
  // The object's value of that key; a null one after a failure.
  const Json& at(const Json& object, const char* key) {
    static const Json nothing;
    const auto found = object.find(key);
    if (found != object.end()) return *found;
    fail(fmt::format("no \"{}\"", key));
    return nothing;
  }
  void expect_keys(const Json& object, std::initializer_list<std::string_view> known) {
    if (!object.is_object()) return fail("no object where one is due");
    for (const auto& [key, value] : object.items()) {
      if (std::find(known.begin(), known.end(), key) == known.end()) {
        fail(fmt::format("an unknown key \"{:.64}\"", key));
      }
    }
  }
  void read(const Json& json, int64_t& into) {
    if (!json.is_number_integer() ||
        (json.is_number_unsigned() && json.get<uint64_t>() > std::numeric_limits<int64_t>::max())) {
      return fail("no whole number where one is due");
    }
    into = json.get<int64_t>();
  }
  void read(const Json& json, int& into) {
    int64_t wide = 0;
    read(json, wide);
    if (wide < std::numeric_limits<int>::min() || wide > std::numeric_limits<int>::max()) {
      return fail("a number outside its limits");
    }
    into = static_cast<int>(wide);
  }
  void read(const Json& json, double& into) {
    if (!json.is_number()) return fail("no number where one is due");
    into = json.get<double>();
  }
  void read(const Json& json, std::string& into) {
    if (!json.is_string() ||
        json.get_ref<const std::string&>().size() > static_cast<size_t>(kMaxNameBytes)) {
      return fail("no text where one is due, or a too long one");
    }
    into = json.get<std::string>();
  }
  void read(const Json& json, bool& into) {
    if (!json.is_boolean()) return fail("no true or false where one is due");
    into = json.get<bool>();
  }
  // One of the words.
  template <typename Enum>
  void read_word(const Json& json, std::initializer_list<Enum> values, Enum& into) {
    for (const Enum value : values)
      if (json == std::string(word_of(value))) {
        into = value;
        return;
      }
    fail("an unknown word where a kind is due");
  }
  void read(const Json& json, ElementType& into) {
    read_word(json, {ElementType::kUint8, ElementType::kFloat32, ElementType::kInt32}, into);
  }
  void read(const Json& json, Target& into) {
    expect_keys(json, {"kind", "width", "names"});
    if (!error_.is_ok()) return;
    read_word(json.value("kind", Json()),
              {TargetKind::kClass, TargetKind::kValues, TargetKind::kTokens, TargetKind::kNone},
              into.kind);
    read(at(json, "width"), into.width);
    read(at(json, "names"), into.names);
  }
  void read(const Json& json, Column& into) {
    expect_keys(json, {"name", "categories"});
    if (!error_.is_ok()) return;
    read(at(json, "name"), into.name);
    read(at(json, "categories"), into.categories);
  }
  void read(const Json& json, Tokens& into) {
    expect_keys(
        json, {"tokenizer", "lowercase", "vocabulary", "target_vocabulary", "file", "target_file"});
    if (!error_.is_ok()) return;
    read_word(
        json.value("tokenizer", Json()),
        {Tokenizer::kWords, Tokenizer::kCharacters, Tokenizer::kSentencepiece, Tokenizer::kBlanks},
        into.tokenizer);
    read(at(json, "lowercase"), into.lowercase);
    read(at(json, "vocabulary"), into.vocabulary);
    read(at(json, "target_vocabulary"), into.target_vocabulary);
    read(at(json, "file"), into.file);
    read(at(json, "target_file"), into.target_file);
  }
  void read(const Json& json, Chunk& into) {
    expect_keys(json, {"file", "offset", "records", "first", "hosts"});
    if (!error_.is_ok()) return;
    read(at(json, "file"), into.file);
    read(at(json, "offset"), into.offset_bytes);
    read(at(json, "records"), into.records);
    read(at(json, "first"), into.first_record);
    read(at(json, "hosts"), into.hosts);
  }
  void read(const Json& json, Partition& into) {
    expect_keys(json, {"name", "files", "file_bytes", "file_sha256", "records", "records_by_class",
                       "chunks"});
    if (!error_.is_ok()) return;
    read(at(json, "name"), into.name);
    read(at(json, "files"), into.files);
    read(at(json, "file_bytes"), into.file_bytes);
    read(at(json, "file_sha256"), into.file_sha256);
    read(at(json, "records"), into.records);
    read(at(json, "records_by_class"), into.records_by_class);
    read(at(json, "chunks"), into.chunks);
  }
  template <typename T>
  void read(const Json& json, std::vector<T>& into) {
    if (!json.is_array()) return fail("no list where one is due");
    into.resize(json.size());
    for (size_t i = 0; i < into.size() && error_.is_ok(); ++i) read(json[i], into[i]);
  }
  void read(const Json& json, Index& into) {
    expect_keys(json,
                {"version", "source", "fingerprint", "element", "shape", "classes", "class_names",
                 "mean", "stddev", "partitions", "target", "columns", "tokens"});
    if (!error_.is_ok()) return;
    read(at(json, "source"), into.source);
    read(at(json, "fingerprint"), into.fingerprint);
    read(at(json, "element"), into.element);
    read(at(json, "shape"), into.shape);
    read(at(json, "classes"), into.classes);
    read(at(json, "class_names"), into.class_names);
    read(at(json, "mean"), into.mean);
    read(at(json, "stddev"), into.stddev);
    read(at(json, "partitions"), into.partitions);
    // Written where they say something.
    if (json.contains("target")) read(json["target"], into.target);
    if (json.contains("columns")) read(json["columns"], into.columns);
    if (json.contains("tokens")) read(json["tokens"], into.tokens);
  }

 private:
  Status error_;
};

Json to_json(const Partition& partition) {
  Json chunks = Json::array();
  for (const Chunk& chunk : partition.chunks) {
    chunks.push_back({{"file", chunk.file},
                      {"offset", chunk.offset_bytes},
                      {"records", chunk.records},
                      {"first", chunk.first_record},
                      {"hosts", chunk.hosts}});
  }
  return {{"name", partition.name},
          {"files", partition.files},
          {"file_bytes", partition.file_bytes},
          {"file_sha256", partition.file_sha256},
          {"records", partition.records},
          {"records_by_class", partition.records_by_class},
          {"chunks", std::move(chunks)}};
}

// Deeper than any index is, the parser stops: what follows is not kept.
bool within_depth(int depth, Json::parse_event_t, Json&) {
  return depth <= static_cast<int>(kMaxDepth);
}

}  // namespace

std::string Index::to_json() const {
  Json partitions_json = Json::array();
  for (const Partition& partition : partitions) {
    partitions_json.push_back(dataset::to_json(partition));
  }
  Json json = {{"version", version},
               {"source", source},
               {"fingerprint", fingerprint},
               {"element", word_of(element)},
               {"shape", shape},
               {"classes", classes},
               {"class_names", class_names},
               {"mean", mean},
               {"stddev", stddev},
               {"partitions", std::move(partitions_json)}};
  if (target != Target{})
    json["target"] = {
        {"kind", word_of(target.kind)}, {"width", target.width}, {"names", target.names}};
  if (!columns.empty()) {
    json["columns"] = Json::array();
    for (const Column& column : columns)
      json["columns"].push_back({{"name", column.name}, {"categories", column.categories}});
  }
  if (tokens != Tokens{})
    json["tokens"] = {{"tokenizer", word_of(tokens.tokenizer)},
                      {"lowercase", tokens.lowercase},
                      {"vocabulary", tokens.vocabulary},
                      {"target_vocabulary", tokens.target_vocabulary},
                      {"file", tokens.file},
                      {"target_file", tokens.target_file}};
  // A name that is not UTF-8 must not become an exception.
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

Result<Index> Index::from_json(const std::string& text) {
  if (text.size() > static_cast<size_t>(kMaxIndexBytes)) {
    return Status(Code::kCorrupt, fmt::format("a dataset index of {} bytes, more than {}",
                                              text.size(), kMaxIndexBytes));
  }
  const Json json = Json::parse(text, within_depth, /*allow_exceptions=*/false);
  Decoder decoder;
  if (json.is_discarded() || !json.is_object()) {
    decoder.fail("not one JSON object");
    return decoder.error();
  }
  Index index;
  decoder.read(decoder.at(json, "version"), index.version);
  if (!decoder.error().is_ok()) return decoder.error();
  // Another version has other keys: say the version, not the key.
  if (index.version == 1) decoder.read(json, index);
  if (!decoder.error().is_ok()) return decoder.error();
  HOWDAH_TRY(index.check());
  return index;
}

}  // namespace howdah::dataset
