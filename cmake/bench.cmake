# bench/NAME_bench.cc is one program each, linked with the rooms up to learn. They print; they assert nothing.
file(GLOB benches CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/bench/*_bench.cc)
foreach(source ${benches})
  get_filename_component(name ${source} NAME_WE)
  add_executable(${name} ${source})
  target_link_libraries(${name} PRIVATE gradus_learn)
endforeach()
