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
  /// The upstream's answer to every call.
  stockclient::TransportResult arrived;
  /// As counted in alpha_vantage_requests_total.
  std::string answer_class;
  /// As counted in circuit_breaker_calls_total.
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
  /// As counted in alpha_vantage_oddities_total.
  std::string odd = {};
  /// Part of the answer's body.
  std::string shows = {};
  /// As counted in stock_data_faults_total: a figure, or nothing.
  std::string figure = {};
};

inline void PrintTo(const FactsRow& row, std::ostream* out) {
  *out << row.name;
}

[[nodiscard]] std::vector<FactsRow> facts_table();

}  // namespace service
