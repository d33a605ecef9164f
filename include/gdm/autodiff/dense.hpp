// SPDX-License-Identifier: MIT
/// @file
/// @brief The dense layer y = f(W x + b), or y = x + f(W x + b), with its pullback.
#pragma once

#include <cstddef>

#include <gdm/autodiff/activation.hpp>
#include <gdm/autodiff/linear.hpp>

GDM_NAMESPACE_BEGIN

enum class Skip : bool { none, residual };

namespace detail {

/// Ends a product with y = f(z), or y = x + f(z), and keeps the slope; of one type for all layers of one padded size.
template <class S, class F, Skip skip, std::ptrdiff_t In, std::ptrdiff_t Out>
struct Activated {
  FixedColumns<const S, In> x;
  FixedColumns<S, Out> slope, y;

  void operator()(int i, int j, const simd::Pack<S>& z) const {
    const auto f = F::template at<S>(z);
    simd::store<S>(slope[j] + i, f.slope);
    if constexpr (skip == Skip::residual) {
      simd::store<S>(y[j] + i, simd::Pack<S>(simd::load<S>(x[j] + i) + f.value));
    } else {
      simd::store<S>(y[j] + i, f.value);
    }
  }
};

}  // namespace detail

/// A dense layer with activation and, if asked for, a residual sum, fused into one pass over the output.
///
/// Every operation that gdm::Chain takes has this face, for a scalar S and a batch of B columns:
/// | member                                              | meaning                                                    |
/// |-----------------------------------------------------|------------------------------------------------------------|
/// | `inputs`, `outputs`                                 | rows of x and y                                            |
/// | `Parameters<S>`                                     | the weights; a gradient has the same type                  |
/// | `visit(f, parameters..)`                            | calls f(name, block..) on the same block of each argument  |
/// | `Workspace<S, B>`                                   | what forward keeps for pullback                            |
/// | `prepare(parameters, workspace)`                    | once after the parameters changed, before a pullback       |
/// | `forward(parameters, x, workspace, y)`              | y = op(x); x must stay as it is until the pullback         |
/// | `pullback(parameters, workspace, dy, gradient, dx)` | adds to `gradient`; overwrites `dx`, or skips it if null   |
///
/// @tparam F     element-wise function
/// @tparam skip  `residual` adds the input to the output; needs In == Out
template <int In, int Out, class F = Identity, Skip skip = Skip::none>
struct Dense {
  static_assert(skip == Skip::none || In == Out, "a residual layer keeps its width");
  static constexpr int inputs = In;
  static constexpr int outputs = Out;

  template <class S>
  struct Parameters {
    Block<S, Out, In> weight;
    Block<S, Out, 1> bias;
  };
  template <class S, int B>
  struct Workspace {
    const Block<S, In, B>* x;
    Block<S, Out, B> slope;
    Block<S, In, Out> transposed;  ///< of the weight, so that the pullback reads it along its columns
  };

  template <class G, class First, class... P>
  static void visit(const G& f, First& first, P&... p) {
    f("weight", first.weight, p.weight...);
    f("bias", first.bias, p.bias...);
  }

  template <class S, int B>
  static void prepare(const Parameters<S>& p, Workspace<S, B>& workspace) {
    detail::transpose(p.weight, workspace.transposed);
  }

  template <class S, int B>
  static void forward(const Parameters<S>& p, const Block<S, In, B>& x, Workspace<S, B>& workspace,
                      Block<S, Out, B>& y) {
    workspace.x = &x;
    simd::product<Out>(p.weight.data, p.weight.stride, In, simd::Strided<S>{x.data, 1, x.stride}, B,
                       detail::FromColumns<S, detail::FixedColumns<const S, 0>>{{p.bias.data}},
                       detail::Activated<S, F, skip, Block<S, In, 1>::stride, Block<S, Out, 1>::stride>{
                           {x.data}, {workspace.slope.data}, {y.data}});
  }

  template <class S, int B>
  static void pullback(const Parameters<S>&, const Workspace<S, B>& workspace, const Block<S, Out, B>& dy,
                       Parameters<S>& gradient, Block<S, In, B>* dx) {
    Block<S, Out, B> dz;
    for (int i = 0; i < dz.stride; i += simd::lanes<S>) {
      simd::Pack<S> sum = simd::load<S>(gradient.bias.data + i);
      for (int j = 0; j < B; ++j) {
        const simd::Pack<S> d =
            simd::rounded_product(simd::load<S>(dy.column(j) + i), simd::load<S>(workspace.slope.column(j) + i));
        simd::store<S>(dz.column(j) + i, d);
        sum += d;
      }
      simd::store<S>(gradient.bias.data + i, sum);
    }
    detail::add_outer(dz.data, detail::columns_of(*workspace.x), B, gradient.weight);
    if (dx == nullptr) return;
    const auto product = [&](const auto& start) {  // dx = W^T dz
      auto to = detail::fixed_columns(*dx);
      simd::product<In>(workspace.transposed.data, workspace.transposed.stride, Out,
                        simd::Strided<S>{dz.data, 1, dz.stride}, B, start, detail::IntoColumns<S, decltype(to)>{to});
    };
    if constexpr (skip == Skip::residual) {
      auto from = detail::fixed_columns(dy);
      product(detail::FromColumns<S, decltype(from)>{from});
    } else {
      product([](int, int) { return simd::Pack<S>{}; });
    }
  }
};

GDM_NAMESPACE_END
