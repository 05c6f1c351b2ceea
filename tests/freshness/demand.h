#pragma once
/// Simulated clients and their requests.

#include <cstdint>
#include <optional>
#include <queue>
#include <random>
#include <string>
#include <vector>

#include "circuitbreaker/clock.h"

#include "stockclient/refresh/client_shares.h"
#include "stockclient/time/wall_clock.h"

namespace freshness {

using stockclient::WallTime;

/// How requests are spread over time.
enum class Rhythm : std::uint8_t {
  /// Independent requests at a constant rate (a Poisson process).
  steady,
  /// Each client asks for ten minutes and is quiet for thirty.
  bursty,
};

/// The behaviour of a simulation's clients.
struct DemandSettings {
  /// The number of symbols in the portfolio that all clients share.
  std::size_t symbols = 1;
  /// The number of clients. Each has its own favourites: the portfolio's popularity falls with
  /// 1/rank, and each client's ranking begins with a different symbol.
  std::size_t clients = 1;
  /// How requests are spread over time.
  Rhythm rhythm = Rhythm::steady;
  /// All clients' requests per minute and symbol, on average.
  double per_minute = 2;
  /// A further client asks for a new misspelt symbol every 30 seconds.
  bool crawler = false;
};

/// One request.
struct Request {
  /// The symbol's index in the portfolio; empty if the symbol is misspelt.
  std::optional<std::size_t> symbol;
  /// The symbol as written in the request.
  std::string name;
  /// The client that sends the request.
  stockclient::ClientId client;
};

/// The symbol at an index of the portfolio: three letters, as in the US.
[[nodiscard]] std::string symbol_name(std::size_t index);

/// Generates the requests of a time span in order. Equal seeds give equal requests.
class Demand {
 public:
  /// Starts without a span: call `begin` first.
  Demand(const DemandSettings& settings, std::uint32_t seed);

  /// Discards what was generated and begins a span of requests at `from`.
  void begin(WallTime from);
  /// The time of the next request.
  [[nodiscard]] WallTime next_at() const { return queue_.top().at; }
  /// The next request.
  [[nodiscard]] Request take();

  /// The share of all requests that each symbol gets.
  [[nodiscard]] std::vector<double> shares() const;

 private:
  struct Arrival {
    WallTime at;
    std::size_t client;
    friend bool operator>(const Arrival& a, const Arrival& b) { return a.at > b.at; }
  };
  void schedule(std::size_t client, WallTime after);
  [[nodiscard]] std::size_t crawler() const { return settings_.clients; }

  DemandSettings settings_;
  std::mt19937 random_;
  /// The popularity of each rank.
  std::vector<double> popularity_;
  std::discrete_distribution<std::size_t> rank_;
  std::priority_queue<Arrival, std::vector<Arrival>, std::greater<>> queue_;
  std::size_t misspelt_ = 0;
};

}  // namespace freshness
