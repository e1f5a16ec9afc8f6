#include "gradus/study/world_setting.h"

namespace gradus {

std::string WorldSetting::text() const {
  return world + "." + parameter + "=" + (value.is_string() ? value.get<std::string>() : value.dump());
}

WorldSetting parse_setting(const std::string& text) {
  const size_t equals = text.find('='), dot = text.find('.');
  if (equals == std::string::npos || dot == std::string::npos || dot == 0 || dot + 1 >= equals ||
      equals + 1 == text.size()) {
    throw Error::input("this sets no parameter")
        .field("--set")
        .found(text)
        .expected("WORLD.PARAMETER=VALUE, for instance world.noise=2");
  }
  WorldSetting out{text.substr(0, dot), text.substr(dot + 1, equals - dot - 1), {}, {}};
  const std::string value = text.substr(equals + 1);
  out.value = Json::parse(value, nullptr, false);
  if (out.value.is_discarded()) out.value = value;
  out.place.path = "--set " + out.world;
  return out;
}

std::vector<WorldSetting> read_settings(const Section& table) {
  std::vector<WorldSetting> out;
  for (const auto& [world, unused] : table.json().items()) {
    const Section parameters = table.section(world);
    for (const auto& [parameter, value] : parameters.rest({}).items()) {
      out.push_back({world, parameter, value, parameters.place()});
    }
  }
  return out;
}

std::string text_of(const std::vector<WorldSetting>& settings) {
  std::string out;
  for (const WorldSetting& setting : settings) out += (out.empty() ? "" : ", ") + setting.text();
  return out;
}

}  // namespace gradus
