#include "stockclient/store/postgres_connection.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <libpq-fe.h>
#include <poll.h>

namespace stockclient {

using circuitbreaker::TimePoint;
using circuitbreaker::unexpected;

namespace {

/// Longest delay before a stop request is noticed.
constexpr std::chrono::milliseconds kLongestPoll{50};

/// Classifies an SQLSTATE (PostgreSQL documentation, appendix A).
StoreError::Kind kind_of(std::string_view sqlstate) {
  if (sqlstate == "53100" || sqlstate == "53200") return StoreError::Kind::full;
  if (sqlstate == "57014") return StoreError::Kind::timeout;
  if (sqlstate == "55P03" || sqlstate == "40P01") return StoreError::Kind::locked;
  if (sqlstate.starts_with("XX")) return StoreError::Kind::corrupt;
  return StoreError::Kind::unavailable;
}

}  // namespace

void PostgresRows::clear(pg_result* result) {
  PQclear(result);
}

int PostgresRows::count() const {
  return PQntuples(result_.get());
}

std::int64_t PostgresRows::integer(int row, int column) const {
  std::uint64_t bits = 0;
  for (const char byte : bytes(row, column)) bits = bits << 8 | static_cast<unsigned char>(byte);
  return static_cast<std::int64_t>(bits);
}

std::string_view PostgresRows::bytes(int row, int column) const {
  return {PQgetvalue(result_.get(), row, column),
          static_cast<std::size_t>(PQgetlength(result_.get(), row, column))};
}

std::int64_t PostgresRows::changed() const {
  return std::strtoll(PQcmdTuples(result_.get()), nullptr, 10);
}

void PostgresConnection::Close::operator()(pg_conn* connection) const {
  PQfinish(connection);
}

StoreResult<std::unique_ptr<PostgresConnection>> PostgresConnection::connect(
    const std::string& url, const circuitbreaker::Clock& clock, std::stop_token stop,
    TimePoint deadline) {
  const std::array<const char*, 3> names{"dbname", "fallback_application_name", nullptr};
  const std::array<const char*, 3> values{url.c_str(), "stock-service", nullptr};
  pg_conn* const started = PQconnectStartParams(names.data(), values.data(), 1);
  // By default libpq prints notices to standard error.
  PQsetNoticeProcessor(
      started, [](void*, const char*) {}, nullptr);
  std::unique_ptr<PostgresConnection> connection(
      new PostgresConnection(started, clock, std::move(stop)));
  if (auto done = connection->finish_connecting(deadline); !done) {
    return failure(std::move(done.error()));
  }
  PQsetnonblocking(started, 1);
  return connection;
}

StoreResult<void> PostgresConnection::finish_connecting(TimePoint deadline) {
  pg_conn* const connection = connection_.get();
  if (connection == nullptr || PQstatus(connection) == CONNECTION_BAD) return lost();
  PostgresPollingStatusType wanted = PGRES_POLLING_WRITING;
  while (wanted != PGRES_POLLING_OK) {
    if (wanted == PGRES_POLLING_FAILED) return lost();
    const short events = wanted == PGRES_POLLING_READING ? POLLIN : POLLOUT;
    if (auto ready = wait_for(events, deadline); !ready) return ready;
    wanted = PQconnectPoll(connection);
  }
  return {};
}

StoreResult<PostgresRows> PostgresConnection::run(const char* sql,
                                                  const std::vector<PostgresArgument>& arguments,
                                                  TimePoint deadline) {
  if (broken_) {
    return failure({StoreError::Kind::unavailable, "the connection to the database was lost"});
  }
  if (clock_.now() >= deadline) {
    return failure(
        {StoreError::Kind::timeout, "the deadline passed before the database was asked"});
  }
  std::vector<const char*> values;
  std::vector<int> lengths;
  std::vector<int> formats;
  for (const PostgresArgument& argument : arguments) {
    values.push_back(argument.text.c_str());
    lengths.push_back(static_cast<int>(argument.text.size()));
    formats.push_back(argument.is_binary ? 1 : 0);
  }
  pg_conn* const connection = connection_.get();
  if (PQsendQueryParams(connection, sql, static_cast<int>(arguments.size()), nullptr, values.data(),
                        lengths.data(), formats.data(), 1) == 0) {
    return lost();
  }
  if (auto sent = send_all(deadline); !sent) return failure(std::move(sent.error()));

  StoreResult<PostgresRows> answer = PostgresRows(nullptr);
  while (true) {
    while (PQisBusy(connection) != 0) {
      if (auto ready = wait_for(POLLIN, deadline); !ready) {
        return failure(std::move(ready.error()));
      }
      if (PQconsumeInput(connection) == 0) return lost();
    }
    pg_result* const result = PQgetResult(connection);
    if (result == nullptr) break;
    const ExecStatusType status = PQresultStatus(result);
    if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) {
      answer = PostgresRows(result);
      continue;
    }
    const char* const state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    const char* const text = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    answer = failure({kind_of(state != nullptr ? state : ""), text != nullptr ? text : "unknown"});
    PQclear(result);
  }
  if (PQstatus(connection) == CONNECTION_BAD) broken_ = true;
  return answer;
}

StoreResult<void> PostgresConnection::send_all(TimePoint deadline) {
  pg_conn* const connection = connection_.get();
  while (true) {
    const int left = PQflush(connection);
    if (left == 0) return {};
    if (left < 0) return lost();
    // The server may be sending too, and may not read until its own data have been received.
    if (auto ready = wait_for(POLLIN | POLLOUT, deadline); !ready) return ready;
    if (PQconsumeInput(connection) == 0) return lost();
  }
}

StoreResult<void> PostgresConnection::wait_for(short events, TimePoint deadline) {
  while (true) {
    const TimePoint now = clock_.now();
    if (stop_.stop_requested() || now >= deadline) {
      // A late answer to this statement must not be mistaken for the answer to the next one.
      broken_ = true;
      return stop_.stop_requested()
                 ? failure({StoreError::Kind::cancelled, "the store is closing"})
                 : failure({StoreError::Kind::timeout, "the database did not answer in time"});
    }
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - now);
    pollfd socket{PQsocket(connection_.get()), events, 0};
    const int ready = ::poll(&socket, 1, static_cast<int>(std::min(left, kLongestPoll).count()));
    if (ready > 0) return {};
    if (ready < 0 && errno != EINTR) return lost();
  }
}

unexpected<StoreError> PostgresConnection::lost() {
  broken_ = true;
  // libpq's messages name the host, the user and the database, but never the password.
  std::string detail = "the database cannot be reached";
  if (connection_ != nullptr) {
    std::string text = PQerrorMessage(connection_.get());
    std::replace(text.begin(), text.end(), '\n', ' ');
    while (!text.empty() && text.back() == ' ') text.pop_back();
    if (!text.empty()) detail = std::move(text);
  }
  return failure({StoreError::Kind::unavailable, std::move(detail)});
}

}  // namespace stockclient
