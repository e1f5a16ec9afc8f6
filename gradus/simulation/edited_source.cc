#include "gradus/simulation/edited_source.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>

#include "gradus/base/error.h"

namespace gradus {

namespace {

constexpr size_t kNone = static_cast<size_t>(-1);
constexpr std::array<const char*, 2> kClasses = {"Store", "Reader"};
constexpr std::array<const char*, 4> kMethods = {"open", "close", "size_of", "merge"};
constexpr std::array<const char*, 8> kFunctions = {"parse_head", "load_table", "count_rows", "trim_tail",
                                                   "find_first", "sum_pairs",  "mix_bits",   "split_at"};

}  // namespace

EditedSource::EditedSource(SourceLanguage language, Stream& random) : language_(language) {
  const auto add = [&](int container, const char* name) {
    Function function{.id = functions_.size(), .container = container, .name = name};
    function.calls = 2 * kMethods.size() + random.below(kFunctions.size());
    function.constant = static_cast<int>(100 * function.id + random.below(100));
    functions_.push_back(std::move(function));
  };
  for (int container = 0; container < 2; ++container) {
    for (const char* method : kMethods) add(container, method);
  }
  for (const char* name : kFunctions) add(-1, name);
}

size_t EditedSource::pick(Stream& random) const {
  return functions_[random.below(functions_.size())].id;
}

size_t EditedSource::called() const {
  return functions_.front().calls;
}

const EditedSource::Function& EditedSource::at(size_t id) const {
  const auto found =
      std::find_if(functions_.begin(), functions_.end(), [&](const Function& one) { return one.id == id; });
  require(found != functions_.end(), "no such function in an edited source");
  return *found;
}

std::string EditedSource::comment(Stream& random) const {
  return fmt::format("{} note {}", language_ == SourceLanguage::python ? "#" : "//", random.below(1000));
}

void EditedSource::insert(Stream& random) {
  Function& place = functions_[random.below(functions_.size())];
  for (uint64_t i = 0, count = 1 + random.below(6); i < count; ++i) {
    if (random.chance(0.4)) {
      place.above.push_back(comment(random));
    } else if (random.chance(0.4)) {
      place.above.push_back("");
    } else {
      place.body.push_back(fmt::format("total += {}", random.below(1000)));
    }
  }
}

// To another place among its siblings.
void EditedSource::move(Stream& random) {
  const size_t from = random.below(functions_.size());
  std::vector<size_t> siblings;
  for (size_t i = 0; i < functions_.size(); ++i) {
    if (i != from && functions_[i].container == functions_[from].container) siblings.push_back(i);
  }
  const size_t to = siblings[random.below(siblings.size())];
  const auto begin = functions_.begin();
  const auto first = static_cast<ptrdiff_t>(std::min(from, to)),
             last = static_cast<ptrdiff_t>(std::max(from, to));
  if (from < to) {
    std::rotate(begin + first, begin + first + 1, begin + last + 1);
  } else {
    std::rotate(begin + first, begin + last, begin + last + 1);
  }
}

void EditedSource::rename(size_t target, Stream& random) {
  Function& function = functions_[random.below(functions_.size())];
  if (function.id != target) function.name = fmt::format("{}_{}", function.name, ++renamed_);
}

void EditedSource::edit(size_t target, Stream& random) {
  switch (random.below(3)) {
    case 0:
      return insert(random);
    case 1:
      return move(random);
    default:
      return rename(target, random);
  }
}

void EditedSource::add_function(const Function& function, std::vector<Line>& out) const {
  const bool python = language_ == SourceLanguage::python, method = function.container >= 0;
  const std::string indent = method ? (python ? "    " : "  ") : "",
                    inner = indent + (python ? "    " : "  ");
  const char* end = python ? "" : ";";
  for (const std::string& line : function.above) out.push_back({line.empty() ? "" : indent + line, kNone});
  const std::string head =
      python ? fmt::format("def {}({}value: int) -> int:", function.name, method ? "self, " : "")
             : fmt::format("int {}(int value) {{", function.name);
  out.push_back({indent + head, function.id});
  out.push_back({fmt::format("{}{}total = {}(value) + {}{}", inner, python ? "" : "int ",
                             at(function.calls).name, function.constant, end),
                 kNone});
  for (const std::string& line : function.body) out.push_back({inner + line + end, kNone});
  out.push_back({inner + "return total" + end, kNone});
  if (!python) out.push_back({indent + "}", kNone});
  out.push_back({"", kNone});
}

std::vector<EditedSource::Line> EditedSource::lines() const {
  const bool python = language_ == SourceLanguage::python;
  std::vector<Line> out;
  if (!python) out.push_back({"namespace tools {", kNone});
  for (int container = 0; container < 2; ++container) {
    const char* name = kClasses[static_cast<size_t>(container)];
    out.push_back({python ? fmt::format("class {}:", name) : fmt::format("struct {} {{", name), kNone});
    for (const Function& function : functions_) {
      if (function.container == container) add_function(function, out);
    }
    if (!python) out.push_back({"};", kNone});
    out.push_back({"", kNone});
  }
  for (const Function& function : functions_) {
    if (function.container < 0) add_function(function, out);
  }
  if (!python) out.push_back({"}", kNone});
  return out;
}

std::string EditedSource::text() const {
  std::string out;
  for (const Line& line : lines()) out += line.text + "\n";
  return out;
}

int64_t EditedSource::line_of(size_t function) const {
  const std::vector<Line> all = lines();
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const Line& line) { return line.function == function; });
  return found - all.begin();
}

std::string EditedSource::first_lines_of(size_t function) const {
  const std::vector<Line> all = lines();
  const auto line = static_cast<size_t>(line_of(function));
  const std::string& head = all[line].text;
  return head.substr(head.find_first_not_of(' ')) + "\n" + all[line + 1].text;
}

std::string EditedSource::name_of(size_t function) const {
  return at(function).name;
}

std::string EditedSource::container_of(size_t function) const {
  const int container = at(function).container;
  return container < 0 ? "" : kClasses[static_cast<size_t>(container)];
}

}  // namespace gradus
