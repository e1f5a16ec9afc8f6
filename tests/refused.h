// That something is refused as the user's mistake and names the field: an EXPECT_THROW(..., Error) would take
// a broken invariant for that as well.
//
//   EXPECT_REFUSED(registry().make("shape.clip", {{"low", 1}, {"high", 0}}), "low");
#pragma once

#include <gtest/gtest.h>
#include <string>

#include "gradus/base/error.h"

namespace gradus {

template <class Fn>
::testing::AssertionResult refuses(Fn&& fn, const std::string& field, ErrorKind kind = ErrorKind::input) {
  try {
    fn();
  } catch (const Error& error) {
    if (error.kind() != kind)
      return ::testing::AssertionFailure() << "another kind of error: " << error.what();
    if (error.field_name() != field) {
      return ::testing::AssertionFailure()
             << "the field is '" << error.field_name() << "', not '" << field << "': " << error.what();
    }
    return ::testing::AssertionSuccess();
  }
  return ::testing::AssertionFailure() << "nothing was refused";
}

}  // namespace gradus

// Statement, then the field that the error must name ("" where it has none).
#define EXPECT_REFUSED(statement, field) \
  EXPECT_TRUE(::gradus::refuses([&] { static_cast<void>(statement); }, field)) << #statement
