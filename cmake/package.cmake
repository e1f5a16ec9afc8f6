# `make package` (cpack -G DEB): gradus, the command, and gradus-dev, the library for C++. Not the training library for CUDA: it needs the libtorch
# that it was built with, and Debian's has no CUDA.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME gradus)
set(CPACK_PACKAGE_CONTACT "The Gradus authors <gradus@localhost>")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_ALL command development)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION science)
set(CPACK_COMPONENT_COMMAND_DESCRIPTION "process rewards for the steps of rollouts
Gives every step of a rollout a reward, trains with and without it, and shows
what it bought, with paired seeds and intervals.")
set(CPACK_DEBIAN_COMMAND_PACKAGE_NAME gradus)
set(CPACK_DEBIAN_COMMAND_PACKAGE_SHLIBDEPS ON)
# Loaded by name, so that dpkg-shlibdeps does not see it.
string(REGEX REPLACE "^libclang-([0-9]+)\\..*" "libclang1-\\1" libclang_package ${LIBCLANG_NAME})
set(CPACK_DEBIAN_COMMAND_PACKAGE_DEPENDS ${libclang_package})
set(CPACK_DEBIAN_COMMAND_PACKAGE_RECOMMENDS clang-tidy)
set(CPACK_DEBIAN_COMMAND_PACKAGE_SUGGESTS "clangd, git")
set(CPACK_COMPONENT_DEVELOPMENT_DESCRIPTION "process rewards for the steps of rollouts (C++ library)
Headers and static library of gradus, for CMake (gradus::gradus) and pkg-config.")
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_NAME gradus-dev)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS
    "gradus (= ${PROJECT_VERSION}), libfmt-dev, nlohmann-json3-dev, libtomlplusplus-dev, libsimdjson-dev, libssl-dev, libsqlite3-dev, libgmp-dev")
include(CPack)
