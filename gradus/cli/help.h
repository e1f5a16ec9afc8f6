// The text of --help, in lines that fit a terminal.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace gradus {

class HelpFormatter : public CLI::Formatter {
 public:
  std::string make_help(const CLI::App* app, std::string name, CLI::AppFormatMode mode) const override;
};

}  // namespace gradus
