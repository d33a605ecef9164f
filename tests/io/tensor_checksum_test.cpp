#include <doctest/doctest.h>

#include <set>
#include <string>
#include <vector>

#include <gdm/io/tensor_checksum.hpp>

#include "golden_file.hpp"

namespace {

gdm::TensorFileHeader example() {
  return {{{"a", gdm_test::shape_of({2, 3}), 0, 24, gdm::Dtype::f32},
           {"b", gdm_test::shape_of({}), 24, 32, gdm::Dtype::u64}},
          {{"checksum.__metadata__", "whatever"}, {"k", "v"}, {"l", ""}}};
}

}  // namespace

TEST_CASE("checksum_text: eight lower-case digits with their zeros") {
  CHECK(gdm::checksum_text(gdm::Crc32()) == "crc32:00000000");
  CHECK(gdm::checksum_text(gdm::Crc32().add(std::as_bytes(std::span("123456789", 9)))) == "crc32:cbf43926");
}

TEST_CASE("header_checksum: covers just the bytes that its definition lists") {
  std::string expected;
  const auto number = [&](std::uint64_t value) { expected.append(reinterpret_cast<const char*>(&value), 8); };
  const auto text = [&](const std::string& value) {
    number(value.size());
    expected += value;
  };
  number(2);
  for (const char* const part : {"k", "v", "l", ""}) {
    text(part);
  }
  text("a");
  text("F32");
  for (const std::uint64_t part : {2U, 2U, 3U, 0U, 24U}) {
    number(part);
  }
  text("b");
  text("U64");
  for (const std::uint64_t part : {0U, 24U, 32U}) {
    number(part);
  }
  CHECK(gdm::header_checksum(example()).value() == gdm::Crc32().add(std::as_bytes(std::span(expected))).value());
}

TEST_CASE("header_checksum: changes with everything that a header says, but for itself") {
  const std::uint32_t right = gdm::header_checksum(example()).value();
  std::set<std::uint32_t> seen = {right};
  const auto differs = [&](auto&& edit) {
    gdm::TensorFileHeader header = example();
    edit(header);
    return seen.insert(gdm::header_checksum(header).value()).second;
  };
  CHECK_FALSE(differs([](auto& h) { h.metadata[0].second = "another"; }));
  CHECK(differs([](auto& h) { h.metadata[0].first = "checksum.__metadatb__"; }));
  CHECK(differs([](auto& h) { h.metadata[1].first = "K"; }));
  CHECK(differs([](auto& h) { h.metadata[1].second = "V"; }));
  CHECK(differs([](auto& h) { std::swap(h.metadata[1].second, h.metadata[2].second); }));
  CHECK(differs([](auto& h) { h.metadata.pop_back(); }));
  CHECK(differs([](auto& h) { h.tensors[0].name = "A"; }));
  CHECK(differs([](auto& h) { h.tensors[0].dtype = gdm::Dtype::f64; }));
  CHECK(differs([](auto& h) { h.tensors[0].shape = gdm_test::shape_of({3, 2}); }));
  CHECK(differs([](auto& h) { h.tensors[0].shape = gdm_test::shape_of({2, 3, 1}); }));
  CHECK(differs([](auto& h) { h.tensors[0].begin = 1; }));
  CHECK(differs([](auto& h) { h.tensors[1].end = 33; }));
  CHECK(differs([](auto& h) { h.tensors.pop_back(); }));
}
