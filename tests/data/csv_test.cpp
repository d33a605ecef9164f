#include <doctest/doctest.h>

#include <bit>
#include <cstdio>
#include <limits>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include <sys/stat.h>

#include <gdm/data/csv.hpp>

#include "temporary_folder.hpp"

using gdm::CsvHeader;
using gdm::CsvOptions;
using gdm::parse_csv;
using gdm_test::TemporaryFolder;
using Table = xt::xtensor<double, 2>;

namespace {

/// Equal bit for bit, so that -0 and 0 differ.
bool same(const Table& a, const Table& b) {
  return a.shape() == b.shape() && std::equal(a.begin(), a.end(), b.begin(), [](double x, double y) {
           return std::bit_cast<std::uint64_t>(x) == std::bit_cast<std::uint64_t>(y);
         });
}

std::string complaint(std::string_view text, gdm::Errc code = gdm::Errc::file_format, const CsvOptions& options = {}) {
  try {
    (void)parse_csv(text, "table", options);
  } catch (const gdm::Error& error) {
    CHECK(error.code() == code);
    return error.what();
  }
  return {};
}

bool says(const std::string& message, std::string_view part) { return message.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("parse_csv: rows of numbers in every spelling that is allowed") {
  const Table expected = {{1, -2.5, 3e-300}, {0.1, 40, 5e3}};
  for (const char* const text :
       {"1,-2.5,3e-300\n0.1,40,5e3\n", "1,-2.5,3e-300\n0.1,40,5e3", "1,-2.5,3e-300\r\n0.1,40,5e3\r\n",
        "1,-2.5,3e-300\r\n0.1,40,5e3", " 1 ,\t-2.5, 3e-300 \n.1,40.,5E+3 ", "+1,-2.50,+3.0e-300\n1e-1,0040,5000\n",
        "\xEF\xBB\xBF"
        "1,-2.5,3e-300\n0.1,40,5e3\n"}) {
    CAPTURE(text);
    CHECK(same(parse_csv(text, "table"), expected));
  }
  CHECK(same(parse_csv("7", "table"), Table{{7.0}}));
  CHECK(same(parse_csv("7\n8\n", "table"), Table{{7.0}, {8.0}}));
  CHECK(same(parse_csv("7;8", "table", {.separator = ';'}), Table{{7.0, 8.0}}));
  CHECK(same(parse_csv("7\t8", "table", {.separator = '\t'}), Table{{7.0, 8.0}}));
}

TEST_CASE("parse_csv: the first line as a header") {
  const Table numbers = {{1.0, 2.0}};
  CHECK(same(parse_csv("g,p\n1,2\n", "table", {.header = CsvHeader::present}), numbers));
  CHECK(same(parse_csv("3,4\n1,2\n", "table", {.header = CsvHeader::present}), numbers));
  CHECK(same(parse_csv("g,p\r\n1,2\r\n", "table", {.header = CsvHeader::detect}), numbers));
  CHECK(same(parse_csv("g 1, p 2\n1,2\n", "table", {.header = CsvHeader::detect}), numbers));
  CHECK(same(parse_csv("1,2\n", "table", {.header = CsvHeader::detect}), numbers));
  // A first row that is only damaged must not vanish as if it were a header.
  const CsvOptions detect{.header = CsvHeader::detect};
  CHECK(says(complaint("1,x\n1,2\n", gdm::Errc::file_format, detect), "table, line 1, column 2: \"x\""));
  CHECK(says(complaint("x,1\n1,2\n", gdm::Errc::file_format, detect), "table, line 1, column 1: \"x\""));
  CHECK(says(complaint("1e999,1\n1,2\n", gdm::Errc::file_format, detect), "table, line 1, column 1: \"1e999\""));
  CHECK(says(complaint("nan,inf\n1,2\n", gdm::Errc::file_format, detect), "table, line 1, column 1: \"nan\""));
  CHECK(says(complaint("1x,2x\n1,2\n", gdm::Errc::file_format, detect), "table, line 1, column 1: \"1x\""));
  CHECK(says(complaint("a,\n1,2\n", gdm::Errc::file_format, detect), "table, line 1, column 1: \"a\""));
  CHECK(says(complaint("a,b\n1,2\n"),
             "if this line names the columns, read it with {.header = gdm::CsvHeader::present}"));
}

TEST_CASE("parse_csv: complex numbers are called so, and are no header") {
  for (const char* field : {"1+2j", " (1.0e+00-2.0e+00j)", "3i", "-0.5J", "(+.5e-3+0j)"}) {
    CAPTURE(field);
    for (const CsvHeader header : {CsvHeader::none, CsvHeader::detect}) {
      const std::string said = complaint(std::string(field) + ",1\n1,2\n", gdm::Errc::file_format, {.header = header});
      CHECK(says(said, "table, line 1, column 1: "));
      CHECK(says(said, " is a complex number. Give its real and its imaginary part as two columns"));
    }
  }
  for (const char* field : {"j", "i", "e1j2", "+x3j", "a1j", "ej", "e1j", "+ej"}) {
    CAPTURE(field);
    CHECK(!says(complaint(std::string("1,2\n") + field + ",1\n"), "complex"));
  }
}

TEST_CASE("parse_csv: header and values have one definition of a number, and no first instance is lost") {
  const CsvOptions detect{.header = CsvHeader::detect};
  CHECK(same(parse_csv("+1.2e+00,+7e-1\n1,2\n", "table", detect), Table{{1.2, 0.7}, {1.0, 2.0}}));
  CHECK(same(parse_csv(" .5 , 5. \n", "table", detect), Table{{0.5, 5.0}}));
  for (const char* const line :
       {"NA,NA",     "n/a,n/a",   "-,-",      "--,--",           "?,?",         ".,.",       "null,NULL",
        "None,None", "NaN,nan",   "inf,-inf", "\"1.2\",\"0.7\"", "'1.2','0.7'", "1.2W,0.7W", "1e,2e",
        "0x1,0x2",   "1..2,3..4", "NA,g",     "1,5 2,5",         "++1,++2",     "#N/A,#N/A", "+,+",
        "5 W,7 W"}) {
    CAPTURE(line);
    CHECK(says(complaint(std::string(line) + "\n1,2\n", gdm::Errc::file_format, detect), "table, line 1, column "));
  }
  // Names that begin as numbers do.
  for (const char* const line : {"g_1,info_2", "infinite,nanometre", "nano,Infobahn", "\"g 1\",\"p in W\"", "1st,2nd",
                                 "1_gain,2_gain", "# g,p", "e,E", "|h_1|^2,|h_2|^2", "\xCE\xB1,\xCE\xB2", "x,_"}) {
    CAPTURE(line);
    CHECK(same(parse_csv(std::string(line) + "\n1,2\n", "table", detect), Table{{1.0, 2.0}}));
  }
  // What pandas writes for columns without names might be an instance, too: the caller has to say.
  CHECK(says(complaint("0,1,2,3\n4,5,6,7\n", gdm::Errc::file_format, detect), "it counts its columns, 0 to 3"));
  CHECK(parse_csv("0,1,2,3\n4,5,6,7\n", "table", {.header = CsvHeader::present}).shape(0) == 1);
  CHECK(parse_csv("0,1,2,3\n4,5,6,7\n", "table", {.header = CsvHeader::none}).shape(0) == 2);
  CHECK(parse_csv("0\n1\n", "table", detect).shape(0) == 2);
  CHECK(parse_csv("0,1,2.5\n", "table", detect).shape(0) == 1);
}

TEST_CASE("parse_csv: blank lines at the end are no rows") {
  for (const char* const text : {"1,2\n\n", "1,2\n \n\t\n", "1,2\r\n\r\n", "1,2\n\n\n"})
    CHECK(same(parse_csv(text, "table"), Table{{1.0, 2.0}}));
}

TEST_CASE("CsvParser: a text in pieces is read like the whole, and knows the line of its first row") {
  const std::string text = "g,p\r\n1,2\n-3.25,4e-7\n5,6";
  const Table whole = {{1.0, 2.0}, {-3.25, 4e-7}, {5.0, 6.0}};
  for (std::size_t piece = 1; piece <= text.size(); ++piece) {
    gdm::CsvParser parser("table", {.header = CsvHeader::detect});
    for (std::size_t at = 0; at < text.size(); at += piece) parser.add(std::string_view(text).substr(at, piece));
    CHECK(same(parser.finish(), whole));
    CHECK(parser.first_line() == 2);
  }
  gdm::CsvParser endless("table", {});
  const std::string ones(1 << 20, '1');
  const auto feed = [&] {
    for (int i = 0; i < 100; ++i) endless.add(ones);
  };
  CHECK_THROWS_WITH_AS(feed(), doctest::Contains("table, line 1: no line ends within 16777216 bytes"), gdm::Error);
}

TEST_CASE("parse_csv: refuses everything else, by line and column") {
  struct Case {
    std::string text;
    std::string said;
  };
  const std::vector<Case> cases = {
      {"1,2\n3\n", "table, line 2: a row of 1 numbers where 2 are expected"},
      {"1,2\n3,4,5\n", "table, line 2, column 3: a row of more than the expected 2 numbers"},
      {"1,2\n3,\n", "table, line 2, column 2: an empty field"},
      {"1,2\n,3\n", "table, line 2, column 1: an empty field"},
      {"1,,2\n", "table, line 1, column 2: an empty field"},
      {"1,2,\n", "table, line 1, column 3: an empty field"},
      {",", "table, line 1, column 1: an empty field"},
      {" ", "table, line 1, column 1: an empty field"},
      {"\n", "table, line 1, column 1: an empty field"},
      {"\r\n", "table, line 1, column 1: an empty field"},
      {"1,2\n\n3,4\n", "table, line 2, column 1: an empty field"},
      {"1,2\n3,4\n \n\n5,6\n", "table, line 3, column 1: an empty field"},
      {"1,2\n3,x\n", "table, line 2, column 2: \"x\" is not a number"},
      {"1,2x\n", "table, line 1, column 2: \"2x\" is not a number"},
      {"1 2\n", "table, line 1, column 1: \"1 2\" is not a number; spaces seem to separate the columns"},
      {"1\t2\n", "\"1\\x092\" is not a number; tabs seem to separate the columns. Separate them by commas"},
      {"1,0x10\n", "\"0x10\" is not a number"},
      {"1,\"2\"\n", "\"\\x222\\x22\" is not a number"},
      {"1,++2\n", "\"++2\" is not a number"},
      {"1,+-2\n", "\"+-2\" is not a number"},
      {"1,+\n", "\"+\" is not a number"},
      {"1,-\n", "\"-\" is not a number"},
      {"1,.\n", "\".\" is not a number"},
      {"1,1e\n", "\"1e\" is not a number"},
      {"1,e5\n", "\"e5\" is not a number"},
      {"1;2\n", "\"1;2\" is not a number; semicolons seem to separate"},
      {"0,7;1,9;10\n", "column 2: \"7;1\" is not a number; semicolons"},
      {"1\r2\n", "\"1\\x0d2\" is not a number"},
      {std::string("1,2\0\n", 5), "\"2\\x00\" is not a number"},
      {"1,2\n3,4\n# the end\n", "table, line 3, column 1: \"# the end\" is not a number"},
      {"\xFF\xFE"
       "1,2\n",
       "table: this is text in UTF-16. Save it as UTF-8"},
      {std::string("1\0,\0002\0\n\0", 8), "table: this is text in UTF-16, or no text at all"},
      {std::string(3, '\0') + "\n", "table: it begins with bytes of zero: this is no text"},
      {"<!DOCTYPE html>\n<html>\n", "table: this is a web page (HTML)"},
      {"version https://git-lfs.github.com/spec/v1\n", "table: this is the pointer that Git LFS leaves"},
      {"PK\x03\x04 a zip archive", "table: this is a ZIP archive, as numpy.savez (.npz)"},
      {"1\n\xEF\xBB\xBF"
       "2\n",
       "table, line 2, column 1: "},
      {"1,nan\n", "\"nan\" is not a finite number"},
      {"1,-NaN\n", "\"-NaN\" is not a finite number"},
      {"1,inf\n", "\"inf\" is not a finite number"},
      {"1,-Infinity\n", "\"-Infinity\" is not a finite number"},
      {"1,1e999\n", "\"1e999\" is not a finite number"},
      {"1,-1e309\n", "\"-1e309\" is not a finite number"},
      {"1,1e-999\n", "\"1e-999\" is not a finite number"},
      {"1," + std::string(100'000, 'y') + "\n", "yyy\".. is not a number"},
  };
  for (const Case& c : cases) {
    const std::string said = complaint(c.text);
    CAPTURE(c.text.substr(0, 80));
    CAPTURE(said);
    CHECK(says(said, c.said));
    CHECK(said.size() < 300);
  }
  CHECK(says(complaint("", gdm::Errc::empty_data), "table: there are no rows"));
  CHECK(says(complaint("g,p\n", gdm::Errc::empty_data, {.header = CsvHeader::detect}), "table: there are no rows"));
  CHECK(says(complaint("1,2\n", gdm::Errc::empty_data, {.header = CsvHeader::present}), "table: there are no rows"));
}

TEST_CASE("parse_csv: the number of columns that the caller expects") {
  CHECK(parse_csv("1,2,3\n", "table", {.columns = 3}).shape(1) == 3);
  CHECK(
      says(complaint("1,2,3\n", gdm::Errc::file_format, {.columns = 4}), "table, line 1: a row of 3 numbers where 4"));
  CHECK(says(complaint("1,2,3\n", gdm::Errc::file_format, {.columns = 2}),
             "table, line 1, column 3: a row of more than the expected 2"));
}

TEST_CASE("csv_text: every double comes back bit for bit") {
  std::mt19937_64 random(3);
  std::vector<double> values = {0.0,
                                -0.0,
                                5e-324,
                                -5e-324,
                                2.2250738585072014e-308,
                                1.7976931348623157e308,
                                0.1,
                                1e23,
                                9007199254740993.0,
                                123456789.0,
                                1.0 / 3.0,
                                1e-5,
                                1e5,
                                1e21};
  while (values.size() < 30'000) {
    const auto value = std::bit_cast<double>(random());
    if (gdm::has_finite_bits(value)) {
      values.push_back(value);
    }
  }
  Table table;
  table.resize({10'000, 3});
  std::copy(values.begin(), values.end(), table.begin());
  const std::string text = gdm::csv_text(table);
  CHECK(same(parse_csv(text, "table"), table));
  // strtod of the C library as the second opinion
  const char* at = text.c_str();
  bool right = true;
  for (const double value : values) {
    char* end = nullptr;
    right = right && std::bit_cast<std::uint64_t>(std::strtod(at, &end)) == std::bit_cast<std::uint64_t>(value);
    at = end + 1;
  }
  CHECK(right);
  CHECK(*at == '\0');
}

TEST_CASE("csv_text: what it writes, and what it refuses") {
  const Table table = {{1.0, -2.5}, {1e300, 0.1}};
  const std::vector<std::string> names = {"g", "p in W"};
  CHECK(gdm::csv_text(table) == "1,-2.5\n1e+300,0.1\n");
  CHECK(gdm::csv_text(table, names) == "g,p in W\n1,-2.5\n1e+300,0.1\n");
  CHECK(same(parse_csv(gdm::csv_text(table, names), "table", {.header = CsvHeader::detect}), table));
  const auto refused = [](const Table& t, const std::vector<std::string>& header) -> std::string {
    try {
      (void)gdm::csv_text(t, header);
    } catch (const gdm::Error& error) {
      return error.what();
    }
    return {};
  };
  CHECK(says(refused(table, {"g"}), "1 names for 2 columns"));
  for (const char* const name : {"", "a,b", "a\nb", "a\"b", "a\rb"}) {
    CHECK(says(refused(table, {"g", name}), "the column name"));
  }
  CHECK(says(refused(Table{{1.0, std::numeric_limits<double>::quiet_NaN()}}, {}), "row 0, column 1 is nan"));
  CHECK(says(refused(Table{{1.0}, {-std::numeric_limits<double>::infinity()}}, {}), "row 1, column 0 is -inf"));
  CHECK(says(refused(Table(), {}), "the table is empty"));
}

TEST_CASE("read_csv: from a stream as from a text, and a stream that breaks is an error") {
  for (const char* const text : {"1,2\n3,4\n", "1,2\r\n3,4",
                                 "\xEF\xBB\xBF"
                                 "1,2\n3,4"}) {
    std::istringstream in(text);
    CHECK(same(gdm::read_csv(in, "stdin"), Table{{1.0, 2.0}, {3.0, 4.0}}));
  }
  std::istringstream wrong("1,2\n3\n");
  CHECK_THROWS_WITH_AS((void)gdm::read_csv(wrong, "stdin"), doctest::Contains("stdin, line 2: a row of 1"), gdm::Error);
  std::istringstream empty("");
  CHECK_THROWS_WITH_AS((void)gdm::read_csv(empty, "stdin"), doctest::Contains("no rows"), gdm::Error);

  struct Breaking : std::streambuf {  // two good lines, then a failing device
    std::string text = "1,2\n3,4\n";
    Breaking() { setg(text.data(), text.data(), text.data() + text.size()); }
    int_type underflow() override { throw std::runtime_error("gone"); }
  } device;
  std::istream broken(&device);
  try {
    (void)gdm::read_csv(broken, "stdin");
    CHECK(false);
  } catch (const gdm::Error& error) {
    CHECK(error.code() == gdm::Errc::file_io);
  }
  std::istringstream closed("1,2\n");
  closed.setstate(std::ios::failbit);
  CHECK_THROWS_WITH_AS((void)gdm::read_csv(closed, "stdin"), doctest::Contains("could not be read to its end"),
                       gdm::Error);
}

TEST_CASE("write_csv: to a stream and to a file, and a full disk is an error") {
  const Table table = {{1.0, 0.1}, {-3.0, 4e-7}};
  std::ostringstream out;
  gdm::write_csv(out, table);
  CHECK(out.str() == "1,0.1\n-3,4e-07\n");
  out.setstate(std::ios::badbit);
  CHECK_THROWS_WITH_AS(gdm::write_csv(out, table), doctest::Contains("did not take the table"), gdm::Error);
  if (std::ofstream full("/dev/full"); full) {
    CHECK_THROWS_WITH_AS(gdm::write_csv(full, table), doctest::Contains("did not take the table"), gdm::Error);
  }
  const TemporaryFolder folder;
  gdm::write_csv(folder / "table.csv", table, std::vector<std::string>{"a", "b"});
  CHECK(gdm_test::contents(folder / "table.csv") == "a,b\n" + std::string("1,0.1\n-3,4e-07\n"));
  CHECK(same(gdm::read_csv(folder / "table.csv", {.header = CsvHeader::detect}), table));
  CHECK(folder.files() == 1);
  CHECK_THROWS_WITH_AS(gdm::write_csv(folder / "nowhere/table.csv", table), doctest::Contains("nowhere/table.csv"),
                       gdm::Error);
}

TEST_CASE("read_csv: a message names the file, and what is no file is refused") {
  const TemporaryFolder folder;
  gdm_test::put(folder / "table.csv", "1,2\n3,x\n");
  CHECK_THROWS_WITH_AS((void)gdm::read_csv(folder / "table.csv"),
                       doctest::Contains(((folder / "table.csv").string() + ", line 2, column 2: \"x\"").c_str()),
                       gdm::Error);
  REQUIRE(::mkfifo((folder / "pipe").c_str(), 0600) == 0);
  CHECK_THROWS_WITH_AS((void)gdm::read_csv(folder / "pipe"), doctest::Contains("not a regular file"), gdm::Error);
  CHECK_THROWS_WITH_AS((void)gdm::read_csv(folder / "missing"), doctest::Contains("No such file"), gdm::Error);
  // A terabyte of nothing takes neither memory nor time.
  gdm_test::put(folder / "huge.csv", "");
  std::error_code refused;
  std::filesystem::resize_file(folder / "huge.csv", std::uintmax_t{1} << 40U, refused);
  if (!refused) {
    CHECK_THROWS_WITH_AS((void)gdm::read_csv(folder / "huge.csv"), doctest::Contains("begins with bytes of zero"),
                         gdm::Error);
  }
}

#ifdef GDM_SHARED_DIR
TEST_CASE("read_csv: the reference's own tables") {
  const std::filesystem::path data = std::filesystem::path(GDM_SHARED_DIR) / "data/diffsg";
  if (std::filesystem::exists(data)) {
    const Table rates = gdm::read_csv(data / "3c_10w_10000samples.csv", {.columns = 7});
    CHECK(rates.shape(0) == 10'000);
    CHECK(rates(0, 0) == 1.2280000530822153);
    CHECK(gdm::read_csv(data / "3u_18mW_10000samples.csv", {.columns = 12}).shape(0) == 10'000);
    CHECK(gdm::read_csv(data / "3nodes_500samples_ood_sample.csv", {.columns = 22}).shape(0) == 500);
  }
}
#endif
