#include "tests/stress/chart.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "tests/stress/format.h"
#include "tests/support/svg.h"

namespace stress {
namespace {

// One unit is one pixel at full width.
constexpr double kWidth = 1080;
constexpr double kLeft = 64;
constexpr double kRight = 1000;
constexpr double kPlotTop = 36;
constexpr double kLatencyTop = 76;
constexpr double kLatencyBottom = 236;
constexpr double kOutcomesTop = 272;
constexpr double kOutcomesBottom = 402;
constexpr double kBreakerTop = 434;
constexpr double kBreakerBottom = 464;
constexpr double kHeight = 500;
constexpr int kBuckets = 120;
/// The latency axis is logarithmic.
constexpr double kFastest = 0.0001;
constexpr double kSlowest = 10;

constexpr const char* kPatterns = R"svg(<defs>
<pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse"
  patternTransform="rotate(45)"><path class="weave" d="M0 0V6"/></pattern>
<pattern id="dots" width="6" height="6" patternUnits="userSpaceOnUse">
  <circle class="dot" cx="3" cy="3" r="1.2"/></pattern>
</defs>
)svg";

/// The samples of one time interval.
struct Bucket {
  std::vector<double> known;
  Latency latency;
  std::array<int, 4> by_outcome{};
};

std::string shown(const std::string& state) {
  return state == "half_open" ? "half-open" : state;
}

class Chart {
 public:
  Chart(const Record& record, const std::vector<PhaseSummary>& phases)
      : record_(record), phases_(phases), buckets_(kBuckets) {
    for (const Sample& sample : record.samples) add(sample);
    for (Bucket& bucket : buckets_) bucket.latency = latency_of(bucket.known);
  }

  std::string draw() {
    draw_phases();
    draw_latency();
    draw_outcomes();
    draw_breaker();
    draw_time_axis();
    draw_tooltips();
    return std::move(svg_).finish();
  }

 private:
  void add(const Sample& sample) {
    const double share = sample.scheduled / record_.plan.seconds;
    const int index = std::clamp(static_cast<int>(share * kBuckets), 0, kBuckets - 1);
    Bucket& bucket = buckets_[static_cast<std::size_t>(index)];
    ++bucket.by_outcome[static_cast<std::size_t>(sample.outcome)];
    if (sample.known) bucket.known.push_back(sample.latency);
  }

  [[nodiscard]] double x_at(double seconds) const {
    return kLeft + (kRight - kLeft) * seconds / record_.plan.seconds;
  }
  [[nodiscard]] double bucket_x(int index) const {
    return x_at(record_.plan.seconds * index / kBuckets);
  }
  static double latency_y(double seconds) {
    const double share = std::log10(std::clamp(seconds, kFastest, kSlowest) / kFastest) /
                         std::log10(kSlowest / kFastest);
    return kLatencyBottom - (kLatencyBottom - kLatencyTop) * share;
  }

  void draw_phases() {
    for (std::size_t i = 0; i < phases_.size(); ++i) {
      const Phase& phase = phases_[i].phase;
      const double left = x_at(phase.start);
      if (i % 2 == 1)
        svg_.box(left, kPlotTop, x_at(phase.end) - left, kBreakerBottom - kPlotTop, "band");
      svg_.text(left + 4, 16, phase.name, "phase");
      svg_.text(left + 4, 31, std::to_string(phase.upstream_calls) + " upstream calls", "note");
    }
  }

  void draw_latency() {
    for (const auto& [seconds, label] :
         {std::pair{0.0001, "0.1 ms"}, std::pair{0.001, "1 ms"}, std::pair{0.01, "10 ms"},
          std::pair{0.1, "100 ms"}, std::pair{1.0, "1 s"}, std::pair{10.0, "10 s"}}) {
      svg_.line(kLeft, latency_y(seconds), kRight, latency_y(seconds), "grid");
      svg_.text(kLeft - 6, latency_y(seconds) + 4, label, "axis end");
    }
    svg_.line(kLeft, latency_y(0.25), kRight, latency_y(0.25), "limit");
    svg_.text(kLeft + 4, latency_y(0.25) - 4, "promised: 250 ms", "note");
    svg_.text(kLeft - 6, kLatencyTop - 16, "latency of known symbols", "title end-free");
    draw_curve(&Latency::max, "max", "max");
    draw_curve(&Latency::p99, "p99", "p99");
    draw_curve(&Latency::p50, "p50", "p50");
  }

  void draw_curve(double Latency::*member, const char* name, const char* cls) {
    std::string path;
    double y = latency_y(0);
    for (int i = 0; i < kBuckets; ++i) {
      const Bucket& bucket = buckets_[static_cast<std::size_t>(i)];
      if (bucket.known.empty()) continue;
      y = latency_y(bucket.latency.*member);
      path += (path.empty() ? "M" : "L") + fixed((bucket_x(i) + bucket_x(i + 1)) / 2, 1) + ' ' +
              fixed(y, 1);
    }
    svg_.path(path, std::string("curve ") + cls);
    label_at_end(y, name, cls);
  }

  /// Writes a label at the end of a curve, moved down if it would touch other labels.
  void label_at_end(double y, const char* name, const char* cls) {
    constexpr double kApart = 13;
    y = std::max(y, last_label_ + kApart);
    last_label_ = y;
    svg_.text(kRight + 6, y + 4, name, std::string("series ") + cls);
  }

  void draw_outcomes() {
    static constexpr std::array<const char*, 4> kNames{"fresh", "stale", "refused", "failed"};
    int most = 1;
    for (const Bucket& bucket : buckets_) {
      most = std::max(most, bucket.by_outcome[0] + bucket.by_outcome[1] + bucket.by_outcome[2] +
                                bucket.by_outcome[3]);
    }
    const double per_second = most * kBuckets / record_.plan.seconds;
    const double scale = (kOutcomesBottom - kOutcomesTop) / most;
    svg_.text(kLeft - 6, kOutcomesTop - 8, "answers a second", "title end-free");
    svg_.text(kLeft - 6, kOutcomesTop + 4, fixed(per_second, 0), "axis end");
    svg_.text(kLeft - 6, kOutcomesBottom + 4, "0", "axis end");
    svg_.line(kLeft, kOutcomesBottom, kRight, kOutcomesBottom, "grid");
    for (int i = 0; i < kBuckets; ++i) {
      double y = kOutcomesBottom;
      for (std::size_t outcome = 0; outcome < kNames.size(); ++outcome) {
        const double height = buckets_[static_cast<std::size_t>(i)].by_outcome[outcome] * scale;
        if (height <= 0) continue;
        y -= height;
        svg_.box(bucket_x(i) + 0.5, y, bucket_x(i + 1) - bucket_x(i) - 1, height, kNames[outcome]);
      }
    }
    double y = kOutcomesTop + 14;
    for (std::size_t outcome = kNames.size(); outcome-- > 0; y += 17) {
      svg_.box(kRight + 6, y - 9, 10, 10, kNames[outcome]);
      svg_.text(kRight + 20, y, kNames[outcome], "series");
    }
  }

  void draw_breaker() {
    svg_.text(kLeft - 6, kBreakerTop - 8, "circuit breaker", "title end-free");
    for (std::size_t i = 0; i < record_.states.size(); ++i) {
      const StateChange& change = record_.states[i];
      const double end =
          i + 1 < record_.states.size() ? record_.states[i + 1].at : record_.plan.seconds;
      const double left = x_at(i == 0 ? 0 : change.at);
      const double width = x_at(std::min(end, record_.plan.seconds)) - left;
      svg_.box(left, kBreakerTop, width, kBreakerBottom - kBreakerTop, "state " + change.state);
      if (change.state != "closed") {
        svg_.box(left, kBreakerTop, width, kBreakerBottom - kBreakerTop, change.state + "-pattern");
      }
      if (width > 56) svg_.text(left + 5, kBreakerTop + 20, shown(change.state), "state-name");
    }
    double y = kBreakerTop + 2;
    for (const char* const state : {"closed", "open", "half_open"}) {
      svg_.box(kRight + 6, y - 8, 10, 10, std::string("state ") + state);
      svg_.text(kRight + 20, y + 1, shown(state), "series");
      y += 15;
    }
  }

  void draw_time_axis() {
    const int length = static_cast<int>(record_.plan.seconds);
    const int step = std::max(1, length / 15);
    for (int t = 0; t <= length; t += step) {
      svg_.text(x_at(t), kBreakerBottom + 18, std::to_string(t) + " s", "axis middle");
    }
  }

  [[nodiscard]] std::string state_at(double seconds) const {
    std::string state = "unknown";
    for (const StateChange& change : record_.states) {
      if (change.at <= seconds || &change == &record_.states.front()) state = change.state;
    }
    return state;
  }

  [[nodiscard]] std::string tooltip(const Bucket& bucket, double at) const {
    return fixed(at, 1) + " s, breaker " + state_at(at) + "\np50 " +
           milliseconds(bucket.latency.p50) + ", p99 " + milliseconds(bucket.latency.p99) +
           ", max " + milliseconds(bucket.latency.max) + '\n' +
           std::to_string(bucket.by_outcome[0]) + " fresh, " +
           std::to_string(bucket.by_outcome[1]) + " stale, " +
           std::to_string(bucket.by_outcome[2]) + " refused, " +
           std::to_string(bucket.by_outcome[3]) + " failed";
  }

  void draw_tooltips() {
    for (int i = 0; i < kBuckets; ++i) {
      const Bucket& bucket = buckets_[static_cast<std::size_t>(i)];
      const double at = record_.plan.seconds * i / kBuckets;
      svg_.box(bucket_x(i), kPlotTop, bucket_x(i + 1) - bucket_x(i), kBreakerBottom - kPlotTop,
               "hover", tooltip(bucket, at));
    }
  }

  const Record& record_;
  const std::vector<PhaseSummary>& phases_;
  std::vector<Bucket> buckets_;
  test_support::Svg svg_{kWidth, kHeight, "Latency, outcomes and breaker state over time",
                         kPatterns};
  double last_label_ = 0;
};

}  // namespace

std::string draw_chart(const Record& record, const std::vector<PhaseSummary>& phases) {
  return Chart(record, phases).draw();
}

}  // namespace stress
