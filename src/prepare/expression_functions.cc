#include "prepare/expression_functions.h"

#include <map>

#include "base/nearest.h"

namespace howdah::prepare {
namespace {

struct Arity {
  size_t least, most;
  const char* usage;
};
constexpr size_t kAny = 10'000;

const std::map<std::string, Arity>& functions() {
  static const std::map<std::string, Arity> table = {
      {"abs", {1, 1, "abs(x)"}},
      {"ceil", {1, 1, "ceil(x)"}},
      {"coalesce", {2, kAny, "coalesce(a, b, ...)"}},
      {"contains", {2, 2, "contains(column, \"text\")"}},
      {"date", {1, 1, "date(x)"}},
      {"day", {1, 1, "day(time)"}},
      {"ends_with", {2, 2, "ends_with(column, \"text\")"}},
      {"exp", {1, 1, "exp(x)"}},
      {"floor", {1, 1, "floor(x)"}},
      {"hour", {1, 1, "hour(time)"}},
      {"if", {3, 3, "if(condition, then, else)"}},
      {"length", {1, 1, "length(text)"}},
      {"log", {1, 1, "log(x)"}},
      {"lower", {1, 1, "lower(text)"}},
      {"matches", {2, 2, "matches(column, \"pattern\")"}},
      {"max", {2, kAny, "max(a, b, ...)"}},
      {"min", {2, kAny, "min(a, b, ...)"}},
      {"minute", {1, 1, "minute(time)"}},
      {"month", {1, 1, "month(time)"}},
      {"round", {1, 2, "round(x) or round(x, digits)"}},
      {"sqrt", {1, 1, "sqrt(x)"}},
      {"starts_with", {2, 2, "starts_with(column, \"text\")"}},
      {"trim", {1, 1, "trim(text)"}},
      {"upper", {1, 1, "upper(text)"}},
      {"weekday", {1, 1, "weekday(time)"}},
      {"year", {1, 1, "year(time)"}}};
  return table;
}

bool takes_a_constant_text(const std::string& name) {
  return name == "contains" || name == "starts_with" || name == "ends_with" || name == "matches";
}

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

}  // namespace

const std::vector<std::string>& function_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all;
    for (const auto& [name, arity] : functions()) all.push_back(name);
    return all;
  }();
  return names;
}

CallComplaint check_call(const Expression& call) {
  const auto found = functions().find(call.text);
  if (found == functions().end()) {
    const std::string near = nearest(call.text, function_names());
    return {"unknown function '" + call.text + "'",
            near.empty() ? "known: " + joined(function_names()) : "did you mean '" + near + "'?",
            call.position};
  }
  const Arity& arity = found->second;
  const size_t count = call.arguments.size();
  const std::string usage = std::string("write ") + arity.usage;
  if (count < arity.least || count > arity.most)
    return {"'" + call.text + "' cannot take " + std::to_string(count) +
                (count == 1 ? " argument" : " arguments"),
            usage, call.position};
  if (takes_a_constant_text(call.text) && call.arguments[1].kind != Expression::Kind::kText)
    return {"the second argument of '" + call.text + "' must be a text in quotes", usage,
            call.arguments[1].position};
  if (call.text == "round" && count == 2 &&
      (call.arguments[1].kind != Expression::Kind::kInteger || call.arguments[1].integer < -15 ||
       call.arguments[1].integer > 15))
    return {"the second argument of 'round' must be a whole number from -15 to 15", usage,
            call.arguments[1].position};
  return {};
}

}  // namespace howdah::prepare
