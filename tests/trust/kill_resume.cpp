// SPDX-License-Identifier: MIT
/// @file
/// @brief Kills a training with SIGKILL at random times and resumes it, again and again: its weights must end in the
/// bits of the training that was left alone.
///
/// usage: kill_resume [KILLS = 30] [SEED = 1]
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <thread>

#include <signal.h>
#include <sys/wait.h>

#include <gdm/optimizer.hpp>
#include <gdm/problems/sum_rate/defaults.hpp>

#include "../data/temporary_folder.hpp"

namespace {

using Problem = gdm::SumRate<3, 10'000>;
using Optimizer = gdm::GdmOptimizer<Problem, gdm::CosineSchedule<4>, gdm::Mlp<16, 16>>;
constexpr std::size_t epochs = 60;

/// Trains, from the checkpoint if there is one, and saves the model. A process of its own: it may die at any moment.
[[noreturn]] void train(const std::filesystem::path& checkpoint, const std::filesystem::path& model, int threads) {
  try {
    const auto data = gdm::generate<Problem>(1000, 1, 1);
    Optimizer optimizer;
    optimizer.train(data, {.epochs = epochs,
                           .batch_size = 100,
                           .seed = 9,
                           .threads = threads,
                           .checkpoint = checkpoint,
                           .checkpoint_seconds = 0});
    optimizer.save(model);
    std::_Exit(0);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    std::_Exit(1);
  }
}

enum class End { finished, killed, failed };

/// Runs a training for at most `seconds`; no limit if that is negative.
End run(const std::filesystem::path& checkpoint, const std::filesystem::path& model, int threads, double seconds) {
  const pid_t child = ::fork();
  if (child < 0) {
    std::perror("fork");
    return End::failed;
  }
  if (child == 0) train(checkpoint, model, threads);
  if (seconds >= 0) {
    std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
    ::kill(child, SIGKILL);
  }
  int status = 0;
  while (::waitpid(child, &status, 0) < 0) {
  }
  if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) return End::killed;
  return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? End::finished : End::failed;
}

}  // namespace

int main(int argc, char** argv) {
  const int kills = argc > 1 ? std::atoi(argv[1]) : 30;
  const auto seed = static_cast<std::uint64_t>(argc > 2 ? std::atoi(argv[2]) : 1);
  using Clock = std::chrono::steady_clock;
  const auto start = Clock::now();
  const auto since = [](Clock::time_point t) { return std::chrono::duration<double>(Clock::now() - t).count(); };

  const gdm_test::TemporaryFolder folder;
  if (run(folder / "straight.checkpoint", folder / "straight", 1, -1) != End::finished) return 1;
  const double whole = since(start);
  const std::string expected = gdm_test::contents(folder / "straight");
  std::printf("one training of %zu epochs takes %.3f s; its model has %zu bytes\n", epochs, whole, expected.size());

  gdm::RandomStream random(seed, 0x6b69, 0);
  int killed = 0, trainings = 0, litter = 0;
  while (killed < kills) {
    const auto checkpoint = folder / "checkpoint";
    const auto model = folder / "model";
    std::filesystem::remove(checkpoint);
    std::filesystem::remove(model);
    for (End end = End::killed; end != End::finished;) {
      // Up to a third of a training: most runs die after some checkpoints, some before the first or inside a save.
      end = run(checkpoint, model, 1 + static_cast<int>(random.below(2)),
                killed < kills ? whole / 3 * random.uniform() : -1);
      if (end == End::failed) {
        std::printf("a resumed training failed after %d kills\n", killed);
        return 1;
      }
      killed += end == End::killed ? 1 : 0;
      const auto left = folder.files();
      const std::ptrdiff_t known =
          2 + (std::filesystem::exists(checkpoint) ? 1 : 0) + (std::filesystem::exists(model) ? 1 : 0);
      litter += left > known ? 1 : 0;
      for (const auto& entry : std::filesystem::directory_iterator(folder.path()))
        if (entry.path().filename().string().find(".tmp-") != std::string::npos) std::filesystem::remove(entry.path());
    }
    ++trainings;
    if (gdm_test::contents(model) != expected) {
      std::printf("after %d kills the weights of training %d differ\n", killed, trainings);
      return 1;
    }
  }
  std::printf("%d kills in %d trainings, %d of them inside a save; all %d ended in the same bits; %.1f s\n", killed,
              trainings, litter, trainings, since(start));
  return 0;
}
