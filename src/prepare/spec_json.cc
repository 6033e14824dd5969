#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/nearest.h"
#include "prepare/spec.h"
#include "prepare/spec_fields.h"
#include "prepare/words.h"

namespace howdah::prepare {
namespace {
using Json = nlohmann::ordered_json;
using Parsed = nlohmann::json;  // finds a key among many in little time

constexpr size_t kLimitBytes = 64 << 20;

template <typename T>
concept HasWhere = requires(T& value) {
  value.where;
};

// ---- writing

class Writer {
 public:
  explicit Writer(bool with_places) : with_places_(with_places) {}

  template <typename Field>
  void operator()(const char* key, const Field& field) {
    json_[key] = value(field);
  }
  Json take() { return std::move(json_); }

 private:
  template <typename Struct>
  Json object(const Struct& part) const {
    Writer inner(with_places_);
    fields(inner, part);
    if constexpr (HasWhere<const Struct>)
      if (with_places_) inner.json_[kWhereKey] = part.where;
    return inner.take();
  }
  Json object(const StepSpec& step) const {
    Writer inner(with_places_);
    inner.json_[kRuleKey] = rule_name(step.kind);
    inner.json_[kStepNameKey] = step.name;
    std::visit([&](const auto& rule) { fields(inner, rule); }, step.kind);
    if (with_places_) inner.json_[kWhereKey] = step.where;
    return inner.take();
  }

  template <typename Field>
  Json value(const Field& field) const {
    if constexpr (std::is_enum_v<Field>)
      return word_of(field);
    else if constexpr (std::is_class_v<Field> && !std::is_same_v<Field, std::string>)
      return object(field);
    else
      return field;
  }
  Json value(char field) const { return field ? std::string(1, field) : std::string(); }
  Json value(const std::optional<double>& field) const { return field ? Json(*field) : Json(); }
  Json value(const std::map<std::string, ColumnType>& types) const {
    Json all = Json::object();
    for (const auto& [column, type] : types) all[column] = word_of(type);
    return all;
  }
  template <typename Element>
  Json value(const std::vector<Element>& list) const {
    Json all = Json::array();
    for (const Element& element : list) all.push_back(value(element));
    return all;
  }

  bool with_places_;
  Json json_ = Json::object();
};

// ---- reading

// Reads one object: absent keys keep their defaults, unknown ones are refused. The first error is
// kept.
class Reader {
 public:
  Reader(const Parsed& json, std::string path, Status& error)
      : json_(json), path_(std::move(path)), error_(error) {
    if (!json_.is_object()) refuse(path_, "must be an object");
  }

  template <typename Field>
  void operator()(const char* key, Field& field) {
    if (const Parsed* found = find(key)) read(*found, path_ + "." + key, field);
  }

  void refuse(const std::string& path, const std::string& what, const std::string& advice = "") {
    if (!error_.is_ok()) return;
    error_ = Status(Code::kInvalidArgument, "'" + path.substr(1) + "' " + what)
                 .with_operation("preparation");
    if (!advice.empty()) error_ = error_.with_advice(advice);
  }

  const Parsed* find(const char* key) {
    known_.emplace_back(key);
    const auto found = json_.find(key);
    return found == json_.end() ? nullptr : &*found;
  }

  void finish() {
    if (!json_.is_object() || !error_.is_ok()) return;
    for (const auto& [key, value] : json_.items()) {
      if (std::find(known_.begin(), known_.end(), key) != known_.end()) continue;
      const std::string near = nearest(key, known_);
      return refuse(path_ + "." + key, "is unknown",
                    near.empty() ? "" : "did you mean '" + near + "'?");
    }
  }

 private:
  template <typename Struct>
  requires std::is_class_v<Struct>
  void read(const Parsed& json, const std::string& path, Struct& part) {
    Reader inner(json, path, error_);
    fields(inner, part);
    if constexpr (HasWhere<Struct>) inner(kWhereKey, part.where);
    inner.finish();
  }

  void read(const Parsed& json, const std::string& path, StepSpec& step) {
    Reader inner(json, path, error_);
    std::string rule;
    inner(kRuleKey, rule);
    if (!make_kind(rule, step.kind, std::make_index_sequence<std::variant_size_v<StepKind>>()))
      return refuse(path + "." + kRuleKey, "is no rule: '" + rule + "'");
    inner(kStepNameKey, step.name);
    std::visit([&](auto& fields_of) { fields(inner, fields_of); }, step.kind);
    inner(kWhereKey, step.where);
    inner.finish();
  }
  template <size_t... Index>
  static bool make_kind(const std::string& rule, StepKind& kind, std::index_sequence<Index...>) {
    return ((rule == rule_names()[Index] && (kind.emplace<Index>(), true)) || ...);
  }

  void read(const Parsed& json, const std::string& path, std::string& field) {
    if (!json.is_string()) return refuse(path, "must be a text");
    field = json.get<std::string>();
  }
  void read(const Parsed& json, const std::string& path, char& field) {
    if (!json.is_string() || json.get_ref<const std::string&>().size() > 1)
      return refuse(path, "must be one character or none");
    const auto& text = json.get_ref<const std::string&>();
    field = text.empty() ? '\0' : text[0];
  }
  void read(const Parsed& json, const std::string& path, bool& field) {
    if (!json.is_boolean()) return refuse(path, "must be true or false");
    field = json.get<bool>();
  }
  void read(const Parsed& json, const std::string& path, double& field) {
    if (!json.is_number()) return refuse(path, "must be a number");
    field = json.get<double>();
  }
  void read(const Parsed& json, const std::string& path, std::optional<double>& field) {
    field.reset();
    if (!json.is_null()) read(json, path, field.emplace());
  }
  template <typename Integer>
  requires std::is_integral_v<Integer>
  void read(const Parsed& json, const std::string& path, Integer& field) {
    const bool fits = json.is_number_unsigned()
                          ? std::in_range<Integer>(json.get<uint64_t>())
                          : json.is_number_integer() && std::in_range<Integer>(json.get<int64_t>());
    if (!fits) return refuse(path, "must be a whole number that fits");
    field = json.get<Integer>();
  }
  template <typename Choice>
  requires std::is_enum_v<Choice>
  void read(const Parsed& json, const std::string& path, Choice& field) {
    std::string word;
    read(json, path, word);
    const auto& words = words_of<Choice>();
    const auto found = std::find(words.begin(), words.end(), word);
    if (found == words.end()) return refuse(path, "cannot be '" + word + "'");
    field = static_cast<Choice>(found - words.begin());
  }
  void read(const Parsed& json, const std::string& path, std::map<std::string, ColumnType>& types) {
    if (!json.is_object()) return refuse(path, "must be an object");
    types.clear();
    for (const auto& [column, type] : json.items()) {
      std::string key = path;
      key += "." + column;
      read(type, key, types[column]);
    }
  }
  template <typename Element>
  void read(const Parsed& json, const std::string& path, std::vector<Element>& list) {
    if (!json.is_array()) return refuse(path, "must be a list");
    list.clear();
    for (const Parsed& element : json) {
      if (!error_.is_ok()) return;
      const std::string place = path + "[" + std::to_string(list.size()) + "]";
      read(element, place, list.emplace_back());
    }
  }

  const Parsed& json_;
  std::string path_;  // ".steps[3]"
  Status& error_;
  std::vector<std::string> known_;
};

}  // namespace

std::string PrepareSpec::to_json(bool with_places) const {
  Writer writer(with_places);
  fields(writer, *this);
  return writer.take().dump(-1, ' ', false, Json::error_handler_t::replace);
}

Result<PrepareSpec> PrepareSpec::from_json(const std::string& text) {
  const auto corrupt = [](const std::string& what) {
    return Status(Code::kCorrupt, what).with_operation("preparation");
  };
  if (text.size() > kLimitBytes) return corrupt("larger than 64 MiB");
  const Parsed json = Parsed::parse(text, nullptr, false);
  if (json.is_discarded()) return corrupt("not JSON");
  if (!json.is_object()) return corrupt("not a JSON object");
  Status error;
  PrepareSpec spec;
  Reader reader(json, "", error);
  fields(reader, spec);
  reader.finish();
  if (!error.is_ok()) return error;
  return spec;
}

}  // namespace howdah::prepare
