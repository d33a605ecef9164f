// SPDX-License-Identifier: MIT
/// @file
/// @brief Policies of an optimizer: told apart by kind, given in any order, each with a default.
#pragma once

#include <ratio>
#include <type_traits>

#include <gdm/diffusion/parameterisation.hpp>
#include <gdm/diffusion/sampler.hpp>
#include <gdm/diffusion/schedule.hpp>
#include <gdm/nn/mlp.hpp>
#include <gdm/optim/train_defaults.hpp>
#include <gdm/problem/problem.hpp>
#include <gdm/problem/refinement.hpp>

GDM_NAMESPACE_BEGIN

struct bundle_tag {};

/// The settings of the paper (Section IV-A3): cosine schedule of 20 steps, epsilon-prediction, the noise factor of
/// Eq. 13, normalisation in the first 5 denoising steps, no clamp of the predicted clean latent, omega = 500, 200 epochs
/// of Adam at 0.005 divided by ten at milestones, p_uncond = 0.1.
///
/// The paper samples every number of a solution: to compare with it, give them to a problem without completion,
/// `GdmOptimizer<NomaUav<3, ReferenceUnits, NoCompletion>, PaperPolicies>`. Features, network and the feasible decoder
/// are this library's: the paper has a U-Net on the bare condition, and no decoder that holds the constraints.
struct PaperPolicies : bundle_tag {
  using Schedule = CosineSchedule<20>;
  using Parameterisation = EpsilonPrediction;
  using Sampler = PaperDdpm;
  static constexpr double omega = 500;
  static constexpr TrainDefaults training{.epochs = 200,
                                          .batch_size = 512,
                                          .learning_rate = 0.005,
                                          .decay = Decay::multi_step,
                                          .warm_up = 0,
                                          .p_uncond = 0.1};
};

/// The settings of the paper's code (github.com/qiyu3816/DiffSG), where they differ from those of the paper: beta is at
/// most 0.84. What that code does with statistics of a whole batch is done here for every instance alone.
struct ReferencePolicies : PaperPolicies {
  using Schedule = CosineSchedule<20, std::ratio<84, 100>>;
};

namespace detail {

template <class T>
inline constexpr bool is_scalar_policy = std::is_same_v<T, float> || std::is_same_v<T, double>;
template <class T>
inline constexpr bool is_policy =
    is_scalar_policy<T> || SchedulePolicy<T> || DenoiserPolicy<T> || ParameterisationPolicy<T> || SamplerPolicy<T> ||
    RefinementPolicy<T> || std::is_base_of_v<bundle_tag, T>;

/// The first of `Ts` for which `Is<T>::value`, or `Default`.
template <template <class> class Is, class Default, class... Ts>
struct first_of {
  using type = Default;
};
template <template <class> class Is, class Default, class T, class... Ts>
struct first_of<Is, Default, T, Ts...> {
  using type = typename std::conditional_t<Is<T>::value, std::type_identity<T>, first_of<Is, Default, Ts...>>::type;
};

template <class T>
struct is_schedule : std::bool_constant<SchedulePolicy<T>> {};
template <class T>
struct is_denoiser : std::bool_constant<DenoiserPolicy<T>> {};
template <class T>
struct is_parameterisation : std::bool_constant<ParameterisationPolicy<T>> {};
template <class T>
struct is_sampler : std::bool_constant<SamplerPolicy<T>> {};
template <class T>
struct is_refinement : std::bool_constant<RefinementPolicy<T>> {};
template <class T>
struct is_scalar : std::bool_constant<is_scalar_policy<T>> {};
template <class T>
struct is_bundle : std::bool_constant<std::is_base_of_v<bundle_tag, T>> {};

template <class P>
concept states_denoiser = requires {
  typename P::Denoiser;
};
template <class P>
concept states_training = requires {
  P::training;
};
/// The library's problems name a type with their network and training, which another header defines.
template <class P>
concept names_defaults = requires {
  typename P::Defaults;
};
template <class P>
concept includes_defaults = !names_defaults<P> || requires {
  sizeof(typename P::Defaults);
};

/// The network of problem P: its own, else that of its `Defaults`, else the general one.
template <class P>
struct default_denoiser {
  using type = Mlp<64, 64, 64>;
};
template <names_defaults P>
struct default_denoiser<P> : default_denoiser<typename P::Defaults> {};
template <states_denoiser P>
requires(!names_defaults<P>) struct default_denoiser<P> {
  using type = typename P::Denoiser;
};
template <names_defaults P>
requires states_denoiser<P>
struct default_denoiser<P> {
  using type = typename P::Denoiser;
};

/// The training of problem P, found likewise.
template <class P>
constexpr auto default_training() {
  if constexpr (states_training<P>) {
    return P::training;
  } else if constexpr (names_defaults<P>) {
    return default_training<typename P::Defaults>();
  } else {
    return TrainDefaults{};
  }
}
template <class P>
concept has_training = requires {
  { default_training<P>() } -> std::convertible_to<TrainDefaults>;
};

/// What the library chooses for problem P.
template <class P>
struct DefaultPolicies : bundle_tag {
  using Schedule = CosineSchedule<20>;
  using Parameterisation = VelocityPrediction;
  /// Five steps with the ancestral noise: on every problem of the library as near as the 20 of Ddpm, in a quarter of the
  /// time. Without noise (Eta = 0) CO and beamforming lose a little, with two or three steps power control does.
  using Sampler = Ddim<5, std::ratio<1>>;
  static constexpr double omega = 0;
  static constexpr TrainDefaults training = [] {
    if constexpr (has_training<P>) {
      return default_training<P>();
    } else {
      return TrainDefaults{};
    }
  }();
};

/// The sizes that a denoiser for problem P has to know.
template <Problem P, int Steps>
constexpr DenoiserShape denoiser_shape() {
  constexpr TokenLayout tokens = tokens_of<P>();
  return {.latents = ProblemTraits<P>::latent_size,
          .features = ProblemTraits<P>::feature_size + tokens.pair_size(),
          .steps = Steps,
          .tokens = tokens.count,
          .token_features = tokens.features,
          .global_features = tokens.global_features,
          .token_latents = tokens.latents,
          .global_latents = tokens.global_latents,
          .pair_features = tokens.pair_features,
          .step_features = tokens.step_features,
          .pools_sum = tokens.pooling == Pooling::sum};
}

/// The sampler that a bundle chooses; all steps of a schedule that has fewer than the default of five.
template <class Bundle, class Schedule>
struct default_sampler {
  using type = typename Bundle::Sampler;
};
template <class P, class Schedule>
requires requires { requires Schedule::steps < 5; }
struct default_sampler<DefaultPolicies<P>, Schedule> {
  using type = Ddim<0, std::ratio<1>>;
};

/// The policies of an optimizer for problem P.
template <class P, class... Policies>
struct PolicySet {
  using Bundle = typename first_of<is_bundle, DefaultPolicies<P>, Policies...>::type;
  using Schedule = typename first_of<is_schedule, typename Bundle::Schedule, Policies...>::type;
  using Denoiser = typename first_of<is_denoiser, typename default_denoiser<P>::type, Policies...>::type;
  using Parameterisation = typename first_of<is_parameterisation, typename Bundle::Parameterisation, Policies...>::type;
  using Sampler = typename first_of<is_sampler, typename default_sampler<Bundle, Schedule>::type, Policies...>::type;
  using Refinement = typename first_of<is_refinement, OwnRefine, Policies...>::type;
  using Scalar = typename first_of<is_scalar, float, Policies...>::type;
  struct Training {
    static constexpr TrainDefaults value = Bundle::training;
  };
  static constexpr double omega = Bundle::omega;
};

}  // namespace detail
GDM_NAMESPACE_END
