// SPDX-License-Identifier: MIT
/// @file
/// @brief Reads a file of named tensors in the safetensors format, all or nothing and every byte checked.
///
/// Format (https://github.com/huggingface/safetensors), which models and checkpoints share:
///
/// | bytes         | content                                                                                   |
/// |---------------|-------------------------------------------------------------------------------------------|
/// | 0..7          | N, the length of the header, unsigned, little-endian                                      |
/// | 8..8+N-1      | the header: a JSON object, filled up with spaces so that the data begin at a multiple of 8 |
/// | 8+N..         | the data: the tensors' numbers, little-endian, last index fastest, without gaps            |
///
/// The header has a key for each tensor, `"name":{"dtype":"F32","shape":[2,3],"data_offsets":[begin,end]}`, with the
/// dtypes F32, F64, I64 and U64 and offsets counted from the end of the header; and the key `__metadata__`, an object
/// of strings. Written here: `__metadata__` first with its keys sorted, tensors of eight-byte numbers before those of
/// four bytes (so that all are aligned), otherwise in the order in which they were added.
///
/// Metadata entries that are part of this format: `checksum.<tensor>`, the CRC-32 of that tensor's bytes, and
/// `checksum.__metadata__`, the CRC-32 of all that the header says (see tensor_checksum.hpp). In Python a checksum is
/// `"crc32:%08x" % zlib.crc32(data)`. With both, every error of a single bit anywhere in the file is found, or lies in
/// how the JSON is written and changes nothing that it says.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gdm/core/vector.hpp>
#include <gdm/data/byte_source.hpp>
#include <gdm/data/file_kind.hpp>
#include <gdm/data/in_quotes.hpp>
#include <gdm/io/safetensors_header.hpp>
#include <gdm/io/tensor_checksum.hpp>

GDM_NAMESPACE_BEGIN

/// What a reader expects of one tensor.
struct TensorSpec {
  std::string name;
  Dtype dtype = Dtype::f32;
  TensorShape shape;

  [[nodiscard]] std::string text() const { return std::string(dtype_name(dtype)) + " " + shape.text(); }
};

struct TensorFileOptions {
  bool require_checksums = true;  ///< refuse a file without checksums; those that are there are always verified
};

/// A tensor file in memory, all of it verified: its structure, its checksums, and that its numbers are finite.
class TensorFile {
 public:
  /// A tensor of the file; valid as long as the `TensorFile` lives.
  struct View {
    const TensorEntry& entry;
    std::span<const std::byte> bytes;  ///< need not be aligned in a file that another program wrote
  };

  /// Reads from a regular file. Memory: at most the size of the file + 2 MiB.
  /// @throws Error [GDM-R401] when the file cannot be read, [GDM-R402] when it is no sound tensor file
  template <FileSystem Fs>
  GDM_COLD [[nodiscard]] static TensorFile read(Fs& fs, const std::filesystem::path& path,
                                                TensorFileOptions options = {}) {
    FileSource<Fs> source(fs, path);
    return TensorFile(source, options);
  }
  /// @copydoc read
  GDM_COLD [[nodiscard]] static TensorFile read(const std::filesystem::path& path, TensorFileOptions options = {}) {
    PosixFileSystem fs;
    return read(fs, path, options);
  }
  /// Reads from memory; `label` names the bytes in messages.
  /// @throws Error [GDM-R402]
  GDM_COLD [[nodiscard]] static TensorFile parse(std::span<const std::byte> bytes,
                                                 std::string label = "bytes in memory",
                                                 TensorFileOptions options = {}) {
    MemorySource source(bytes, std::move(label));
    return TensorFile(source, options);
  }

  /// The path or label that the file was read from.
  [[nodiscard]] const std::string& label() const noexcept { return label_; }
  /// Sorted by name.
  [[nodiscard]] const std::vector<TensorEntry>& tensors() const noexcept { return header_.tensors; }
  /// Pairs of key and value, sorted by key; the checksums are among them.
  [[nodiscard]] const std::vector<MetadataEntry>& metadata() const noexcept { return header_.metadata; }
  /// The value of a metadata entry, or null.
  GDM_COLD [[nodiscard]] const std::string* find_metadata(std::string_view key) const noexcept {
    const MetadataEntry* const entry = detail::find_by_name(header_.metadata, key, &MetadataEntry::first);
    return entry == nullptr ? nullptr : &entry->second;
  }
  /// The value of a metadata entry.
  /// @throws Error [GDM-R403] if there is none
  GDM_COLD [[nodiscard]] const std::string& metadata(std::string_view key) const {
    if (const std::string* const value = find_metadata(key)) {
      return *value;
    }
    throw Error(Errc::file_mismatch, label_, "the metadata has no entry " + in_quotes(key), remedy_for_mismatch);
  }

  [[nodiscard]] View view(const TensorEntry& entry) const noexcept {
    return {entry, std::span(data_).subspan(detail::to_size(entry.begin), detail::to_size(entry.end - entry.begin))};
  }
  [[nodiscard]] const TensorEntry* find(std::string_view name) const noexcept {
    return detail::find_by_name(header_.tensors, name, &TensorEntry::name);
  }
  /// Refuses the file unless it holds just these tensors with these types and shapes.
  /// @throws Error [GDM-R403] naming the first tensor that is missing, not expected or different
  GDM_COLD void require(std::span<const TensorSpec> expected) const {
    for (const TensorSpec& spec : expected) {
      (void)require(spec);
    }
    for (const TensorEntry& tensor : header_.tensors) {
      bool known = false;
      for (const TensorSpec& spec : expected) known = known || spec.name == tensor.name;
      if (!known) throw mismatch(tensor.name, "such a tensor is not expected here");
    }
  }
  /// Copies one tensor, last index fastest.
  /// @throws Error [GDM-R403] if it is missing or of another type or shape, or [GDM-R201] if `out` has another size
  template <TensorItem T>
  void copy(std::string_view name, const TensorShape& shape, std::span<T> out) const {
    copy({std::string(name), dtype_of<T>, shape}, std::as_writable_bytes(out));
  }

 private:
  static constexpr std::string_view remedy_for_mismatch =
      "Load the file with the type that saved it, or save it again with this version";

  template <ByteSource Source>
  GDM_COLD TensorFile(Source& source, TensorFileOptions options) : label_(source.label()) {
    const std::uint64_t data_bytes = read_header(source);
    data_ =
        allocate_for(label_, data_bytes, [&] { return std::vector<std::byte>(static_cast<std::size_t>(data_bytes)); });
    source.read(data_);
    source.finish();
    verify_checksums(options);
    for (const TensorEntry& tensor : header_.tensors) {
      const auto [value, at] = first_not_finite(tensor.dtype, view(tensor).bytes);
      if (!has_finite_bits(value)) {
        throw Error(Errc::file_format, label_ + ": tensor " + in_quotes(tensor.name),
                    "element " + std::to_string(at) + " is " + to_text(value),
                    "Only finite numbers are loaded; save the model again from a training that converged");
      }
    }
  }

  /// @returns the number of bytes that follow the header
  template <ByteSource Source>
  GDM_COLD std::uint64_t read_header(Source& source) {
    std::array<std::byte, 8> prefix{};
    if (source.size() < prefix.size()) {
      throw Error(Errc::file_format, label_, "only " + std::to_string(source.size()) + " bytes", JsonReader::remedy);
    }
    source.read(prefix);
    std::uint64_t length = 0;
    std::memcpy(&length, prefix.data(), prefix.size());
    const std::uint64_t rest = source.size() - prefix.size();
    if (length > TensorFileLimits::header_bytes || length > rest) {
      refuse_what_is_no_tensor_file(source, prefix);
      throw Error(Errc::file_format, label_,
                  "a header of " + std::to_string(length) + " bytes in a file of " + std::to_string(source.size()) +
                      ", at most " + std::to_string(TensorFileLimits::header_bytes) + " being allowed",
                  JsonReader::remedy);
    }
    std::string json(detail::to_size(length), '\0');
    source.read(std::as_writable_bytes(std::span(json)));
    header_ = parse_tensor_header(json, rest - length, label_);
    return rest - length;
  }

  /// Says of a file without a header what it is instead, if that can be told.
  template <ByteSource Source>
  GDM_COLD void refuse_what_is_no_tensor_file(Source& source, std::span<const std::byte> prefix) const {
    std::string start(recognisable_bytes, '\0');
    start.resize(static_cast<std::size_t>(std::min<std::uint64_t>(start.size(), source.size())));
    std::memcpy(start.data(), prefix.data(), prefix.size());
    source.read(std::as_writable_bytes(std::span(start).subspan(prefix.size())));
    refuse_other_kinds(start, label_);
    const auto is_text = [](char c) { return (c >= ' ' && c <= '~') || c == '\n' || c == '\r' || c == '\t'; };
    if (std::all_of(start.begin(), start.end(), is_text)) {
      throw Error(Errc::file_format, label_, "this is a text that begins with " + in_quotes(start, 16),
                  "Give a model that an optimizer's save or gdm_train wrote");
    }
  }

  /// Whether another program wrote the file: neither a checksum nor a format of this library is left in it.
  GDM_COLD [[nodiscard]] bool is_foreign() const {
    bool own = false;
    for (const auto& [key, value] : header_.metadata) {
      own = own || key.starts_with(checksum_prefix) || (key == "format" && value.starts_with("gdm-"));
    }
    return !own;
  }

  GDM_COLD void verify_checksums(TensorFileOptions options) const {
    const auto verify = [&](std::string_view key, std::string_view what, const Crc32& crc) {
      const std::string* const written = find_metadata(key);
      const std::string computed = checksum_text(crc);
      if (written == nullptr && options.require_checksums && is_foreign()) {
        throw Error(Errc::file_format, label_ + ": " + std::string(what),
                    "no checksum " + in_quotes(key) + "; another program wrote this safetensors file",
                    "Give a model that an optimizer's save or gdm_train wrote; weights of other programs do not fit");
      }
      if (written == nullptr ? options.require_checksums : *written != computed) {
        throw Error(
            Errc::file_format, label_ + ": " + std::string(what),
            written == nullptr ? "no checksum " + in_quotes(key)
                               : "the checksum is " + computed + " but the file says " + in_quotes(*written),
            "The file is damaged or was changed by a program that did not renew its checksums; fetch or save it again");
      }
    };
    verify(header_checksum_key, "the header", header_checksum(header_));
    for (const TensorEntry& tensor : header_.tensors) {
      verify(std::string(checksum_prefix) + tensor.name, "tensor " + in_quotes(tensor.name),
             Crc32().add(view(tensor).bytes));
    }
    for (const auto& [key, value] : header_.metadata) {
      if (key.starts_with(checksum_prefix) && key != header_checksum_key &&
          find(std::string_view(key).substr(checksum_prefix.size())) == nullptr) {
        throw Error(Errc::file_format, label_, "the checksum " + in_quotes(key) + " of a tensor that is not there",
                    JsonReader::remedy);
      }
    }
  }

  GDM_COLD void copy(const TensorSpec& spec, std::span<std::byte> out) const {
    const View tensor = view(require(spec));
    if (tensor.bytes.size() != out.size()) {
      throw Error(Errc::invalid_argument, "TensorFile::copy",
                  "room for " + std::to_string(out.size() / dtype_bytes(spec.dtype)) + " numbers",
                  "Give room for all numbers of shape " + spec.shape.text());
    }
    std::copy(tensor.bytes.begin(), tensor.bytes.end(), out.begin());
  }

  GDM_COLD [[nodiscard]] Error mismatch(std::string_view name, const std::string& found) const {
    return {Errc::file_mismatch, label_ + ": tensor " + in_quotes(name), found, remedy_for_mismatch};
  }
  GDM_COLD const TensorEntry& require(const TensorSpec& spec) const {
    const TensorEntry* const entry = find(spec.name);
    if (entry == nullptr) {
      throw mismatch(spec.name, "there is no such tensor");
    }
    if (entry->dtype != spec.dtype || !(entry->shape == spec.shape)) {
      throw mismatch(spec.name, "it is " + std::string(dtype_name(entry->dtype)) + " " + entry->shape.text() +
                                    " but should be " + spec.text());
    }
    return *entry;
  }

  std::string label_;
  TensorFileHeader header_;
  std::vector<std::byte> data_;
};

GDM_NAMESPACE_END
