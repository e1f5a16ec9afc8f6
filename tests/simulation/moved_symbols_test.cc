// The worlds around a language server: the file that is edited, and (where clangd is installed) what the
// server says.
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "gradus/lsp/profile.h"
#include "gradus/lsp/status.h"
#include "gradus/lsp/text.h"
#include "gradus/simulation/edited_source.h"
#include "gradus/simulation/simulations.h"

namespace gradus {
namespace {

TEST(EditedSource, KnowsWhereItsFunctionsStand) {
  EXPECT_TRUE(rc::check([](uint64_t seed) {
    for (const SourceLanguage language : {SourceLanguage::cpp, SourceLanguage::python}) {
      Stream random(seed);
      EditedSource source(language, random);
      const size_t target = source.pick(random);
      const std::string name = source.name_of(target), container = source.container_of(target);
      for (int i = 0; i < 8; ++i) source.edit(target, random);
      RC_ASSERT(source.name_of(target) == name);
      RC_ASSERT(source.container_of(target) == container);
      const Text text(source.text());
      const int64_t line = source.line_of(target);
      const std::string head(text.line(line)), lines = head + "\n" + std::string(text.line(line + 1));
      RC_ASSERT(head.find(" " + name + "(") != std::string::npos);
      RC_ASSERT(lines.find(source.first_lines_of(target)) != std::string::npos);
    }
  }));
}

TEST(MovedSymbols, ClangdFindsThemWhereALineDoesNot) {
  try {
    executable_of(server_profile("clangd"));
  } catch (const LspError&) {
    GTEST_SKIP() << "clangd is not installed";
  }
  const Numbers moved = simulations()
                            .make("moved_symbols", {{"server", "clangd"}, {"trials", 20}, {"edits", 12}})
                            ->draw({}, Stream(5));
  EXPECT_GE(moved.at("clangd.symbol"), 0.95);
  EXPECT_GE(moved.at("clangd.ast"), 0.95);
  EXPECT_LT(moved.at("clangd.line_column"), 0.95);
  const Numbers repeated =
      simulations().make("repeated_question", {{"server", "clangd"}, {"repeats", 6}})->draw({}, Stream(5));
  EXPECT_EQ(repeated.at("clangd.bundles"), 1);
}

}  // namespace
}  // namespace gradus
