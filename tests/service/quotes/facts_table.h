#pragma once
/// The documented table of upstream answers as data: each answer with its effect on metrics, the
/// breaker, the log and the caller. One entry for each row and situation, in the table's order.

#include <ostream>
#include <string>
#include <vector>

#include "stockclient/wire/transport.h"

namespace service {

enum class Before { nothing_known, known, half_open };

struct FactsRow {
  std::string name;
  std::string target;
  /// The upstream's answer to every call in this row.
  stockclient::TransportResult arrived;
  /// The class counted by alpha_vantage_requests_total.
  std::string answer_class;
  /// The outcome counted by circuit_breaker_calls_total.
  std::string verdict;
  int calls = 1;
  int status = 200;
  /// The code of the problem, or the reason of the stale answer; empty for a fresh answer.
  std::string code = {};
  /// The value of Retry-After; empty if absent.
  std::string retry_after = {};
  Before before = Before::nothing_known;
  /// Whether repeating the request makes no further call, because the failure is remembered, a hold
  /// is in force, or the value is cached.
  bool remembered = false;
  /// Whether the log warns an operator.
  bool alert = false;
  /// The kind counted by alpha_vantage_oddities_total; empty if there is none.
  std::string odd = {};
  /// A text that the response's body contains.
  std::string shows = {};
  /// The figure counted by stock_data_faults_total; empty if there is none.
  std::string figure = {};
};

inline void PrintTo(const FactsRow& row, std::ostream* out) {
  *out << row.name;
}

[[nodiscard]] std::vector<FactsRow> facts_table();

}  // namespace service
