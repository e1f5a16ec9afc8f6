#include "gradus/lsp/uri.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "gradus/base/error.h"

namespace gradus {
namespace {

TEST(Uri, PathsAndBack) {
  EXPECT_EQ(file_uri("/home/me/a b.cc"), "file:///home/me/a%20b.cc");
  EXPECT_EQ(file_uri("/x/é#?%"), "file:///x/%C3%A9%23%3F%25");
  EXPECT_EQ(path_of_uri("file:///home/me/a%20b.cc"), "/home/me/a b.cc");
  EXPECT_EQ(path_of_uri("file://localhost/a"), "/a");
  EXPECT_EQ(file_uri("c:\\dir\\a b.cc"), "file:///C:/dir/a%20b.cc");
  EXPECT_EQ(path_of_uri("file:///c%3A/dir/x.cc"), "C:/dir/x.cc");
  EXPECT_EQ(path_of_uri(file_uri("/r:x")), "/r:x");
  EXPECT_TRUE(rc::check([](const std::string& tail) {
    RC_PRE(tail.find('\0') == std::string::npos);
    RC_PRE(tail != ":" && !tail.starts_with(":/") && !tail.starts_with(":\\"));  // a drive
    const std::string path = "/r" + tail;
    RC_ASSERT(path_of_uri(file_uri(path)) == path);
  }));
}

TEST(Uri, WhatNamesNoLocalFileIsRefused) {
  for (const char* wrong : {"http://a/b", "file://host/share", "file:///a%0", "file:///a%zz", "file:///a%00b",
                            "file:", "file://", "file:///a?b", "", "untitled:1"}) {
    EXPECT_THROW(path_of_uri(wrong), Error) << wrong;
  }
  EXPECT_THROW(file_uri("relative"), Error);
  EXPECT_THROW(file_uri(""), Error);
}

TEST(Uri, WorkspaceForm) {
  EXPECT_EQ(workspace_uri("file:///w/src/a%2Bb.cc", "/w"), "ws:///src/a%2Bb.cc");
  EXPECT_EQ(workspace_uri("file:///w/a%7Eb%40.py", "/w"), "ws:///a~b%40.py");
  EXPECT_EQ(workspace_uri("file:///work/a.cc", "/w"), "file:///work/a.cc");
  EXPECT_EQ(workspace_uri("file:///usr/include/a%2db.h", "/w"), "file:///usr/include/a-b.h");
  EXPECT_EQ(file_uri_of_workspace("ws:///src/a.cc", "/w x"), "file:///w%20x/src/a.cc");
  EXPECT_EQ(file_uri_of_workspace("file:///a", "/w"), "file:///a");
  EXPECT_EQ(path_in_workspace("/w/a", "/w"), "a");
  EXPECT_EQ(path_in_workspace("/w", "/w"), std::nullopt);
  EXPECT_EQ(path_in_workspace("/wx/a", "/w"), std::nullopt);
}

}  // namespace
}  // namespace gradus
