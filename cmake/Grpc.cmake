# howdah_grpc: gRPC and what it needs, as static libraries: the master starts in milliseconds and a
# container needs none of their sixty shared objects.
find_package(PkgConfig REQUIRED)
pkg_check_modules(GRPC REQUIRED grpc++)
find_program(GRPC_CPP_PLUGIN grpc_cpp_plugin REQUIRED)

set(howdah_grpc_archives)
set(howdah_grpc_system)
foreach(name ${GRPC_STATIC_LIBRARIES})
  if(name MATCHES "^(dl|rt|m|pthread|atomic)$")
    list(APPEND howdah_grpc_system ${name})
  elseif(name MATCHES "^(ssl|crypto|z)$")
    continue()
  else()
    find_library(HOWDAH_ARCHIVE_${name} NAMES lib${name}.a REQUIRED)
    list(APPEND howdah_grpc_archives ${HOWDAH_ARCHIVE_${name}})
  endif()
endforeach()
list(REMOVE_DUPLICATES howdah_grpc_archives)
list(REMOVE_DUPLICATES howdah_grpc_system)
add_library(howdah_grpc INTERFACE)
target_compile_definitions(howdah_grpc INTERFACE GRPC_USE_PROTO_LITE)
target_link_libraries(howdah_grpc INTERFACE
  -Wl,--start-group ${howdah_grpc_archives} -Wl,--end-group
  OpenSSL::SSL OpenSSL::Crypto ZLIB::ZLIB ${howdah_grpc_system})

# Service code of one proto file of this folder, beside its messages.
function(howdah_grpc_protos target)
  set(out ${CMAKE_BINARY_DIR}/proto)
  foreach(proto ${ARGN})
    file(RELATIVE_PATH relative ${CMAKE_SOURCE_DIR}/src ${proto})
    string(REGEX REPLACE "\\.proto$" "" stem ${relative})
    add_custom_command(
      OUTPUT ${out}/${stem}.grpc.pb.cc ${out}/${stem}.grpc.pb.h
      COMMAND protobuf::protoc --proto_path=${CMAKE_SOURCE_DIR}/src --grpc_out=${out}
              --plugin=protoc-gen-grpc=${GRPC_CPP_PLUGIN} ${proto}
      DEPENDS ${proto} VERBATIM)
    set_source_files_properties(${out}/${stem}.grpc.pb.cc PROPERTIES COMPILE_OPTIONS "-w")
    target_sources(${target} PRIVATE ${out}/${stem}.grpc.pb.cc ${out}/${stem}.grpc.pb.h)
  endforeach()
endfunction()
