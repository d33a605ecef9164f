// SPDX-License-Identifier: MIT
/// @file
/// @brief An operation made of operations: one after the other.
#pragma once

#include <string>
#include <tuple>
#include <type_traits>
#include <utility>

#include <gdm/autodiff/block.hpp>

GDM_NAMESPACE_BEGIN
namespace detail {

template <class... Ops>
struct last_of {
  using type = std::tuple_element_t<sizeof...(Ops) - 1, std::tuple<Ops...>>;
};

/// Visits part k of every parameter tuple, with the names prefixed by "k.".
template <class... Ops>
struct Parts {
  template <class S>
  using Parameters = std::tuple<typename Ops::template Parameters<S>...>;

  template <class F, class... P>
  static void visit(const F& f, P&... p) {
    visit_each(std::index_sequence_for<Ops...>{}, f, p...);
  }

  template <class S, class W>
  static void prepare(const Parameters<S>& p, W& workspaces) {
    prepare_each<S>(std::index_sequence_for<Ops...>{}, p, workspaces);
  }

 private:
  template <std::size_t... K, class F, class... P>
  static void visit_each(std::index_sequence<K...>, const F& f, P&... p) {
    const auto one = [&]<std::size_t k, class Op>(std::integral_constant<std::size_t, k>, std::type_identity<Op>) {
      Op::visit([&](const std::string& name, auto&... b) { f(dotted(k, name), b...); }, std::get<k>(p)...);
    };
    (one(std::integral_constant<std::size_t, K>{}, std::type_identity<Ops>{}), ...);
  }
  template <class S, std::size_t... K, class W>
  static void prepare_each(std::index_sequence<K...>, const Parameters<S>& p, W& w) {
    (Ops::prepare(std::get<K>(p), std::get<K>(w)), ...);
  }
};

}  // namespace detail

/// y = op_n(.. op_2(op_1(x))).
template <class First, class... Rest>
struct Chain : detail::Parts<First, Rest...> {
  static constexpr int inputs = First::inputs;
  static constexpr int outputs = detail::last_of<First, Rest...>::type::outputs;
  static constexpr std::size_t length = 1 + sizeof...(Rest);

  template <std::size_t k>
  using Op = std::tuple_element_t<k, std::tuple<First, Rest...>>;
  template <class S>
  using Parameters = typename detail::Parts<First, Rest...>::template Parameters<S>;
  template <class S, int B>
  struct Workspace {
    std::tuple<typename First::template Workspace<S, B>, typename Rest::template Workspace<S, B>...> ops;
    std::tuple<Block<S, First::outputs, B>, Block<S, Rest::outputs, B>...> between;  ///< the output of each operation
  };

  template <class S, int B>
  static void prepare(const Parameters<S>& p, Workspace<S, B>& workspace) {
    detail::Parts<First, Rest...>::template prepare<S>(p, workspace.ops);
  }

  template <class S, int B>
  static void forward(const Parameters<S>& p, const Block<S, inputs, B>& x, Workspace<S, B>& workspace,
                      Block<S, outputs, B>& y) {
    step_forward<0>(p, x, workspace, y);
  }

  template <class S, int B>
  static void pullback(const Parameters<S>& p, const Workspace<S, B>& workspace, const Block<S, outputs, B>& dy,
                       Parameters<S>& gradient, Block<S, inputs, B>* dx) {
    step_back<length - 1>(p, workspace, dy, gradient, dx);
  }

 private:
  template <std::size_t k, class S, int B>
  static void step_forward(const Parameters<S>& p, const Block<S, Op<k>::inputs, B>& x, Workspace<S, B>& w,
                           Block<S, outputs, B>& y) {
    if constexpr (k + 1 == length) {
      Op<k>::forward(std::get<k>(p), x, std::get<k>(w.ops), y);
    } else {
      static_assert(Op<k>::outputs == Op<k + 1>::inputs, "an operation's outputs are the next one's inputs");
      Op<k>::forward(std::get<k>(p), x, std::get<k>(w.ops), std::get<k>(w.between));
      step_forward<k + 1>(p, std::get<k>(w.between), w, y);
    }
  }

  template <std::size_t k, class S, int B>
  static void step_back(const Parameters<S>& p, const Workspace<S, B>& w, const Block<S, Op<k>::outputs, B>& dy,
                        Parameters<S>& gradient, Block<S, inputs, B>* dx) {
    if constexpr (k == 0) {
      Op<0>::pullback(std::get<0>(p), std::get<0>(w.ops), dy, std::get<0>(gradient), dx);
    } else {
      Block<S, Op<k>::inputs, B> d;
      Op<k>::pullback(std::get<k>(p), std::get<k>(w.ops), dy, std::get<k>(gradient), &d);
      step_back<k - 1>(p, w, d, gradient, dx);
    }
  }
};

GDM_NAMESPACE_END
