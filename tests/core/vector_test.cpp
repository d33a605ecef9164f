// SPDX-License-Identifier: MIT
#include <gdm/core/vector.hpp>

#include <doctest/doctest.h>

#include <locale>
#include <string>

TEST_CASE("the relative gap, and what it is where the optimum is zero") {
  using gdm::relative_gap, gdm::Sense;
  CHECK(relative_gap(Sense::maximize, 3, 4) == 0.25);
  CHECK(relative_gap(Sense::minimize, 5, 4) == 0.25);
  CHECK(relative_gap(Sense::minimize, -3, -4) == 0.25);
  CHECK(relative_gap(Sense::minimize, 0, 0) == 0);
  CHECK(relative_gap(Sense::maximize, 0, 0) == 0);
  CHECK(relative_gap(Sense::minimize, 0.125, 0) == 0.125);
  CHECK(relative_gap(Sense::maximize, -0.125, -0.0) == 0.125);
}

TEST_CASE("numbers in messages are written as in C++, whatever the program's locale") {
  struct Comma : std::numpunct<char> {
    char do_decimal_point() const override { return ','; }
    char do_thousands_sep() const override { return '.'; }
    std::string do_grouping() const override { return "\3"; }
  };
  const std::locale before = std::locale::global(std::locale(std::locale::classic(), new Comma));
  const std::string text = gdm::to_text(1234567.5), small = gdm::to_text(0.25);
  std::locale::global(before);
  CHECK(text == "1234567.5");
  CHECK(small == "0.25");
}
