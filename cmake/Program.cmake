# howdah_program(TARGET): a program of the relocatable runtime. It lies in BUILD/bin, finds its
# libraries in ../lib, and takes them there after linking: everything but the C library's own.
function(howdah_program target)
  set_target_properties(${target} PROPERTIES
    BUILD_WITH_INSTALL_RPATH ON INSTALL_RPATH $ORIGIN/../lib)
  target_link_options(${target} PRIVATE
    -Wl,--exclude-libs,ALL $<$<CONFIG:Release>:-s>)
  howdah_stage_libraries(${target})
endfunction()

function(howdah_stage_libraries target)
  add_custom_command(TARGET ${target} POST_BUILD
    COMMAND ${CMAKE_COMMAND} -E env LD_LIBRARY_PATH=${HOWDAH_TORCH}/lib:${HOWDAH_ARROW}/lib
            ${CMAKE_SOURCE_DIR}/cmake/stage_libraries.sh $<TARGET_FILE:${target}> ${CMAKE_BINARY_DIR}/lib
    VERBATIM)
endfunction()
