// SPDX-License-Identifier: MIT
/// @file
/// @brief Kills a training, or a run of learning without labels, with SIGKILL at random times and resumes it, again and
/// again: its weights must end in the bits of the run that was left alone.
///
/// usage: kill_resume [KILLS = 30] [SEED = 1] [train | learn]
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
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

/// Trains or learns, from the checkpoint if there is one, and saves the model. A process of its own: it may die at any
/// moment.
[[noreturn]] void work(bool learning, const std::filesystem::path& checkpoint, const std::filesystem::path& model,
                       int threads) {
  try {
    Optimizer optimizer;
    if (learning) {
      // From random points, in small steps, so that the table changes in every round.
      (void)optimizer.learn({.instances = 300,
                             .rounds = 6,
                             .samples = 2,
                             .refine = 0,
                             .polish = 0,
                             .baseline = false,
                             .epochs = 20,
                             .final_epochs = 40,
                             .batch_size = 50,
                             .seed = 9,
                             .threads = threads,
                             .checkpoint = checkpoint});
    } else {
      const auto data = gdm::generate<Problem>(1000, 1, 1);
      optimizer.train(data, {.epochs = epochs,
                             .batch_size = 100,
                             .seed = 9,
                             .threads = threads,
                             .checkpoint = checkpoint,
                             .checkpoint_seconds = 0});
    }
    optimizer.save(model);
    std::_Exit(0);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    std::_Exit(1);
  }
}

enum class End { finished, killed, failed };

/// Lets it run for at most `seconds`; no limit if that is negative.
End run(bool learning, const std::filesystem::path& checkpoint, const std::filesystem::path& model, int threads,
        double seconds) {
  const pid_t child = ::fork();
  if (child < 0) {
    std::perror("fork");
    return End::failed;
  }
  if (child == 0) work(learning, checkpoint, model, threads);
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
  const bool learning = argc > 3 && std::strcmp(argv[3], "learn") == 0;
  using Clock = std::chrono::steady_clock;
  const auto start = Clock::now();
  const auto since = [](Clock::time_point t) { return std::chrono::duration<double>(Clock::now() - t).count(); };

  const gdm_test::TemporaryFolder folder;
  if (run(learning, folder / "straight.checkpoint", folder / "straight", 1, -1) != End::finished) return 1;
  const double whole = since(start);
  const std::string expected = gdm_test::contents(folder / "straight");
  std::printf("one run of %s takes %.3f s; its model has %zu bytes\n", learning ? "learning" : "training", whole,
              expected.size());

  gdm::RandomStream random(seed, 0x6b69, 0);
  int killed = 0, runs = 0, litter = 0;
  while (killed < kills) {
    const auto checkpoint = folder / "checkpoint";
    const auto model = folder / "model";
    std::filesystem::remove(checkpoint);
    std::filesystem::remove(model);
    for (End end = End::killed; end != End::finished;) {
      // Up to a third of a run: most runs die after some checkpoints, some before the first or inside a save.
      end = run(learning, checkpoint, model, 1 + static_cast<int>(random.below(2)),
                killed < kills ? whole / 3 * random.uniform() : -1);
      if (end == End::failed) {
        std::printf("a resumed run failed after %d kills\n", killed);
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
    ++runs;
    if (gdm_test::contents(model) != expected) {
      std::printf("after %d kills the weights of run %d differ\n", killed, runs);
      return 1;
    }
  }
  std::printf("%d kills in %d runs, %d of them inside a save; all %d ended in the same bits; %.1f s\n", killed, runs,
              litter, runs, since(start));
  return 0;
}
