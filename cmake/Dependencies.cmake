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
find_library(XXHASH_ARCHIVE NAMES libxxhash.a REQUIRED)
find_library(JPEG_ARCHIVE NAMES libjpeg.a REQUIRED)
find_library(PNG_ARCHIVE NAMES libpng16.a REQUIRED)
find_library(UTF8PROC_ARCHIVE NAMES libutf8proc.a REQUIRED)
# Arrow exports a utf8proc of its own, of another Unicode version: whole, so that ours is taken
# wherever it stands in the link.
set(HOWDAH_UTF8PROC $<LINK_LIBRARY:WHOLE_ARCHIVE,${UTF8PROC_ARCHIVE}>)
find_library(SENTENCEPIECE_LIBRARY NAMES sentencepiece REQUIRED)
find_library(SENTENCEPIECE_TRAIN_LIBRARY NAMES sentencepiece_train REQUIRED)
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

# Arrow: the libraries of the wheel. Kernels beyond the basic ones live in arrow_compute.
set(HOWDAH_ARROW ${HOWDAH_CACHE}/arrow-26.0.1 CACHE PATH "Arrow: include/ and lib/")
if(EXISTS ${HOWDAH_ARROW}/lib/libarrow.so.2600)
  foreach(name arrow arrow_compute parquet)
    add_library(howdah_${name}_library SHARED IMPORTED)
    set_target_properties(howdah_${name}_library PROPERTIES
      IMPORTED_LOCATION ${HOWDAH_ARROW}/lib/lib${name}.so.2600)
  endforeach()
  add_library(howdah_arrow INTERFACE)
  target_include_directories(howdah_arrow SYSTEM INTERFACE ${HOWDAH_ARROW}/include)
  target_link_options(howdah_arrow INTERFACE -Wl,-rpath-link,${HOWDAH_ARROW}/lib)
  target_link_libraries(howdah_arrow INTERFACE
    howdah_parquet_library howdah_arrow_compute_library howdah_arrow_library)
else()
  message(FATAL_ERROR "Arrow is not in ${HOWDAH_ARROW}: run ./dev setup")
endif()

include(Grpc)
