# gradus_embed(TARGET NAME FILES...): the text of files inside the binary. Generates "embedded/NAME.h" with
#   std::string_view gradus::NAME(std::string_view file);         // by path from the repository; empty if there is none
#   std::vector<std::string_view> gradus::NAME_files();
# The assembler reads the files themselves, so that nothing has to be quoted.
function(gradus_embed target name)
  set(folder ${PROJECT_BINARY_DIR}/embedded)
  set(assembly ".section .rodata\n")
  set(declarations "")
  set(entries "")
  set(index 0)
  foreach(file ${ARGN})
    set(symbol ${name}_${index})
    file(RELATIVE_PATH path ${PROJECT_SOURCE_DIR} ${file})
    string(APPEND assembly ".global ${symbol}\n.global ${symbol}_end\n${symbol}:\n.incbin \"${file}\"\n${symbol}_end:\n.byte 0\n")
    string(APPEND declarations "extern \"C\" const char ${symbol}[];\nextern \"C\" const char ${symbol}_end[];\n")
    string(APPEND entries "    {\"${path}\", ${symbol}, ${symbol}_end},\n")
    math(EXPR index "${index} + 1")
  endforeach()
  string(APPEND assembly ".section .note.GNU-stack,\"\",@progbits\n")
  file(CONFIGURE OUTPUT ${folder}/${name}.S CONTENT "${assembly}" @ONLY)
  file(CONFIGURE OUTPUT ${folder}/${name}.h CONTENT "#pragma once
#include <string_view>
#include <vector>
namespace gradus {
std::string_view ${name}(std::string_view file);
std::vector<std::string_view> ${name}_files();
}  // namespace gradus
" @ONLY)
  file(CONFIGURE OUTPUT ${folder}/${name}.cc CONTENT "#include \"embedded/${name}.h\"
${declarations}
namespace gradus {
namespace {
struct Entry { std::string_view file; const char* begin; const char* end; };
const Entry kEntries[] = {
${entries}};
}  // namespace
std::string_view ${name}(std::string_view file) {
  for (const Entry& entry : kEntries) {
    if (entry.file == file) return {entry.begin, static_cast<size_t>(entry.end - entry.begin)};
  }
  return {};
}
std::vector<std::string_view> ${name}_files() {
  std::vector<std::string_view> names;
  for (const Entry& entry : kEntries) names.push_back(entry.file);
  return names;
}
}  // namespace gradus
" @ONLY)
  set_source_files_properties(${folder}/${name}.S PROPERTIES OBJECT_DEPENDS "${ARGN}")
  target_sources(${target} PRIVATE ${folder}/${name}.S ${folder}/${name}.cc)
  target_include_directories(${target} PRIVATE ${PROJECT_BINARY_DIR})
endfunction()
