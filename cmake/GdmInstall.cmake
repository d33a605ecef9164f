# Install rules: headers, the CMake package, the pkg-config file. All of it is text without a path of this machine, so
# the installed folder may be moved.
include(CMakePackageConfigHelpers)
set(_package ${CMAKE_INSTALL_DATADIR}/cmake/gdm)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/gdm DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.hpp")
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/gdm)
install(TARGETS gdm EXPORT gdmTargets)
install(EXPORT gdmTargets NAMESPACE gdm:: DESTINATION ${_package})
configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/gdmConfig.cmake.in ${PROJECT_BINARY_DIR}/gdmConfig.cmake
                              INSTALL_DESTINATION ${_package})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/gdmConfigVersion.cmake COMPATIBILITY SameMinorVersion ARCH_INDEPENDENT)
install(FILES ${PROJECT_BINARY_DIR}/gdmConfig.cmake ${PROJECT_BINARY_DIR}/gdmConfigVersion.cmake
              ${PROJECT_SOURCE_DIR}/cmake/GdmMpi.cmake DESTINATION ${_package})
configure_file(${PROJECT_SOURCE_DIR}/cmake/gdm.pc.in ${PROJECT_BINARY_DIR}/gdm.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/gdm.pc DESTINATION ${CMAKE_INSTALL_DATADIR}/pkgconfig)

if(PROJECT_IS_TOP_LEVEL)
  set(CPACK_PACKAGE_CONTACT "the gdm maintainers")
  set(CPACK_GENERATOR TGZ)
  include(CPack)
endif()
