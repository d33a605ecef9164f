// SPDX-License-Identifier: MIT
#include <gdm/problem/variant_name.hpp>

#include <doctest/doctest.h>

namespace {
constexpr std::string_view base = "noma_uav";
constexpr std::string_view empty = "";
constexpr std::string_view units = "_db";
}  // namespace

TEST_CASE("a variant's name is its parts in order, known to the compiler") {
  static_assert(gdm::VariantName<base, empty, units>::value == "noma_uav_db");
  static_assert(gdm::VariantName<base>::value == base);
  static_assert(gdm::VariantName<empty>::value.empty());
  static_assert(gdm::DecimalName<0>::value == "0" && gdm::DecimalName<1050>::value == "1050");
  static_assert(gdm::VariantName<base, gdm::DecimalName<7>::value>::value == "noma_uav7");
  CHECK(gdm::VariantName<base, units, empty>::value.data()[11] == '\0');
}
