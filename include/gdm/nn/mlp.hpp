// SPDX-License-Identifier: MIT
/// @file
/// @brief The multi-layer perceptron denoiser: latent, condition and time features in, prediction out.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <type_traits>

#include <gdm/autodiff/compose.hpp>
#include <gdm/autodiff/dense.hpp>
#include <gdm/autodiff/linear.hpp>
#include <gdm/nn/denoiser.hpp>
#include <gdm/nn/parameters.hpp>
#include <gdm/nn/time_features.hpp>

GDM_NAMESPACE_BEGIN
namespace detail {

/// Chain of SiLU layers of the given widths, residual where the width stays, and a linear one at the end.
template <int Out, class Done, int... Widths>
struct MlpChain;
template <int Out, class... Ops, int Last>
struct MlpChain<Out, Chain<Ops...>, Last> {
  using type = Chain<Ops..., Dense<Last, Out>>;
};
template <int Out, class... Ops, int From, int To, int... More>
struct MlpChain<Out, Chain<Ops...>, From, To, More...> {
  using Next = Dense<From, To, Silu, From == To ? Skip::residual : Skip::none>;
  using type = typename MlpChain<Out, Chain<Ops..., Next>, To, More...>::type;
};

/// Ends a product with y = silu(z), or y = x + silu(z), without what only training needs.
template <class S, Skip skip, std::ptrdiff_t Stride>
struct SiluInto {
  static constexpr bool in_a_loop = true;
  FixedColumns<const S, Stride> x;
  FixedColumns<S, Stride> y;

  void operator()(int i, int j, const simd::Pack<S>& z) const {
    simd::Pack<S> h = Silu::at<S>(z).value;
    if constexpr (skip == Skip::residual) h += simd::load<S>(x[j] + i);
    simd::store<S>(y[j] + i, h);
  }
};

/// The first layer's end: adds what it has of the condition and, unless `without` is null, of no condition as well.
template <class S, std::ptrdiff_t Sums, std::ptrdiff_t Stride>
struct FirstSilu {
  static constexpr bool in_a_loop = true;
  FixedColumns<const S, Sums> condition;
  const S* null_condition;
  FixedColumns<S, Stride> with, without;

  void operator()(int i, int j, const simd::Pack<S>& z) const {
    simd::store<S>(with[j] + i, Silu::at<S>(simd::Pack<S>(z + simd::load<S>(condition[j] + i))).value);
    if (without.data == nullptr) return;
    simd::store<S>(without[j] + i, Silu::at<S>(simd::Pack<S>(z + simd::load<S>(null_condition + i))).value);
  }
};

}  // namespace detail

/// SiLU layers of the given widths, with a residual sum wherever two neighbours are equally wide.
///
/// The first layer reads [y_t; step features; c; phi(t)], c being the condition or, in the unconditional branch, a
/// learned vector; step features are zero there. All tokens of a problem are read, present or not.
template <int... Widths>
struct Mlp : denoiser_tag {
  static constexpr bool valid_size = sizeof...(Widths) > 0 && ((Widths > 0) && ...);
  static_assert(valid_size, "[GDM-S31] Mlp needs at least one hidden width, Mlp<64, 64> say");
  static constexpr int time_size = 16;

  static std::string name() {
    std::string text = "mlp";
    (text.append("-").append(std::to_string(Widths)), ...);
    return text;
  }

  template <class S, DenoiserShape shape>
  struct Network {
    static constexpr int latents = shape.latents;
    static constexpr int features = shape.features;
    static constexpr int step_rows = shape.tokens * shape.step_features;
    static constexpr int inputs = latents + step_rows;
    static constexpr int input_size = inputs + features + time_size;
    static constexpr std::array<int, sizeof...(Widths)> widths{Widths...};
    static constexpr int first = widths[0];
    static constexpr int widest = std::max({Widths...});
    static constexpr int tile = 64;      ///< columns of a training tile
    static constexpr int batch = 24;     ///< columns that sampling works on at a time
    static constexpr bool tied = false;  ///< every feature has statistics of its own

    using Input = Dense<input_size, first, Silu>;
    using Op = typename detail::MlpChain<latents, Chain<Input>, Widths...>::type;

    struct Parameters {
      typename Op::template Parameters<S> layers;
      Block<S, features, 1> null_condition;  ///< stands for "no condition"; all zeros is a legal condition
    };
    template <class F, class First, class... P>
    static void visit(const F& f, First& front, P&... p) {
      Op::visit([&](const std::string& n, auto&... b) { f(detail::dotted("layers", n), b...); }, front.layers,
                p.layers...);
      f("null_condition", front.null_condition, p.null_condition...);
    }
    static void initialise(Parameters& p, std::uint64_t seed) {
      gdm::initialise<Network>(p, seed, "layers." + std::to_string(sizeof...(Widths)) + ".");
    }

    // ---- training -------------------------------------------------------------------------------------------------
    template <int B>
    struct Workspace {
      typename Op::template Workspace<S, B> op;
      Block<S, input_size, B> input, d_input;
      Block<S, time_size, shape.steps + 1> time;
    };

    template <int B>
    static void prepare(const Parameters& p, Workspace<B>& w) {
      Op::prepare(p.layers, w.op);
      w.time = TimeFeatures<time_size>::template table<S, shape.steps>();
    }

    /// @param t        step of every column
    /// @param dropped  columns that run without their condition
    template <int B>
    static void forward(const Parameters& p, const Block<S, inputs, B>& y, const Block<S, features, B>& condition,
                        const int* t, const bool* dropped, const int* /*tokens*/, Workspace<B>& w,
                        Block<S, latents, B>& out) {
      for (int j = 0; j < B; ++j) {
        S* to = w.input.column(j);
        to = std::copy_n(y.column(j), latents, to);
        if constexpr (step_rows > 0) {  // they depend on the condition: without it there are none
          if (dropped[j]) {
            to = std::fill_n(to, step_rows, S(0));
          } else {
            to = std::copy_n(y.column(j) + latents, step_rows, to);
          }
        }
        to = std::copy_n(dropped[j] ? p.null_condition.data : condition.column(j), features, to);
        std::copy_n(w.time.column(t[j]), time_size, to);
      }
      Op::forward(p.layers, w.input, w.op, out);
    }

    template <int B>
    static void pullback(const Parameters& p, const bool* dropped, Workspace<B>& w, const Block<S, latents, B>& d_out,
                         Parameters& gradient) {
      Op::pullback(p.layers, w.op, d_out, gradient.layers, &w.d_input);
      for (int j = 0; j < B; ++j)
        for (int i = 0; dropped[j] && i < features; ++i) gradient.null_condition(i, 0) += w.d_input(inputs + i, j);
    }

    // ---- sampling -------------------------------------------------------------------------------------------------
    /// The first layer's sum without the latent's share: time features and bias, one column a step.
    struct Tables {
      Block<S, first, shape.steps + 1> time;
      Block<S, first, 1> null_condition;
    };
    static void tabulate(const Parameters& p, Tables& tables) {
      const auto& layer = std::get<0>(p.layers);
      const auto time = TimeFeatures<time_size>::template table<S, shape.steps>();
      detail::affine<first, S>(layer.weight.column(inputs + features), layer.weight.stride, time_size,
                               {time.data, 1, time.stride}, shape.steps + 1, detail::repeated(layer.bias),
                               detail::columns_of(tables.time));
      project_condition(p, p.null_condition.data, p.null_condition.stride, 1, tables.null_condition.data);
    }

    /// The first layer's sum over the condition, one column an instance.
    template <int B>
    struct Instance {
      Block<S, first, B> condition;
    };
    template <int B>
    static void condition(const Parameters& p, const Block<S, features, B>& x, int n, const int* /*tokens*/,
                          Instance<B>& instance) {
      project_condition(p, x.data, x.stride, n, instance.condition.data);
    }

    /// Gives columns 1 .. n - 1 the condition of column 0.
    template <int B>
    static void spread(Instance<B>& instance, int n) {
      for (int j = 1; j < n; ++j)
        std::copy_n(instance.condition.column(0), instance.condition.stride, instance.condition.column(j));
    }

    template <int B>
    struct Scratch {
      Block<S, widest, 2 * B> a, b;
      Block<S, first, (step_rows > 0 ? B : 1)> sums;  ///< the first layer's over condition and step features
    };

    /// The output for `n` columns at step `t`; when `guided`, columns n .. 2n - 1 are the unconditional ones.
    template <bool guided, int B>
    static void predict(const Parameters& p, const Tables& tables, int t, const Block<S, inputs, B>& y,
                        const Instance<B>& instance, int n, Scratch<B>& scratch, Block<S, latents, 2 * B>& out) {
      predict(p, tables, t, y, instance, n, guided, scratch, out);
    }

   private:
    using Bias = detail::FromColumns<S, detail::FixedColumns<const S, 0>>;
    static constexpr std::ptrdiff_t stride = Block<S, widest, 1>::stride;  ///< of the columns between layers

    template <int B>
    [[gnu::noinline]] static void predict(const Parameters& p, const Tables& tables, int t,
                                          const Block<S, inputs, B>& y, const Instance<B>& instance, int n, bool guided,
                                          Scratch<B>& scratch, Block<S, latents, 2 * B>& out) {
      const auto& layer = std::get<0>(p.layers);
      const Block<S, first, B>* sums = &instance.condition;
      if constexpr (step_rows > 0) {
        detail::affine<first, S>(layer.weight.column(latents), layer.weight.stride, step_rows,
                                 {y.data + latents, 1, y.stride}, n, detail::columns_of(instance.condition),
                                 detail::columns_of(scratch.sums));
        sums = &scratch.sums;
      }
      S* const a = scratch.a.data;
      simd::product<first>(layer.weight.data, layer.weight.stride, latents, simd::Strided<S>{y.data, 1, y.stride}, n,
                           Bias{{tables.time.column(t)}},
                           detail::FirstSilu<S, Block<S, first, 1>::stride, stride>{
                               {sums->data}, tables.null_condition.data, {a}, {guided ? a + n * stride : nullptr}});
      layers_from<1>(p.layers, a, scratch.b.data, guided ? 2 * n : n, out);
    }

    static void project_condition(const Parameters& p, const S* x, std::ptrdiff_t x_stride, int n, S* to) {
      const auto& layer = std::get<0>(p.layers);
      detail::affine<first, S>(layer.weight.column(inputs), layer.weight.stride, features, {x, 1, x_stride}, n,
                               detail::zeros<S, first>(), {to, layer.weight.stride});
    }

    template <std::size_t k, class Layers, int N>
    static void layers_from(const Layers& layers, const S* x, S* y, int n, Block<S, latents, N>& out) {
      const auto& layer = std::get<k>(layers);
      constexpr int rows = std::remove_reference_t<decltype(layer.weight)>::rows;
      constexpr int depth = std::remove_reference_t<decltype(layer.weight)>::cols;
      const simd::Strided<S> columns{x, 1, stride};
      const Bias bias{{layer.bias.data}};
      if constexpr (k == sizeof...(Widths)) {
        const auto to = detail::columns_of(out);
        simd::product<rows>(layer.weight.data, layer.weight.stride, depth, columns, n, bias,
                            detail::IntoColumns<S>{to});
      } else {
        using Into = detail::SiluInto<S, rows == depth ? Skip::residual : Skip::none, stride>;
        simd::product<rows>(layer.weight.data, layer.weight.stride, depth, columns, n, bias, Into{{x}, {y}});
        layers_from<k + 1>(layers, y, const_cast<S*>(x), n, out);
      }
    }
  };
};

GDM_NAMESPACE_END
