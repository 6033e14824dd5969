# Libraries that Howdah links. Debian's come by name; libtorch from the cache that `./dev setup` fills.
# Linked statically where an archive exists, so that `howdah` needs little more than libc.
set(OPENSSL_USE_STATIC_LIBS ON)
set(Protobuf_USE_STATIC_LIBS ON)
set(ZLIB_USE_STATIC_LIBS ON)
find_package(Threads REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(ZLIB REQUIRED)
find_package(Protobuf REQUIRED)
find_package(GTest REQUIRED)
find_package(fmt REQUIRED)
find_library(YAML_CPP_ARCHIVE NAMES libyaml-cpp.a REQUIRED)
find_package(CLI11 REQUIRED)
find_package(nlohmann_json REQUIRED)

# libtorch: the CPU half of the wheel. `libtorch_cpu.so` and `libc10.so` only: `libtorch.so` would
# pull in two gigabytes of CUDA.
if(DEFINED ENV{HOWDAH_CACHE})
  set(howdah_cache_default $ENV{HOWDAH_CACHE})
elseif(DEFINED ENV{XDG_CACHE_HOME})
  set(howdah_cache_default $ENV{XDG_CACHE_HOME}/howdah)
else()
  set(howdah_cache_default $ENV{HOME}/.cache/howdah)
endif()
set(HOWDAH_CACHE ${howdah_cache_default} CACHE PATH "downloads of ./dev setup")
set(HOWDAH_TORCH ${HOWDAH_CACHE}/libtorch-2.15.0 CACHE PATH "libtorch: include/ and lib/")

if(EXISTS ${HOWDAH_TORCH}/lib/libtorch_cpu.so)
  foreach(name c10 torch_cpu)
    add_library(howdah_${name} SHARED IMPORTED)
    set_target_properties(howdah_${name} PROPERTIES
      IMPORTED_LOCATION ${HOWDAH_TORCH}/lib/lib${name}.so IMPORTED_NO_SONAME ON)
  endforeach()
  add_library(howdah_torch INTERFACE)
  target_include_directories(howdah_torch SYSTEM INTERFACE
    ${HOWDAH_TORCH}/include ${HOWDAH_TORCH}/include/torch/csrc/api/include)
  target_link_options(howdah_torch INTERFACE
    -Wl,--no-as-needed -Wl,-rpath-link,${HOWDAH_TORCH}/lib)
  target_link_libraries(howdah_torch INTERFACE howdah_torch_cpu howdah_c10)
else()
  message(FATAL_ERROR "libtorch is not in ${HOWDAH_TORCH}: run ./dev setup")
endif()

include(Grpc)
