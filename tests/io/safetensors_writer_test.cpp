#include <doctest/doctest.h>

#include <limits>
#include <map>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include <gdm/io/safetensors_writer.hpp>

#include "../data/failing_file_system.hpp"
#include "../data/temporary_folder.hpp"
#include "golden_file.hpp"

using gdm::TensorFileWriter;
using gdm_test::golden_bytes;
using gdm_test::golden_writer;
using gdm_test::shape_of;

namespace {

std::string refusal(TensorFileWriter& writer, auto&& act) {
  try {
    act(writer);
  } catch (const gdm::Error& error) {
    CHECK(error.code() == gdm::Errc::invalid_argument);
    return error.what();
  }
  return {};
}

bool says(const std::string& message, std::string_view part) { return message.find(part) != std::string::npos; }

/// A reader of the format by its specification that shares nothing with the library: tensor -> the numbers as doubles.
std::map<std::string, std::vector<double>> read_by_hand(const std::vector<std::byte>& bytes, nlohmann::json& header) {
  const std::string file(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  std::uint64_t length = 0;
  for (int i = 7; i >= 0; --i) {
    length = 256 * length + static_cast<unsigned char>(file[static_cast<std::size_t>(i)]);
  }
  header = nlohmann::json::parse(file.substr(8, length));
  const std::string data = file.substr(8 + length);
  std::map<std::string, std::vector<double>> tensors;
  std::size_t covered = 0;
  for (const auto& [name, entry] : header.items()) {
    if (name == "__metadata__") {
      continue;
    }
    const std::string dtype = entry.at("dtype");
    const std::size_t begin = entry.at("data_offsets").at(0);
    const std::size_t end = entry.at("data_offsets").at(1);
    const std::size_t size = dtype == "F32" ? 4 : 8;
    std::size_t count = 1;
    for (const std::size_t extent : entry.at("shape")) {
      count *= extent;
    }
    CHECK(end - begin == count * size);
    CHECK((8 + length + begin) % size == 0);  // aligned in a file that is mapped into memory
    covered += end - begin;
    auto& numbers = tensors[name];
    for (std::size_t i = 0; i < count; ++i) {
      std::uint64_t bits = 0;
      for (std::size_t k = size; k-- > 0;) {
        bits = bits << 8U | static_cast<unsigned char>(data.at(begin + i * size + k));
      }
      numbers.push_back(dtype == "F32"   ? static_cast<double>(std::bit_cast<float>(static_cast<std::uint32_t>(bits)))
                        : dtype == "F64" ? std::bit_cast<double>(bits)
                        : dtype == "I64" ? static_cast<double>(static_cast<std::int64_t>(bits))
                                         : static_cast<double>(bits));
    }
  }
  CHECK(covered == data.size());
  return tensors;
}

}  // namespace

TEST_CASE("TensorFileWriter: writes the golden file, in whatever order its parts are given") {
  CHECK(golden_writer().bytes() == golden_bytes());
  CHECK(golden_writer().bytes() == golden_writer().bytes());
}

TEST_CASE("TensorFileWriter: an independent reader finds what was written") {
  nlohmann::json header;
  const auto tensors = read_by_hand(golden_writer().bytes(), header);
  CHECK(tensors.size() == 5);
  CHECK(tensors.at("mean") == std::vector<double>{0.5, -1e300});
  CHECK(tensors.at("weights.0") == std::vector<double>{1, -2, 0.5, 3.25, -0.0, static_cast<double>(1e-45F)});
  CHECK(tensors.at("counters") == std::vector<double>{0, 18446744073709551615.0, 42});
  CHECK(tensors.at("epoch") == std::vector<double>{-7});
  CHECK(tensors.at("empty").empty());
  CHECK(header["__metadata__"]["problem"] == std::string(gdm_test::golden_problem));
  CHECK(header["__metadata__"]["version"] == "0.1.0");
}

TEST_CASE("TensorFileWriter: every number of tensors and length of names keeps the data aligned") {
  for (std::size_t length = 1; length <= 9; ++length) {
    TensorFileWriter writer;
    writer.add<float>(std::string(length, 'f'), shape_of({1}), std::vector<float>{1.5F});
    writer.add<double>(std::string(length, 'd'), shape_of({1, 1}), std::vector<double>{2.5});
    nlohmann::json header;
    const auto tensors = read_by_hand(writer.bytes(), header);
    CHECK(tensors.at(std::string(length, 'f')) == std::vector<double>{1.5});
    CHECK(tensors.at(std::string(length, 'd')) == std::vector<double>{2.5});
    CHECK(gdm::TensorFile::parse(writer.bytes()).tensors().size() == 2);
  }
  CHECK(gdm::TensorFile::parse(TensorFileWriter().bytes()).tensors().empty());
}

TEST_CASE("TensorFileWriter: refuses what could not be read back") {
  TensorFileWriter writer = golden_writer();
  const std::vector<float> three = {1, 2, 3};
  CHECK(says(refusal(writer, [&](auto& w) { w.template add<float>("mean", shape_of({3}), three); }),
             "tensor \"mean\": the name is taken"));
  CHECK(says(refusal(writer, [&](auto& w) { w.template add<float>("__metadata__", shape_of({3}), three); }),
             "the name is reserved"));
  CHECK(says(refusal(writer, [&](auto& w) { w.template add<float>("new", shape_of({4}), three); }),
             "tensor \"new\": 3 numbers for shape [4]"));
  CHECK(says(refusal(writer, [&](auto& w) { w.template add<float>("new", shape_of({2}), three); }),
             "tensor \"new\": 3 numbers for shape [2]"));
  CHECK(says(refusal(writer,
                     [&](auto& w) {
                       w.template add<float>("new", shape_of({1ULL << 62U, 4}), {});
                     }),
             "0 numbers for shape"));
  const std::vector<double> bad = {1, -std::numeric_limits<double>::infinity()};
  CHECK(says(refusal(writer, [&](auto& w) { w.template add<double>("new", shape_of({2}), bad); }),
             "tensor \"new\": element 1 is -inf"));
  CHECK(says(refusal(writer, [&](auto& w) { w.set_metadata("version", "0.2.0"); }), "the key is taken"));
  CHECK(says(refusal(writer, [&](auto& w) { w.set_metadata("checksum.mean", "mine"); }), "reserved for a checksum"));
  CHECK(writer.bytes() == golden_bytes());  // none of this left a trace

  for (const char* const text : {"\xFF", "caf\xE9", "\xED\xA0\x80"}) {
    TensorFileWriter metadata;
    metadata.set_metadata("key", text);
    CHECK(!refusal(metadata, [](auto& w) { (void)w.bytes(); }).empty());
    TensorFileWriter name;
    name.add<float>(text, shape_of({3}), three);
    CHECK(!refusal(name, [](auto& w) { (void)w.bytes(); }).empty());
  }
  TensorFileWriter large;
  large.set_metadata("key", std::string(1U << 20U, 'x'));
  CHECK(says(refusal(large, [](auto& w) { (void)w.bytes(); }), "a length of 1048"));
  TensorFileWriter many;
  for (int i = 0; i < 2049; ++i) {
    many.add<float>(std::to_string(i), shape_of({0}), {});
  }
  CHECK(says(refusal(many, [](auto& w) { (void)w.bytes(); }), "more than 2048 tensors"));
}

TEST_CASE("TensorFileWriter: the largest numbers of tensors and of metadata that are allowed can be read back") {
  TensorFileWriter writer;
  for (int i = 0; i < 2048; ++i) {
    writer.add<std::uint64_t>("t" + std::to_string(i), shape_of({}),
                              std::vector<std::uint64_t>{static_cast<std::uint64_t>(i)});
  }
  for (int i = 0; i < 4096 - 2048 - 1; ++i) {
    writer.set_metadata("m" + std::to_string(i), "x");
  }
  const gdm::TensorFile file = gdm::TensorFile::parse(writer.bytes());
  CHECK(file.tensors().size() == 2048);
  CHECK(file.metadata().size() == 4096);
  writer.set_metadata("one more", "x");
  CHECK(!refusal(writer, [](auto& w) { (void)w.bytes(); }).empty());
}

TEST_CASE("TensorFileWriter: whichever call fails on save, the old or the new model is whole") {
  const gdm_test::TemporaryFolder folder;
  const auto path = folder / "model.safetensors";
  TensorFileWriter old;
  old.set_metadata("version", "old");
  old.save(path);
  const std::string before = gdm_test::contents(path);
  const std::vector<std::byte> golden = golden_bytes();
  const std::string after(reinterpret_cast<const char*>(golden.data()), golden.size());
  for (int k = 1;; ++k) {
    gdm_test::put(path, before);
    gdm_test::FailingFileSystem fs;
    fs.fail_at = {k};
    bool threw = false;
    try {
      golden_writer().save(fs, path);
    } catch (const gdm::Error&) {
      threw = true;
    }
    const std::string now = gdm_test::contents(path);
    CHECK((now == before || now == after));
    CHECK(folder.files() == 1);
    if (!threw) {
      CHECK(k == 9);
      CHECK(now == after);
      break;
    }
  }
}
