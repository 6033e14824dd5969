// The makers of all steps, one a kind; make_step() chooses. Each checks its own spec
// (kInvalidArgument at spec.where) and lies in a file of its own.
#pragma once

#include "transform/step.h"

namespace howdah::transform {

using StepOrError = Result<std::unique_ptr<Step>>;

// clean_*.cc
StepOrError make(const prepare::DropMissing& rule, const prepare::StepSpec& spec);
StepOrError make(const prepare::FillMissing& rule, const prepare::StepSpec& spec);
StepOrError make(const prepare::DropDuplicates& rule, const prepare::StepSpec& spec);
StepOrError make(const prepare::DropNearDuplicates& rule, const prepare::StepSpec& spec);
StepOrError make(const prepare::Outliers& rule, const prepare::StepSpec& spec);
StepOrError make(const prepare::KeepWhere& rule, const prepare::StepSpec& spec);
StepOrError make(const prepare::DateRange& rule, const prepare::StepSpec& spec);
StepOrError make(const prepare::TextLength& rule, const prepare::StepSpec& spec);
StepOrError make(const prepare::CleanText& rule, const prepare::StepSpec& spec);
StepOrError make(const prepare::LabelNoise& rule, const prepare::StepSpec& spec);
StepOrError make(const prepare::SelectColumns& rule, const prepare::StepSpec& spec);
StepOrError make(const prepare::DeriveColumn& rule, const prepare::StepSpec& spec);

// normalize_*.cc
StepOrError make(const prepare::Normalize& rule, const prepare::StepSpec& spec);
StepOrError make(const prepare::Vocabulary& rule, const prepare::StepSpec& spec);
StepOrError make(const prepare::SentencePiece& rule, const prepare::StepSpec& spec);
StepOrError make(const prepare::ImageStandard& rule, const prepare::StepSpec& spec);

}  // namespace howdah::transform
