// A parameter of a recipe's simulations, set to another value than the recipe's:
//
//   gradus reproduce vilbench --set world.noise=2          # every simulation of the recipe that has it
//   gradus reproduce capo --set judge_panel.wrong=0.1      # those of this name
//
//   const WorldSetting setting = parse_setting("world.noise=2");
//   setting.text();                                        // "world.noise=2"
//
// In a recipe the same names are tables: set.world.noise = 2.
#pragma once

#include <string>
#include <vector>

#include "gradus/base/config.h"

namespace gradus {

struct WorldSetting {
  std::string world;  // "world": all; else the name of a simulation
  std::string parameter;
  Json value;
  Place place;  // of the parameter's table

  std::string text() const;
  bool means(const std::string& simulation) const { return world == "world" || world == simulation; }
};

// "WORLD.PARAMETER=VALUE"; the value is JSON, or a text without quotes.
WorldSetting parse_setting(const std::string& text);

// The settings of a table {WORLD: {PARAMETER: VALUE}}.
std::vector<WorldSetting> read_settings(const Section& table);

// "world.noise=2, world.trap=0"
std::string text_of(const std::vector<WorldSetting>& settings);

}  // namespace gradus
