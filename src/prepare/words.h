// The words by which job files, JSON and reports call the choices of a preparation.
#pragma once

#include <string>
#include <vector>

#include "prepare/spec.h"

namespace howdah::prepare {

// In the order of the enumeration, whose values count from 0: words_of<Format>() is "auto",
// "csv"...
template <typename Choice>
const std::vector<std::string>& words_of();

template <typename Choice>
const std::string& word_of(Choice choice) {
  return words_of<Choice>().at(static_cast<size_t>(choice));
}

// Of SourceSpec::encoding and OutputSpec::compression.
const std::vector<std::string>& encodings();
const std::vector<std::string>& compressions();

// As in the job file: "drop_missing", "outliers", "normalize", "derive"...
const std::string& rule_name(const StepKind& kind);
// In the order of StepKind.
const std::vector<std::string>& rule_names();

// Gives each step the name that reports call it by: "clean.drop_missing(dep_delay)",
// "normalize.standard(a, b, and 7 more)"; " #2" follows where a name comes again.
void name_steps(std::vector<StepSpec>& steps);

}  // namespace howdah::prepare
