// SPDX-License-Identifier: MIT
/// @file
/// @brief The CSV reader. The first byte chooses the options, the rest is the text.
#include <sstream>
#include <string>

#include <gdm/data/csv.hpp>

#include "harness.hpp"

/// Two bytes, a digit and a comma, make eight; a growing vector holds three times that for a moment, or it and the
/// table; then the table is written and read back for comparison.
std::size_t memory_allowance(std::size_t size) { return 64 * size + 65536; }

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) {
    return 0;
  }
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  gdm::CsvOptions options;
  options.header = static_cast<gdm::CsvHeader>(data[0] % 3);
  options.columns = data[0] / 3 % 4;
  options.separator = data[0] < 128 ? ',' : ';';
  xt::xtensor<double, 2> table;
  const bool refused = gdm_test::refuses([&] { table = gdm::parse_csv(text, "fuzz", options); });
  if (data[0] % 16 == 15) {  // a stream costs more than all the rest
    xt::xtensor<double, 2> streamed;
    std::istringstream in{std::string(text)};
    gdm_test::require(refused == gdm_test::refuses([&] { streamed = gdm::read_csv(in, "fuzz", options); }),
                      "a stream is refused like a text");
    gdm_test::require(refused || streamed == table, "a stream reads like a text");
  }
  if (!refused) {
    gdm_test::require(table.size() > 0, "a table has numbers");
    gdm_test::require(options.columns == 0 || table.shape(1) == options.columns, "the columns asked for");
    gdm_test::require(gdm::parse_csv(gdm::csv_text(table), "again") == table, "what is written is read back");
  }
  return 0;
}
