#include <doctest/doctest.h>

#include <random>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include <gdm/io/safetensors_header.hpp>

#include "golden_file.hpp"

using gdm::parse_tensor_header;

namespace {

/// What is said of a header in front of `data_bytes` bytes; empty if it is accepted.
std::string complaint(std::string_view json, std::uint64_t data_bytes) {
  try {
    (void)parse_tensor_header(json, data_bytes, "model");
  } catch (const gdm::Error& error) {
    CHECK(error.code() == gdm::Errc::file_format);
    return error.what();
  }
  return {};
}

std::string tensor(std::string_view body) { return "{\"w\":{" + std::string(body) + "}}"; }

std::string tensors(int count, std::string_view prefix = "t") {
  std::string json = "{";
  for (int i = 0; i < count; ++i) {
    json += (i == 0 ? "" : ",") + ("\"" + std::string(prefix)) + std::to_string(i) +
            R"(":{"dtype":"F32","shape":[1],"data_offsets":[)" + std::to_string(4 * i) + "," +
            std::to_string(4 * i + 4) + "]}";
  }
  return json + "}";
}

}  // namespace

TEST_CASE("parse_tensor_header: the golden header") {
  const gdm::TensorFileHeader header = parse_tensor_header(gdm_test::golden_header, 72, "model");
  REQUIRE(header.tensors.size() == 5);
  CHECK(header.tensors[0].name == "counters");  // sorted by name
  CHECK(header.tensors[1].name == "empty");
  CHECK(header.tensors[2].name == "epoch");
  CHECK(header.tensors[3].name == "mean");
  CHECK(header.tensors[4].name == "weights.0");
  CHECK(header.tensors[0].dtype == gdm::Dtype::u64);
  CHECK(header.tensors[1].dtype == gdm::Dtype::f32);
  CHECK(header.tensors[2].dtype == gdm::Dtype::i64);
  CHECK(header.tensors[3].dtype == gdm::Dtype::f64);
  CHECK(header.tensors[1].shape.text() == "[0,4]");
  CHECK(header.tensors[2].shape.text() == "[]");
  CHECK(header.tensors[4].shape.text() == "[2,3]");
  CHECK(header.tensors[4].begin == 48);
  CHECK(header.tensors[4].end == 72);
  REQUIRE(header.metadata.size() == 8);
  CHECK(header.metadata[6].first == "problem");
  CHECK(header.metadata[6].second == gdm_test::golden_problem);
}

TEST_CASE("parse_tensor_header: accepts what other writers write") {
  CHECK(complaint("{}", 0).empty());
  CHECK(complaint("{\"__metadata__\":{}}   ", 0).empty());
  CHECK(complaint("{ \"b\" : {\n\"shape\":[2], \"data_offsets\":[4,12], \"dtype\":\"F32\"},\r\n\t"
                  "\"a\":{\"data_offsets\":[0,4],\"dtype\":\"F32\",\"shape\":[1,1,1,1,1,1]}}",
                  12)
            .empty());  // any order of keys, and of tensors against their data
  CHECK(
      complaint(
          R"({"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]},"b":{"dtype":"F64","shape":[3,0],"data_offsets":[0,0]}})",
          0)
          .empty());
  CHECK(complaint(tensors(2048), 4 * 2048).empty());
  CHECK(complaint("{\"\":{\"dtype\":\"U64\",\"shape\":[],\"data_offsets\":[0,8]}}", 8).empty());
  CHECK(complaint("{\"\\u0000\\ud83d\\ude00\":{\"dtype\":\"U64\",\"shape\":[],\"data_offsets\":[0,8]}}", 8).empty());
}

TEST_CASE("parse_tensor_header: refuses everything else, and says what and where") {
  struct Case {
    std::string json;
    std::uint64_t data_bytes;
    std::string said;
  };
  const std::string good = R"("dtype":"F32","shape":[2],"data_offsets":[0,8])";
  const std::string other = R"({"dtype":"F32","shape":[2],"data_offsets":[0,8]})";
  REQUIRE(complaint(tensor(good), 8).empty());
  const std::string bomb(100'000, '[');
  const std::vector<Case> cases = {
      {"", 0, "does not begin with '{'"},
      {" {}", 0, "does not begin with '{'"},
      {"\xEF\xBB\xBF{}", 0, "does not begin with '{'"},
      {"[]", 0, "does not begin with '{'"},
      {"{", 0, "the end where"},
      {"{}x", 0, "more after the end"},
      {std::string("{}\0", 3), 0, "more after the end"},
      {"{}{}", 0, "more after the end"},
      {"{}//", 0, "more after the end"},
      // depth and kinds
      {bomb, 0, "does not begin with '{'"},
      {"{\"w\":" + bomb, 0, "tensor \"w\""},
      {"{\"w\":{\"shape\":" + bomb, 0, "no integer"},
      {R"({"w":{"dtype":{"dtype":{"dtype":{}}}}})", 0, "tensor \"w\""},
      {R"({"__metadata__":{"a":{"b":"c"}}})", 0,
       "model: __metadata__: byte 21 of the header: \"{\" where '\"' should be"},
      {R"({"__metadata__":[]})", 0, "model: __metadata__: "},
      {R"({"__metadata__":"text"})", 0, "model: __metadata__: "},
      {R"({"__metadata__":null})", 0, "model: __metadata__: "},
      {R"({"__metadata__":{"a":1}})", 0, "model: __metadata__: "},
      {R"({"__metadata__":{"a":null}})", 0, "model: __metadata__: "},
      {R"({"w":null})", 0, "tensor \"w\""},
      {R"({"w":3})", 0, "tensor \"w\""},
      {R"({"w":[]})", 0, "tensor \"w\""},
      {R"({"w":{}})", 0, "without all of dtype, shape and data_offsets"},
      {tensor(R"("dtype":"F32","shape":[2])"), 8, "without all of dtype, shape and data_offsets"},
      {tensor(R"("dtype":"F32","data_offsets":[0,8])"), 8, "without all of dtype, shape and data_offsets"},
      {tensor(R"("shape":[2],"data_offsets":[0,8])"), 8, "without all of dtype, shape and data_offsets"},
      // keys
      {tensor(good + R"(,"strides":[1])"), 8, "the unknown key \"strides\""},
      {tensor(good + R"(,"shape":[2])"), 8, "the key \"shape\" twice"},
      {tensor(good + R"(,"dtype":"F32")"), 8, "the key \"dtype\" twice"},
      {tensor(good + R"(,"data_offsets":[0,8])"), 8, "the key \"data_offsets\" twice"},
      {tensor(good + R"(,"sh\u0061pe":[2])"), 8, "the key \"shape\" twice"},
      {"{\"w\":" + other + ",\"w\":" + other + "}", 8, "the tensor \"w\" twice"},
      {R"({"w":{"dtype":"F32","shape":[0],"data_offsets":[0,0]},"w":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}})",
       0, "the tensor \"w\" twice"},
      {R"({"w":{"dtype":"F32","shape":[0],"data_offsets":[0,0]},"\u0077":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}})",
       0, "the tensor \"w\" twice"},
      {R"({"__metadata__":{"a":"1","a":"1"}})", 0, "the metadata key \"a\" twice"},
      {R"({"__metadata__":{},"__metadata__":{}})", 0, "the key \"__metadata__\" twice"},
      // types
      {tensor(R"("dtype":"F16","shape":[2],"data_offsets":[0,4])"), 4, "dtype \"F16\". Convert the tensor to F32"},
      {tensor(R"("dtype":"f32","shape":[2],"data_offsets":[0,8])"), 8, "dtype \"f32\""},
      {tensor(R"("dtype":"","shape":[2],"data_offsets":[0,8])"), 8, "dtype \"\""},
      {tensor(R"("dtype":32,"shape":[2],"data_offsets":[0,8])"), 8, "tensor \"w\""},
      // shapes
      {tensor(R"("dtype":"F32","shape":2,"data_offsets":[0,8])"), 8, "where '[' should be"},
      {tensor(R"("dtype":"F32","shape":[2.0],"data_offsets":[0,8])"), 8, "where ']' should be"},
      {tensor(R"("dtype":"F32","shape":[-2],"data_offsets":[0,8])"), 8, "no integer"},
      {tensor(R"("dtype":"F32","shape":["2"],"data_offsets":[0,8])"), 8, "no integer"},
      {tensor(R"("dtype":"F32","shape":[true],"data_offsets":[0,8])"), 8, "no integer"},
      {tensor(R"("dtype":"F32","shape":[1e999],"data_offsets":[0,8])"), 8, "where ']' should be"},
      {tensor(R"("dtype":"F32","shape":[18446744073709551616],"data_offsets":[0,8])"), 8, "above 2^64 - 1"},
      {tensor(R"("dtype":"F32","shape":[)" + std::string(100'000, '9') + R"(],"data_offsets":[0,8])"), 8,
       "above 2^64 - 1"},
      {tensor(R"("dtype":"F32","shape":[02],"data_offsets":[0,8])"), 8, "no integer"},
      {tensor(R"("dtype":"F32","shape":[1,1,1,1,1,1,2],"data_offsets":[0,8])"), 8, "more than 6 dimensions"},
      {tensor(R"("dtype":"F32","shape":[[2]],"data_offsets":[0,8])"), 8, "no integer"},
      {tensor(R"("dtype":"F32","shape":[3],"data_offsets":[0,8])"), 8, "shape [3] of F32 does not make the 8 bytes"},
      {tensor(R"("dtype":"F64","shape":[2],"data_offsets":[0,8])"), 8, "shape [2] of F64 does not make the 8 bytes"},
      {tensor(R"("dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0])"), 0, "does not make the 0 bytes"},
      {tensor(R"("dtype":"F32","shape":[4611686018427387905],"data_offsets":[0,4])"), 4, "does not make the 4 bytes"},
      {tensor(R"("dtype":"F32","shape":[9223372036854775808,2],"data_offsets":[0,0])"), 0, "does not make the 0 bytes"},
      // offsets
      {tensor(R"("dtype":"F32","shape":[2],"data_offsets":[8])"), 8, "1 numbers in data_offsets"},
      {tensor(R"("dtype":"F32","shape":[2],"data_offsets":[])"), 8, "0 numbers in data_offsets"},
      {tensor(R"("dtype":"F32","shape":[2],"data_offsets":[0,8,8])"), 8, "3 numbers in data_offsets"},
      {tensor(R"("dtype":"F32","shape":[2],"data_offsets":[8,0])"), 8,
       "data_offsets [8,0] in a file with 8 bytes of data"},
      {tensor(R"("dtype":"F32","shape":[2],"data_offsets":[0,8])"), 7,
       "data_offsets [0,8] in a file with 7 bytes of data"},
      {tensor(R"("dtype":"F32","shape":[2],"data_offsets":[-8,0])"), 8, "no integer"},
      {tensor(R"("dtype":"F32","shape":[2],"data_offsets":[18446744073709551608,0])"), 8, "data_offsets ["},
      {tensor(R"("dtype":"F32","shape":[2],"data_offsets":[0,18446744073709551615])"), 8, "data_offsets ["},
      {tensor(good), 9, "1 bytes follow the last tensor"},
      {"{}", 1, "1 bytes follow the last tensor"},
      {tensor(R"("dtype":"F32","shape":[1],"data_offsets":[4,8])"), 8, "a hole before its data at byte 4"},
      {R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[8,12]}})",
       12, "tensor \"b\": a hole before its data at byte 8"},
      {R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}})",
       12, "tensor \"b\": an overlap in its data from byte 4"},
      {R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[0],"data_offsets":[4,4]}})",
       8, "tensor \"b\": an overlap"},
      // numbers of things
      {tensors(2049), 4 * 2049, "more than 2048 tensors"},
  };
  for (const Case& c : cases) {
    const std::string said = complaint(c.json, c.data_bytes);
    CAPTURE(c.json.substr(0, 200));
    CAPTURE(said);
    CHECK(said.find(c.said) != std::string::npos);
    CHECK(said.find("model") != std::string::npos);
    CHECK(said.size() < 400);
  }
  std::string many = "{\"__metadata__\":{\"0\":\"\"";
  for (int i = 1; i < 4096; ++i) {
    many += ",\"" + std::to_string(i) + "\":\"\"";
  }
  CHECK(complaint(many + "}}", 0).empty());
  CHECK(complaint(many + ",\"x\":\"\"}}", 0).find("more than 4096 metadata entries") != std::string::npos);
}

TEST_CASE("parse_tensor_header: what it accepts of mutated headers is what nlohmann-json reads in them") {
  const std::vector<std::string> seeds = {
      std::string(gdm_test::golden_header), "{\"__metadata__\":{\"a\":\"b\"}}", tensors(3),
      R"({"a":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]},"b":{"dtype":"U64","shape":[0],"data_offsets":[8,8]}})"};
  const std::string letters = "{}[]:,\"\\ \t\n0123456789-.eEuabdtF64" + std::string(1, '\0') + "\xC3";
  std::mt19937 random(11);
  int accepted = 0;
  for (int i = 0; i < 100'000; ++i) {
    std::string json = seeds[random() % seeds.size()];
    for (std::uint32_t edits = 1 + random() % 2; edits > 0; --edits) {
      const std::size_t at = random() % json.size();
      switch (random() % 3) {
        case 0:
          json[at] = letters[random() % letters.size()];
          break;
        case 1:
          json.erase(at, 1);
          break;
        default:
          json.insert(at, 1, letters[random() % letters.size()]);
          break;
      }
    }
    const std::uint64_t data_bytes = std::vector<std::uint64_t>{0, 8, 12, 72}[random() % 4];
    gdm::TensorFileHeader header;
    try {
      header = parse_tensor_header(json, data_bytes, "model");
    } catch (const gdm::Error&) {
      continue;
    }
    ++accepted;
    CAPTURE(json);
    const auto expected = nlohmann::json::parse(json);
    std::size_t members = header.tensors.size();
    for (const gdm::TensorEntry& entry : header.tensors) {
      const auto& said = expected.at(entry.name);
      CHECK(said.size() == 3);
      CHECK(said.at("dtype") == gdm::dtype_name(entry.dtype));
      CHECK(said.at("data_offsets") == nlohmann::json{entry.begin, entry.end});
      CHECK(said.at("shape").dump() == entry.shape.text());
    }
    if (expected.contains("__metadata__")) {
      ++members;
      CHECK(expected["__metadata__"].size() == header.metadata.size());
      for (const auto& [key, value] : header.metadata) {
        CHECK(expected["__metadata__"].at(key) == value);
      }
    } else {
      CHECK(header.metadata.empty());
    }
    CHECK(expected.size() == members);
  }
  CHECK(accepted > 1'000);
}

TEST_CASE("TensorShape: holds six extents and no more") {
  gdm::TensorShape shape;
  for (std::uint64_t i = 0; i < 6; ++i) {
    CHECK(shape.push_back(i));
  }
  CHECK_FALSE(shape.push_back(6));
  CHECK(shape.text() == "[0,1,2,3,4,5]");
  CHECK(shape == gdm_test::shape_of({0, 1, 2, 3, 4, 5}));
  CHECK_FALSE(shape == gdm_test::shape_of({0, 1, 2, 3, 4}));
  CHECK_FALSE(shape == gdm_test::shape_of({0, 1, 2, 3, 4, 6}));
  CHECK_THROWS_AS(gdm_test::shape_of({1, 1, 1, 1, 1, 1, 1}), gdm::Error);
}
