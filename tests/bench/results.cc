#include "tests/bench/results.h"

#include <algorithm>
#include <cmath>
#include <iomanip>
#include <sstream>
#include <stdexcept>

#include <nlohmann/json.hpp>

namespace bench {

std::string Target::verdict() const {
  return is_met() ? "met" : "MISSED";
}

double percentile(std::vector<double> values, double share) {
  if (values.empty()) return 0;
  const auto last = static_cast<double>(values.size() - 1);
  const auto at = values.begin() + static_cast<std::ptrdiff_t>(std::ceil(share * last));
  std::nth_element(values.begin(), at, values.end());
  return *at;
}

double Series::median() const {
  return percentile(rates, 0.5);
}

double Series::spread() const {
  const auto [low, high] = std::minmax_element(rates.begin(), rates.end());
  return rates.empty() || median() == 0 ? 0 : (*high - *low) / 2 / median();
}

double Series::cost() const {
  return median() > 0 ? 1e6 * percentile(busy, 0.5) / median() : 0;
}

const Series& Comparison::of(const std::string& subject) const {
  for (const auto& one : series) {
    if (one.subject == subject) return one;
  }
  throw std::out_of_range("not measured: " + subject);
}

double Comparison::ratio_to(const std::string& subject) const {
  return of("service").median() / of(subject).median();
}

std::string to_text(const Results& results) {
  std::ostringstream out;
  for (const auto& comparison : results.comparisons) {
    out << "\n"
        << comparison.name << "\n"
        << std::left << std::setw(24) << "  server" << std::right << std::setw(12) << "requests/s"
        << std::setw(9) << "spread" << std::setw(7) << "busy" << std::setw(9) << "us each"
        << std::setw(7) << "spare" << std::setw(10) << "service" << std::setw(14) << "bytes/answer"
        << std::setw(8) << "errors"
        << "\n";
    for (const auto& series : comparison.series) {
      out << "  " << std::left << std::setw(22) << series.subject << std::right << std::setw(12)
          << fixed(series.median(), 0) << std::setw(8) << fixed(100 * series.spread(), 1) << "%"
          << std::setw(6) << fixed(100 * percentile(series.busy, 0.5), 0) << "%" << std::setw(9)
          << fixed(series.cost(), 1) << std::setw(6)
          << fixed(100 * percentile(series.spare, 0.5), 0) << "%" << std::setw(9)
          << fixed(comparison.ratio_to(series.subject), 2) << "x" << std::setw(14)
          << fixed(series.bytes_per_answer, 0) << std::setw(8) << fixed(series.errors, 0) << "\n";
    }
  }
  out << "\n";
  for (const auto& [name, value] : results.figures) {
    out << "  " << std::left << std::setw(66) << name << std::right << std::setw(12)
        << fixed(value, 3) << "\n";
  }
  out << "\n"
      << std::left << std::setw(68) << "  target" << std::right << std::setw(12) << "measured"
      << "   wanted\n";
  for (const auto& target : results.targets) {
    out << "  " << std::left << std::setw(66) << target.what << std::right << std::setw(12)
        << fixed(target.measured, 2) << "   " << std::left << std::setw(16)
        << (target.at_least ? ">= " : "<= ") + fixed(target.wanted, 2) + " " + target.unit
        << target.verdict() << "\n";
  }
  return out.str();
}

std::string to_json(const Results& results) {
  nlohmann::json json{{"comparisons", nlohmann::json::object()},
                      {"targets", nlohmann::json::array()},
                      {"figures", results.figures}};
  for (const auto& comparison : results.comparisons) {
    for (const auto& series : comparison.series) {
      json["comparisons"][comparison.name][series.subject] = {
          {"median", series.median()},
          {"spread", series.spread()},
          {"rates", series.rates},
          {"busy", series.busy},
          {"spare", series.spare},
          {"microsecondsEach", series.cost()},
          {"bytesPerAnswer", series.bytes_per_answer},
          {"errors", series.errors}};
    }
  }
  for (const auto& target : results.targets) {
    json["targets"].push_back({{"what", target.what},
                               {"measured", target.measured},
                               {"wanted", target.wanted},
                               {"atLeast", target.at_least},
                               {"met", target.is_met()}});
  }
  return json.dump(2) + "\n";
}

}  // namespace bench
