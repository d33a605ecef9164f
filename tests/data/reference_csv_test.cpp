// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>

#include <gdm/problems/noma_uav/reference_layout.hpp>
#include <gdm/problems/offloading/reference_layout.hpp>
#include <gdm/problems/sum_rate/reference_layout.hpp>

#include "../near.hpp"
#include "temporary_folder.hpp"

using gdm::CoProblem;
using gdm::Errc;
using gdm::MsrProblem;
using gdm::NuProblem;
using gdm::read_reference_csv;

namespace {

/// The folder with the reference's own files, or an empty path.
std::filesystem::path reference_folder() {
  const char* root = std::getenv("GDM_SHARED_DIR");
#ifdef GDM_SHARED_DIR
  if (root == nullptr) root = GDM_SHARED_DIR;
#endif
  if (root == nullptr) return {};
  const std::filesystem::path folder = std::filesystem::path(root) / "data" / "diffsg";
  return std::filesystem::is_directory(folder) ? folder : std::filesystem::path{};
}

template <class P>
gdm::Dataset<P> parse(std::string_view text, double budget) {
  const gdm_test::TemporaryFolder folder;
  gdm_test::put(folder / "file.csv", text);
  return read_reference_csv<P>(folder / "file.csv", budget);
}

template <class P>
std::string complaint(std::string_view text, double budget, Errc code = Errc::file_format) {
  try {
    (void)parse<P>(text, budget);
  } catch (const gdm::Error& error) {
    CHECK(error.code() == code);
    return error.what();
  }
  return "no complaint";
}

bool says(const std::string& message, std::string_view part) {
  CAPTURE(message);
  return message.find(part) != std::string::npos;
}

// Water-filling by hand: gains 1, 0.5, 0.25 and 4 W give the water level (4 + 1 + 2) / 2 = 3.5, so powers 2.5, 1.5, 0
// and the rate log2(1 + 2.5) + log2(1 + 0.75) = log2(6.125).
constexpr const char* msr_line = "1,0.5,0.25,2.614709844115208,2.5,1.5,0\n";

constexpr const char* co_local = "2e5,6e8,5e8,0.5,0.25,0.75,";
constexpr const char* co_node = "3e5,9e8,6e8,0.25,0.5,0.5,";
std::string co_line(std::string_view tail) { return std::string(co_local) + co_node + co_node + std::string(tail); }

}  // namespace

TEST_CASE("read_reference_csv: a sum-rate line becomes gains, budget and powers") {
  const auto data = parse<MsrProblem>(msr_line, 4.0);
  REQUIRE(data.size() == 1);
  CHECK(data.condition(0) == gdm::Vector<4>(1, 0.5, 0.25, 4));
  CHECK(data.solution(0) == gdm::Vector<3>(2.5, 1.5, 0));
  CHECK((data.solution(0) - MsrProblem::optimal(data.condition(0))).norm() <= 1e-12);
}

TEST_CASE("read_reference_csv: sum-rate complaints name file, line and column") {
  const auto after_good = [](const char* bad) { return std::string(msr_line) + bad; };
  const auto message = [&](const char* bad) { return complaint<MsrProblem>(after_good(bad), 4.0); };
  CHECK(says(message("1,0.5,0.25,2.7,2.5,1.5,0\n"), "file.csv, line 2, column 4: the rate is 2.7"));
  CHECK(says(message("-1,0.5,0.25,2.7,2.5,1.5,0\n"), "line 2, column 1: gain g_1 is -1"));
  CHECK(says(message("1,0.5,0.25,2.7,2.5,1.6,-0.1\n"), "line 2, column 7: power p_3 is -0.1"));
  CHECK(says(message("1,0.5,0.25,2.7,2.5,1.5\n"), "line 2: a row of 6 numbers"));
  CHECK(says(message("1,0.5,0.25,2.7,2.5,1.5,0,1\n"), "line 2, column 8"));
  CHECK(says(message("1,0.5,x,2.7,2.5,1.5,0\n"), "line 2, column 3: \"x\" is not a number"));
  CHECK(says(complaint<MsrProblem>(msr_line, 5.0),
             "line 1, column 7: the powers up to here add up to 4 W and the budget is 5"));
  CHECK(says(complaint<MsrProblem>("0,0,0,0,2,1,1\n", 4.0, Errc::invalid_condition), "line 1: SumRate"));
  CHECK(says(complaint<MsrProblem>("", 4.0, Errc::empty_data), "file.csv"));
}

TEST_CASE("read_reference_csv: a budget that is not a positive number is refused before the file is opened") {
  for (const double budget : {0.0, -1.0, std::nan(""), HUGE_VAL}) {
    CAPTURE(budget);
    CHECK_THROWS_WITH_AS((void)read_reference_csv<MsrProblem>("no such file", budget),
                         doctest::Contains("read_reference_csv budget"), gdm::Error);
  }
  CHECK_THROWS_WITH_AS((void)read_reference_csv<MsrProblem>("no such file", 1.0), doctest::Contains("GDM-R401"),
                       gdm::Error);
}

TEST_CASE("read_reference_csv: the first node of an offloading line is the highest binary digit of the decision") {
  const auto data = parse<CoProblem>(co_line("4,1,0,0\n") + co_line("3,0,0.25,0.75\n") + co_line("0,0,0,0\n"), 2.5e9);
  REQUIRE(data.size() == 3);
  const auto x = data.condition(1);
  CHECK(x.head<5>() == gdm::Vector<5>(2e5, 6e8, 5e8, 0.5, 0.25));
  CHECK(x.segment<5>(10) == gdm::Vector<5>(3e5, 9e8, 6e8, 0.25, 0.5));
  CHECK(x[15] == 2.5e9);
  CHECK(data.solution(0) == gdm::Vector<3>(1, 0, 0));
  CHECK(data.solution(1) == gdm::Vector<3>(0, 0.25, 0.75));
  CHECK(data.solution(2) == gdm::Vector<3>(0, 0, 0));
}

TEST_CASE("read_reference_csv: decision, shares and weights of an offloading line must agree") {
  const auto message = [](std::string_view tail) { return complaint<CoProblem>(co_line(tail), 2.5e9); };
  CHECK(says(message("1,1,0,0\n"), "line 1, column 20: the share of node 1 is 1 and must be 0"));
  CHECK(says(message("6,1,0,0\n"), "line 1, column 21: the share of node 2 is 0 and must be above 0"));
  CHECK(says(message("4,1.5,0,0\n"), "line 1, column 22: the shares up to here add up to 1.5"));
  CHECK(says(message("4,-1,0,0\n"), "column 20"));
  CHECK(says(message("8,1,0,0\n"), "line 1, column 19: the decision is 8 and must be an integer from 0 to 7"));
  CHECK(says(message("0.5,1,0,0\n"), "column 19"));
  CHECK(says(message("-1,1,0,0\n"), "column 19"));
  std::string uneven = co_line("0,0,0,0\n");
  uneven.replace(uneven.find("0.75"), 4, "0.70");
  CHECK(says(complaint<CoProblem>(uneven, 2.5e9),
             "column 6: the energy weight beta of node 1 is 0.7 and must be 1 - alpha"));
}

TEST_CASE("read_reference_csv: a NOMA-UAV line becomes terminals, total power, position and powers") {
  // Distances squared 22500, 22600, 22900 from (100, 100) at 150 m; gains 60 / 110 over them, powers 5.9, 6, 6.1.
  const double c = 60.0 / 110.0;
  const double nats =
      std::log1p(5.9 * c / 22500) + std::log1p(6 * c / (5.9 * c + 22600)) + std::log1p(6.1 * c / (11.9 * c + 22900));
  const std::string start = "100,100,110,100,100,120,100,100,5.9,6,6.1,";
  const auto data = parse<NuProblem>(start + std::to_string(nats * 1e6) + "e-6\n", 18.0);
  REQUIRE(data.size() == 1);
  CHECK(data.condition(0).head<6>() == gdm::Vector<6>(100, 100, 110, 100, 100, 120));
  CHECK(data.condition(0)[6] == 18);
  CHECK(data.solution(0) == gdm::Vector<5>(100, 100, 5.9, 6, 6.1));
  CHECK(near(NuProblem::objective(data.condition(0), data.solution(0)) * std::log(2.0), nats, 0, 1e-12));

  const auto message = [](const std::string& line) { return complaint<NuProblem>(line + "\n", 18.0); };
  CHECK(says(message(start + "4.2e-4"), "line 1, column 12: the rate is 0.00042 and position and powers give"));
  CHECK(says(message("100,100,110,100,100,120,100,100,5.9,6,6.2,4e-4"), "column 11: the powers up to here"));
  CHECK(says(message("100,100,110,100,100,120,100,100,-5.9,6,6.2,4e-4"), "column 9: power p_1 is -5.9"));
}

TEST_CASE("read_reference_csv: rates of NOMA-UAV in bit as well as in nat, and labels are accepted for training") {
  // As above, but with the margin of 0.05 mW that the reference keeps: half of what NomaUav asks of an answer.
  const double c = 60.0 / 110.0;
  const double nats = std::log1p(5.95 * c / 22500) + std::log1p(6 * c / (5.95 * c + 22600)) +
                      std::log1p(6.05 * c / (11.95 * c + 22900));
  for (const double rate : {nats, nats / std::log(2.0)}) {
    const auto data =
        parse<NuProblem>("100,100,110,100,100,120,100,100,5.95,6,6.05," + gdm::to_text(rate) + "\n", 18.0);
    REQUIRE(data.size() == 1);
    CHECK(NuProblem::violation(data.condition(0), data.solution(0)) > 0.4);
    CHECK_NOTHROW(data.validate());
  }
  CHECK(says(complaint<NuProblem>("100,100,110,100,100,120,100,100,5.95,6,6.05,5e-4\n", 18.0), "bit/s/Hz"));
}

#ifdef GDM_SHARED_DIR
TEST_CASE("read_reference_csv: files from the field") {
  const std::filesystem::path field = std::filesystem::path(GDM_SHARED_DIR) / "data/field";
  if (!std::filesystem::exists(field)) return;
  const auto bit = read_reference_csv<NuProblem>(field / "nu_rate_in_bit.csv", 18.0);
  const auto nat = read_reference_csv<NuProblem>(field / "nu_rate_in_nat.csv", 18.0);
  CHECK(bit.solutions == nat.solutions);
}
#endif

TEST_CASE("the reference's sum-rate file: its labels are water-filling") {
  if (reference_folder().empty()) return;
  const auto data = read_reference_csv<MsrProblem>(reference_folder() / "3c_10w_10000samples.csv", 10.0);
  REQUIRE(data.size() == 10'000);
  double worst = 0;
  for (std::size_t i = 0; i < data.size(); ++i) {
    const auto x = data.condition(i);
    const double found = MsrProblem::objective(x, data.solution(i));
    worst = larger_error(worst, gdm::relative_gap(gdm::Sense::maximize, found, MsrProblem::bound(x)));
    CHECK_MESSAGE(MsrProblem::violation(x, data.solution(i)) <= 1e-9, i);
  }
  CHECK(worst <= 1e-9);
}

TEST_CASE("the reference's offloading file: its labels are the optimum on a grid of shares") {
  if (reference_folder().empty()) return;
  const auto data = read_reference_csv<CoProblem>(reference_folder() / "3nodes_500samples_ood_sample.csv", 2.5e9);
  REQUIRE(data.size() == 500);
  double worst = 0, mean = 0;
  for (std::size_t i = 0; i < data.size(); ++i) {
    const auto x = data.condition(i);
    const double best = CoProblem::objective(x, CoProblem::optimal(x));
    const double gap = gdm::relative_gap(gdm::Sense::minimize, CoProblem::objective(x, data.solution(i)), best);
    CHECK_MESSAGE(gap >= -1e-12, i);
    CHECK_MESSAGE(CoProblem::violation(x, data.solution(i)) <= 1e-9, i);
    worst = larger_error(worst, gap);
    mean += gap / 500;
  }
  MESSAGE("mean gap " << mean << ", worst " << worst);
  CHECK(worst <= 1e-2);  // shares are multiples of 0.01; the digits in the other order would give gaps above 1
}

TEST_CASE("the reference's NOMA-UAV file: its labels are near the optimum and never above it") {
  if (reference_folder().empty()) return;
  const auto data = read_reference_csv<NuProblem>(reference_folder() / "3u_18mW_10000samples.csv", 18.0);
  REQUIRE(data.size() == 10'000);
  double worst = 0, mean = 0;
  for (std::size_t i = 0; i < 2500; i += 25) {  // the lines that are not turned copies
    const auto x = data.condition(i);
    const double best = NuProblem::objective(x, NuProblem::optimal(x));
    const double gap = gdm::relative_gap(gdm::Sense::maximize, NuProblem::objective(x, data.solution(i)), best);
    CHECK_MESSAGE(gap >= -1e-9, "line " << i + 1 << ": gap " << gap);
    worst = larger_error(worst, gap);
    mean += gap / 100;
  }
  MESSAGE("mean gap " << mean << ", worst " << worst);
  CHECK(worst <= 1e-2);  // powers of 5.85, 6.05 and 6.1 mW cost up to half a per cent against 5.9, 6 and 6.1
}
