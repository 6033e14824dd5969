// What the preparation's driver knows of the step SentencePiece: a step does no I/O.
//
// Where the rule names a trained model, the driver reads that file and hands over its bytes, before
// the first apply(); restore() needs no file, since the state keeps the model.
#pragma once

#include <string>

#include "transform/step.h"

namespace howdah::transform {

inline constexpr int64_t kMaxSentencePieceModelBytes = 64 << 20;

// The URI whose bytes the step waits for; empty where it waits for none.
std::string wanted_model(const Step& step);
//   kInvalidArgument  at spec().where: the bytes are no model of SentencePiece
Status give_model(Step& step, std::string bytes);

}  // namespace howdah::transform
