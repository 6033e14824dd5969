# howdah_module(NAME USES module... [LINK library...] [TEST_LINK library...])
#
# One folder, one static library `howdah_NAME`: every *.cc but *_test.cc, and every proto/*.proto as
# protobuf-lite code, included as "NAME/proto/file.pb.h". Tests (*_test.cc) become one program
# `NAME_test`, each test case a ctest of its own, with the label NAME.
function(howdah_module name)
  cmake_parse_arguments(arg "" "" "USES;LINK;TEST_LINK" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cc)
  file(GLOB tests CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*_test.cc)
  list(REMOVE_ITEM sources ${tests} "")
  file(GLOB protos CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/proto/*.proto)

  set(library howdah_${name})
  add_library(${library} STATIC ${sources})
  target_include_directories(${library} PUBLIC ${CMAKE_SOURCE_DIR}/src)
  target_link_libraries(${library} PUBLIC Threads::Threads)
  foreach(used ${arg_USES})
    target_link_libraries(${library} PUBLIC howdah_${used})
  endforeach()
  target_link_libraries(${library} PUBLIC ${arg_LINK})
  if(protos)
    howdah_protos(${library} ${protos})
  endif()
  if(NOT sources AND NOT protos)
    message(FATAL_ERROR "module ${name} has no source")
  endif()

  if(tests)
    add_executable(${name}_test ${tests})
    target_link_libraries(${name}_test PRIVATE ${library} GTest::gmock GTest::gtest_main ${arg_TEST_LINK})
    set_target_properties(${name}_test PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
    gtest_discover_tests(${name}_test DISCOVERY_MODE PRE_TEST
      PROPERTIES LABELS ${name} TIMEOUT 120)
  endif()
endfunction()

# Generates src/NAME/proto/x.proto into BUILD/proto/NAME/proto/x.pb.{h,cc} and adds it to the target.
# Generated code is compiled without our warnings.
function(howdah_protos target)
  set(out ${CMAKE_BINARY_DIR}/proto)
  file(MAKE_DIRECTORY ${out})
  foreach(proto ${ARGN})
    file(RELATIVE_PATH relative ${CMAKE_SOURCE_DIR}/src ${proto})
    string(REGEX REPLACE "\\.proto$" "" stem ${relative})
    add_custom_command(
      OUTPUT ${out}/${stem}.pb.cc ${out}/${stem}.pb.h
      COMMAND protobuf::protoc --proto_path=${CMAKE_SOURCE_DIR}/src --cpp_out=lite:${out} ${proto}
      DEPENDS ${proto} VERBATIM)
    set_source_files_properties(${out}/${stem}.pb.cc PROPERTIES COMPILE_OPTIONS "-w")
    target_sources(${target} PRIVATE ${out}/${stem}.pb.cc ${out}/${stem}.pb.h)
  endforeach()
  target_include_directories(${target} SYSTEM PUBLIC ${out})
  target_link_libraries(${target} PUBLIC protobuf::libprotobuf-lite)
endfunction()
include(GoogleTest)
