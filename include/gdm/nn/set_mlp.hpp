// SPDX-License-Identifier: MIT
/// @file
/// @brief The denoiser for sets: one small network on every token, whatever their number and order.
#pragma once

#include <algorithm>
#include <array>
#include <string>
#include <tuple>
#include <utility>

#include <gdm/autodiff/set_layer.hpp>
#include <gdm/nn/denoiser.hpp>
#include <gdm/nn/parameters.hpp>
#include <gdm/nn/time_features.hpp>

GDM_NAMESPACE_BEGIN
namespace detail {

/// Weights that only some problems need: an empty struct takes no room where they are missing.
template <class S, int W, int TokenLatents>
struct SetTokenOutput {
  Block<S, TokenLatents, W> token_output;
  Block<S, TokenLatents, 1> token_bias;
};
template <class S, int W>
struct SetTokenOutput<S, W, 0> {};

template <class S, int W, int Shared, int GlobalLatents>
struct SetGlobalToken {
  Block<S, W, GlobalLatents + Shared> global_input;
  Block<S, W, 1> global_bias;
  Block<S, GlobalLatents, W> global_output;
  Block<S, GlobalLatents, 1> global_output_bias;
};
template <class S, int W, int Shared>
struct SetGlobalToken<S, W, Shared, 0> {};

template <class S, int GlobalFeatures>
struct SetNullGlobals {
  Block<S, GlobalFeatures, 1> null_globals;
};
template <class S>
struct SetNullGlobals<S, 0> {};

}  // namespace detail

/// `Depth` layers of width `Width` on every token, each adding a linear map of the tokens' mean, or of their sum if
/// the problem asks for it (gdm/autodiff/set_layer.hpp). Global latents, a position say, live in one more column, the
/// global token, through which and the mean all tokens hear of each other. The weights do not depend on the number of
/// tokens: a model trained on 80 channels solves 512.
///
/// Only for problems that state their `tokens`.
template <int Width, int Depth>
struct SetMlp : denoiser_tag {
  static constexpr bool sound = Width > 0 && Depth > 0;
  static_assert(sound, "[GDM-S32] SetMlp needs a width and a depth, SetMlp<48, 4> say");
  static constexpr int time_size = 16;
  static constexpr bool needs_tokens = true;

  static std::string name() { return std::string("set-mlp-") + std::to_string(Width) + "-" + std::to_string(Depth); }

  template <class S, int Latents, int Features, int GlobalFeatures, int GlobalLatents>
  struct Weights : detail::SetTokenOutput<S, Width, Latents>,
                   detail::SetGlobalToken<S, Width, GlobalFeatures + time_size, GlobalLatents>,
                   detail::SetNullGlobals<S, GlobalFeatures> {
    Block<S, Width, Latents + Features> token_input;           ///< of a token's latent and features
    Block<S, Width, GlobalFeatures + time_size> shared_input;  ///< of global features and time, for every token
    Block<S, Width, 1> token_input_bias;
    std::array<SetLayerParameters<S, Width, (GlobalLatents > 0)>, Depth> layers;
    Block<S, Features, 1> null_features;  ///< stand for "no condition" in every token
  };

  template <class S, DenoiserShape shape>
  struct Network {
    static constexpr int M = shape.tokens;
    static constexpr int token_features = shape.token_features, token_latents = shape.token_latents;
    static constexpr int global_features = shape.global_features, global_latents = shape.global_latents;
    static constexpr int latents = shape.latents;
    static constexpr int features = shape.features;
    static constexpr int shared_size = global_features + time_size;
    static constexpr bool global = global_latents > 0;
    static constexpr bool tied = true;
    static constexpr int tile = std::clamp(96 / M, 1, 32);
    static constexpr int batch = std::clamp(64 / M, 1, 16);

    static constexpr int divisor = shape.pools_sum ? 4 : M;  ///< a constant one keeps sums near the size of means
    using Layer = SetLayer<Width, M, divisor, global>;
    using Parameters = Weights<S, token_latents, token_features, global_features, global_latents>;
    template <int B>
    static constexpr int columns = Layer::template columns<B>;

    template <class F, class First, class... P>
    static void visit(const F& f, First& first, P&... p) {
      f("token.input.weight", first.token_input, p.token_input...);
      f("token.shared.weight", first.shared_input, p.shared_input...);
      f("token.bias", first.token_input_bias, p.token_input_bias...);
      for (std::size_t k = 0; k < Depth; ++k) {
        const std::string prefix = "layers." + std::to_string(k) + ".";
        Layer::visit([&](const std::string& n, auto&... b) { f(prefix + n, b...); }, first.layers[k], p.layers[k]...);
      }
      if constexpr (token_latents > 0) {
        f("output.token.weight", first.token_output, p.token_output...);
        f("output.token.bias", first.token_bias, p.token_bias...);
      }
      if constexpr (global) {
        f("global.weight", first.global_input, p.global_input...);
        f("global.bias", first.global_bias, p.global_bias...);
        f("output.global.weight", first.global_output, p.global_output...);
        f("output.global.bias", first.global_output_bias, p.global_output_bias...);
      }
      f("null_features", first.null_features, p.null_features...);
      if constexpr (global_features > 0) f("null_globals", first.null_globals, p.null_globals...);
    }
    static void initialise(Parameters& p, std::uint64_t seed) { gdm::initialise<Network>(p, seed, "output."); }

    // ---- training -------------------------------------------------------------------------------------------------
    template <int B>
    struct Workspace {
      std::array<typename Layer::template Workspace<S, B>, Depth> layers;
      std::array<Block<S, Width, columns<B>>, Depth + 1> h;
      Block<S, Width, columns<B>> slope, d0, d1;
      Block<S, token_latents + token_features, M * B> token_input;
      Block<S, global_latents + shared_size, B> shared_input;  ///< [global latents; global features; time]
      Block<S, std::max(1, token_latents), M * B> d_token_output;
      Block<S, std::max(1, global_latents), B> d_global_output;
      Block<S, token_latents + token_features, Width> token_input_transposed;
      Block<S, shared_size, Width> shared_input_transposed;
      Block<S, global_latents + shared_size, Width> global_input_transposed;
      Block<S, Width, std::max(1, token_latents)> token_output_transposed;
      Block<S, Width, std::max(1, global_latents)> global_output_transposed;
      Block<S, time_size, shape.steps + 1> time;
    };

    template <int B>
    static void prepare(const Parameters& p, Workspace<B>& w) {
      const auto transpose = [](const auto& from, auto& to) {
        for (int i = 0; i < from.cols; ++i)
          for (int o = 0; o < from.rows; ++o) to(i, o) = from(o, i);
      };
      for (std::size_t k = 0; k < Depth; ++k) Layer::prepare(p.layers[k], w.layers[k]);
      transpose(p.token_input, w.token_input_transposed);
      transpose(p.shared_input, w.shared_input_transposed);
      if constexpr (token_latents > 0) transpose(p.token_output, w.token_output_transposed);
      if constexpr (global) {
        transpose(p.global_input, w.global_input_transposed);
        transpose(p.global_output, w.global_output_transposed);
      }
      w.time = TimeFeatures<time_size>::template table<S, shape.steps>();
    }

    template <int B>
    static void forward(const Parameters& p, const Block<S, latents, B>& y, const Block<S, features, B>& condition,
                        const int* t, const bool* dropped, Workspace<B>& w, Block<S, latents, B>& out) {
      for (int b = 0; b < B; ++b) gather(p, y.column(b), condition.column(b), t[b], dropped[b], b, w);
      Block<S, Width, B> shared;
      multiply(
          p.shared_input, w.shared_input.data + global_latents, w.shared_input.stride, B,
          [&](int i, int) { return simd::load<S>(p.token_input_bias.data + i); }, to_block(shared));
      const auto activate = [&](int first) {
        return [&w, first](int i, int j, const simd::Pack<S>& z) {
          const auto f = Silu::at<S>(z);
          simd::store<S>(w.slope.column(first + j) + i, f.slope);
          simd::store<S>(w.h[0].column(first + j) + i, f.value);
        };
      };
      multiply(
          p.token_input, w.token_input.data, w.token_input.stride, M * B,
          [&](int i, int j) { return simd::load<S>(shared.column(j / M) + i); }, activate(0));
      if constexpr (global) {
        multiply(
            p.global_input, w.shared_input.data, w.shared_input.stride, B,
            [&](int i, int) { return simd::load<S>(p.global_bias.data + i); }, activate(M * B));
      }
      for (std::size_t k = 0; k < Depth; ++k) Layer::forward(p.layers[k], w.h[k], w.layers[k], w.h[k + 1]);
      for (int b = 0; b < B; ++b)
        output(p, w.h[Depth].column(b * M), w.h[Depth].column(global ? M * B + b : 0), out.column(b));
    }

    template <int B>
    static void pullback(const Parameters& p, const bool* dropped, Workspace<B>& w, const Block<S, latents, B>& d_out,
                         Parameters& gradient) {
      const auto zero = [](int, int) { return simd::Pack<S>{}; };
      if constexpr (token_latents > 0) {
        for (int j = 0; j < M * B; ++j)
          std::copy_n(d_out.column(j / M) + j % M * token_latents, token_latents, w.d_token_output.column(j));
        add_outer(w.d_token_output.data, w.h[Depth].data, M * B, gradient.token_output);
        add_columns(w.d_token_output, gradient.token_bias);
        multiply(w.token_output_transposed, w.d_token_output.data, w.d_token_output.stride, M * B, zero,
                 to_block(w.d0));
      } else {
        std::fill_n(w.d0.data, w.d0.stride * M * B, S(0));
      }
      if constexpr (global) {
        for (int b = 0; b < B; ++b)
          std::copy_n(d_out.column(b) + M * token_latents, global_latents, w.d_global_output.column(b));
        add_outer(w.d_global_output.data, w.h[Depth].column(M * B), B, gradient.global_output);
        add_columns(w.d_global_output, gradient.global_output_bias);
        multiply(w.global_output_transposed, w.d_global_output.data, w.d_global_output.stride, B, zero,
                 [&](int i, int j, const simd::Pack<S>& z) { simd::store<S>(w.d0.column(M * B + j) + i, z); });
      }
      auto *d = &w.d0, *next = &w.d1;
      for (std::size_t k = Depth; k-- > 0;) {
        Layer::pullback(p.layers[k], w.layers[k], *d, gradient.layers[k], *next);
        std::swap(d, next);
      }
      detail::for_each_register<Block<S, Width, columns<B>>>(
          [&](int i) { simd::store<S>(d->data + i, simd::load<S>(d->data + i) * simd::load<S>(w.slope.data + i)); });
      Block<S, Width, B> shared;
      TokenSum<M>::template forward<B>(*d, shared);
      add_outer(d->data, w.token_input.data, M * B, gradient.token_input, w.token_input.stride);
      add_outer(shared.data, w.shared_input.data + global_latents, B, gradient.shared_input, w.shared_input.stride);
      add_columns(shared, gradient.token_input_bias);
      if constexpr (global) {
        add_outer(d->column(M * B), w.shared_input.data, B, gradient.global_input, w.shared_input.stride);
        for (int b = 0; b < B; ++b) add_column(d->column(M * B + b), gradient.global_bias);
      }
      for (int b = 0; b < B; ++b)
        if (dropped[b]) add_null_gradient(b, shared.column(b), *d, w, gradient);
    }

    // ---- sampling -------------------------------------------------------------------------------------------------
    struct GlobalTables {
      Block<S, Width, shape.steps + 1> time;
      Block<S, Width, 1> null_condition;
    };
    struct NoGlobalTables {};
    /// The first layer's sums that depend on the step alone, and those of the null condition.
    struct Tables : std::conditional_t<global, GlobalTables, NoGlobalTables> {
      Block<S, Width, shape.steps + 1> token_time;
      Block<S, Width, 1> token_null;
    };
    static void tabulate(const Parameters& p, Tables& tables) {
      const auto time = TimeFeatures<time_size>::template table<S, shape.steps>();
      const auto of_time = [&](const S* weight, const auto& bias, auto& to) {
        simd::product<Width>(
            weight, p.shared_input.stride, time_size, simd::Strided<S>{time.data, 1, time.stride}, shape.steps + 1,
            [&](int i, int) { return simd::load<S>(bias.data + i); }, to_block(to));
      };
      of_time(p.shared_input.column(global_features), p.token_input_bias, tables.token_time);
      Block<S, std::max(1, global_features), 1> null_globals{};
      if constexpr (global_features > 0) null_globals = p.null_globals;
      Block<S, Width, 1> of_globals;
      project(p.shared_input.data, global_features, null_globals.data, of_globals.data);
      simd::product<Width>(
          p.token_input.column(token_latents), p.token_input.stride, token_features,
          simd::Strided<S>{p.null_features.data, 1, 0}, 1,
          [&](int i, int) { return simd::load<S>(of_globals.data + i); }, to_block(tables.token_null));
      if constexpr (global) {
        of_time(p.global_input.column(global_latents + global_features), p.global_bias, tables.time);
        project(p.global_input.column(global_latents), global_features, null_globals.data, tables.null_condition.data);
      }
    }

    /// The first layer's sums over the condition, one column for each token, and for the global ones.
    template <int B>
    struct Instance {
      Block<S, Width, columns<B>> sums;
    };
    template <int B>
    static void condition(const Parameters& p, const Block<S, features, B>& x, int n, Instance<B>& instance) {
      for (int b = 0; b < n; ++b) {
        const S* globals = x.column(b) + M * token_features;
        Block<S, Width, 1> of_globals;
        project(p.shared_input.data, global_features, globals, of_globals.data);
        simd::product<Width>(
            p.token_input.column(token_latents), p.token_input.stride, token_features,
            simd::Strided<S>{x.column(b), 1, token_features}, M,
            [&](int i, int) { return simd::load<S>(of_globals.data + i); },
            [&](int i, int j, const simd::Pack<S>& z) { simd::store<S>(instance.sums.column(b * M + j) + i, z); });
        if constexpr (global) {
          project(p.global_input.column(global_latents), global_features, globals, instance.sums.column(M * B + b));
        }
      }
    }
    /// Gives instances 1 .. n - 1 the condition of instance 0.
    template <int B>
    static void spread(Instance<B>& instance, int n) {
      constexpr int stride = Block<S, Width, 1>::stride;
      for (int b = 1; b < n; ++b) {
        std::copy_n(instance.sums.column(0), stride * M, instance.sums.column(b * M));
        if constexpr (global) std::copy_n(instance.sums.column(M * B), stride, instance.sums.column(M * B + b));
      }
    }

    template <int B>
    struct Scratch {
      Block<S, Width, columns<2 * B>> a, b;
      Block<S, Width, 2 * B> pooled, common;
    };

    /// The output for `n` instances at step `t`; when `guided`, outputs n .. 2n - 1 are the unconditional ones.
    template <bool guided, int B>
    static void predict(const Parameters& p, const Tables& tables, int t, const Block<S, latents, B>& y,
                        const Instance<B>& instance, int n, Scratch<B>& s, Block<S, latents, 2 * B>& out) {
      const int all = guided ? 2 * n : n;  // instances, the unconditional ones included; tokens first, then globals
      const auto first_layer = [&](const S* with, const S* without, int column, int null_column) {
        return [=, &s](int i, int j, const simd::Pack<S>& z) {
          constexpr int stride = Block<S, Width, 1>::stride;
          const simd::Pack<S> sum = z + simd::load<S>(with + j * stride + i);
          simd::store<S>(s.a.column(column + j) + i, Silu::at<S>(sum).value);
          if constexpr (guided) {
            const simd::Pack<S> null_sum = z + simd::load<S>(without + i);
            simd::store<S>(s.a.column(null_column + j) + i, Silu::at<S>(null_sum).value);
          }
        };
      };
      for (int b = 0; b < n; ++b) {
        simd::product<Width>(
            p.token_input.data, p.token_input.stride, token_latents, simd::Strided<S>{y.column(b), 1, token_latents}, M,
            [&](int i, int) { return simd::load<S>(tables.token_time.column(t) + i); },
            first_layer(instance.sums.column(b * M), tables.token_null.data, b * M, (n + b) * M));
        if constexpr (global) {
          simd::product<Width>(
              p.global_input.data, p.global_input.stride, global_latents,
              simd::Strided<S>{y.column(b) + M * token_latents, 1, 0}, 1,
              [&](int i, int) { return simd::load<S>(tables.time.column(t) + i); },
              first_layer(instance.sums.column(M * B + b), tables.null_condition.data, M * all + b, M * all + n + b));
        }
      }
      auto *h = &s.a, *next = &s.b;
      for (const auto& layer : p.layers) {
        apply(layer, all, *h, *next, s);
        std::swap(h, next);
      }
      for (int b = 0; b < all; ++b) output(p, h->column(b * M), h->column(global ? M * all + b : 0), out.column(b));
    }

   private:
    template <class B>
    static auto to_block(B& block) {
      return [&block](int i, int j, const simd::Pack<S>& z) { simd::store<S>(block.column(j) + i, z); };
    }
    /// weight x for n columns x.
    template <class B, class Start, class Finish>
    static void multiply(const B& weight, const S* x, std::ptrdiff_t stride, int n, const Start& start,
                         const Finish& finish) {
      simd::product<B::rows>(weight.data, weight.stride, B::cols, simd::Strided<S>{x, 1, stride}, n, start, finish);
    }
    /// to = weight x for one column of `depth` numbers; zero if there are none.
    static void project(const S* weight, int depth, const S* x, S* to) {
      simd::product<Width>(
          weight, Block<S, Width, 1>::stride, depth, simd::Strided<S>{x, 1, 0}, 1,
          [](int, int) { return simd::Pack<S>{}; },
          [&](int i, int, const simd::Pack<S>& z) { simd::store<S>(to + i, z); });
    }
    /// gradient += sum over n columns of left right^T.
    template <class B>
    static void add_outer(const S* left, const S* right, int n, B& gradient,
                          std::ptrdiff_t right_stride = Block<S, Width, 1>::stride) {
      simd::product<B::rows>(
          left, B::stride, n, simd::Strided<S>{right, right_stride, 1}, B::cols,
          [&](int i, int j) { return simd::load<S>(gradient.column(j) + i); }, to_block(gradient));
    }
    template <class B>
    static void add_column(const S* from, B& to) {
      for (int r = 0; r < B::stride; r += simd::lanes<S>)
        simd::store<S>(to.data + r, simd::Pack<S>(simd::load<S>(to.data + r) + simd::load<S>(from + r)));
    }
    template <class From, class B>
    static void add_columns(const From& from, B& to) {
      for (int j = 0; j < From::cols; ++j) add_column(from.column(j), to);
    }

    template <int B>
    static void gather(const Parameters& p, const S* y, const S* condition, int t, bool dropped, int b,
                       Workspace<B>& w) {
      for (int i = 0; i < M; ++i) {
        S* to = w.token_input.column(b * M + i);
        to = std::copy_n(y + i * token_latents, token_latents, to);
        std::copy_n(dropped ? p.null_features.data : condition + i * token_features, token_features, to);
      }
      S* to = w.shared_input.column(b);
      to = std::copy_n(y + M * token_latents, global_latents, to);
      const S* globals = condition + M * token_features;
      if constexpr (global_features > 0) globals = dropped ? p.null_globals.data : globals;
      to = std::copy_n(globals, global_features, to);
      std::copy_n(w.time.column(t), time_size, to);
    }

    /// One instance's output from the last layer's columns of its tokens and its global token.
    static void output(const Parameters& p, const S* tokens, [[maybe_unused]] const S* global_token, S* out) {
      constexpr std::ptrdiff_t stride = Block<S, Width, 1>::stride;
      if constexpr (token_latents > 0) {
        simd::product<token_latents>(
            p.token_output.data, p.token_output.stride, Width, simd::Strided<S>{tokens, 1, stride}, M,
            [&](int i, int) { return simd::load<S>(p.token_bias.data + i); },
            [&](int i, int j, const simd::Pack<S>& z) { copy_rows<token_latents>(z, i, out + j * token_latents); });
      }
      if constexpr (global) {
        simd::product<global_latents>(
            p.global_output.data, p.global_output.stride, Width, simd::Strided<S>{global_token, 1, stride}, 1,
            [&](int i, int) { return simd::load<S>(p.global_output_bias.data + i); },
            [&](int i, int, const simd::Pack<S>& z) { copy_rows<global_latents>(z, i, out + M * token_latents); });
      }
    }
    /// Rows i, i + 1, .. of a column of N rows: what of the register is not padding.
    template <int N>
    static void copy_rows(const simd::Pack<S>& z, int i, S* to) {
      S rows[simd::lanes<S>];
      simd::store<S>(rows, z);
      std::copy_n(rows, std::min(simd::lanes<S>, N - i), to + i);
    }

    template <int B>
    static void add_null_gradient(int b, const S* shared, const Block<S, Width, columns<B>>& d, const Workspace<B>& w,
                                  Parameters& gradient) {
      for (int k = 0; k < token_features; ++k)  // every token of the instance read the same null features
        for (int r = 0; r < Width; ++r)
          gradient.null_features(k, 0) += w.token_input_transposed(token_latents + k, r) * shared[r];
      if constexpr (global_features > 0) {
        for (int k = 0; k < global_features; ++k)
          for (int r = 0; r < Width; ++r) {
            gradient.null_globals(k, 0) += w.shared_input_transposed(k, r) * shared[r];
            if constexpr (global) {
              gradient.null_globals(k, 0) += w.global_input_transposed(global_latents + k, r) * d(r, M * B + b);
            }
          }
      }
    }

    /// One layer on `n` instances, from h to next.
    template <int B>
    static void apply(const SetLayerParameters<S, Width, global>& layer, int n,
                      const Block<S, Width, columns<2 * B>>& h, Block<S, Width, columns<2 * B>>& next, Scratch<B>& s) {
      constexpr int stride = Block<S, Width, 1>::stride;
      Layer::pool(h.data, n, s.pooled.data);
      Layer::template common<S>(layer, s.pooled.data, h.column(global ? M * n : 0), stride, n, s.common.data);
      simd::product<Width>(
          layer.own.data, layer.own.stride, Width, simd::Strided<S>{h.data, 1, stride}, M * n + (global ? n : 0),
          [&](int i, int j) { return simd::load<S>(s.common.column(Layer::instance_of(j, n)) + i); },
          [&](int i, int j, const simd::Pack<S>& z) {
            simd::store<S>(next.column(j) + i, simd::Pack<S>(simd::load<S>(h.column(j) + i) + Silu::at<S>(z).value));
          });
    }
  };
};

GDM_NAMESPACE_END
