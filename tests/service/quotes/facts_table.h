#pragma once
/// The table of the wire facts as data: what the upstream answers, and what then becomes of it
/// everywhere. One entry a row and way to meet it, in the table's order.

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
  /// Of the problem, or the stale answer's reason; empty for a fresh answer.
  std::string code = {};
  /// Empty: the header is absent.
  std::string retry_after = {};
  Before before = Before::nothing_known;
  /// The same question again makes no call: it is remembered, held back, or cached.
  bool remembered = false;
  /// An operator is told at once.
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
