// SPDX-License-Identifier: MIT
/// @file
/// @brief What the tools ask of a command line: numbers in their range, and outputs that destroy nothing.
#pragma once

#include <CLI/CLI.hpp>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <gdm/data/atomic_file.hpp>
#include <gdm/data/csv_table.hpp>
#include <map>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

namespace example {

/// A command line that cannot be meant; exit code 2.
struct UsageError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Accepts a finite number for which `good` holds; `range` says in words which those are.
template <class Number, class Good>
CLI::Validator number_check(const std::string& range, const Good& good) {
  return CLI::Validator(
      [range, good](std::string& text) -> std::string {
        Number value{};
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
        const bool is_number = error == std::errc() && end == text.data() + text.size();
        return is_number && good(value) ? "" : "give " + range + ", not " + text.substr(0, 40);
      },
      "");
}
/// A whole number from `least` to `most`.
inline CLI::Validator whole(unsigned long long least, unsigned long long most) {
  return number_check<unsigned long long>(
      "a whole number from " + std::to_string(least) + " to " + std::to_string(most),
      [=](unsigned long long n) { return n >= least && n <= most; });
}
/// A positive number.
inline CLI::Validator positive() {
  return number_check<double>("a positive number", [](double x) { return std::isfinite(x) && x > 0; });
}
/// A number from `least` to `most`.
inline CLI::Validator between(double least, double most) {
  return number_check<double>("a number from " + gdm::to_text(least) + " to " + gdm::to_text(most),
                              [=](double x) { return x >= least && x <= most; });
}

/// The option --header of both tools.
inline const std::map<std::string, gdm::CsvHeader> header_kinds{
    {"detect", gdm::CsvHeader::detect}, {"present", gdm::CsvHeader::present}, {"none", gdm::CsvHeader::none}};
inline void add_header_option(CLI::App& app, gdm::CsvHeader& header) {
  app.add_option("--header", header, "is the first line of a CSV names (present), numbers (none), or look (detect)")
      ->transform(CLI::CheckedTransformer(header_kinds).description("detect, present or none"));
}

/// A file and what it is for: "--out", say.
struct NamedFile {
  std::string use;
  std::filesystem::path path;
};

/// Whether two paths lead to one file, be it there yet or not.
inline bool same_file(const std::filesystem::path& a, const std::filesystem::path& b) {
  std::error_code error;
  if (std::filesystem::equivalent(a, b, error) && !error) return true;
  const auto place = [](const std::filesystem::path& path) {
    std::error_code ignored;
    return std::filesystem::weakly_canonical(gdm::resolve_output(path).path, ignored);
  };
  return place(a) == place(b);
}

/// Makes sure, before any work is done, that the outputs can be written and that none of them takes the place of an
/// input or of another output. Paths that are empty or "-" are left out; pipes and devices are not replaced.
/// @throws UsageError naming the two that are one, gdm::Error [GDM-R401] for what cannot be written
inline void require_safe_outputs(const std::vector<NamedFile>& outputs, std::vector<NamedFile> others) {
  for (NamedFile& other : others)
    if (other.path == "-") other.path = "/dev/stdin";
  for (const NamedFile& output : outputs) {
    if (output.path.empty() || output.path == "-" || gdm::resolve_output(output.path).stream) continue;
    for (const NamedFile& other : others) {
      if (!other.path.empty() && same_file(output.path, other.path)) {
        throw UsageError(output.use + " would replace " + other.path.string() + ", which is " + other.use +
                         "; give another name");
      }
    }
    gdm::require_replaceable(output.path);
    others.push_back(output);
  }
}

/// Runs a tool: 0 = done, 1 = what was given is not as it should be, 2 = the command line is wrong.
/// @param speaks  whether this process is the one of its job that says what is wrong
template <class Run>
int run_tool(CLI::App& app, int argc, char** argv, const Run& run, bool speaks = true) {
  const std::string name = app.get_name();
  const auto say = [&](const std::exception& error) {
    if (speaks) std::fprintf(stderr, "%s: %s\n", name.c_str(), error.what());
  };
  try {
    app.parse(argc, argv);
    const int code = run();
    if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) {
      throw gdm::Error(gdm::Errc::file_io, "standard output", "it did not take all that was printed",
                       "Check the free space where it goes");
    }
    return code;
  } catch (const CLI::ParseError& error) {
    if (!speaks) return error.get_exit_code() == 0 ? 0 : 2;
    return app.exit(error) == 0 ? 0 : 2;
  } catch (const UsageError& error) {
    say(error);
    return 2;
  } catch (const std::exception& error) {
    say(error);
    return 1;
  }
}

}  // namespace example
