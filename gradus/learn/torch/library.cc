// What gradus-training.so exports (gradus/learn/training_library.h).
#include "gradus/learn/torch/torch_policy.h"
#include "gradus/learn/torch/torch_support.h"
#include "gradus/learn/training_library.h"

extern "C" const gradus::TrainingLibrary* gradus_training() {
  static const gradus::TrainingLibrary library{gradus::make_torch_policy, gradus::torch_support};
  return &library;
}
