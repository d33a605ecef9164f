#include <doctest/doctest.h>

#include <cerrno>
#include <string>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <gdm/data/atomic_file.hpp>

#include "failing_file_system.hpp"
#include "temporary_folder.hpp"

using gdm_test::contents;
using gdm_test::FailingFileSystem;
using gdm_test::put;
using gdm_test::TemporaryFolder;

namespace {

const std::string before = "what was there";
const std::string after(10'000, 'n');

std::span<const std::byte> bytes_of(const std::string& text) { return std::as_bytes(std::span(text)); }

/// Replaces `path` with the given calls failing; true if that threw the right error.
bool refused(FailingFileSystem& fs, const std::filesystem::path& path, std::string* message = nullptr) {
  try {
    gdm::replace_file(fs, path, bytes_of(after));
  } catch (const gdm::Error& error) {
    CHECK(error.code() == gdm::Errc::file_io);
    CHECK(std::string(error.what()).find(path.string()) != std::string::npos);
    if (message != nullptr) {
      *message = error.what();
    }
    return true;
  }
  return false;
}

mode_t mode_of(const std::filesystem::path& path) {
  struct stat found = {};
  REQUIRE(::stat(path.c_str(), &found) == 0);
  return found.st_mode & 07777U;
}

}  // namespace

TEST_CASE("replace_file: whichever call fails, the old or the new file is whole and nothing else is left") {
  for (const bool existed : {true, false}) {
    for (const int error : {EIO, ENOSPC, EDQUOT}) {
      int failures = 0;
      for (int k = 1;; ++k) {
        CAPTURE(existed);
        CAPTURE(k);
        const TemporaryFolder folder;
        const auto path = folder / "model";
        if (existed) {
          put(path, before);
        }
        FailingFileSystem fs;
        fs.fail_at = {k};
        fs.error = error;
        fs.write_at_most = 4096;
        const bool threw = refused(fs, path);
        CHECK(threw == (fs.failed == 1));
        CHECK(fs.open_handles == 0);
        const std::string now = contents(path);
        const bool is_old = existed ? now == before : !std::filesystem::exists(path);
        CHECK((is_old || now == after));
        CHECK(folder.files() == (existed || now == after ? 1 : 0));
        if (fs.failed == 0) {
          CHECK(now == after);
          break;
        }
        ++failures;
      }
      // status, create, (mode,) three writes, fsync, close, rename, fsync of the folder
      CHECK(failures == (existed ? 10 : 9));
    }
  }
}

TEST_CASE("replace_file: a temporary file that cannot be removed after a failure is named") {
  const TemporaryFolder folder;
  const auto path = folder / "model";
  put(path, before);
  for (int k = 3; k <= 7; ++k) {  // from the mode of the temporary file to the rename
    FailingFileSystem fs;
    for (int i = k; i <= k + 2; ++i) {  // the call itself, the close and the removal after it
      fs.fail_at.insert(i);
    }
    std::string message;
    CHECK(refused(fs, path, &message));
    CHECK(message.find("could not be removed") != std::string::npos);
    CHECK(message.find(".tmp-") != std::string::npos);
    CHECK(contents(path) == before);
    CHECK(fs.open_handles == 0);
  }
}

TEST_CASE("replace_file: says that the new file may not survive when only the folder's fsync fails") {
  const TemporaryFolder folder;
  const auto path = folder / "model";
  put(path, before);
  FailingFileSystem fs;
  fs.fail_at = {8};
  std::string message;
  CHECK(refused(fs, path, &message));
  CHECK(message.find("fsync of the folder failed") != std::string::npos);
  CHECK(message.find("new file is in place") != std::string::npos);
  CHECK(contents(path) == after);
  CHECK(folder.files() == 1);
}

TEST_CASE("replace_file: signals and short writes do no harm") {
  for (int k = 1; k <= 8; ++k) {
    CAPTURE(k);
    const TemporaryFolder folder;
    const auto path = folder / "model";
    put(path, before);
    FailingFileSystem fs;
    fs.fail_at = {k};
    fs.error = EINTR;
    const bool threw = refused(fs, path);
    CHECK(threw == (k == 7 && fs.failed == 1));  // rename is never interrupted, so it is not called again
    CHECK(contents(path) == (threw ? before : after));
    CHECK(folder.files() == 1);
    CHECK(fs.open_handles == 0);
  }
  const TemporaryFolder folder;
  FailingFileSystem fs;
  fs.write_at_most = 7;
  gdm::replace_file(fs, folder / "model", bytes_of(after));
  CHECK(contents(folder / "model") == after);
}

TEST_CASE("replace_file: a file system that writes nothing is an error and no endless loop") {
  const TemporaryFolder folder;
  FailingFileSystem fs;
  fs.write_at_most = 0;
  CHECK(refused(fs, folder / "model"));
  CHECK(folder.files() == 0);
}

TEST_CASE("replace_file: a temporary name that is taken is left alone and another one used") {
  const TemporaryFolder folder;
  FailingFileSystem fs;
  fs.error = EEXIST;
  fs.fail_at = {2, 3, 4};
  CHECK_FALSE(refused(fs, folder / "model"));
  CHECK(contents(folder / "model") == after);
  for (int k = 2; k < 200; ++k) {
    fs.fail_at.insert(k);
  }
  fs.calls = 0;
  CHECK(refused(fs, folder / "other"));
  CHECK(fs.calls == 101);
}

TEST_CASE("replace_file: keeps the previous file's mode, whatever the umask") {
  const TemporaryFolder folder;
  const auto path = folder / "model";
  const mode_t umask_before = ::umask(022);
  gdm::replace_file(path, bytes_of(before));
  CHECK(mode_of(path) == 0644);
  for (const mode_t mode : {0600U, 0640U, 0666U, 0444U, 0755U}) {
    REQUIRE(::chmod(path.c_str(), mode) == 0);
    gdm::replace_file(path, bytes_of(after));
    CHECK(mode_of(path) == mode);
    CHECK(contents(path) == after);
  }
  ::umask(umask_before);
}

TEST_CASE("replace_file: an empty file, a long name and a name without a folder") {
  const TemporaryFolder folder;
  gdm::replace_file(folder / "empty", {});
  CHECK(std::filesystem::file_size(folder / "empty") == 0);
  const auto longest = folder / std::string(255, 'x');
  gdm::replace_file(longest, bytes_of(after));
  CHECK(contents(longest) == after);
  const auto here = std::filesystem::current_path();
  std::filesystem::current_path(folder.path());
  gdm::replace_file("plain", bytes_of(after));
  std::filesystem::current_path(here);
  CHECK(contents(folder / "plain") == after);
  CHECK(folder.files() == 3);
}

TEST_CASE("replace_file: refuses what is no regular file, and folders that are not there") {
  const TemporaryFolder folder;
  std::filesystem::create_directory(folder / "sub");
  REQUIRE(::mkfifo((folder / "pipe").c_str(), 0600) == 0);
  for (const auto& path : {folder / "sub", folder / "pipe", folder / "nowhere/model", std::filesystem::path("")}) {
    CAPTURE(path);
    FailingFileSystem fs;
    CHECK(refused(fs, path));
  }
  CHECK(folder.files() == 2);
}

TEST_CASE("replace_file: replaces what a symbolic link leads to, and the link stays") {
  const TemporaryFolder folder;
  std::filesystem::create_directory(folder / "sub");
  put(folder / "sub/target", before);
  std::filesystem::create_symlink("sub/target", folder / "middle");
  std::filesystem::create_symlink(folder / "middle", folder / "link");
  gdm::replace_file(folder / "link", bytes_of(after));
  CHECK(contents(folder / "sub/target") == after);
  CHECK(std::filesystem::is_symlink(folder / "link"));
  CHECK(std::filesystem::is_symlink(folder / "middle"));
  std::filesystem::create_symlink("not there yet", folder / "early");
  gdm::replace_file(folder / "early", bytes_of(after));
  CHECK(contents(folder / "not there yet") == after);
  std::filesystem::create_symlink("round", folder / "round");
  CHECK_THROWS_AS(gdm::replace_file(folder / "round", bytes_of(after)), gdm::Error);
}

TEST_CASE("write_output: a file that a process holds open is written to, never replaced") {
  const TemporaryFolder folder;
  put(folder / "open", before);
  const int handle = ::open((folder / "open").c_str(), O_WRONLY | O_APPEND);
  REQUIRE(handle >= 0);
  const std::filesystem::path own = "/proc/self/fd/" + std::to_string(handle);
  if (std::filesystem::exists(own)) {
    std::filesystem::create_symlink(own, folder / "link");
    CHECK_THROWS_WITH_AS(gdm::replace_file(folder / "link", bytes_of(after)), doctest::Contains("held open"),
                         gdm::Error);
    gdm::write_output(folder / "link", bytes_of(after));
    gdm::write_output(own, bytes_of(after));
    CHECK(std::filesystem::is_symlink(folder / "link"));
    REQUIRE(::write(handle, "end", 3) == 3);
    CHECK(contents(folder / "open") == std::string(before) + after + after + "end");
  }
  ::close(handle);
  CHECK_THROWS_WITH_AS(gdm::write_output("/dev/full", bytes_of(after)), doctest::Contains("/dev/full: writing failed"),
                       gdm::Error);
  gdm::write_output("/dev/null", bytes_of(after));
}

TEST_CASE("require_replaceable: says before the work what replace_file would say after it, and changes nothing") {
  const TemporaryFolder folder;
  put(folder / "file", before);
  gdm::require_replaceable(folder / "file");
  gdm::require_replaceable(folder / "new");
  CHECK(contents(folder / "file") == before);
  CHECK(folder.files() == 1);
  for (const auto& path : {folder / "nowhere/model", folder.path(), std::filesystem::path("/dev/null")}) {
    CAPTURE(path);
    CHECK_THROWS_AS(gdm::require_replaceable(path), gdm::Error);
  }
}

TEST_CASE("replace_file: many writers at once, and every look at the file finds one of them whole") {
  const TemporaryFolder folder;
  const auto path = folder / "model";
  put(path, std::string(20'000, '0'));
  std::vector<std::thread> writers;
  for (char name = '1'; name <= '4'; ++name) {
    writers.emplace_back([&path, name] {
      const std::string mine(20'000, name);
      for (int i = 0; i < 25; ++i) {
        gdm::replace_file(path, bytes_of(mine));
      }
    });
  }
  bool whole = true;
  for (int i = 0; i < 200; ++i) {
    const std::string seen = contents(path);
    whole = whole && seen.size() == 20'000 && seen.find_first_not_of(seen[0]) == std::string::npos;
  }
  for (std::thread& writer : writers) {
    writer.join();
  }
  CHECK(whole);
  CHECK(folder.files() == 1);
}
