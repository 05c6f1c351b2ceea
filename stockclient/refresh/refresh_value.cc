#include "stockclient/refresh/refresh_value.h"

#include <algorithm>
#include <cmath>

namespace stockclient {
namespace {

using Days = std::chrono::duration<double, std::chrono::days::period>;
using Seconds = std::chrono::duration<double>;

}  // namespace

void AskRate::add(double requests, WallTime now) {
  count_ = at(now) + requests;
  counted_ = std::max(counted_, now);
}

double AskRate::at(WallTime now) const {
  if (count_ == 0) return 0;
  return count_ * std::exp2(-std::max(Days(now - counted_).count(), 0.0));
}

double refresh_value(double weight, circuitbreaker::Duration staleness) noexcept {
  const double seconds = Seconds(staleness).count();
  return weight * seconds * seconds;
}

double weight_of(double rate) noexcept {
  constexpr double kLeast = 1.0 / (1 << 20);
  return std::exp2(std::round(std::log2(std::max(rate, kLeast))));
}

double least_weight(std::span<const double> weights, double patience) noexcept {
  if (weights.empty()) return 1;
  // A symbol's interval is proportional to 1/sqrt(weight). So with a lower bound f, the ratio of
  // the longest interval to the interval under equal weights is mean(sqrt(max(weight, f))) /
  // sqrt(f), which falls as f grows.
  const auto longest_wait = [&](double floor) {
    double sum = 0;
    for (const double weight : weights) sum += std::sqrt(std::max(weight, floor));
    return sum / static_cast<double>(weights.size()) / std::sqrt(floor);
  };
  auto [low, high] = std::minmax_element(weights.begin(), weights.end());
  double below = *low;
  double above = *high;
  if (longest_wait(below) <= patience) return below;
  for (int i = 0; i < 40; ++i) {
    const double middle = std::sqrt(below * above);
    (longest_wait(middle) > patience ? below : above) = middle;
  }
  return above;
}

}  // namespace stockclient
