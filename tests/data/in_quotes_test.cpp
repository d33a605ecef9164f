#include <doctest/doctest.h>

#include <string>

#include <gdm/data/in_quotes.hpp>

TEST_CASE("in_quotes: shows plain text as it is and nothing that a terminal would obey") {
  CHECK(gdm::in_quotes("weights.0 = 1,5") == "\"weights.0 = 1,5\"");
  CHECK(gdm::in_quotes("") == "\"\"");
  CHECK(gdm::in_quotes("a\x1b[2J\n\x7f\xc3\xa9\"\\") == R"("a\x1b[2J\x0a\x7f\xc3\xa9\x22\x5c")");
  CHECK(gdm::in_quotes(std::string_view("\0x", 2)) == R"("\x00x")");
}

TEST_CASE("in_quotes: cuts long text and says so") {
  CHECK(gdm::in_quotes(std::string(48, 'x')) == '"' + std::string(48, 'x') + '"');
  CHECK(gdm::in_quotes(std::string(49, 'x')) == '"' + std::string(48, 'x') + "\"..");
  CHECK(gdm::in_quotes("abcdef", 2) == "\"ab\"..");
}
