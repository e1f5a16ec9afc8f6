# What `cmake --install` puts under the prefix. All paths are relative and the command finds its parts from where it lies, so that the tree
# can be moved (gradus/base/program_part.h):
#   bin/gradus
#   lib/gradus/{gradus-jail,gradus-clang,gradus-cuda.so}
#   lib/libgradus.a, include/gradus, lib/cmake/gradus, lib/pkgconfig/gradus.pc      (component development)
#   share/gradus/{studies,recipes,methods,servers}, share/man, share/bash-completion, share/doc/gradus
set(parts lib/gradus)
install(TARGETS gradus RUNTIME DESTINATION bin COMPONENT command)
install(TARGETS gradus-jail gradus-clang RUNTIME DESTINATION ${parts} COMPONENT command)
if(TARGET gradus_cuda)
  # A libtorch for CUDA is rarely where the loader looks by itself.
  set_target_properties(gradus_cuda PROPERTIES INSTALL_RPATH_USE_LINK_PATH ON)
  install(TARGETS gradus_cuda LIBRARY DESTINATION ${parts} COMPONENT training)
endif()
install(DIRECTORY studies recipes methods DESTINATION share/gradus COMPONENT command FILES_MATCHING PATTERN "*.toml")
install(FILES servers/package.json servers/package-lock.json DESTINATION share/gradus/servers COMPONENT command)
install(DIRECTORY servers/ DESTINATION share/gradus/servers COMPONENT command FILES_MATCHING PATTERN "*.toml"
        PATTERN node_modules EXCLUDE)
install(FILES README.md CHANGELOG.md LICENSE DESTINATION share/doc/gradus COMPONENT command)

# Manual pages and shell completion, out of the command's own help.
find_package(Python3 REQUIRED COMPONENTS Interpreter)
set(shell_files ${PROJECT_BINARY_DIR}/shell)
add_custom_command(OUTPUT ${shell_files}/completions/gradus
                   COMMAND Python3::Interpreter ${PROJECT_SOURCE_DIR}/scripts/make_shell_files.py $<TARGET_FILE:gradus> ${shell_files}
                   DEPENDS gradus scripts/make_shell_files.py scripts/make_command_docs.py VERBATIM)
add_custom_target(gradus_shell_files ALL DEPENDS ${shell_files}/completions/gradus)
install(DIRECTORY ${shell_files}/man1 DESTINATION share/man COMPONENT command)
install(FILES ${shell_files}/completions/gradus DESTINATION share/bash-completion/completions COMPONENT command)

# One library of the rooms that programs of other people use. Printing, checking and the command are not among them.
set(objects)
set(headers)
foreach(room ${GRADUS_ROOMS})
  if(room MATCHES "^(verify|report|cli|model/torch)$")
    continue()
  endif()
  list(APPEND objects $<TARGET_OBJECTS:gradus_${room}>)
  install(DIRECTORY gradus/${room} DESTINATION include/gradus COMPONENT development FILES_MATCHING PATTERN "*.h"
          REGEX "/(jail|clang|torch|schemas)$" EXCLUDE)
endforeach()
add_library(gradus_library STATIC ${objects})
set_target_properties(gradus_library PROPERTIES OUTPUT_NAME gradus EXPORT_NAME gradus LINKER_LANGUAGE CXX)
target_compile_features(gradus_library INTERFACE cxx_std_20)
target_link_libraries(gradus_library INTERFACE fmt::fmt nlohmann_json::nlohmann_json tomlplusplus::tomlplusplus simdjson::simdjson
                      OpenSSL::Crypto SQLite::SQLite3 Threads::Threads gmpxx gmp ${CMAKE_DL_LIBS})
install(TARGETS gradus_library EXPORT gradus-targets ARCHIVE DESTINATION lib COMPONENT development INCLUDES DESTINATION include)
install(EXPORT gradus-targets NAMESPACE gradus:: DESTINATION lib/cmake/gradus COMPONENT development)

include(CMakePackageConfigHelpers)
configure_package_config_file(cmake/gradus-config.cmake.in ${PROJECT_BINARY_DIR}/package/gradus-config.cmake
                              INSTALL_DESTINATION lib/cmake/gradus)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/package/gradus-config-version.cmake COMPATIBILITY SameMinorVersion)
configure_file(cmake/gradus.pc.in ${PROJECT_BINARY_DIR}/package/gradus.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/package/gradus-config.cmake ${PROJECT_BINARY_DIR}/package/gradus-config-version.cmake
        DESTINATION lib/cmake/gradus COMPONENT development)
install(FILES ${PROJECT_BINARY_DIR}/package/gradus.pc DESTINATION lib/pkgconfig COMPONENT development)

# Everything that an installation copies, without the tests.
add_custom_target(installed DEPENDS gradus gradus-jail gradus-clang gradus_library gradus_shell_files)
if(TARGET gradus_cuda)
  add_dependencies(installed gradus_cuda)
endif()
