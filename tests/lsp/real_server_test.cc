// clangd and pyright themselves. Where one is not installed its tests say so and are skipped.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>

#include "gradus/lsp/client.h"
#include "gradus/lsp/diagnostics.h"
#include "gradus/lsp/uri.h"

namespace gradus {
namespace {

namespace fs = std::filesystem;

constexpr Milliseconds kPatience(60'000);

struct Project {
  fs::path root;

  Project() {
    std::string pattern = (fs::temp_directory_path() / "gradus-lsp-XXXXXX").string();
    root = mkdtemp(pattern.data());
  }
  ~Project() { fs::remove_all(root); }
  std::string write(const std::string& name, const std::string& text) const {
    fs::create_directories((root / name).parent_path());
    std::ofstream(root / name) << text;
    return file_uri((root / name).string());
  }
};

bool is_installed(const std::string& server) {
  try {
    executable_of(server_profile(server));
    return true;
  } catch (const LspError&) {
    return false;
  }
}

#define NEEDS(server) \
  if (!is_installed(server)) GTEST_SKIP() << server << " is not installed"

Json at(const std::string& uri, int line, int character) {
  return {{"textDocument", {{"uri", uri}}}, {"position", {{"line", line}, {"character", character}}}};
}

int64_t errors_of(Client& client, const std::string& uri) {
  return count_diagnostics(diagnostics_of(client, {uri}, kPatience).at(0).items, client.profile()).errors;
}

TEST(Clangd, FactsOfASmallProject) {
  NEEDS("clangd");
  const Project project;
  project.write("add.h", "int add(int a, int b);\n");
  const std::string main_text = "#include \"add.h\"\nint main() { return add(1, 2); }\n";
  const std::string main_uri = project.write("main.cc", main_text);
  const std::string add_text = "#include \"add.h\"\nint add(int a, int b) { return a + b; }\n";
  const std::string add_uri = project.write("add.cc", add_text);
  const std::string folder = project.root.string();
  project.write("compile_commands.json",
                Json::array({Json{{"directory", folder}, {"file", "main.cc"}, {"command", "c++ -c main.cc"}},
                             Json{{"directory", folder}, {"file", "add.cc"}, {"command", "c++ -c add.cc"}}})
                    .dump());
  Client client(server_profile("clangd"), folder);
  EXPECT_EQ(client.encoding(), Encoding::utf16);
  EXPECT_NE(client.server_info().at("version").get<std::string>().find("clangd version"), std::string::npos);
  client.open_document(main_uri, main_text);
  client.settle(kPatience);

  const Json definition = client.request("textDocument/definition", at(main_uri, 1, 21));
  ASSERT_EQ(definition.size(), 1u) << definition;
  EXPECT_EQ(definition.at(0).at("uri"), add_uri);
  EXPECT_EQ(canonical(definition.at(0).at("range").at("start")), R"({"character":4,"line":1})");

  Json wanted = at(main_uri, 1, 21);
  wanted["context"] = {{"includeDeclaration", true}};
  EXPECT_EQ(client.request("textDocument/references", wanted).size(), 3u);
  EXPECT_NE(client.request("textDocument/hover", at(main_uri, 1, 21)).dump().find("int add(int a, int b)"),
            std::string::npos);
  const Json symbols = client.request("textDocument/documentSymbol", {{"textDocument", {{"uri", main_uri}}}});
  ASSERT_EQ(symbols.size(), 1u);
  EXPECT_EQ(symbols.at(0).at("name"), "main");
  EXPECT_TRUE(client.request("textDocument/prepareRename", at(main_uri, 1, 21)).contains("start"));
  Json rename = at(main_uri, 1, 21);
  rename["newName"] = "plus";
  EXPECT_EQ(client.request("textDocument/rename", rename).at("changes").size(), 3u);
  try {
    client.request("textDocument/prepareRename", at(main_uri, 0, 0));
    FAIL();
  } catch (const LspError& error) {
    EXPECT_EQ(error.status(), Status::not_found) << error.what();
  }
  EXPECT_THROW(client.open_document(file_uri(folder + "/x.py"), ""), LspError);
}

TEST(Clangd, DiagnosticsAreThoseOfTheLastChange) {
  NEEDS("clangd");
  const Project project;
  const std::string header = project.write("names.h", "int first;\n");
  const auto text = [](int wrong) {
    std::string out = "#include \"names.h\"\nint use = first;\n";
    for (int i = 0; i < wrong; ++i)
      out += "int x" + std::to_string(i) + " = missing" + std::to_string(i) + ";\n";
    return out;
  };
  const std::string uri = project.write("a.cc", text(0));
  Client client(server_profile("clangd"), project.root.string());
  client.open_document(uri, text(3));
  EXPECT_EQ(errors_of(client, uri), 3);
  for (int i = 0; i < 12; ++i) {
    client.change_document(uri, text(i % 5));
    client.change_document(uri, text(i % 4));
    EXPECT_EQ(errors_of(client, uri), i % 4);
  }
  // Another file changes on disk under the open document.
  client.change_document(uri, text(1));
  EXPECT_EQ(errors_of(client, uri), 1);
  project.write("names.h", "int second;\n");
  client.files_changed({header});
  EXPECT_EQ(errors_of(client, uri), 2);
  fs::remove(project.root / "names.h");
  client.files_changed({header});
  const FileDiagnostics gone = diagnostics_of(client, {uri}, kPatience).at(0);
  EXPECT_TRUE(count_diagnostics(gone.items, client.profile()).fatal) << gone.items;
}

TEST(Pyright, FactsOfASmallProject) {
  NEEDS("pyright");
  const Project project;
  const std::string add_uri = project.write("add.py", "def add(a: int, b: int) -> int:\n    return a + b\n");
  const std::string text = "from add import add\n\nx: int = add(1, 2)\n";
  const std::string uri = project.write("main.py", text);
  project.write("pyrightconfig.json", "{\"typeCheckingMode\": \"standard\"}");
  Client client(server_profile("pyright"), project.root.string());
  client.open_document(uri, text);
  EXPECT_EQ(errors_of(client, uri), 0);
  EXPECT_EQ(client.server_info().at("version"), "1.1.407");
  const Json definition = client.request("textDocument/definition", at(uri, 2, 10));
  ASSERT_EQ(definition.size(), 1u) << definition;
  EXPECT_EQ(path_of_uri(definition.at(0).at("uri").get<std::string>()), path_of_uri(add_uri));
  Json wanted = at(uri, 2, 10);
  wanted["context"] = {{"includeDeclaration", true}};
  EXPECT_EQ(client.request("textDocument/references", wanted).size(), 3u);
  EXPECT_NE(client.request("textDocument/hover", at(uri, 2, 10)).dump().find("def add("), std::string::npos);
  EXPECT_EQ(client.request("textDocument/documentSymbol", {{"textDocument", {{"uri", uri}}}}).size(), 1u);
  EXPECT_FALSE(client.request("textDocument/prepareRename", at(uri, 2, 10)).is_null());
  Json rename = at(uri, 2, 10);
  rename["newName"] = "plus";
  EXPECT_EQ(client.request("textDocument/rename", rename).at("documentChanges").size(), 2u);
}

TEST(Pyright, DiagnosticsAreThoseOfTheLastChange) {
  NEEDS("pyright");
  const Project project;
  const std::string names = project.write("names.py", "first: int = 1\n");
  const auto text = [](int wrong) {
    std::string out = "from names import first\nuse: int = first\n";
    for (int i = 0; i < wrong; ++i) out += "x" + std::to_string(i) + " = missing" + std::to_string(i) + "\n";
    return out;
  };
  const std::string uri = project.write("a.py", text(0));
  Client client(server_profile("pyright"), project.root.string());
  client.open_document(uri, text(3));
  EXPECT_EQ(errors_of(client, uri), 3);
  for (int i = 0; i < 12; ++i) {
    client.change_document(uri, text(i % 5));
    client.change_document(uri, text(i % 4));
    EXPECT_EQ(errors_of(client, uri), i % 4);
  }
  client.change_document(uri, text(1));
  EXPECT_EQ(errors_of(client, uri), 1);
  project.write("names.py", "first: str = ''\n");
  client.files_changed({names});
  EXPECT_EQ(errors_of(client, uri), 2);
  client.change_document(uri, "def broken(:\n");
  const FileDiagnostics broken = diagnostics_of(client, {uri}, kPatience).at(0);
  EXPECT_TRUE(count_diagnostics(broken.items, client.profile()).fatal) << broken.items;
}

}  // namespace
}  // namespace gradus
