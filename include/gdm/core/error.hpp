// SPDX-License-Identifier: MIT
/// @file
/// @brief The one exception family of the library.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

#include <gdm/core/config.hpp>

GDM_NAMESPACE_BEGIN

/// What went wrong, for code. The numbers are part of the interface: they are printed as `[GDM-R<number>]` and never
/// given a second meaning.
enum class Errc : std::uint16_t {
  invalid_argument = 201,   ///< an option or argument is outside its documented range
  invalid_condition = 202,  ///< a condition of a problem is not finite or outside its physical range
  infeasible = 203,         ///< a condition for which no feasible solution exists
  empty_data = 211,         ///< a dataset without rows
  shape_mismatch = 212,     ///< arrays whose rows or columns do not fit together
  infeasible_label = 213,   ///< a label that breaks the constraints of its instance
  not_trained = 221,        ///< a solve before training or loading
  not_proved = 231,         ///< a search for an exact optimum that ended without its proof
  diverged = 301,           ///< the loss or a gradient became NaN or infinite during training
  file_io = 401,            ///< the operating system refused to open, read or write a file
  file_format = 402,        ///< the bytes are not in the expected format, or are damaged
  file_mismatch = 403,      ///< a sound file, but of another model or problem
  processes_differ = 501,   ///< processes of one job that were given different data or options, or round differently
  process_failed = 502,     ///< an error that is none of the library's on another process of the job
  mpi_threads = 503,        ///< MPI was initialised for programs without threads
};

/// Every exception that the library throws on purpose. `what()` reads: where, what was found, what to do, number.
class Error : public std::runtime_error {
 public:
  /// @param where   the function, option, file (with line) or tensor
  /// @param found   what was found there, with its value
  /// @param remedy  what the caller can do about it
  GDM_COLD Error(Errc code, std::string_view where, std::string_view found, std::string_view remedy)
      : std::runtime_error(std::string(prefix) + std::string(where) + ": " + std::string(found) + ". " +
                           std::string(remedy) + ". [GDM-R" + std::to_string(static_cast<unsigned>(code)) + "]"),
        code_(code) {}

  /// An error that another process threw, from its code and its text.
  [[nodiscard]] static Error relayed(Errc code, const std::string& what) { return Error(code, what); }

  /// The number of the error.
  [[nodiscard]] Errc code() const noexcept { return code_; }

  /// The same error, with the place in front in which it was met: a row of a dataset, a line of a file.
  GDM_COLD [[nodiscard]] Error within(std::string_view place) const {
    return Error(code_, std::string(prefix) + std::string(place) + ": " + (what() + prefix.size()));
  }

 private:
  static constexpr std::string_view prefix = "gdm: ";
  GDM_COLD Error(Errc code, const std::string& text) : std::runtime_error(text), code_(code) {}

  Errc code_;
};

GDM_NAMESPACE_END
