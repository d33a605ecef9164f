#include <doctest/doctest.h>

#include <cstdlib>
#include <string>

#include <gdm/data/npy.hpp>

#include "temporary_folder.hpp"

TEST_CASE("NPY files: NumPy reads what is written here, and what NumPy writes is read here") {
  if (std::system("python3 -c 'import numpy' > /dev/null 2>&1") != 0) {
    MESSAGE("left out: there is no python3 with NumPy");
    return;
  }
  const gdm_test::TemporaryFolder folder;
  xt::xtensor<double, 2> table;
  table.resize({37, 5});
  for (std::size_t i = 0; i < table.size(); ++i) {
    table.data()[i] = 1.0 / (static_cast<double>(i) + 0.5);
  }
  gdm::write_npy(folder / "ours.npy", table);
  const auto script = std::filesystem::path(__FILE__).parent_path() / "convert_npy.py";
  for (const std::string way : {"same", "fortran", "single"}) {
    CAPTURE(way);
    const std::string command = "python3 '" + script.string() + "' '" + (folder / "ours.npy").string() + "' '" +
                                (folder / (way + ".npy")).string() + "' " + way;
    REQUIRE(std::system(command.c_str()) == 0);
    const xt::xtensor<double, 2> theirs = gdm::read_npy(folder / (way + ".npy"));
    REQUIRE(theirs.shape() == table.shape());
    bool right = true;
    for (std::size_t i = 0; i < table.size(); ++i) {
      const double value = table.data()[i];
      right = right && theirs.data()[i] == (way == "single" ? static_cast<double>(static_cast<float>(value)) : value);
    }
    CHECK(right);
  }
  CHECK(gdm_test::contents(folder / "same.npy") == gdm_test::contents(folder / "ours.npy"));
}
