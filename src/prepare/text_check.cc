#include "prepare/text_check.h"

#include <cmath>

#include "prepare/complaint.h"
#include "prepare/limits.h"
#include "prepare/spec_fields.h"

namespace howdah::prepare {
namespace {

// RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF.
bool is_utf8(const std::string& text) {
  for (size_t i = 0; i < text.size();) {
    const auto byte = [&](size_t at) {
      return at < text.size() ? static_cast<unsigned char>(text[at]) : 0U;
    };
    const unsigned first = byte(i);
    const size_t length = first < 0x80   ? 1
                          : first < 0xc2 ? 0
                          : first < 0xe0 ? 2
                          : first < 0xf0 ? 3
                          : first < 0xf5 ? 4
                                         : 0;
    if (length == 0) return false;
    for (size_t k = 1; k < length; ++k)
      if ((byte(i + k) & 0xc0) != 0x80) return false;
    const unsigned second = byte(i + 1);
    if ((first == 0xe0 && second < 0xa0) || (first == 0xed && second > 0x9f) ||
        (first == 0xf0 && second < 0x90) || (first == 0xf4 && second > 0x8f))
      return false;
    i += length;
  }
  return true;
}

class TextCheck {
 public:
  explicit TextCheck(std::string where) : where_(std::move(where)) {}

  template <typename Field>
  void operator()(const char* key, const Field& field) {
    check(key, field);
  }
  Status take() { return status_; }

 private:
  void wrong(const char* key, const std::string& what) {
    if (status_.is_ok()) status_ = refuse_at(where_, std::string("'") + key + "' " + what);
  }

  void check(const char* key, const std::string& text) {
    if (text.size() > static_cast<size_t>(kMostTextBytes))
      wrong(key, "is longer than " + std::to_string(kMostTextBytes) + " bytes");
    else if (text.find('\0') != std::string::npos)
      wrong(key, "holds a NUL character");
    else if (!is_utf8(text))
      wrong(key, "is not UTF-8");
  }
  void check(const char* key, double number) {
    if (!std::isfinite(number)) wrong(key, "must be a finite number");
  }
  void check(const char* key, const std::optional<double>& number) {
    if (number) check(key, *number);
  }
  void check(const char* key, const std::map<std::string, ColumnType>& types) {
    if (types.size() > static_cast<size_t>(kMostColumns)) wrong(key, "holds too many columns");
    for (const auto& [column, type] : types) check(key, column);
  }
  template <typename Element>
  void check(const char* key, const std::vector<Element>& list) {
    if (list.size() > static_cast<size_t>(kMostColumns))
      return wrong(key, "holds more than " + std::to_string(kMostColumns) + " entries");
    for (const Element& element : list) check(key, element);
  }
  void check(const char*, const StepSpec& step) {
    if (!status_.is_ok()) return;
    TextCheck inner(step.where);
    inner("name", step.name);
    std::visit([&](const auto& rule) { fields(inner, rule); }, step.kind);
    status_ = inner.take();
  }
  template <typename Field>
  void check(const char*, const Field& field) {
    if constexpr (std::is_class_v<Field>) {
      if (!status_.is_ok()) return;
      TextCheck inner(where_);
      if constexpr (requires { field.where; }) inner.where_ = field.where;
      fields(inner, field);
      status_ = inner.take();
    }
  }

  std::string where_;
  Status status_;
};

}  // namespace

Status check_texts(const PrepareSpec& spec) {
  TextCheck check(spec.source.where);
  fields(check, spec);
  return check.take();
}

}  // namespace howdah::prepare
