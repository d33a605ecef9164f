#include <doctest/doctest.h>

#include <limits>
#include <string>
#include <vector>

#include <sys/stat.h>

#include <gdm/io/safetensors.hpp>

#include "../data/failing_file_system.hpp"
#include "../data/temporary_folder.hpp"
#include "golden_file.hpp"

using gdm::TensorFile;
using gdm_test::file_of;
using gdm_test::golden_bytes;
using gdm_test::shape_of;

namespace {

bool same(const TensorFile& a, const TensorFile& b) {
  if (a.metadata() != b.metadata() || a.tensors().size() != b.tensors().size()) {
    return false;
  }
  for (std::size_t i = 0; i < a.tensors().size(); ++i) {
    const gdm::TensorEntry& x = a.tensors()[i];
    const gdm::TensorEntry& y = b.tensors()[i];
    if (x.name != y.name || x.dtype != y.dtype || !(x.shape == y.shape) ||
        !std::ranges::equal(a.view(x).bytes, b.view(y).bytes)) {
      return false;
    }
  }
  return true;
}

std::string complaint(std::span<const std::byte> bytes, gdm::TensorFileOptions options = {}) {
  try {
    (void)TensorFile::parse(bytes, "model", options);
  } catch (const gdm::Error& error) {
    CHECK(error.code() == gdm::Errc::file_format);
    return error.what();
  }
  return {};
}

bool says(const std::string& message, std::string_view part) { return message.find(part) != std::string::npos; }

/// A file with one tensor "w" and no checksums.
template <class T>
std::vector<std::byte> file_with(std::string_view dtype, const std::vector<T>& values) {
  return file_of("{\"w\":{\"dtype\":\"" + std::string(dtype) + "\",\"shape\":[" + std::to_string(values.size()) +
                     "],\"data_offsets\":[0," + std::to_string(values.size() * sizeof(T)) + "]}}",
                 std::as_bytes(std::span(values)));
}

}  // namespace

TEST_CASE("TensorFile: reads the golden file") {
  const TensorFile file = TensorFile::parse(golden_bytes(), "golden");
  CHECK(file.label() == "golden");
  CHECK(file.tensors().size() == 5);
  CHECK(file.metadata("problem") == gdm_test::golden_problem);
  CHECK(file.metadata("version") == "0.1.0");
  CHECK(file.find_metadata("nothing") == nullptr);
  std::array<float, 6> weights{};
  file.copy<float>("weights.0", shape_of({2, 3}), weights);
  CHECK(std::ranges::equal(std::as_bytes(std::span(weights)), std::as_bytes(std::span(gdm_test::golden_weights))));
  std::array<double, 2> mean{};
  file.copy<double>("mean", shape_of({2}), mean);
  CHECK(mean == gdm_test::golden_mean);
  std::array<std::uint64_t, 3> counters{};
  file.copy<std::uint64_t>("counters", shape_of({3}), counters);
  CHECK(counters == gdm_test::golden_counters);
  std::int64_t epoch = 0;
  file.copy<std::int64_t>("epoch", shape_of({}), std::span(&epoch, 1));
  CHECK(epoch == gdm_test::golden_epoch);
  file.copy<float>("empty", shape_of({0, 4}), {});
}

TEST_CASE("TensorFile: cut short after any byte, or with more behind it, the golden file is refused") {
  std::vector<std::byte> bytes = golden_bytes();
  for (const bool checksums : {true, false}) {
    for (std::size_t length = 0; length < bytes.size(); ++length) {
      CAPTURE(length);
      CHECK(!complaint(std::span(bytes).first(length), {.require_checksums = checksums}).empty());
    }
  }
  for (int more = 0; more < 9; ++more) {
    bytes.push_back(std::byte{0});
    CHECK(says(complaint(bytes), " bytes follow the last tensor"));
  }
}

TEST_CASE(
    "TensorFile: with any one bit flipped, or any one byte blanked out, the golden file is refused or the very same") {
  const std::vector<std::byte> golden = golden_bytes();
  const TensorFile expected = TensorFile::parse(golden);
  int accepted_flips = 0;
  bool all_the_same = true;
  std::vector<std::byte> bytes = golden;
  const auto try_byte = [&](std::size_t at, unsigned value) {
    bytes[at] = static_cast<std::byte>(value);
    bool accepted = false;
    try {
      accepted = same(TensorFile::parse(bytes), expected);
      all_the_same = all_the_same && accepted;
    } catch (const gdm::Error& error) {
      all_the_same = all_the_same && error.code() == gdm::Errc::file_format;
    }
    bytes[at] = golden[at];
    return accepted;
  };
  for (std::size_t at = 0; at < golden.size(); ++at) {
    const auto right = std::to_integer<unsigned>(golden[at]);
    for (unsigned bit = 1; bit < 256; bit *= 2) {
      accepted_flips += try_byte(at, right ^ bit) ? 1 : 0;
    }
    for (const unsigned value : {0x00U, 0x20U, 0x22U, 0xffU, ~right & 0xffU}) {
      (void)try_byte(at, value);
    }
  }
  CHECK(all_the_same);
  CHECK(accepted_flips == 1);  // \u000a and \u000A are the same
}

TEST_CASE("TensorFile: lengths of the header that lie") {
  std::vector<std::byte> bytes = golden_bytes();
  for (const std::uint64_t length :
       {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{599}, std::uint64_t{592}, std::uint64_t{601},
        std::uint64_t{608}, std::uint64_t{672}, std::uint64_t{673}, std::uint64_t{1} << 20U,
        (std::uint64_t{1} << 20U) + 1, std::uint64_t{1} << 32U, std::uint64_t{1} << 63U, UINT64_MAX - 7, UINT64_MAX}) {
    CAPTURE(length);
    std::memcpy(bytes.data(), &length, 8);
    CHECK(!complaint(bytes).empty());
    CHECK(!complaint(bytes, {.require_checksums = false}).empty());
  }
}

TEST_CASE("TensorFile: says what a file is that is none of ours") {
  const auto said = [](std::string_view text) { return complaint(std::as_bytes(std::span(text))); };
  CHECK(says(said("version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n"), "Run `git lfs pull`"));
  CHECK(says(said("<!DOCTYPE html>\n<html><body>Sign in</body></html>"), "this is a web page (HTML)"));
  CHECK(says(said("\n  <HTML lang='en'>"), "this is a web page (HTML)"));
  CHECK(
      says(said("0.67,0.97,2.10,10.0\n1.66,0.68,1.36,10.0\n"), "this is a text that begins with \"0.67,0.97,2.10,1\""));
  CHECK(says(said("PK\x03\x04 and so on, a .npz"), "this is a ZIP archive"));
  CHECK(says(said("\x93NUMPY\x01 and so on"), "this is a NumPy array (.npy)"));
  CHECK(says(said("\x1f\x8b\x08 and so on, compressed"), "this is compressed by gzip"));
  const std::string foreign = complaint(file_with<double>("F64", {1, 2}));
  CHECK(says(foreign, "another program wrote this safetensors file"));
  CHECK(!says(foreign, "damaged"));
}

TEST_CASE("TensorFile: a header of 1 MiB is read and a longer one refused") {
  for (const std::uint64_t length : {std::uint64_t{1} << 20U, (std::uint64_t{1} << 20U) + 1}) {
    const std::string message = complaint(file_of("{}" + std::string(static_cast<std::size_t>(length) - 2, ' '), {}),
                                          {.require_checksums = false});
    CHECK(message.empty() == (length <= 1U << 20U));
    CHECK((message.empty() || says(message, "a header of 1048577 bytes in a file of 1048585, at most 1048576")));
  }
}

TEST_CASE("TensorFile: weights that are not finite are refused by name, place and value") {
  const gdm::TensorFileOptions plain{.require_checksums = false};
  constexpr double infinity = std::numeric_limits<double>::infinity();
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  CHECK(complaint(file_with<double>("F64", {1, 2, 1e308, 5e-324}), plain).empty());
  CHECK(says(complaint(file_with<double>("F64", {1, 2, -infinity}), plain), "model: tensor \"w\": element 2 is -inf"));
  CHECK(says(complaint(file_with<double>("F64", {nan, 2}), plain), "model: tensor \"w\": element 0 is nan"));
  CHECK(says(complaint(file_with<float>("F32", {1, static_cast<float>(infinity)}), plain),
             "model: tensor \"w\": element 1 is inf"));
  CHECK(says(complaint(file_with<float>("F32", {static_cast<float>(nan)}), plain), "element 0 is nan"));
  CHECK(complaint(file_with<std::uint64_t>("U64", {UINT64_MAX}), plain).empty());  // the bits of a NaN, but a number
  CHECK(complaint(file_with<std::int64_t>("I64", {-1}), plain).empty());
}

TEST_CASE("TensorFile: checksums that are missing, wrong, in another spelling or of nothing") {
  const std::vector<std::byte> data(4);
  const auto with = [&](const std::string& metadata) {
    return file_of(
        "{\"__metadata__\":{" + metadata + "},\"w\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}", data);
  };
  const std::string w = "\"checksum.w\":\"crc32:2144df1c\"";  // of four zeros
  const gdm::TensorFileOptions plain{.require_checksums = false};
  CHECK(complaint(with(""), plain).empty());
  CHECK(complaint(with(w), plain).empty());
  CHECK(says(complaint(with("")), "model: the header: no checksum \"checksum.__metadata__\""));
  CHECK(says(complaint(with(w)), "model: the header: no checksum \"checksum.__metadata__\""));
  CHECK(says(complaint(with("\"checksum.w\":\"crc32:2144df1d\""), plain),
             "model: tensor \"w\": the checksum is crc32:2144df1c but the file says \"crc32:2144df1d\""));
  CHECK(!complaint(with("\"checksum.w\":\"crc32:2144DF1C\""), plain).empty());
  CHECK(!complaint(with("\"checksum.w\":\"\""), plain).empty());
  CHECK(!complaint(with("\"checksum.w\":\"2144df1c\""), plain).empty());
  CHECK(says(complaint(with("\"checksum.v\":\"crc32:2144df1c\""), plain), "of a tensor that is not there"));
  CHECK(says(complaint(with("\"checksum.\":\"crc32:00000000\""), plain), "of a tensor that is not there"));
  CHECK(says(complaint(with("\"checksum.__metadata__\":\"crc32:00000000\""), plain),
             "model: the header: the checksum is"));
}

TEST_CASE("TensorFile: what the caller expects must be there, all of it and nothing else") {
  const TensorFile file = TensorFile::parse(golden_bytes(), "model");
  using gdm::Dtype;
  std::vector<gdm::TensorSpec> expected = {{"mean", Dtype::f64, shape_of({2})},
                                           {"counters", Dtype::u64, shape_of({3})},
                                           {"epoch", Dtype::i64, shape_of({})},
                                           {"weights.0", Dtype::f32, shape_of({2, 3})},
                                           {"empty", Dtype::f32, shape_of({0, 4})}};
  file.require(expected);
  const auto said = [&](const std::vector<gdm::TensorSpec>& specs) {
    try {
      file.require(specs);
    } catch (const gdm::Error& error) {
      CHECK(error.code() == gdm::Errc::file_mismatch);
      return std::string(error.what());
    }
    return std::string();
  };
  auto changed = expected;
  changed[3].shape = shape_of({3, 2});
  CHECK(says(said(changed), "model: tensor \"weights.0\": it is F32 [2,3] but should be F32 [3,2]"));
  changed = expected;
  changed[3].dtype = Dtype::f64;
  CHECK(says(said(changed), "model: tensor \"weights.0\": it is F32 [2,3] but should be F64 [2,3]"));
  changed = expected;
  changed[0].name = "weights.1";
  CHECK(says(said(changed), "model: tensor \"weights.1\": there is no such tensor"));
  changed = expected;
  changed.pop_back();
  CHECK(says(said(changed), "model: tensor \"empty\": such a tensor is not expected here"));

  std::array<float, 6> out{};
  CHECK_THROWS_WITH_AS(file.copy<float>("weights.0", shape_of({6}), out), doctest::Contains("but should be F32 [6]"),
                       gdm::Error);
  CHECK_THROWS_WITH_AS(file.copy<float>("weights.0", shape_of({2, 3}), std::span(out).first(5)),
                       doctest::Contains("room for 5 numbers"), gdm::Error);
  CHECK_THROWS_WITH_AS((void)file.metadata("nothing"),
                       doctest::Contains("model: the metadata has no entry \"nothing\""), gdm::Error);
}

TEST_CASE("TensorFile: from disk, whichever call fails is an error that names the file") {
  const gdm_test::TemporaryFolder folder;
  const auto path = folder / "model.safetensors";
  const std::vector<std::byte> bytes = golden_bytes();
  gdm_test::put(path, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  CHECK(same(TensorFile::read(path), TensorFile::parse(bytes)));
  CHECK(TensorFile::read(path).label() == path.string());
  int failures = 0;
  for (int k = 1;; ++k) {
    gdm_test::FailingFileSystem fs;
    fs.fail_at = {k};
    fs.read_at_most = 100;
    bool threw = false;
    try {
      const TensorFile file = TensorFile::read(fs, path);
      CHECK(same(file, TensorFile::parse(bytes)));
    } catch (const gdm::Error& error) {
      threw = true;
      CHECK(error.code() == gdm::Errc::file_io);
      CHECK(says(error.what(), path.string()));
    }
    CHECK(fs.open_handles == 0);
    if (!threw) {
      break;
    }
    ++failures;
  }
  // open, status, one read of the length, six of the header, one of the data, one at the end
  CHECK(failures == 11);
  REQUIRE(::mkfifo((folder / "pipe").c_str(), 0600) == 0);
  CHECK_THROWS_WITH_AS((void)TensorFile::read(folder / "pipe"), doctest::Contains("this is not a regular file"),
                       gdm::Error);
  CHECK_THROWS_WITH_AS((void)TensorFile::read(folder / "missing"), doctest::Contains("No such file"), gdm::Error);
}
