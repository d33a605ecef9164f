// SPDX-License-Identifier: MIT
/// @file
/// @brief models FOLDER: trains a model of each problem and writes NAME.safetensors, and NAME.csv with 500 conditions. Those
/// are drawn here once for all: drawn on another processor they may differ in the last digit.
#include <cstdio>
#include <filesystem>
#include <gdm/gdm.hpp>

#include "problems.hpp"

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const std::filesystem::path folder = argv[1];
  portable::for_each_problem([&]<class P>(const std::string& name, std::size_t rows, std::size_t epochs) {
    gdm::GdmOptimizer<P> optimizer;
    optimizer.train(gdm::generate<P>(rows, 1), {.epochs = epochs, .seed = 1});
    optimizer.save(folder / (name + ".safetensors"));
    xt::xtensor<double, 2> conditions;
    conditions.resize({500, static_cast<std::size_t>(gdm::ProblemTraits<P>::condition_size)});
    for (std::size_t i = 0; i < conditions.shape(0); ++i) {
      gdm::RandomStream random(2, static_cast<std::uint32_t>(i));
      gdm::set_row(conditions, i, typename P::Condition(P::draw(random)));
    }
    gdm::write_csv(folder / (name + ".csv"), conditions);
  });
}
