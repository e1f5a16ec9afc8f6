#include "gradus/report/report.h"

#include <csignal>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <sstream>
#include <string>
#include <sys/resource.h>

#include "tests/report/document.h"

#include "gradus/base/error.h"

namespace gradus {
namespace {

namespace fs = std::filesystem;

std::string read(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

// What a browser takes for the content of the element with the results: all up to the first "</script".
std::string embedded(const std::string& page) {
  const std::string open = R"(<script id="results" type="application/json">)";
  const size_t begin = page.find(open) + open.size();
  return page.substr(begin, page.find("</script", begin) - begin);
}

class ReportFile : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "gradus-report-XXXXXX").string();
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    folder_ = name;
  }
  void TearDown() override { fs::remove_all(folder_); }

  fs::path folder_;
};

TEST(Report, EmbedsTheDocumentUnchanged) {
  const std::string page = render_report(small_document());
  EXPECT_EQ(Json::parse(embedded(page)), small_document());
  EXPECT_EQ(page.find("@GRADUS_RESULTS@"), std::string::npos);
}

TEST(Report, EmbedsAnEvaluationToo) {
  Json evaluation = {{"schema", "gradus.eval/1"}, {"title", "</script><b>"}, {"scorer", nullptr}};
  const std::string page = render_report(evaluation);
  EXPECT_EQ(Json::parse(embedded(page)), evaluation);
}

TEST(Report, IsTheCommittedPageAroundTheDocument) {
  const std::string built = read(fs::path(GRADUS_SOURCE_DIR) / "web/dist/report.html");
  const std::string page = render_report(small_document());
  const std::string marker = "\"@GRADUS_RESULTS@\"";
  const size_t at = built.find(marker);
  ASSERT_NE(at, std::string::npos);
  EXPECT_EQ(page.substr(0, at), built.substr(0, at));
  const std::string tail = built.substr(at + marker.size());
  EXPECT_EQ(page.substr(page.size() - tail.size()), tail);
}

TEST(Report, LoadsNothingFromAnywhere) {
  const std::string page = render_report(small_document());
  EXPECT_NE(page.find("default-src 'none'"), std::string::npos);
  EXPECT_EQ(page.find("<link"), std::string::npos);
  EXPECT_EQ(page.find(" src=\""), std::string::npos);
}

TEST(Report, NoTextBreaksOutOfTheElement) {
  EXPECT_TRUE(rc::check("any text survives the way into the page and back", [] {
    const auto text =
        *rc::gen::container<std::string>(rc::gen::elementOf(std::string("</script>!-&\"\\\n\t a\x01")));
    Json document = small_document();
    document["study"]["title"] = text;
    const std::string content = embedded(render_report(document));
    RC_ASSERT(content.find('<') == std::string::npos);
    RC_ASSERT(Json::parse(content)["study"]["title"] == text);
  }));
}

TEST(Report, InvalidUtf8IsReplaced) {
  Json document = small_document();
  document["study"]["title"] = "a\xff b";
  EXPECT_EQ(Json::parse(embedded(render_report(document)))["study"]["title"], "a\xEF\xBF\xBD b");
}

TEST(Report, LargeIntegersAreNotRoundedByTheBrowser) {
  Json document = small_document();
  document["study"]["seeds"] = {uint64_t{16521465594328865123u}, int64_t{9007199254740993},
                                int64_t{-9007199254740993}, 9007199254740991, 7};
  const Json seeds = Json::parse(embedded(render_report(document)))["study"]["seeds"];
  EXPECT_EQ(seeds,
            Json::parse(
                R"(["16521465594328865123", "9007199254740993", "-9007199254740993", 9007199254740991, 7])"));
}

TEST(Report, RefusesWhatIsNoResultsDocument) {
  for (const Json& document :
       {Json(nullptr), Json::array(), Json::object(), Json{{"schema", "gradus.study/2"}},
        Json{{"schema", "gradus.eval/2"}}, Json{{"schema", {"gradus.eval/1"}}}}) {
    try {
      render_report(document);
      ADD_FAILURE() << "accepted " << document;
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::input);
      EXPECT_EQ(error.field_name(), "schema");
    }
  }
}

TEST_F(ReportFile, IsWrittenWhole) {
  const fs::path path = folder_ / "report.html";
  write_report(small_document(), path.string());
  EXPECT_EQ(read(path), render_report(small_document()));
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_), {}), 1);
}

TEST_F(ReportFile, MissingFolderIsAnOutsideErrorThatNamesThePath) {
  const fs::path path = folder_ / "absent" / "report.html";
  try {
    write_report(small_document(), path.string());
    FAIL() << "wrote into a folder that does not exist";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::outside);
    EXPECT_EQ(error.file(), path.string());
  }
}

// A file size limit stands for the full disk: write() fails half-way through the page.
TEST_F(ReportFile, FullDiskLeavesTheOldReport) {
  const fs::path path = folder_ / "report.html";
  std::ofstream(path) << "old";
  struct rlimit before {};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  const struct rlimit tight { 4096, before.rlim_max };
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &tight), 0);
  bool thrown = false;
  try {
    write_report(small_document(), path.string());
  } catch (const Error& error) {
    thrown = error.kind() == ErrorKind::outside && error.file() == path.string();
  }
  setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
  EXPECT_TRUE(thrown);
  EXPECT_EQ(read(path), "old");
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_), {}), 1);
}

}  // namespace
}  // namespace gradus
