#include "gradus/study/library.h"

#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <set>
#include <unistd.h>

#include "gradus/study/catalogue.h"
#include "gradus/study/recipe.h"
#include "gradus/study/spec.h"

namespace gradus {
namespace {

TEST(Library, HoldsTheFilesOfTheRepositoryByteForByte) {
  size_t files = 0;
  for (const char* folder : {"recipes", "studies", "methods"}) {
    for (const auto& entry :
         std::filesystem::directory_iterator(std::filesystem::path(GRADUS_SOURCE_DIR) / folder)) {
      if (entry.path().extension() != ".toml") continue;
      const std::string name = std::string(folder) + "/" + entry.path().filename().string();
      ASSERT_TRUE(in_library(name)) << name;
      EXPECT_EQ(library_config(name).document(), Config::load(entry.path().string()).document()) << name;
      ++files;
    }
  }
  EXPECT_GE(files, 6u);
  EXPECT_FALSE(in_library("recipes/nothing.toml"));
  EXPECT_THROW(library_config("recipes/nothing.toml"), Error);
}

TEST(Library, EveryStudyCanRun) {
  for (const auto& entry :
       std::filesystem::directory_iterator(std::filesystem::path(GRADUS_SOURCE_DIR) / "studies")) {
    EXPECT_NO_THROW(StudySpec::parse(library_config("studies/" + entry.path().filename().string())))
        << entry.path();
  }
}

TEST(Library, AFileOnDiskComesFirst) {
  const std::filesystem::path before = std::filesystem::current_path();
  const std::filesystem::path folder =
      std::filesystem::temp_directory_path() / ("gradus-library-" + std::to_string(getpid()));
  std::filesystem::create_directories(folder / "recipes");
  std::filesystem::current_path(folder);
  EXPECT_EQ(open_config("recipes/outcome.toml").document(),
            library_config("recipes/outcome.toml").document());
  std::ofstream(folder / "recipes" / "outcome.toml") << "mine = 1\n";
  EXPECT_EQ(open_config("recipes/outcome.toml").document(), Json({{"mine", 1}}));
  std::filesystem::current_path(before);
  std::filesystem::remove_all(folder);
}

TEST(MethodTable, MethodsAndAnchorsWithTheirOwnKeys) {
  const std::vector<MethodRow> rows = method_table();
  ASSERT_EQ(rows.size(), 63u);
  std::set<std::string> keys;
  for (size_t i = 0; i < rows.size(); ++i) {
    EXPECT_EQ(rows[i].number, static_cast<int>(i)) << rows[i].key;
    EXPECT_FALSE(rows[i].system.empty()) << rows[i].key;
    EXPECT_FALSE(rows[i].rooms.empty()) << rows[i].key;
    keys.insert(rows[i].key);
  }
  EXPECT_EQ(keys.size(), rows.size());
  EXPECT_EQ(rows[0].key, "post_eval");
}

// Everything that can be named has what help and documentation are made of.
void expect_described(const Spec& spec) {
  EXPECT_FALSE(spec.summary.empty()) << spec.name;
  EXPECT_EQ(spec.summary.find('\n'), std::string::npos) << spec.name;
  for (const ParamSpec& param : spec.params)
    EXPECT_FALSE(param.help.empty()) << spec.name << " " << param.name;
  EXPECT_EQ(spec.evaluator.empty(), spec.components.empty()) << spec.name << ": roles need both";
}

TEST(Catalogue, EverythingIsDescribed) {
  for (const std::string& name : catalogue().operators.names()) {
    const Spec& spec = catalogue().operators.spec(name);
    expect_described(spec);
    EXPECT_FALSE(spec.writes.empty()) << name << " writes nothing";
  }
  for (const std::string& name : catalogue().environments.names())
    expect_described(catalogue().environments.spec(name));
}

}  // namespace
}  // namespace gradus
