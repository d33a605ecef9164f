# The target docs: the reference as HTML in <build>/docs/html; a warning fails it.
find_package(Doxygen 1.9 REQUIRED)
configure_file(${PROJECT_SOURCE_DIR}/cmake/Doxyfile.in ${PROJECT_BINARY_DIR}/Doxyfile @ONLY)
add_custom_target(docs COMMAND Doxygen::doxygen ${PROJECT_BINARY_DIR}/Doxyfile WORKING_DIRECTORY ${PROJECT_SOURCE_DIR}
                  COMMENT "Writing docs/html/index.html")
if(GDM_BUILD_TESTS)
  add_test(NAME build.docs COMMAND Doxygen::doxygen ${PROJECT_BINARY_DIR}/Doxyfile)
  set_tests_properties(build.docs PROPERTIES WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
endif()
