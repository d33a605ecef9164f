// SPDX-License-Identifier: MIT
/// @file
/// @brief What is asked of each member of a problem, one concept a member.
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

/// Whether a function that takes vectors takes those of these sizes. One that cannot be looked into passes.
template <class Function, class... V>
inline constexpr bool takes_vectors = true;
template <class R, class... A, class... V>
requires(sizeof...(A) == sizeof...(V)) inline constexpr bool takes_vectors<R (*)(A...), V...> =
    ((!is_vector<std::remove_cvref_t<A>> || std::is_same_v<std::remove_cvref_t<A>, V>)&&...);

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
template <class P>
concept has_objective = requires(const typename P::Condition& x, const typename P::Solution& y) {
  { P::objective(x, y) } -> std::convertible_to<double>;
  requires !requires { requires !takes_vectors<decltype(&P::objective), typename P::Condition, typename P::Solution>; };
};
template <class P>
concept has_project = requires(const typename P::Condition& x, const typename P::Solution& y) {
  { P::project(x, y) } -> gives_vector<typename P::Solution>;
  requires !requires { requires !takes_vectors<decltype(&P::project), typename P::Condition, typename P::Solution>; };
};
template <class P>
concept has_violation = requires(const typename P::Condition& x, const typename P::Solution& y) {
  { P::violation(x, y) } -> std::convertible_to<double>;
  requires !requires { requires !takes_vectors<decltype(&P::violation), typename P::Condition, typename P::Solution>; };
};

template <class P>
concept has_optimal = requires(const typename P::Condition& x) {
  { P::optimal(x) } -> gives_vector<typename P::Solution>;
  requires !requires { requires !takes_vectors<decltype(&P::optimal), typename P::Condition>; };
};
template <class P>
concept has_draw = requires(RandomStream& rng) {
  { P::draw(rng) } -> gives_vector<typename P::Condition>;
};
template <class P>
concept has_name = requires {
  { P::name } -> std::convertible_to<std::string_view>;
};
template <class P>
concept has_validate = requires(const typename P::Condition& x) {
  P::validate(x);
  requires !requires { requires !takes_vectors<decltype(&P::validate), typename P::Condition>; };
};
template <class P>
concept has_baseline = requires(const typename P::Condition& x) {
  { P::baseline(x) } -> gives_vector<typename P::Solution>;
  requires !requires { requires !takes_vectors<decltype(&P::baseline), typename P::Condition>; };
};
template <class P>
concept has_bound = requires(const typename P::Condition& x) {
  { P::bound(x) } -> std::convertible_to<double>;
  requires !requires { requires !takes_vectors<decltype(&P::bound), typename P::Condition>; };
};
template <class P>
concept has_features = requires(const typename P::Condition& x) {
  requires is_vector<typename P::Features>;
  { P::features(x) } -> gives_vector<typename P::Features>;
  requires !requires { requires !takes_vectors<decltype(&P::features), typename P::Condition>; };
};
template <class P>
concept has_latent = requires {
  typename P::Latent;
};
template <class P>
concept has_codec = has_latent<P> &&
    requires(const typename P::Condition& x, const typename P::Solution& y, const typename P::Latent& z) {
  requires is_vector<typename P::Latent>;
  { P::encode(x, y) } -> gives_vector<typename P::Latent>;
  requires !requires { requires !takes_vectors<decltype(&P::encode), typename P::Condition, typename P::Solution>; };
  { P::decode(x, z) } -> gives_vector<typename P::Solution>;
  requires !requires { requires !takes_vectors<decltype(&P::decode), typename P::Condition, typename P::Latent>; };
};
template <class P>
concept has_context = requires(const typename P::Condition& x) {
  requires std::default_initializable<typename P::Context>;
  { P::context(x) } -> std::same_as<typename P::Context>;
};
template <class P>
concept features_share = has_context<P> && requires(const typename P::Condition& x, const typename P::Context& c) {
  { P::features(x, c) } -> gives_vector<typename P::Features>;
};
template <class P>
concept encode_shares = has_context<P> &&
    requires(const typename P::Condition& x, const typename P::Solution& y, const typename P::Context& c) {
  { P::encode(x, y, c) } -> gives_vector<typename P::Latent>;
};
template <class P>
concept decode_shares = has_context<P> &&
    requires(const typename P::Condition& x, const typename P::Latent& z, const typename P::Context& c) {
  { P::decode(x, z, c) } -> gives_vector<typename P::Solution>;
};
template <class P>
concept has_tokens = requires {
  { P::tokens } -> std::convertible_to<TokenLayout>;
};

// A hook that exists but does not fit would be passed over in silence: these find it by its name alone.
template <class P>
concept sound_optimal = has_optimal<P> || !requires {
  &P::optimal;
};
template <class P>
concept sound_draw = has_draw<P> || !(
    requires { &P::draw; } || requires { &P::template draw<RandomStream>; });
template <class P>
concept sound_name = has_name<P> || !requires {
  P::name;
};
template <class P>
concept sound_validate = has_validate<P> || !requires {
  &P::validate;
};
template <class P>
concept sound_baseline = has_baseline<P> || !requires {
  &P::baseline;
};
template <class P>
concept sound_bound = has_bound<P> || !requires {
  &P::bound;
};
template <class P>
concept sound_features = has_features<P> || !(
    requires { typename P::Features; } || requires { &P::features; });
template <class P>
concept sound_codec = has_codec<P> || !(
    has_latent<P> || requires { &P::encode; } || requires { &P::decode; });
template <class P>
concept sound_context = features_share<P> || encode_shares<P> || decode_shares<P> || !(
    requires { typename P::Context; } || requires { &P::context; });
template <class P>
concept sound_tokens = has_tokens<P> || !requires {
  P::tokens;
};

template <class P>
struct feature_type {
  using type = typename P::Condition;
};
template <has_features P>
struct feature_type<P> {
  using type = typename P::Features;
};
template <class P>
struct latent_type {
  using type = typename P::Solution;
};
template <has_codec P>
struct latent_type<P> {
  using type = typename P::Latent;
};
template <class P>
struct context_type {
  struct type {};
};
template <has_context P>
struct context_type<P> {
  using type = typename P::Context;
};

}  // namespace detail
GDM_NAMESPACE_END
