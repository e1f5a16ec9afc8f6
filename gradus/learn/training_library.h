// Training lives in a library of its own, gradus-training.so beside the program, which is loaded when it is
// first needed: libtorch brings some 290 shared libraries and half a second to every start, and most commands
// never train.
//
//   make_policy(config, seed);     // of gradus/learn/policy.h: loads the library, or says why it cannot be
//   loaded training_support().torch;      // false where it cannot
//
// The library is built from gradus/learn/torch and gradus/model/torch, by the build that makes the program:
// what it exports is the C++ below.
#pragma once

#include "gradus/learn/policy.h"

namespace gradus {

struct TrainingLibrary {
  std::unique_ptr<Policy> (*make_policy)(const PolicyConfig& config, uint64_t seed);
  TrainingSupport (*support)();
};

inline constexpr const char* kTrainingLibrary = "gradus-training.so";
inline constexpr const char* kTrainingEntry = "gradus_training";  // const TrainingLibrary* gradus_training()

}  // namespace gradus
