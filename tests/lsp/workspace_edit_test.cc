#include "gradus/lsp/workspace_edit.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <sys/stat.h>

#include "tests/lsp/small_workspace.h"

#include "gradus/lsp/edit_plan.h"

namespace gradus {
namespace {

Json range(int a, int b, int c, int d) {
  return {{"start", {{"line", a}, {"character", b}}}, {"end", {{"line", c}, {"character", d}}}};
}

Json text_edit(int a, int b, int c, int d, const std::string& text) {
  return {{"range", range(a, b, c, d)}, {"newText", text}};
}

Json changes(const std::string& uri, const Json& edits) {
  return {{"changes", {{uri, edits}}}};
}

std::string edited(const std::string& text, const std::vector<TextEdit>& edits) {
  return apply_text_edits(Text(text, "t"), edits, Encoding::utf16);
}

TEST(TextEdits, ManyInOneFileSpeakOfTheTextBefore) {
  EXPECT_EQ(edited("one two\nthree\n",
                   {{{{1, 0}, {1, 5}}, "3"}, {{{0, 4}, {0, 7}}, "2\n2"}, {{{0, 0}, {0, 3}}, ""}}),
            " 2\n2\n3\n");
  EXPECT_EQ(edited("ab", {{{{0, 1}, {0, 1}}, "x"}, {{{0, 1}, {0, 1}}, "y"}}), "axyb");
  EXPECT_EQ(edited("\U0001F600b", {{{{0, 2}, {0, 3}}, "c"}}), "\U0001F600c");
}

TEST(TextEdits, OverlapsAndEqualStartsAreConflictsWithHunks) {
  for (const std::vector<TextEdit>& edits :
       {std::vector<TextEdit>{{{{0, 0}, {0, 3}}, "x"}, {{{0, 2}, {0, 4}}, "y"}},
        std::vector<TextEdit>{{{{0, 1}, {0, 1}}, "x"}, {{{0, 1}, {0, 2}}, "y"}},
        std::vector<TextEdit>{{{{0, 1}, {0, 2}}, "x"}, {{{0, 1}, {0, 2}}, "y"}},
        std::vector<TextEdit>{{{{0, 1}, {0, 3}}, "x"}, {{{0, 2}, {0, 3}}, "x"}},
        std::vector<TextEdit>{{{{0, 1}, {0, 2}}, "x"}, {{{0, 1}, {0, 3}}, "x"}}}) {
    try {
      edited("abcdef", edits);
      FAIL() << "no conflict";
    } catch (const ConflictError& error) {
      EXPECT_EQ(error.status(), Status::apply_conflict);
      EXPECT_EQ(error.hunks().at(0).at("path"), "t");
      EXPECT_EQ(error.hunks().at(0).at("reason"), "overlap");
      EXPECT_EQ(error.hunks().at(0).at("other_range").size(), 4u);
    }
  }
}

TEST(TextEdits, AReplacementSaidTwiceHappensOnceAndAnInsertionTwice) {
  EXPECT_EQ(edited("abcd", {{{{0, 1}, {0, 2}}, "x"}, {{{0, 1}, {0, 2}}, "x"}}), "axcd");
  EXPECT_EQ(edited("abcd", {{{{0, 1}, {0, 2}}, ""}, {{{0, 3}, {0, 4}}, ""}, {{{0, 1}, {0, 2}}, ""}}), "ac");
  EXPECT_EQ(edited("abcd", {{{{0, 1}, {0, 1}}, "x"}, {{{0, 1}, {0, 1}}, "x"}}), "axxbcd");
  const TextEdit last{{{0, 3}, {0, 4}}, "long"};
  EXPECT_EQ(edited("abcd", {last, last, last}), "abclong");
}

TEST(TextEdits, AreTheSameInAnyOrder) {
  EXPECT_TRUE(rc::check("disjoint edits commute", [] {
    const std::string text = *rc::gen::container<std::string>(rc::gen::element('a', 'b', '\n', '\r'));
    const std::vector<int> widths = *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 3));
    const Text document(text, "t");
    std::vector<TextEdit> edits;
    std::string expected;
    size_t at = 0, done = 0;
    for (const int width : widths) {
      // A start between \r and \n would be the same place as the one before it.
      if (at > 0 && at < text.size() && text[at - 1] == '\r' && text[at] == '\n') ++at;
      size_t end = at + static_cast<size_t>(width);
      if (end > 0 && end < text.size() && text[end - 1] == '\r' && text[end] == '\n') ++end;
      if (end >= text.size()) break;
      edits.push_back(
          {{document.position_of(at, Encoding::utf16), document.position_of(end, Encoding::utf16)},
           "<" + std::to_string(edits.size()) + ">"});
      expected += text.substr(done, at - done) + edits.back().text;
      done = end;
      at = end + 1;
    }
    expected += text.substr(done);
    std::reverse(edits.begin(), edits.end());
    RC_ASSERT(apply_text_edits(document, edits, Encoding::utf16) == expected);
  }));
}

TEST(WorkspaceEdit, HostileEditsAreRefusedWithTheirField) {
  const auto refusal = [](const Json& edit) {
    std::string text;
    EXPECT_EQ(status_of([&] { read_workspace_edit(edit); }, &text), Status::apply_conflict) << edit;
    return text;
  };
  EXPECT_NE(
      refusal(changes("u", Json::array({text_edit(-1, 0, 0, 0, "")}))).find("changes[u][0].range.start.line"),
      std::string::npos);
  refusal(changes("u", Json::array({text_edit(0, 2, 0, 1, "")})));
  refusal(changes("u", Json::array({{{"range", range(0, 0, 0, 0)}}})));
  refusal(changes("u", Json::array({{{"range", {{"start", 3}, {"end", 4}}}, {"newText", "x"}}})));
  refusal(changes("u", "none"));
  refusal({{"changes", Json::array()}});
  refusal({{"documentChanges", 3}});
  refusal({{"documentChanges", Json::array({{{"kind", "explode"}, {"uri", "u"}}})}});
  refusal({{"documentChanges", Json::array({{{"textDocument", {{"uri", 1}}}, {"edits", Json::array()}}})}});
  refusal("edit");
  Json far = changes("u", Json::array({text_edit(0, 0, 0, 0, "")}));
  far["changes"]["u"][0]["range"]["end"]["line"] = 4294967296.0;
  refusal(far);
  Json many = Json::array();
  for (int i = 0; i < 10'001; ++i) many.push_back({{"kind", "create"}, {"uri", "u"}});
  refusal({{"documentChanges", many}});
  EXPECT_TRUE(read_workspace_edit(nullptr).changes.empty());
  EXPECT_TRUE(read_workspace_edit({{"changes", {}}, {"documentChanges", nullptr}}).changes.empty());
}

EditPlan plan(const SmallWorkspace& workspace, const Json& edit, const JailRules& rules = {},
              const std::map<std::string, KnownFile>& known = {}) {
  return plan_edit(Jail(workspace.root(), rules), read_workspace_edit(edit), Encoding::utf16, known);
}

TEST(EditPlan, KeepsMarkLineEndingsAndPermissions) {
  const SmallWorkspace workspace;
  workspace.write("a.txt", "\xEF\xBB\xBFone\r\ntwo\r\nthree\n");
  chmod(workspace.path("a.txt").c_str(), 0750);
  const EditPlan out = plan(workspace, changes(workspace.uri("a.txt"),
                                               {text_edit(0, 0, 0, 3, "1\n1b"), text_edit(2, 0, 2, 5, "3")}));
  ASSERT_EQ(out.files.size(), 1u);
  EXPECT_EQ(out.files[0].after,
            "\xEF\xBB\xBF"
            "1\r\n1b\r\ntwo\r\n3\n");
  EXPECT_EQ(out.files[0].mode, mode_t{0750});
  EXPECT_EQ(workspace.read("a.txt"), "\xEF\xBB\xBFone\r\ntwo\r\nthree\n") << "a plan writes nothing";
}

TEST(EditPlan, OneFileUnderTwoNamesIsOneFile) {
  const SmallWorkspace workspace;
  workspace.write("a.txt", "one\n");
  std::filesystem::create_symlink("a.txt", workspace.path("b.txt"));
  const Json edit = {{"documentChanges",
                      {{{"textDocument", {{"uri", workspace.uri("a.txt")}, {"version", nullptr}}},
                        {"edits", Json::array({text_edit(0, 0, 0, 3, "two")})}},
                       {{"textDocument", {{"uri", workspace.uri("b.txt")}, {"version", nullptr}}},
                        {"edits", Json::array({text_edit(0, 3, 0, 3, "!")})}}}}};
  const EditPlan out = plan(workspace, edit);
  ASSERT_EQ(out.files.size(), 1u);
  EXPECT_EQ(out.files[0].path, "a.txt");
  EXPECT_EQ(out.files[0].after, "two!\n");
}

TEST(EditPlan, WhatIsSaidUnderTwoNamesHappensOnce) {
  const SmallWorkspace workspace;
  workspace.write("src/a b.txt", "one two\n");
  std::filesystem::create_directory_symlink("src", workspace.path("link"));
  const std::string first = workspace.uri("src/a%20b.txt"), second = workspace.uri("src/%61%20b.txt"),
                    third = workspace.uri("link/a%20b.txt");
  const Json replaced = Json::array({text_edit(0, 4, 0, 7, "second")});
  const EditPlan out =
      plan(workspace, {{"changes", {{first, replaced}, {second, replaced}, {third, replaced}}}});
  ASSERT_EQ(out.files.size(), 1u);
  EXPECT_EQ(out.files[0].after, "one second\n");
  const Json inserted = Json::array({text_edit(0, 4, 0, 4, "very ")});
  EXPECT_EQ(plan(workspace, {{"changes", {{first, inserted}, {third, inserted}}}}).files.at(0).after,
            "one very two\n");
  EXPECT_EQ(plan(workspace, changes(first, Json::array({inserted[0], inserted[0]}))).files.at(0).after,
            "one very very two\n");
  const Json other = Json::array({text_edit(0, 4, 0, 7, "third")});
  EXPECT_EQ(status_of([&] {
              plan(workspace, {{"changes", {{first, replaced}, {third, other}}}});
            }),
            Status::apply_conflict);
}

TEST(EditPlan, OperationsOnFiles) {
  const SmallWorkspace workspace;
  workspace.write("old.txt", "one\n");
  workspace.write("gone.txt", "two\n");
  const auto op = [&](const char* kind, const char* name) {
    return Json{{"kind", kind}, {"uri", workspace.uri(name)}};
  };
  const Json rename = {
      {"kind", "rename"}, {"oldUri", workspace.uri("old.txt")}, {"newUri", workspace.uri("d/new.txt")}};
  const Json edit = {{"textDocument", {{"uri", workspace.uri("d/new.txt")}, {"version", nullptr}}},
                     {"edits", Json::array({text_edit(0, 0, 0, 3, "1")})}};
  const EditPlan out =
      plan(workspace, {{"documentChanges", {rename, edit, op("delete", "gone.txt"), op("create", "e")}}});
  ASSERT_EQ(out.files.size(), 4u);
  EXPECT_EQ(out.files[0].path + *out.files[0].after, "d/new.txt1\n");
  EXPECT_EQ(out.files[1].path + *out.files[1].after, "e");
  EXPECT_FALSE(out.files[2].after || out.files[3].after);
  EXPECT_NE(out.diff().find("+++ /dev/null"), std::string::npos);
  EXPECT_TRUE(plan(workspace, {{"documentChanges", {op("create", "x"), op("delete", "x")}}}).files.empty());
  const auto status = [&](const Json& operations) {
    return status_of([&] { plan(workspace, {{"documentChanges", operations}}); });
  };
  EXPECT_EQ(status(Json::array({op("create", "old.txt")})), Status::apply_conflict);
  EXPECT_EQ(status(Json::array({op("delete", "none")})), Status::content_modified);
  EXPECT_EQ(status(Json::array({op("delete", "../x")})), Status::fs_permissions);
  EXPECT_EQ(status(Json::array({op("create", ".git/hooks/x")})), Status::fs_permissions);
  EXPECT_EQ(status(Json::array({{{"kind", "create"}, {"uri", "https://example.org/x"}}})),
            Status::fs_permissions);
  EXPECT_EQ(status(Json::array({op("delete", "")})), Status::unsupported_cap);
}

TEST(EditPlan, KnownFilesMustBeAsTheServerKnowsThem) {
  const SmallWorkspace workspace;
  workspace.write("a.txt", "one\n");
  const Json edit = {
      {"documentChanges", Json::array({{{"textDocument", {{"uri", workspace.uri("a.txt")}, {"version", 3}}},
                                        {"edits", Json::array({text_edit(0, 0, 0, 3, "two")})}}})}};
  const std::string hash = sha256_hex("one\n");
  const auto status = [&](int64_t version, const std::string& known) {
    return status_of([&] { plan(workspace, edit, {}, {{"a.txt", {version, known}}}); });
  };
  EXPECT_EQ(status(3, hash), Status::ok);
  EXPECT_EQ(status(4, hash), Status::content_modified);
  EXPECT_EQ(status(3, sha256_hex("other")), Status::content_modified);
}

TEST(EditPlan, WhatCannotBePreservedIsRefused) {
  const SmallWorkspace workspace;
  workspace.write("wide.txt", std::string("\xFF\xFEo\0", 4));
  workspace.write("latin.txt", "caf\xE9\n");
  workspace.write("a.lock", "one\n");
  for (const char* name : {"wide.txt", "latin.txt"}) {
    EXPECT_EQ(status_of([&] {
                plan(workspace, changes(workspace.uri(name), Json::array({text_edit(0, 0, 0, 1, "x")})));
              }),
              Status::indexing_unsupported)
        << name;
  }
  EXPECT_EQ(status_of([&] {
              plan(workspace, changes(workspace.uri("a.lock"), Json::array({text_edit(0, 0, 0, 1, "x")})),
                   {.deny = {"*.lock"}});
            }),
            Status::fs_permissions);
  EXPECT_EQ(status_of([&] {
              plan(workspace, changes(workspace.uri("a.lock"), Json::array({text_edit(9, 0, 9, 1, "x")})));
            }),
            Status::indexing_unsupported);
}

}  // namespace
}  // namespace gradus
