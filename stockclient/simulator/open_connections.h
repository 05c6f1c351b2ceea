#pragma once
/// @file
/// The server's open sockets, so that other threads can interrupt waiting replies.

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <set>

namespace stockclient::simulator {

/// Owns the sockets of the open connections. Each connection has a thread that serves it; that
/// thread calls `add`, the waiting functions and `close`. Everything is safe to call from any
/// thread.
class OpenConnections {
 public:
  OpenConnections() = default;
  /// Precondition: every connection has been closed.
  ~OpenConnections() = default;
  OpenConnections(const OpenConnections&) = delete;
  OpenConnections& operator=(const OpenConnections&) = delete;

  /// Takes over an accepted socket. Returns false after `shut_down_all`. Call `close` in either
  /// case.
  [[nodiscard]] bool add(int socket);
  /// Closes the socket, with a TCP reset if `reset` is true.
  void close(int socket, bool reset);
  /// Ends every connection, existing and future: waits return, and sockets receive and send nothing
  /// more.
  void shut_down_all();

  /// Waits until `delay` is over and returns true, or returns false if `shut_down_all` is called
  /// first.
  [[nodiscard]] bool wait(std::chrono::nanoseconds delay);

  /// The number of calls of `release_hung` so far.
  [[nodiscard]] std::uint64_t releases() const;
  /// Waits until the client closes the connection or `release_hung` or `shut_down_all` is called.
  /// Returns immediately if `release_hung` has been called since `releases` returned
  /// `seen_releases`: read that number before deciding to hang, otherwise a connection could miss
  /// its release.
  void hang(int socket, std::uint64_t seen_releases);
  /// Ends every `hang` in progress.
  void release_hung();

  /// The number of threads inside `wait` and `hang`, not counting those that `release_hung` has
  /// released.
  [[nodiscard]] std::size_t waiting() const;

 private:
  mutable std::mutex mutex_;
  std::condition_variable ended_;
  std::set<int> open_;
  std::set<int> hung_;
  std::size_t delayed_ = 0;
  std::uint64_t releases_ = 0;
  bool shut_down_ = false;
};

}  // namespace stockclient::simulator
