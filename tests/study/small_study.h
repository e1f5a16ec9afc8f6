// A study that is complete and small, as text, for tests that change one thing in it.
#pragma once

#include <algorithm>
#include <gtest/gtest.h>
#include <string>

#include "gradus/study/spec.h"

namespace gradus {

inline constexpr const char* kSmallStudy = R"(name = "small"
title = "A small study"
baseline = "outcome"
seeds = 4

[environment]
name = "calculator"
operations = 2

[policy]
layers = 1
heads = 2
width = 16
demonstrations = 100

[training]
updates = 4
prompts = 2
samples = 4
learning_rate = 1e-4

[evaluation]
primary = "useful_calls"
constraint = "correct"
margin = 0.02
every = 2
tasks = 8
samples = 2

[[arm]]
id = "outcome"
  [[arm.operator]]
  name = "credit.grpo"
  into = "advantage"

[[arm]]
id = "process"
label = "Process"
  [[arm.operator]]
  name = "shape.normalise"
  channel = "call_ok"
  [[arm.operator]]
  name = "credit.step_return"
  channel = "call_ok"
  into = "advantage"
)";

inline StudySpec study_of(const std::string& text) {
  return StudySpec::parse(Config::parse(text, "small.toml"));
}

// The small study with one piece of its text put in place of another.
inline std::string with(const std::string& from, const std::string& to, std::string text = kSmallStudy) {
  const size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << "the small study does not contain: " << from;
  return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

// Line of the first place where a text stands, 1 for the first line.
inline int line_with(const std::string& text, const std::string& piece) {
  const size_t at = text.find(piece);
  EXPECT_NE(at, std::string::npos) << "not there: " << piece;
  return 1 + static_cast<int>(std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at), '\n'));
}

}  // namespace gradus
