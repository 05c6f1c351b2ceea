#include "tests/freshness/demand.h"

#include <algorithm>
#include <functional>

namespace freshness {

using circuitbreaker::Duration;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

constexpr minutes kBurst{10};
constexpr minutes kCycle{40};
constexpr double kBurstFactor = 4;
constexpr seconds kCrawlerPause{30};

}  // namespace

std::string symbol_name(std::size_t index) {
  std::string name(3, 'A');
  for (auto letter = name.rbegin(); letter != name.rend(); ++letter, index /= 26) {
    *letter = static_cast<char>('A' + index % 26);
  }
  return name;
}

Demand::Demand(const DemandSettings& settings, std::uint32_t seed)
    : settings_(settings), random_(seed) {
  for (std::size_t rank = 0; rank < settings.symbols; ++rank) {
    popularity_.push_back(1.0 / static_cast<double>(rank + 1));
  }
  rank_ = {popularity_.begin(), popularity_.end()};
}

void Demand::begin(WallTime from) {
  queue_ = {};
  for (std::size_t client = 0; client < settings_.clients; ++client) schedule(client, from);
  if (settings_.crawler) schedule(crawler(), from);
}

void Demand::schedule(std::size_t client, WallTime after) {
  if (client == crawler()) {
    queue_.push({after + kCrawlerPause, client});
    return;
  }
  double per_minute = settings_.per_minute * static_cast<double>(settings_.symbols) /
                      static_cast<double>(settings_.clients);
  if (settings_.rhythm == Rhythm::bursty) per_minute *= kBurstFactor;
  const double pause = std::exponential_distribution(per_minute)(random_);
  WallTime at = after + std::chrono::duration_cast<Duration>(
                            std::chrono::duration<double, minutes::period>(pause));
  if (settings_.rhythm == Rhythm::bursty) {
    // Clients burst at different times; requests that fall into a pause are sent after it.
    const Duration phase = kCycle * static_cast<int>(client) / static_cast<int>(settings_.clients);
    const Duration into_cycle = (at.time_since_epoch() + phase) % Duration(kCycle);
    if (into_cycle >= kBurst) at += kCycle - kBurst;
  }
  queue_.push({at, client});
}

Request Demand::take() {
  const Arrival arrival = queue_.top();
  queue_.pop();
  schedule(arrival.client, arrival.at);
  const stockclient::ClientId id{arrival.client + 1};
  if (arrival.client == crawler()) {
    return {std::nullopt, "MISSPELT" + std::to_string(++misspelt_), id};
  }
  const std::size_t first = arrival.client * settings_.symbols / settings_.clients;
  const std::size_t symbol = (first + rank_(random_)) % settings_.symbols;
  return {symbol, symbol_name(symbol), id};
}

std::vector<double> Demand::shares() const {
  std::vector<double> shares(settings_.symbols, 0.0);
  double total = 0;
  for (const double each : popularity_) total += each;
  for (std::size_t client = 0; client < settings_.clients; ++client) {
    const std::size_t first = client * settings_.symbols / settings_.clients;
    for (std::size_t rank = 0; rank < settings_.symbols; ++rank) {
      shares[(first + rank) % settings_.symbols] +=
          popularity_[rank] / total / static_cast<double>(settings_.clients);
    }
  }
  return shares;
}

}  // namespace freshness
