#pragma once
/// The table of upstream answers as data: each answer with its effect on metrics, the breaker, the
/// log and the caller. One entry for each row and situation, in the table's order.

#include <ostream>
#include <string>
#include <vector>

#include "stockclient/wire/transport.h"

namespace service {

enum class Before { nothing_known, known, half_open };

struct FactsRow {
  std::string name;
  std::string target;
  /// The upstream's answer to every call of the row.
  stockclient::TransportResult arrived;
  /// The class that alpha_vantage_requests_total counts.
  std::string answer_class;
  /// The outcome that circuit_breaker_calls_total counts.
  std::string verdict;
  int calls = 1;
  int status = 200;
  /// The problem's code, or the stale answer's reason; empty for a fresh answer.
  std::string code = {};
  /// The header's value; empty: absent.
  std::string retry_after = {};
  Before before = Before::nothing_known;
  /// The same request makes no further call, because the result is remembered, held or cached.
  bool remembered = false;
  /// The log warns an operator.
  bool alert = false;
  /// The kind that alpha_vantage_oddities_total counts; empty: none.
  std::string odd = {};
  /// A part of the response's body.
  std::string shows = {};
  /// The figure that stock_data_faults_total counts; empty: none.
  std::string figure = {};
};

inline void PrintTo(const FactsRow& row, std::ostream* out) {
  *out << row.name;
}

[[nodiscard]] std::vector<FactsRow> facts_table();

}  // namespace service
