// SPDX-License-Identifier: MIT
/// @file
/// @brief NLopt and Ipopt on a smooth objective in a box, with exact gradients.
#pragma once

#include <nlopt.h>

#include <IpIpoptApplication.hpp>
#include <IpTNLP.hpp>
#include <gdm/core/random.hpp>
#include <gdm/core/vector.hpp>
#include <limits>
#include <stdexcept>

#include "../support/processor_time.hpp"

namespace example {

/// Maximise `value(v, gradient)` over low <= v <= high; `gradient` may be null.
template <int Size>
struct BoxProblem {
  using Point = gdm::Vector<Size>;
  double (*value)(const void* condition, const Point& v, Point* gradient) = nullptr;
  const void* condition = nullptr;
  Point low, high;

  double operator()(const Point& v, Point* gradient = nullptr) const { return value(condition, v, gradient); }
};

/// Starting points: the usual one, then uniform in the box.
template <int Size>
class Starts {
 public:
  Starts(const BoxProblem<Size>& problem, const gdm::Vector<Size>& usual) : problem_(problem), usual_(usual) {}
  gdm::Vector<Size> next() {
    if (count_++ == 0) return usual_;
    gdm::Vector<Size> v;
    for (int i = 0; i < Size; ++i) v[i] = problem_.low[i] + random_.uniform() * (problem_.high[i] - problem_.low[i]);
    return v;
  }

 private:
  const BoxProblem<Size>& problem_;
  gdm::Vector<Size> usual_;
  gdm::RandomStream random_{/*seed=*/7};
  int count_ = 0;
};

/// One of NLopt's algorithms.
template <int Size>
class Nlopt {
 public:
  using Point = gdm::Vector<Size>;
  explicit Nlopt(nlopt_algorithm algorithm, double tolerance = 1e-6) : solver_(nlopt_create(algorithm, Size)) {
    if (solver_ == nullptr) throw std::runtime_error("nlopt_create failed");
    nlopt_set_ftol_rel(solver_, tolerance);
    nlopt_set_xtol_abs1(solver_, tolerance);
    nlopt_set_maxeval(solver_, 100'000);
    nlopt_set_vector_storage(solver_, 10);  // else L-BFGS clears megabytes
  }
  Nlopt(const Nlopt&) = delete;
  Nlopt& operator=(const Nlopt&) = delete;
  ~Nlopt() { nlopt_destroy(solver_); }

  /// The algorithm that a method with restarts of its own, such as MLSL, runs from each start.
  void use_locally(const Nlopt& local) { nlopt_set_local_optimizer(solver_, local.solver_); }
  /// At most so long; 0: until it converges.
  void limit(double seconds) { seconds_ = seconds; }

  /// From `v` on. NLopt ends with an error where rounding stops it, and its last point is as good as it gets.
  Point run(const BoxProblem<Size>& problem, const Point& v) {
    Point at = v.cwiseMax(problem.low).cwiseMin(problem.high);
    best_ = {at, -std::numeric_limits<double>::infinity(), &problem, seconds_, processor_seconds(), solver_};
    nlopt_set_lower_bounds(solver_, problem.low.data());
    nlopt_set_upper_bounds(solver_, problem.high.data());
    nlopt_set_max_objective(solver_, &Nlopt::evaluate, &best_);
    nlopt_srand(7);
    double reached = 0;
    (void)nlopt_optimize(solver_, at.data(), &reached);
    return best_.point;
  }

 private:
  /// The best point that was looked at: a run that is cut short has no other answer.
  struct Best {
    Point point;
    double value = 0;
    const BoxProblem<Size>* problem = nullptr;
    double limit = 0, begin = 0;
    nlopt_opt solver = nullptr;
    int evaluations = 0;
  };
  static double evaluate(unsigned, const double* v, double* gradient, void* object) {
    Best& best = *static_cast<Best*>(object);
    const Point at = Eigen::Map<const Point>(v);
    Point slope;
    const double value = (*best.problem)(at, gradient == nullptr ? nullptr : &slope);
    if (gradient != nullptr) Eigen::Map<Point>{gradient} = slope;
    if (value > best.value) {
      best.value = value;
      best.point = at;
    }
    // Processor time, which NLopt's own limit does not look at; the clock costs as much as an evaluation.
    if (best.limit > 0 && ++best.evaluations % 8 == 0 && processor_seconds() - best.begin > best.limit)
      nlopt_force_stop(best.solver);
    return value;
  }

  nlopt_opt solver_;
  double seconds_ = 0;
  Best best_{};
};

/// Ipopt with its quasi-Newton Hessian.
template <int Size>
class Ipopt {
 public:
  using Point = gdm::Vector<Size>;
  Ipopt() : program_(new Program), application_(IpoptApplicationFactory()) {
    auto options = application_->Options();
    options->SetIntegerValue("print_level", 0);
    options->SetStringValue("sb", "yes");
    options->SetStringValue("hessian_approximation", "limited-memory");
    options->SetNumericValue("tol", 1e-6);
    options->SetIntegerValue("max_iter", 200);
    if (application_->Initialize() != ::Ipopt::Solve_Succeeded) throw std::runtime_error("Ipopt did not start");
  }
  Point run(const BoxProblem<Size>& problem, const Point& v) {
    program_->problem = &problem;
    program_->start = v;
    program_->answer = v;
    (void)application_->OptimizeTNLP(::Ipopt::SmartPtr<::Ipopt::TNLP>(::Ipopt::GetRawPtr(program_)));
    return program_->answer.cwiseMax(problem.low).cwiseMin(problem.high);
  }

 private:
  using Index = ::Ipopt::Index;
  using Number = ::Ipopt::Number;
  struct Program : ::Ipopt::TNLP {
    const BoxProblem<Size>* problem = nullptr;
    Point start, answer;

    bool get_nlp_info(Index& n, Index& m, Index& of_jacobian, Index& of_hessian, IndexStyleEnum& style) override {
      n = Size;
      m = of_jacobian = of_hessian = 0;
      style = C_STYLE;
      return true;
    }
    bool get_bounds_info(Index, Number* low, Number* high, Index, Number*, Number*) override {
      Eigen::Map<Point>{low} = problem->low;
      Eigen::Map<Point>{high} = problem->high;
      return true;
    }
    bool get_starting_point(Index, bool, Number* v, bool, Number*, Number*, Index, bool, Number*) override {
      Eigen::Map<Point>{v} = start;
      return true;
    }
    bool eval_f(Index, const Number* v, bool, Number& value) override {
      value = -(*problem)(Eigen::Map<const Point>(v));
      return true;
    }
    bool eval_grad_f(Index, const Number* v, bool, Number* gradient) override {
      Point slope;
      (void)(*problem)(Eigen::Map<const Point>(v), &slope);
      Eigen::Map<Point>{gradient} = -slope;
      return true;
    }
    bool eval_g(Index, const Number*, bool, Index, Number*) override { return true; }
    bool eval_jac_g(Index, const Number*, bool, Index, Index, Index*, Index*, Number*) override { return true; }
    void finalize_solution(::Ipopt::SolverReturn, Index, const Number* v, const Number*, const Number*, Index,
                           const Number*, const Number*, Number, const ::Ipopt::IpoptData*,
                           ::Ipopt::IpoptCalculatedQuantities*) override {
      answer = Eigen::Map<const Point>(v);
    }
  };

  ::Ipopt::SmartPtr<Program> program_;
  ::Ipopt::SmartPtr<::Ipopt::IpoptApplication> application_;
};

/// The best of runs from several starts, or from as many as begin within `seconds`.
template <int Size, class Solver>
gdm::Vector<Size> best_of_starts(Solver& solver, const BoxProblem<Size>& problem, const gdm::Vector<Size>& usual,
                                 int starts, double seconds = 0) {
  const double begin = processor_seconds();
  Starts<Size> start(problem, usual);
  gdm::Vector<Size> best = usual;
  double most = -std::numeric_limits<double>::infinity();
  for (int i = 0; i < starts; ++i) {
    if (i > 0 && seconds > 0 && processor_seconds() - begin > seconds) break;
    const gdm::Vector<Size> v = solver.run(problem, start.next());
    const double value = problem(v);
    if (value <= most) continue;
    most = value;
    best = v;
  }
  return best;
}

}  // namespace example
