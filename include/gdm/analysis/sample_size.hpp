// SPDX-License-Identifier: MIT
/// @file
/// @brief How many samples make the best of them good enough, with what confidence, and what that does not prove.
#pragma once

#include <string>
#include <vector>

#include <gdm/analysis/interval.hpp>
#include <gdm/data/dataset.hpp>

GDM_NAMESPACE_BEGIN

/// "With the stated confidence, P(best of `samples` is within `factor` of the optimum) >= 1 - `delta`."
struct SampleSize {
  std::size_t samples = 0;    ///< N; 0 = no number of samples up to `tried` can be vouched for
  std::size_t tried = 0;      ///< samples drawn for each instance
  std::size_t instances = 0;  ///< independent test instances
  double factor = 0;          ///< best cost ratio 1 + gap that counts as good
  double delta = 0;
  double confidence = 0;
  double share = 0;  ///< of the instances whose best of N is good (of all tried, if N is 0)
  double lower = 0;  ///< one-sided lower limit of that probability

  /// The statement in words, with what it does not prove.
  [[nodiscard]] std::string text() const {
    const std::string goal =
        "P(best of N within a factor " + to_text(factor) + " of the optimum) >= " + to_text(1 - delta);
    const std::string seen =
        std::to_string(instances) + " instances, share " + to_text(share) + ", lower limit " + to_text(lower);
    if (samples == 0) {
      return "No N up to " + std::to_string(tried) + " can be vouched for to reach " + goal + " (" + seen +
             "). This does not prove that none does";
    }
    return "N = " + std::to_string(samples) + ": " + goal + " with confidence " + to_text(confidence) + " (" + seen +
           "). The probability is over instances drawn like the test set and over samples of this trained model. It " +
           "proves nothing about any one instance, about other distributions of instances, about a model trained " +
           "anew, or that the optimum itself is ever reached; and it takes the labels for the optima";
  }
};

/// The smallest N that can be vouched for.
///
/// The hypotheses "P(best of N is good) < 1 - delta" are tested at level 1 - confidence from the largest N downwards
/// and the search ends at the first that is not rejected. Since the probability only grows with N they are nested, and
/// this order keeps the level although many are tested.
/// @param first_good  for each instance the number (1, 2, ..) of its first good sample, or 0 if none of `tried` was
/// good
/// @throws Error [GDM-R201] on a delta or confidence outside (0, 1), [GDM-R211] without instances or samples
[[nodiscard]] inline SampleSize sample_size(const std::vector<std::size_t>& first_good, std::size_t tried,
                                            double factor, double delta, double confidence = 0.95) {
  if (!(delta > 0 && delta < 1)) {
    throw Error(Errc::invalid_argument, "sample_size delta", "it is " + to_text(delta), "Give a number inside (0, 1)");
  }
  if (first_good.empty() || tried == 0) {
    throw Error(Errc::empty_data, "sample_size", "there are no samples", "Give at least one sample of one instance");
  }
  const std::size_t n = first_good.size();
  std::vector<std::size_t> good(tried + 1, 0);
  for (const std::size_t k : first_good)
    if (k >= 1 && k <= tried) ++good[k];
  for (std::size_t k = 1; k <= tried; ++k) good[k] += good[k - 1];
  SampleSize result;
  result.tried = tried;
  result.instances = n;
  result.factor = factor;
  result.delta = delta;
  result.confidence = confidence;
  const auto adopt = [&](std::size_t k) {
    result.share = static_cast<double>(good[k]) / static_cast<double>(n);
    result.lower = clopper_pearson_lower(good[k], n, confidence);
  };
  adopt(tried);
  for (std::size_t k = tried; k >= 1; --k) {
    if (clopper_pearson_lower(good[k], n, confidence) < 1 - delta) break;
    result.samples = k;
    adopt(k);
  }
  return result;
}

/// For each instance the number of the first sample whose cost ratio is at most `factor`, or 0 if none of `tried` is.
/// Sample k of instance i has seed `seed` + k * rows + i, so that no two share their random numbers.
template <Problem P, class Generative>
[[nodiscard]] std::vector<std::size_t> first_good_samples(const Dataset<P>& data, const Generative& generative,
                                                          double factor, std::size_t tried, std::uint64_t seed = 0) {
  std::vector<std::size_t> first(data.size(), 0);
  for (std::size_t k = 0; k < tried; ++k) {
    const xt::xtensor<double, 2> sampled =
        generative.solve_batch(data.conditions, {.samples = 1, .seed = seed + k * data.size()});
    for (std::size_t i = 0; i < data.size(); ++i) {
      const auto x = data.condition(i);
      const double value = ProblemTraits<P>::objective(x, row_of<typename P::Solution>(sampled, i));
      const double optimum = ProblemTraits<P>::objective(x, data.solution(i));
      if (first[i] == 0 && 1 + ProblemTraits<P>::gap(value, optimum) <= factor) first[i] = k + 1;
    }
  }
  return first;
}

GDM_NAMESPACE_END
