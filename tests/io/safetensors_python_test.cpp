#include <doctest/doctest.h>

#include <cstdlib>
#include <string>
#include <vector>

#include <gdm/io/safetensors.hpp>

#include "../data/temporary_folder.hpp"
#include "golden_file.hpp"

using gdm_test::shape_of;

namespace {

/// Runs python3 with the script beside this file; its output goes to `out`.
bool run_python(const std::string& arguments, const std::filesystem::path& out) {
  const std::string command = "python3 " + arguments + " > '" + out.string() + "' 2>&1";
  return std::system(command.c_str()) == 0;
}

bool has_python() { return std::system("python3 -c '' > /dev/null 2>&1") == 0; }

}  // namespace

TEST_CASE("tensor files: Python reads what is written here, and what Python writes is read here") {
  if (!has_python()) {
    MESSAGE("left out: there is no python3");
    return;
  }
  const gdm_test::TemporaryFolder folder;
  gdm_test::golden_writer().save(folder / "ours");
  const auto script = std::filesystem::path(__FILE__).parent_path() / "read_safetensors.py";
  const bool ran = run_python(
      "'" + script.string() + "' '" + (folder / "ours").string() + "' '" + (folder / "theirs").string() + "'",
      folder / "output");
  const std::string said = gdm_test::contents(folder / "output");
  CAPTURE(said);
  REQUIRE(ran);
  CHECK(said.find("problem = 'sum rate \"M=3\"\\n\\xe9'\n") != std::string::npos);
  CHECK(said.find("mean F64 [2] 0.5 -1e+300\n") != std::string::npos);
  CHECK(said.find("counters U64 [3] 0 18446744073709551615 42\n") != std::string::npos);
  CHECK(said.find("epoch I64 [] -7\n") != std::string::npos);
  CHECK(said.find("weights.0 F32 [2, 3] 1.0 -2.0 0.5 3.25 -0.0 1.401298464324817e-45\n") != std::string::npos);
  CHECK(said.find("empty F32 [0, 4]\n") != std::string::npos);

  const gdm::TensorFile theirs = gdm::TensorFile::read(folder / "theirs");  // with all its checksums
  CHECK(theirs.metadata("writer") == "Python");
  CHECK(theirs.metadata("problem") == gdm_test::golden_problem);
  std::array<float, 6> weights{};
  theirs.copy<float>("weights.0", shape_of({2, 3}), weights);
  std::array<double, 2> mean{};
  theirs.copy<double>("mean", shape_of({2}), mean);
  std::array<std::uint64_t, 3> counters{};
  theirs.copy<std::uint64_t>("counters", shape_of({3}), counters);
  std::int64_t epoch = 0;
  theirs.copy<std::int64_t>("epoch", shape_of({}), std::span(&epoch, 1));
  for (std::size_t i = 0; i < weights.size(); ++i) {
    CHECK(std::bit_cast<std::uint32_t>(weights[i]) == std::bit_cast<std::uint32_t>(-gdm_test::golden_weights[i]));
  }
  CHECK(mean == std::array<double, 2>{-0.5, 1e300});
  CHECK(counters == std::array<std::uint64_t, 3>{UINT64_MAX, 0, ~std::uint64_t{42}});
  CHECK(epoch == 7);
  theirs.copy<float>("empty", shape_of({0, 4}), {});
  CHECK(theirs.tensors().size() == 5);
}
