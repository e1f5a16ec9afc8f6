# gradus_unity(TARGET FILES...): several files of a target as one translation unit, so that headers are parsed once for all of them: a cold build
# then costs a third of the processor time. scripts/unity_groups.py keeps files apart that define the same name.
# Off for the edit loop (preset debug), where one file changes at a time; or for a few rooms: -DGRADUS_SINGLE_FILES="lsp;test_lsp".
option(GRADUS_UNITY "Compile several files as one" ON)
set(GRADUS_SINGLE_FILES "" CACHE STRING "Rooms whose files are compiled one by one all the same")

function(gradus_unity target)
  string(REGEX REPLACE "^gradus_" "" room ${target})
  if(NOT GRADUS_UNITY OR NOT ARGN OR room IN_LIST GRADUS_SINGLE_FILES)
    return()
  endif()
  find_package(Python3 REQUIRED COMPONENTS Interpreter)
  execute_process(COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/../scripts/unity_groups.py 12 ${ARGN}
                  OUTPUT_VARIABLE lines COMMAND_ERROR_IS_FATAL ANY)
  string(REGEX MATCHALL "[^\n]+" lines "${lines}")
  string(REPLACE ";" "|" lines "${lines}")
  string(REGEX MATCHALL "[0-9]+\\|[^|]+" pairs "${lines}")
  foreach(pair ${pairs})
    string(REPLACE "|" ";" pair "${pair}")
    list(GET pair 0 group)
    list(GET pair 1 file)
    set_source_files_properties(${file} PROPERTIES UNITY_GROUP ${target}_${group})
  endforeach()
  set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_MODE GROUP)
endfunction()
