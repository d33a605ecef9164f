// SPDX-License-Identifier: MIT
/// @file
/// @brief Names what people give by mistake in place of a table or a model, by its first bytes.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include <gdm/core/error.hpp>
#include <gdm/data/in_quotes.hpp>

GDM_NAMESPACE_BEGIN

/// What a file is, and what to do about it.
struct FileKind {
  std::string_view what;
  std::string_view remedy;
};

/// Bytes from a file's start that `recognise_file` wants to see.
inline constexpr std::size_t recognisable_bytes = 64;

/// The kind of a file that is neither CSV text nor safetensors; nothing for one that is not known.
/// @param start  the file's first bytes, `recognisable_bytes` if there are so many
GDM_COLD [[nodiscard]] inline std::optional<FileKind> recognise_file(std::string_view start) {
  using namespace std::string_view_literals;
  struct Known {
    std::string_view magic;
    FileKind kind;
  };
  static constexpr std::array known = {
      Known{"version https://git-lfs"sv,
            {"this is the pointer that Git LFS leaves in place of a file",
             "Run `git lfs pull` in its repository to fetch the file itself"}},
      Known{"\x93NUMPY"sv, {"this is a NumPy array (.npy)", "Give it where a table is read, under a name in .npy"}},
      Known{"PK\x03\x04"sv,
            {"this is a ZIP archive, as numpy.savez (.npz), Excel (.xlsx) and torch.save (.pt) write",
             "Save a table as CSV or with numpy.save, one array a file, and a model with the optimizer's save"}},
      Known{"\x1f\x8b"sv, {"this is compressed by gzip", "Unpack it first"}},
      Known{"\x28\xb5\x2f\xfd"sv, {"this is compressed by zstd", "Unpack it first"}},
      Known{"\x89HDF"sv, {"this is an HDF5 file", "Save the table as CSV or with numpy.save"}},
      Known{"\xff\xfe"sv, {"this is text in UTF-16", "Save it as UTF-8 or plain ASCII"}},
      Known{"\xfe\xff"sv, {"this is text in UTF-16", "Save it as UTF-8 or plain ASCII"}},
  };
  for (const Known& k : known)
    if (start.starts_with(k.magic)) return k.kind;
  const std::string lower = lower_case(start.substr(std::min(start.find_first_not_of(" \t\r\n"), start.size())));
  for (const std::string_view tag : {"<!doctype"sv, "<html"sv, "<?xml"sv})
    if (lower.starts_with(tag))
      return FileKind{"this is a web page (HTML), not the file itself",
                      "The download brought a login or error page, or the page around the file; fetch the raw file"};
  if (start.size() > 2 && start[0] == '\x80' && start[1] >= 2 && start[1] <= 5)
    return FileKind{"this is a Python pickle", "Save the table as CSV or with numpy.save"};
  return std::nullopt;
}

/// Refuses bytes that are known to be something else than `name` should hold.
/// @throws Error [GDM-R402] saying what they are
GDM_COLD inline void refuse_other_kinds(std::string_view start, std::string_view name) {
  if (const auto kind = recognise_file(start.substr(0, recognisable_bytes)))
    throw Error(Errc::file_format, name, kind->what, kind->remedy);
}

GDM_NAMESPACE_END
