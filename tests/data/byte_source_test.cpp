#include <doctest/doctest.h>

#include <array>
#include <new>
#include <string>
#include <vector>

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <gdm/data/byte_source.hpp>

#include "failing_file_system.hpp"
#include "temporary_folder.hpp"

using gdm_test::FailingFileSystem;
using gdm_test::put;
using gdm_test::TemporaryFolder;

namespace {

std::string read_all(FailingFileSystem& fs, const std::filesystem::path& path) {
  gdm::FileSource source(fs, path);
  std::string text(static_cast<std::size_t>(source.size()), '\0');
  source.read(std::as_writable_bytes(std::span(text)));
  source.finish();
  return text;
}

gdm::Errc code_of(FailingFileSystem& fs, const std::filesystem::path& path) {
  try {
    (void)read_all(fs, path);
  } catch (const gdm::Error& error) {
    CHECK(std::string(error.what()).find(path.string()) != std::string::npos);
    return error.code();
  }
  return {};
}

}  // namespace

TEST_CASE("FileSource: reads a file whole, in however many pieces it comes") {
  const TemporaryFolder folder;
  const std::string text = "not so long a text";
  put(folder / "text", text);
  for (const std::size_t piece : {1U, 5U, 1000U}) {
    FailingFileSystem fs;
    fs.read_at_most = piece;
    CHECK(read_all(fs, folder / "text") == text);
    CHECK(fs.open_handles == 0);
  }
}

TEST_CASE("FileSource: whichever call fails is an error that names the file, and no handle stays open") {
  const TemporaryFolder folder;
  put(folder / "text", "text");
  for (int k = 1; k <= 4; ++k) {  // open, status, read, read at the end
    FailingFileSystem fs;
    fs.fail_at = {k};
    CHECK(code_of(fs, folder / "text") == gdm::Errc::file_io);
    CHECK(fs.open_handles == 0);
  }
  for (int k = 3; k <= 4; ++k) {  // a signal while reading is no failure
    FailingFileSystem fs;
    fs.fail_at = {k};
    fs.error = EINTR;
    CHECK(read_all(fs, folder / "text") == "text");
  }
}

TEST_CASE("FileSource: refuses folders, pipes, sockets and devices without waiting on them") {
  const TemporaryFolder folder;
  REQUIRE(::mkfifo((folder / "pipe").c_str(), 0600) == 0);
  const int handle = ::socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  (folder / "socket").string().copy(address.sun_path, sizeof(address.sun_path) - 1);
  REQUIRE(::bind(handle, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0);
  for (const auto& path :
       {folder.path(), folder / "pipe", folder / "socket", std::filesystem::path("/dev/zero"), folder / "missing"}) {
    CAPTURE(path);
    FailingFileSystem fs;
    CHECK(code_of(fs, path) == gdm::Errc::file_io);
    CHECK(fs.open_handles == 0);
  }
  ::close(handle);
}

TEST_CASE("FileSource: refuses a file that grows or shrinks while it is read") {
  const TemporaryFolder folder;
  const auto path = folder / "text";
  for (const char* const rest : {"", "and more than before"}) {
    put(path, "some text");
    FailingFileSystem fs;
    gdm::FileSource source(fs, path);
    std::array<std::byte, 4> half;
    source.read(half);
    put(path, std::string("some") + rest);
    std::array<std::byte, 5> other_half;
    std::string message;
    try {
      source.read(other_half);
      source.finish();
    } catch (const gdm::Error& error) {
      message = error.what();
    }
    CHECK(message.find(rest[0] == '\0' ? "became shorter than its 9 bytes" : "became longer than its 9 bytes") !=
          std::string::npos);
  }
}

TEST_CASE("MemorySource: gives every byte once, and complains of too few and too many") {
  const std::string text = "abcdef";
  gdm::MemorySource source(std::as_bytes(std::span(text)), "here");
  CHECK(source.size() == 6);
  std::array<char, 4> first;
  source.read(std::as_writable_bytes(std::span(first)));
  CHECK(std::string(first.data(), 4) == "abcd");
  CHECK_THROWS_WITH_AS(source.finish(), doctest::Contains("here: 2 bytes follow the end"), gdm::Error);
  CHECK_THROWS_WITH_AS(source.read(std::as_writable_bytes(std::span(first))), doctest::Contains("end too early"),
                       gdm::Error);
  source.read(std::as_writable_bytes(std::span(first).first(2)));
  CHECK(std::string(first.data(), 2) == "ef");
  source.finish();
}

TEST_CASE("allocate_for: turns a lack of memory into an error that says how much and for what") {
  const auto too_much = [] { return std::vector<std::byte>(SIZE_MAX); };
  CHECK_THROWS_WITH_AS((void)gdm::allocate_for("a file", 77, too_much), doctest::Contains("a file: 77 bytes of memory"),
                       gdm::Error);
  CHECK_THROWS_AS((void)gdm::allocate_for("a file", 77, []() -> int { throw std::bad_alloc(); }), gdm::Error);
  CHECK(gdm::allocate_for("a file", 77, [] { return 5; }) == 5);
}
