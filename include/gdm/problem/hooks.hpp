// SPDX-License-Identifier: MIT
/// @file
/// @brief The members that a problem may have, each stated once: how it is called, and whether it fits.
#pragma once

#include <concepts>
#include <string_view>
#include <type_traits>

#include <gdm/core/random.hpp>
#include <gdm/core/vector.hpp>
#include <gdm/problem/token_layout.hpp>

GDM_NAMESPACE_BEGIN
namespace detail {

template <class T>
inline constexpr bool is_vector = false;
template <int N>
inline constexpr bool is_vector<Vector<N>> = N > 0;

/// Whether an expression of type T can stand for the vector V: Eigen's vectors convert to those of any size, and complain
/// only where it is done.
template <class T, class V>
concept gives_vector = std::convertible_to<T, V> &&(
    !requires { std::remove_cvref_t<T>::SizeAtCompileTime; } ||
    requires { requires int(std::remove_cvref_t<T>::SizeAtCompileTime) == int(V::SizeAtCompileTime); });

/// Whether an expression of type T can stand for a result of type R: a vector, a number, or anything for void.
template <class T, class R>
concept gives = std::is_void_v<R> ||(is_vector<R>&& gives_vector<T, R>) || (!is_vector<R> && std::convertible_to<T, R>);

/// Whether a function that takes vectors takes those of these sizes. Overloaded and templated functions are not checked.
template <class Function, class... A>
inline constexpr bool takes_vectors = true;
template <class R, class... B, class... A>
requires(sizeof...(B) == sizeof...(A)) inline constexpr bool takes_vectors<R (*)(B...), A...> =
    ((!is_vector<std::remove_cvref_t<B>> || std::is_same_v<std::remove_cvref_t<B>, A>)&&...);

/// States the hook `P::name`: whether it can be called with arguments A and gives R, whether P has anything of that
/// name, and the call, with what is shared about the instance as a last argument where the problem wants it.
#define GDM_DETAIL_HOOK(name)                                                    \
  struct name##_hook {                                                           \
    template <class P, class R, class... A>                                      \
    static constexpr bool fits = requires(const A&... a) {                       \
      { P::name(a...) } -> gives<R>;                                             \
      requires !requires { requires !takes_vectors<decltype(&P::name), A...>; }; \
    };                                                                           \
    template <class P>                                                           \
    static constexpr bool named = requires {                                     \
      &P::name;                                                                  \
    };                                                                           \
    template <class P, class R, class Shared, class... A>                        \
    static R call(const Shared& shared, const A&... a) {                         \
      if constexpr (fits<P, R, A..., Shared>) {                                  \
        return P::name(a..., shared);                                            \
      } else {                                                                   \
        return P::name(a...);                                                    \
      }                                                                          \
    }                                                                            \
  }
GDM_DETAIL_HOOK(objective);
GDM_DETAIL_HOOK(project);
GDM_DETAIL_HOOK(violation);
GDM_DETAIL_HOOK(optimal);
GDM_DETAIL_HOOK(validate);
GDM_DETAIL_HOOK(baseline);
GDM_DETAIL_HOOK(bound);
GDM_DETAIL_HOOK(refine);
GDM_DETAIL_HOOK(context);
GDM_DETAIL_HOOK(features);
GDM_DETAIL_HOOK(pair_features);
GDM_DETAIL_HOOK(step_features);
GDM_DETAIL_HOOK(present);
GDM_DETAIL_HOOK(encode);
GDM_DETAIL_HOOK(decode);
#undef GDM_DETAIL_HOOK

template <class P>
concept has_condition = requires {
  typename P::Condition;
}
&&is_vector<typename P::Condition>;
template <class P>
concept has_solution = requires {
  typename P::Solution;
}
&&is_vector<typename P::Solution>;
template <class P>
concept has_vectors = has_condition<P> && has_solution<P>;
template <class P>
concept has_sense = requires {
  { P::sense } -> std::convertible_to<Sense>;
};

/// The context that a problem computes of an instance, or an empty one.
struct NoContext {};
template <class P>
struct context_type {
  using type = NoContext;
};
template <class P>
requires requires {
  requires std::default_initializable<typename P::Context>;
  requires context_hook::fits<P, typename P::Context, typename P::Condition>;
}
struct context_type<P> {
  using type = typename P::Context;
};
template <class P>
using context_t = typename context_type<P>::type;
template <class P>
concept has_context = !std::same_as<context_t<P>, NoContext>;

/// Whether a hook can be called on P's vectors, with or without the context.
template <class Hook, class P, class R, class... A>
inline constexpr bool callable =
    // NOLINTNEXTLINE(misc-redundant-expression): they are not for every A
    Hook::template fits<P, R, A...> || Hook::template fits<P, R, A..., context_t<P>>;

#define GDM_DETAIL_C typename P::Condition
#define GDM_DETAIL_S typename P::Solution
template <class P>
concept has_objective = callable<objective_hook, P, double, GDM_DETAIL_C, GDM_DETAIL_S>;
template <class P>
concept has_project = callable<project_hook, P, GDM_DETAIL_S, GDM_DETAIL_C, GDM_DETAIL_S>;
template <class P>
concept has_violation = callable<violation_hook, P, double, GDM_DETAIL_C, GDM_DETAIL_S>;
template <class P>
concept has_optimal = optimal_hook::fits<P, GDM_DETAIL_S, GDM_DETAIL_C>;
template <class P>
concept has_validate = validate_hook::fits<P, void, GDM_DETAIL_C>;
template <class P>
concept has_baseline = baseline_hook::fits<P, GDM_DETAIL_S, GDM_DETAIL_C>;
template <class P>
concept has_bound = bound_hook::fits<P, double, GDM_DETAIL_C>;
template <class P>
concept has_incumbent_bound = bound_hook::fits<P, double, GDM_DETAIL_C, double>;
template <class P>
concept has_refine = callable<refine_hook, P, GDM_DETAIL_S, GDM_DETAIL_C, GDM_DETAIL_S>;
template <class P>
concept has_present = present_hook::fits<P, bool, GDM_DETAIL_C, int>;
template <class P>
concept has_draw = requires(RandomStream& rng) {
  { P::draw(rng) } -> gives_vector<GDM_DETAIL_C>;
};
template <class P>
concept has_name = requires {
  { P::name } -> std::convertible_to<std::string_view>;
};
template <class P>
concept has_tokens = requires {
  { P::tokens } -> std::convertible_to<TokenLayout>;
};
template <class P>
concept has_features = requires {
  requires is_vector<typename P::Features>;
  requires callable<features_hook, P, typename P::Features, GDM_DETAIL_C>;
};
template <class P>
concept has_codec = requires {
  requires is_vector<typename P::Latent>;
  requires callable<encode_hook, P, typename P::Latent, GDM_DETAIL_C, GDM_DETAIL_S>;
  requires callable<decode_hook, P, GDM_DETAIL_S, GDM_DETAIL_C, typename P::Latent>;
};
template <class P>
struct feature_type {
  using type = GDM_DETAIL_C;
};
template <has_features P>
struct feature_type<P> {
  using type = typename P::Features;
};
template <class P>
struct latent_type {
  using type = GDM_DETAIL_S;
};
template <has_codec P>
struct latent_type<P> {
  using type = typename P::Latent;
};

template <class P>
constexpr TokenLayout tokens_of() {
  if constexpr (has_tokens<P>) {
    return P::tokens;
  } else {
    return {};
  }
}
template <class P>
concept has_pair_features = requires {
  requires tokens_of<P>()
  .pair_features > 0;
  requires callable < pair_features_hook, P, Vector < tokens_of<P>()
  .pair_size() >, GDM_DETAIL_C > ;
};
template <class P>
concept has_step_features = requires {
  requires tokens_of<P>()
  .step_features > 0;
  requires callable < step_features_hook, P, Vector < tokens_of<P>()
  .step_size() >, GDM_DETAIL_C, typename latent_type<P>::type > ;
};

/// Whether any hook takes the context: else it was computed in vain.
template <class P>
concept uses_context = has_context<P> &&
    (features_hook::fits<P, typename feature_type<P>::type, GDM_DETAIL_C, context_t<P>> ||
     pair_features_hook::fits<P, void, GDM_DETAIL_C, context_t<P>> ||
     step_features_hook::fits<P, void, GDM_DETAIL_C, typename latent_type<P>::type, context_t<P>> ||
     encode_hook::fits<P, typename latent_type<P>::type, GDM_DETAIL_C, GDM_DETAIL_S, context_t<P>> ||
     decode_hook::fits<P, GDM_DETAIL_S, GDM_DETAIL_C, typename latent_type<P>::type, context_t<P>> ||
     objective_hook::fits<P, double, GDM_DETAIL_C, GDM_DETAIL_S, context_t<P>> ||
     project_hook::fits<P, GDM_DETAIL_S, GDM_DETAIL_C, GDM_DETAIL_S, context_t<P>> ||
     violation_hook::fits<P, double, GDM_DETAIL_C, GDM_DETAIL_S, context_t<P>> ||
     refine_hook::fits<P, GDM_DETAIL_S, GDM_DETAIL_C, GDM_DETAIL_S, context_t<P>>);

// A hook that exists but does not fit would be passed over in silence: these find it by its name alone.
template <class P>
concept fitting_draw = has_draw<P> || !(
    requires { &P::draw; } || requires { &P::template draw<RandomStream>; });
template <class P>
concept fitting_name = has_name<P> || !requires {
  P::name;
};
template <class P>
concept fitting_features = has_features<P> || !(features_hook::named<P> || requires { typename P::Features; });
template <class P>
concept fitting_codec =
    has_codec<P> || !(encode_hook::named<P> || decode_hook::named<P> || requires { typename P::Latent; });
template <class P>
concept fitting_context = uses_context<P> || !(context_hook::named<P> || requires { typename P::Context; });
template <class P>
concept fitting_tokens = has_tokens<P> || !requires {
  P::tokens;
};
template <class P>
concept fitting_pairs = has_pair_features<P> ||(!pair_features_hook::named<P> && tokens_of<P>().pair_features == 0);
template <class P>
concept fitting_steps = has_step_features<P> ||(!step_features_hook::named<P> && tokens_of<P>().step_features == 0);
/// Tokens may be absent where no latent belongs to none of them: the present ones are then the first of every vector.
template <class P>
concept fitting_present =
    !present_hook::named<P> || (has_present<P> && has_tokens<P> && tokens_of<P>().global_latents == 0);

#undef GDM_DETAIL_C
#undef GDM_DETAIL_S

}  // namespace detail
GDM_NAMESPACE_END
