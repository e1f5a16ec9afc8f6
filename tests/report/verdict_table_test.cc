#include "gradus/report/verdict_table.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <sstream>
#include <string>

#include "tests/report/document.h"

namespace gradus {
namespace {

size_t widest(const std::string& text) {
  std::istringstream lines(text);
  size_t most = 0;
  for (std::string line; std::getline(lines, line);) {
    const auto characters =
        std::count_if(line.begin(), line.end(), [](char c) { return (c & 0xC0) != 0x80; });
    most = std::max(most, static_cast<size_t>(characters));
  }
  return most;
}

TEST(VerdictTable, IsExactlyThis) {
  EXPECT_EQ(verdict_table(small_document()),
            "outcome + process, against outcome\n"
            "  metric                role: arm / baseline   difference     95 % interval  verdict\n"
            "  Pass rate             optimised / optimised       0.000  [-0.012, +0.012]  non-inferior\n"
            "  Necessary statements  held-out / proximal        +12.35               n/a  better\n"
            "\n"
            "verdict: yes\nFirst sentence.\nSecond sentence.\nRefused.\n");
}

TEST(VerdictTable, BothTestsAndHolmAreSaidInFull) {
  Json document = small_document();
  document["rows"][0]["verdict"] = "worse, by less than the margin";
  document["rows"][1]["verdict"] = "inconclusive";
  document["rows"][1]["after_holm"] = true;
  document["rows"][1]["p_holm"] = 0.0712;
  EXPECT_EQ(verdict_table(document),
            "outcome + process, against outcome\n"
            "  metric                role: arm / baseline   difference     95 % interval  verdict\n"
            "  Pass rate             optimised / optimised       0.000  [-0.012, +0.012]  worse, by less\n"
            "                                                                             than the\n"
            "                                                                             margin\n"
            "  Necessary statements  held-out / proximal        +12.35               n/a  inconclusive\n"
            "                                                                             after Holm, p\n"
            "                                                                             0.071\n"
            "\n"
            "verdict: yes\nFirst sentence.\nSecond sentence.\nRefused.\n");
}

TEST(VerdictTable, StaysWithin110ColumnsWhateverTheLabels) {
  Json document = small_document();
  document["arms"][1]["label"] = std::string(200, 'x');
  document["metrics"][1]["label"] = std::string(100, 'y') + "ä";
  document["rows"][1]["role"] = "a role of a length that nobody foresaw";
  document["rows"][1]["difference"] = -1234567.0;
  document["verdict"]["sentences"] = {"word " + std::string(90, 'a') + " " + std::string(90, 'b')};
  const std::string table = verdict_table(document);
  EXPECT_LE(widest(table), 110u);
  EXPECT_NE(table.find("y…"), std::string::npos);
}

TEST(VerdictTable, CutsBetweenCharacters) {
  Json document = small_document();
  std::string name;
  for (int i = 0; i < 60; ++i) name += "ß";
  document["metrics"][0]["label"] = name;
  std::string kept;
  for (int i = 0; i < 35; ++i) kept += "ß";
  EXPECT_NE(verdict_table(document).find(" " + kept + "… "), std::string::npos);
}

TEST(VerdictTable, ControlCharactersDoNotReachTheTerminal) {
  Json document = small_document();
  document["metrics"][0]["label"] = "red\x1b[31m";
  document["verdict"]["sentences"] = {"bell\a rings"};
  const std::string table = verdict_table(document);
  EXPECT_EQ(table.find('\x1b'), std::string::npos);
  EXPECT_EQ(table.find('\a'), std::string::npos);
}

TEST(VerdictTable, LastComesWhatEachArmWasPaidForAndWhatItCost) {
  Json document = small_document();
  document["rows"] = Json::array();
  const auto says = [](const std::vector<std::string>& parts) {
    return Json{{"metric", "need"}, {"parts", parts}};
  };
  document["verdict"]["plain"] = {
      {{"arm", "op"},
       {"paid_for", "Pass rate + lint"},
       {"paid", says({"lint: from 0.300 to 0.100", "outcome ends at 0.300"})},
       {"not_paid", says({"Necessary statements: " + std::string(90, 'x') + " end"})},
       {"cost", says({"Pass rate: bell\a"})}}};
  const std::string expected =
      "verdict: yes\nFirst sentence.\nSecond sentence.\nRefused.\n"
      "\n"
      "outcome + process\n"
      "  paid for: Pass rate + lint\n"
      "  paid:     lint: from 0.300 to 0.100; outcome ends at 0.300\n"
      "  not paid: Necessary statements:\n"
      "            " +
      std::string(90, 'x') +
      " end\n"
      "  cost:     Pass rate: bell\n";
  EXPECT_EQ(verdict_table(document), expected);
}

TEST(VerdictTable, OneArmHasOnlyAVerdict) {
  Json document = small_document();
  document["rows"] = Json::array();
  document["verdict"] = {{"answer", nullptr}};
  EXPECT_EQ(verdict_table(document), "verdict: n/a\n");
}

}  // namespace
}  // namespace gradus
