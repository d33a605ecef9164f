#include <doctest/doctest.h>

#include <string>

#include <gdm/data/text_reader.hpp>

namespace {

gdm::TextReader reader_of(std::string_view text) { return {text, "file f", " \n", "Do better"}; }

}  // namespace

TEST_CASE("TextReader: skips the blanks it was given and no others") {
  gdm::TextReader reader = reader_of(" \n a\tb");
  CHECK(reader.accept("a"));
  CHECK_FALSE(reader.accept("b"));
  CHECK(reader.rest() == "\tb");
  CHECK_FALSE(reader.accept("\tbc"));
  CHECK(reader.accept("\tb"));
  reader.finish();
  CHECK_FALSE(reader.accept("x"));
}

TEST_CASE("TextReader: integers from the smallest to the largest, and nothing else") {
  CHECK(reader_of("0").integer() == 0);
  CHECK(reader_of(" 7x").integer() == 7);
  CHECK(reader_of("18446744073709551615").integer() == UINT64_MAX);
  for (const char* const wrong : {"", " ", "x", "-1", "+1", "00", "01", "18446744073709551616", "18446744073709551620",
                                  "28446744073709551615", "184467440737095516150", "99999999999999999999999"}) {
    CAPTURE(wrong);
    CHECK_THROWS_AS((void)reader_of(wrong).integer(), gdm::Error);
  }
}

TEST_CASE("TextReader: a complaint names place, byte, what stands there and what to do") {
  gdm::TextReader reader = reader_of("ab \x01");
  reader.expect("ab");
  CHECK_THROWS_WITH_AS(reader.expect("cd"),
                       "gdm: file f: byte 3 of the header: \"\\x01\" where 'cd' should be. Do better. [GDM-R402]",
                       gdm::Error);
  CHECK_THROWS_WITH_AS(reader.finish(), doctest::Contains("byte 3 of the header: more after the end"), gdm::Error);
  reader.set_where("file g");
  reader.skip(1);
  CHECK_THROWS_WITH_AS(reader.expect("cd"), doctest::Contains("file g: byte 4 of the header: the end where"),
                       gdm::Error);
  CHECK_THROWS_WITH_AS(reader.fail("a thing", "Do that"), doctest::Contains("a thing. Do that."), gdm::Error);
}
