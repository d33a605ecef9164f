#include <doctest/doctest.h>

#include <limits>
#include <random>
#include <string>
#include <vector>

#include <sys/stat.h>

#include <gdm/data/npy.hpp>

#include "failing_file_system.hpp"
#include "temporary_folder.hpp"

using gdm::parse_npy;
using gdm_test::TemporaryFolder;
using Table = xt::xtensor<double, 2>;

namespace {

bool says(const std::string& message, std::string_view part) { return message.find(part) != std::string::npos; }

std::span<const std::byte> bytes_of(std::string_view text) { return std::as_bytes(std::span(text)); }

template <class T>
std::string raw(const std::vector<T>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}

/// An NPY file with the given text of a header, as it stands.
std::string file_of(const std::string& header, const std::string& data, char major = 1) {
  std::string out = std::string("\x93NUMPY") + major + '\0';
  for (std::size_t i = 0; i < (major == 1 ? 2U : 4U); ++i) {
    out += static_cast<char>(header.size() >> (8 * i) & 0xffU);
  }
  return out + header + data;
}

std::string dict(const std::string& shape, const std::string& descr = "<f8", const std::string& order = "False") {
  return "{'descr': '" + descr + "', 'fortran_order': " + order + ", 'shape': " + shape + ", }\n";
}

const std::string six = raw<double>({1, 2, 3, 4, 5, 6});

std::string complaint(std::string_view file, gdm::Errc code = gdm::Errc::file_format) {
  try {
    (void)parse_npy(bytes_of(file), "array");
  } catch (const gdm::Error& error) {
    CHECK(error.code() == code);
    return error.what();
  }
  return {};
}

}  // namespace

TEST_CASE("npy_bytes: the very bytes that numpy.save writes") {
  // np.save(f, np.array([[1.5, -2.0]])), np.save(f, np.array([1, 2, 3], dtype=np.float32)) of NumPy 1.24
  const auto expect = [](const std::vector<std::byte>& got, const std::string& text, const std::string& data) {
    const std::string bytes(reinterpret_cast<const char*>(got.data()), got.size());
    std::string header = text;
    header.resize(117, ' ');
    CHECK(bytes == std::string("\x93NUMPY\x01\x00\x76\x00", 10) + header + '\n' + data);
  };
  expect(gdm::npy_bytes(Table{{1.5, -2.0}}), "{'descr': '<f8', 'fortran_order': False, 'shape': (1, 2), }",
         raw<double>({1.5, -2.0}));
  expect(gdm::npy_bytes(xt::xtensor<float, 1>{1, 2, 3}), "{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }",
         raw<float>({1, 2, 3}));
}

TEST_CASE("npy_bytes: comes back bit for bit, and the data begin at a multiple of 64") {
  std::mt19937_64 random(5);
  for (std::size_t rows = 1; rows < 40; rows += 3) {
    for (const std::size_t columns : {1U, 2U, 100U, 1234567U / 1000}) {
      Table table;
      table.resize({rows, columns});
      for (double& value : table) {
        value = static_cast<double>(random()) * 1e-300;
      }
      const auto bytes = gdm::npy_bytes(table);
      CHECK((bytes.size() - table.size() * 8) % 64 == 0);
      CHECK(parse_npy(bytes) == table);
    }
  }
  const xt::xtensor<float, 3> cube = {{{1, 2}, {3, 4}}, {{5, 6}, {7, 1e-45F}}};
  CHECK(parse_npy<3>(gdm::npy_bytes(cube)) == xt::xtensor<double, 3>(cube));
  const xt::xtensor<double, 1> line = {-0.0, 5e-324};
  CHECK(std::signbit(parse_npy<1>(gdm::npy_bytes(line))(0)));
}

TEST_CASE("npy_bytes: refuses what could not be read back") {
  CHECK_THROWS_WITH_AS((void)gdm::npy_bytes(Table{{1.0, std::numeric_limits<double>::infinity()}}),
                       doctest::Contains("number 1 is inf"), gdm::Error);
  CHECK_THROWS_WITH_AS((void)gdm::npy_bytes(xt::xtensor<float, 1>{std::numeric_limits<float>::quiet_NaN()}),
                       doctest::Contains("number 0 is nan"), gdm::Error);
  CHECK_THROWS_WITH_AS((void)gdm::npy_bytes(Table()), doctest::Contains("without numbers"), gdm::Error);
}

TEST_CASE("parse_npy: versions, types, orders and spellings") {
  const Table expected = {{1.0, 2.0, 3.0}, {4.0, 5.0, 6.0}};
  const Table transposed = {{1.0, 3.0, 5.0}, {2.0, 4.0, 6.0}};
  CHECK(parse_npy(bytes_of(file_of(dict("(2, 3)"), six))) == expected);
  CHECK(parse_npy(bytes_of(file_of(dict("(2, 3)"), six, 2))) == expected);
  CHECK(parse_npy(bytes_of(file_of(dict("(2, 3)", "<f4"), raw<float>({1, 2, 3, 4, 5, 6})))) == expected);
  CHECK(parse_npy(bytes_of(file_of(dict("(2, 3)", "<f8", "True"), six))) == transposed);
  CHECK(parse_npy(bytes_of(file_of(dict("(2,3,)"), six))) == expected);
  CHECK(parse_npy(bytes_of(file_of("{\"shape\":(2,3),'fortran_order':False,'descr':\"<f8\"}      ", six))) == expected);
  CHECK(parse_npy<1>(bytes_of(file_of(dict("(6,)"), six))) == xt::xtensor<double, 1>{1, 2, 3, 4, 5, 6});
  CHECK(parse_npy<1>(bytes_of(file_of(dict("(6,)", "<f8", "True"), six))) == xt::xtensor<double, 1>{1, 2, 3, 4, 5, 6});
}

TEST_CASE("parse_npy: Fortran order of three dimensions agrees with index arithmetic, over more than one piece") {
  constexpr std::size_t a = 7;
  constexpr std::size_t b = 11;
  constexpr std::size_t c = 31;
  std::vector<double> values(a * b * c);
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = static_cast<double>(i);
  }
  const auto cube = parse_npy<3>(bytes_of(file_of(dict("(7, 11, 31)", "<f8", "True"), raw(values))));
  bool right = true;
  for (std::size_t i = 0; i < a; ++i) {
    for (std::size_t j = 0; j < b; ++j) {
      for (std::size_t k = 0; k < c; ++k) {
        right = right && cube(i, j, k) == static_cast<double>(i + a * (j + b * k));
      }
    }
  }
  CHECK(right);
}

TEST_CASE("parse_npy: refuses everything else, and says what") {
  struct Case {
    std::string file;
    std::string said;
  };
  const std::string good = file_of(dict("(2, 3)"), six);
  REQUIRE(complaint(good).empty());
  const std::vector<Case> cases = {
      {"", "the file ends in its header"},
      {"\x93NUMPX\x01", "the file ends in its header"},
      {"PK\x03\x04 a zip archive", "this is a ZIP archive, as numpy.savez (.npz)"},
      {"1,2,3\n4,5,6\n", "it begins with \"1,2,3\\x0a\", which is not NPY"},
      {file_of(dict("(2, 3)"), six, 3), "NPY version 3.0"},
      {file_of(dict("(2, 3)"), six, 0), "NPY version 0.0"},
      {file_of(std::string(10'001, ' '), six), "a header of 10001 bytes"},
      {std::string("\x93NUMPY\x02\0\xff\xff\xff\xff", 12) + six, "a header of 4294967295 bytes"},
      {std::string("\x93NUMPY\x01\0\x80\0", 10) + "{", "the file ends in its header, after 11 bytes"},
      {file_of("", six), "the end where '{' should be"},
      {file_of("{}", six), "not all of descr, fortran_order and shape"},
      {file_of("{'descr': '<f8', 'shape': (2, 3), }", six), "not all of"},
      {file_of("{'descr': '<f8', 'fortran_order': False, }", six), "not all of"},
      {file_of(dict("(2, 3)") + "x", six), "more after the end"},
      {file_of(dict("(2, 3)") + "{}", six), "more after the end"},
      {file_of("{'descr': '<f8', 'fortran_order': False, 'shape': (2, 3), 'x': 1}", six), "the key \"x\""},
      {file_of("{'descr': '<f8', 'descr': '<f8', 'fortran_order': False, 'shape': (2, 3)}", six),
       "the key \"descr\" twice"},
      {file_of("{'descr: <f8}", six), "a text without an end"},
      {file_of("{'descr' '<f8'}", six), "where ':' should be"},
      {file_of("{'descr': '<f8' 'shape': (2, 3)}", six), "where '}' should be"},
      {file_of("{descr: '<f8'}", six), "where ''' should be"},
      {file_of(dict("(2, 3)", "<c8"), six), "the type \"<c8\". Save array.astype('<c16', 'C').view('<f8')"},
      {file_of(dict("(2, 3)", "=f8"), six), "the type \"=f8\""},
      {file_of(dict("(2, 3)", "|f8"), six), "the type \"|f8\""},
      {file_of(dict("(2, 3)", "<f16"), six), "the type \"<f16\""},
      {file_of(dict("(2, 3)", ""), six), "the type \"\""},
      {file_of(dict("(2, 3)", "<f2"), six), "the type \"<f2\""},
      {file_of(dict("(2, 3)", "|O"), six), "the type \"|O\""},
      {file_of("{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': (2, 3), }", six), "a structured type"},
      {file_of(dict("(2, 3)", "<f8", "true"), six), "where 'False' should be"},
      {file_of(dict("(2, 3)", "<f8", "0"), six), "where 'False' should be"},
      {file_of(dict("[2, 3]"), six), "where '(' should be"},
      {file_of(dict("(2 3)"), six), "where ',' should be"},
      {file_of(dict("(2, 3"), six), "no integer"},
      {file_of(dict("(6)"), six), "where ',' should be"},
      {file_of(dict("(-2, 3)"), six), "no integer"},
      {file_of(dict("(2.0, 3)"), six), "where ',' should be"},
      {file_of(dict("(2LL, 3)"), six), "where ',' should be"},
      {file_of(dict("(, )"), six), "no integer"},
      {file_of(dict("(2, 18446744073709551616)"), six), "above 2^64 - 1"},
      {file_of(dict("(" + std::string(3'000, '1') + ", 1)"), six), "above 2^64 - 1"},
      {file_of(dict("(1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1)"), six),
       "more than 32 dimensions"},
      {file_of(dict("(2, 4)"), six), "48 bytes of data for 2 x 4 numbers of 8 bytes"},
      {file_of(dict("(2, 2)"), six), "48 bytes of data for 2 x 2 numbers of 8 bytes"},
      {file_of(dict("(2, 3)", "<f4"), six), "48 bytes of data for 2 x 3 numbers of 4 bytes"},
      {file_of(dict("(4294967296, 4294967296)"), ""), "0 bytes of data for 4294967296 x 4294967296"},
      {file_of(dict("(2305843009213693952, 8)"), ""), "0 bytes of data"},
      {file_of(dict("(2305843009213693953, 8)"), std::string(64, '\0')), "64 bytes of data"},
      {file_of(dict("(1, 18446744073709551615)"), six), "48 bytes of data"},
  };
  for (const Case& c : cases) {
    const std::string said = complaint(c.file);
    CAPTURE(c.file.substr(0, 100));
    CAPTURE(said);
    CHECK(says(said, c.said));
    CHECK(says(said, "array"));
  }
  CHECK(says(complaint(file_of(dict("(6,)"), six), gdm::Errc::shape_mismatch),
             "an array of 1 dimensions where 2 are expected"));
  CHECK(says(complaint(file_of(dict("()"), six), gdm::Errc::shape_mismatch), "an array of 0 dimensions"));
  CHECK(says(complaint(file_of(dict("(1, 2, 3)"), six), gdm::Errc::shape_mismatch), "an array of 3 dimensions"));
  CHECK(says(complaint(file_of(dict("(0, 3)"), ""), gdm::Errc::empty_data), "without numbers"));
  CHECK(says(complaint(file_of(dict("(9223372036854775808, 0)"), ""), gdm::Errc::empty_data), "without numbers"));
  const double infinity = std::numeric_limits<double>::infinity();
  CHECK(says(complaint(file_of(dict("(1, 2)"), raw<double>({1, -infinity}))), "element [0, 1] is -inf"));
  CHECK(says(complaint(file_of(dict("(1, 2)", "<f4"), raw<float>({std::numeric_limits<float>::quiet_NaN(), 1}))),
             "element [0, 0] is nan"));
  const std::string nan_fourth = raw<double>({1, 2, 3, std::numeric_limits<double>::quiet_NaN(), 5, 6});
  CHECK(says(complaint(file_of(dict("(2, 3)"), nan_fourth)), "element [1, 0] is nan. Only finite numbers are read"));
  CHECK(says(complaint(file_of(dict("(2, 3)", "<f8", "True"), nan_fourth)), "element [1, 1] is nan"));
}

TEST_CASE("parse_npy: integers, either byte order, and the shapes that Python 2 wrote") {
  const Table expected = {{1, 2, 3}, {4, 5, 6}};
  CHECK(parse_npy(bytes_of(file_of(dict("(2L, 3L)"), six))) == expected);
  std::string swapped(six.rbegin(), six.rend());  // also the other way round
  CHECK(parse_npy(bytes_of(file_of(dict("(2, 3)", ">f8"), swapped))) == Table{{6, 5, 4}, {3, 2, 1}});
  CHECK(parse_npy(bytes_of(file_of(dict("(2, 3)", "<i8"), raw<std::int64_t>({1, 2, 3, 4, 5, 6})))) == expected);
  CHECK(parse_npy(bytes_of(file_of(dict("(2, 3)", "<u4"), raw<std::uint32_t>({1, 2, 3, 4, 5, 6})))) == expected);
  CHECK(parse_npy(bytes_of(file_of(dict("(1, 2)", ">i2"), std::string("\xff\xfe\x01\x00", 4)))) == Table{{-2, 256}});
  CHECK(parse_npy(bytes_of(file_of(dict("(1, 3)", "|i1"), std::string("\x80\x00\x7f", 3)))) == Table{{-128, 0, 127}});
  CHECK(parse_npy(bytes_of(file_of(dict("(1, 2)", "|u1"), std::string("\xff\x01", 2)))) == Table{{255, 1}});
  CHECK(parse_npy(bytes_of(file_of(dict("(1, 1)", "<i8"), raw<std::int64_t>({-(std::int64_t{1} << 53)})))) ==
        Table{{-0x1p53}});
  CHECK(says(complaint(file_of(dict("(1, 1)", "<i8"), raw<std::int64_t>({(std::int64_t{1} << 54) + 1}))),
             "element [0, 0] is 18014398509481985. Above 2^53 not every integer has a double"));
}

#ifdef GDM_SHARED_DIR
TEST_CASE("read_npy: files from the field") {
  const std::filesystem::path field = std::filesystem::path(GDM_SHARED_DIR) / "data/field";
  if (!std::filesystem::exists(field)) return;
  CHECK(gdm::read_npy(field / "py2L.npy") == Table{{1.2, 0.7, 0.9, 10}, {2, 1.5, 0.6, 10}});
  CHECK_THROWS_WITH_AS((void)gdm::read_npy(field / "struct.npy"), doctest::Contains("structured_to_unstructured"),
                       gdm::Error);
}
#endif

TEST_CASE("parse_npy: cut short after any byte or with one byte more it is refused") {
  const std::string good = file_of(dict("(2, 3)"), six);
  for (std::size_t length = 0; length < good.size(); ++length) {
    CAPTURE(length);
    CHECK(!complaint(std::string_view(good).substr(0, length)).empty());
  }
  CHECK(says(complaint(good + '\0'), "49 bytes of data for 2 x 3 numbers"));
}

TEST_CASE("read_npy: from disk, and whatever is no sound file is an error that names it") {
  const TemporaryFolder folder;
  const auto path = folder / "array.npy";
  Table table;
  table.resize({700, 3});
  for (std::size_t i = 0; i < table.size(); ++i) {
    table.data()[i] = 1.0 / static_cast<double>(i + 1);
  }
  gdm::write_npy(path, table);
  CHECK(gdm::read_npy(path) == table);
  CHECK(folder.files() == 1);
  const std::string whole = gdm_test::contents(path);
  gdm_test::put(path, std::string_view(whole).substr(0, whole.size() - 1));
  CHECK_THROWS_WITH_AS((void)gdm::read_npy(path), doctest::Contains(path.c_str()), gdm::Error);
  REQUIRE(::mkfifo((folder / "pipe").c_str(), 0600) == 0);
  CHECK_THROWS_WITH_AS((void)gdm::read_npy(folder / "pipe"), doctest::Contains("not a regular file"), gdm::Error);
  CHECK_THROWS_WITH_AS((void)gdm::read_npy(folder / "missing"), doctest::Contains("No such file"), gdm::Error);
  CHECK_THROWS_WITH_AS(gdm::write_npy(folder / "nowhere/array.npy", table), doctest::Contains("nowhere"), gdm::Error);
}
