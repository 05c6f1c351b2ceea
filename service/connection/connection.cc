#include "service/connection/connection.h"

#include <algorithm>
#include <cerrno>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

#include "service/connection/http_grammar.h"

namespace service {
namespace {

constexpr Refusal kTimeout{408, "request_timeout", "The request did not arrive in time."};
/// A loop's output grows past this only for one turn.
constexpr std::size_t kKeptOutput = std::size_t{1} << 20U;
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

bool would_block(int error) {
  return error == EAGAIN || error == EWOULDBLOCK || error == EINTR;
}

/// Gives the memory back, unlike clear().
void release(std::string& text) {
  std::string().swap(text);
}

}  // namespace

Connection::Connection(LoopContext& context, int file, std::string address, ConnectionToken token)
    : context_(context), file_(file), token_(token), address_(std::move(address)) {
  auto wait = context.settings.header_timeout;
  if (context.last_call) wait = std::min(wait, context.settings.last_call);
  context.timers.set(*this, context.now + wait);
}

Connection::~Connection() {
  context_.timers.cancel(*this);
  close(file_);
}

Connection::Next Connection::on_events(std::uint32_t events) {
  if ((events & (EPOLLERR | EPOLLHUP)) != 0) return Next::close;
  if ((events & EPOLLRDHUP) != 0) peer_closed_ = true;
  if ((events & (EPOLLIN | EPOLLRDHUP)) != 0) readable_ = true;
  if (!out_.empty() && !send_kept()) return Next::close;
  return go_on();
}

/// Runs what can run, reads once when nothing is left to run, and says how to go on. Reading once
/// and then giving way keeps one busy client from holding up the others.
Connection::Next Connection::go_on() {
  if (lingering_) return drop_input();
  if (closing_ || !out_.empty()) return settle();
  if (pending_) return peer_closed_ ? Next::close : Next::wait;
  if (in_.empty() || incomplete_) return readable_ ? receive() : settle();
  keep_unserved(in_, serve(in_));
  return send_output() ? settle() : Next::close;
}

Connection::Next Connection::receive() {
  auto& buffer = context_.input;
  // What a verdict may need, and not a byte more.
  const auto room = std::min(buffer.size(), context_.scanner.max_request_bytes() - in_.size());
  const auto count = recv(file_, buffer.data(), room, 0);
  if (count == 0) return Next::close;
  if (count < 0) {
    if (!would_block(errno)) return Next::close;
    // An interrupted call has read nothing, and no new edge would tell of what is there.
    readable_ = errno == EINTR;
    return settle();
  }
  // The kernel had no more: its next byte is a new edge. Except the end of the stream, which is
  // announced together with the last bytes.
  const auto size = static_cast<std::size_t>(count);
  if (size < room && !peer_closed_) readable_ = false;
  const std::string_view bytes(buffer.data(), size);
  if (in_.empty()) {
    keep_unserved(bytes, serve(bytes));
  } else {
    const bool line_end = at_line_end_ && bytes.find('\n') != std::string_view::npos;
    in_.append(bytes);
    if (line_end || in_.size() >= wanted_) keep_unserved(in_, serve(in_));
  }
  return send_output() ? settle() : Next::close;
}

/// Answers requests from `bytes` into the loop's output; returns how many bytes that took.
std::size_t Connection::serve(std::string_view bytes) {
  auto& context = context_;
  std::size_t used = 0;
  incomplete_ = false;
  while (used < bytes.size() && !closing_ && !pending_ &&
         context.output.size() < context.settings.max_output_bytes) {
    const auto rest = bytes.substr(used);
    const auto scan = context.scanner.scan(rest);
    if (scan.state == Scan::State::complete) {
      if (!answer(rest.size() > scan.size)) break;
      used += scan.size;
    } else if (scan.state == Scan::State::refused) {
      answer_refused(scan.refusal, rest);
    } else {
      wanted_ = scan.wanted;
      at_line_end_ = scan.at_line_end;
      incomplete_ = true;
      if (scan.expects_continue && !std::exchange(continue_sent_, true)) {
        context.output.append(kContinue);
      }
      break;
    }
  }
  return used;
}

/// False when the request came to wait instead of being answered. `more`: bytes of further requests
/// are there. While they are, or may be, a drain does not close yet: an answer that closes would
/// leave them unanswered although they had arrived.
bool Connection::answer(bool more) {
  const auto& request = context_.scanner.request();
  const bool last = context_.draining.load(std::memory_order_relaxed) && !more && !readable_;
  const bool keep_alive = request.keep_alive && !last;
  const auto awaited = std::move(pending_);
  if (!awaited) started_ = context_.now;
  auto pending = context_.engine.run({.request = request,
                                      .remote_address = address_,
                                      .keep_alive = keep_alive,
                                      .awaited = awaited.get(),
                                      .started = started_},
                                     context_.output);
  if (pending) {
    park(std::move(pending));
    return false;
  }
  phase_ = Phase::renewed;
  continue_sent_ = false;
  closing_ = !keep_alive;
  agreed_ = !request.keep_alive;
  return true;
}

void Connection::park(std::unique_ptr<PendingResponse> pending) {
  pending_ = std::move(pending);
  pending_->when_ready([mailbox = context_.mailbox, token = token_] {
    mailbox->post({.kind = LoopMessage::Kind::ready, .token = token});
  });
}

void Connection::keep_unserved(std::string_view bytes, std::size_t used) {
  if (bytes.data() != in_.data()) {
    in_.assign(bytes.substr(used));
  } else if (used == in_.size()) {
    release(in_);
  } else {
    in_.erase(0, used);
  }
}

Connection::Next Connection::on_ready() {
  if (!pending_) return Next::wait;
  // The request is scanned and run once more, and this time consumes what it waited for.
  auto& context = context_;
  const auto scan = context.scanner.scan(in_);
  answer(in_.size() > scan.size);
  in_.erase(0, scan.size);
  if (in_.empty()) release(in_);
  incomplete_ = false;
  return send_output() ? settle() : Next::close;
}

/// One write for everything that was just answered; the rest is kept until the socket takes it. The
/// loop's output is empty afterwards: what is left in it would reach the next connection's client.
/// False when the client is gone.
bool Connection::send_output() {
  auto& output = context_.output;
  if (output.empty()) return true;
  std::size_t done = 0;
  bool alive = true;
  if (out_.empty()) {
    const auto sent = send(file_, output.data(), output.size(), MSG_NOSIGNAL);
    alive = sent >= 0 || would_block(errno);
    done = static_cast<std::size_t>(std::max<ssize_t>(sent, 0));
  }
  if (done < output.size()) out_.append(output, done);
  output.clear();
  if (output.capacity() > kKeptOutput) release(output);
  return alive;
}

bool Connection::send_kept() {
  const auto sent = send(file_, out_.data(), out_.size(), MSG_NOSIGNAL);
  if (sent < 0) return would_block(errno);
  if (sent > 0) phase_ = Phase::renewed;
  out_.erase(0, static_cast<std::size_t>(sent));
  if (out_.empty()) release(out_);
  return true;
}

/// After everything that can be done now: what comes next, and until when.
Connection::Next Connection::settle() {
  if (closing_ && out_.empty()) return finish();
  set_deadline();
  if (!out_.empty() || pending_) return pending_ && peer_closed_ ? Next::close : Next::wait;
  const bool can_run = !in_.empty() && !incomplete_;
  return can_run || readable_ ? Next::again : Next::wait;
}

/// A close with bytes unread would reset the connection, and the client could lose the answer.
Connection::Next Connection::finish() {
  release(in_);
  if (agreed_ && !readable_) return Next::close;
  shutdown(file_, SHUT_WR);
  lingering_ = true;
  readable_ = true;
  set_deadline();
  return drop_input();
}

Connection::Next Connection::drop_input() {
  auto& buffer = context_.input;
  if (!readable_) return Next::wait;
  const auto count = recv(file_, buffer.data(), buffer.size(), 0);
  if (count > 0) return Next::again;
  if (count == 0 || !would_block(errno)) return Next::close;
  readable_ = errno == EINTR;
  return readable_ ? Next::again : Next::wait;
}

void Connection::answer_refused(Refusal refusal, std::string_view arrived) {
  refusal.request_id = http_grammar::find_field(arrived, "X-Request-Id");
  context_.engine.refuse(refusal, address_, context_.output);
  closing_ = true;
}

Connection::Next Connection::refuse(const Refusal& refusal) {
  answer_refused(refusal, in_);
  agreed_ = false;
  return send_output() ? settle() : Next::close;
}

Connection::Next Connection::on_deadline() {
  if (lingering_ || !out_.empty() || closing_) return Next::close;
  if (pending_) return Next::wait;
  if (!in_.empty()) return incomplete_ ? refuse(kTimeout) : Next::again;
  // Bytes may have come since epoll was asked.
  readable_ = true;
  const auto received = receive();
  return received == Next::wait && is_idle() ? Next::close : received;
}

void Connection::on_last_call() {
  if (!is_idle() || lingering_) return;
  context_.timers.set(*this, context_.now + context_.settings.last_call);
}

/// Each phase has one deadline, set when it begins: trickling bytes do not push it back.
void Connection::set_deadline() {
  const auto& settings = context_.settings;
  const auto phase = lingering_      ? Phase::lingering
                     : !out_.empty() ? Phase::writing
                     : pending_      ? Phase::parked
                     : !in_.empty()  ? Phase::request
                                     : Phase::idle;
  if (phase == phase_) return;
  phase_ = phase;
  auto wait = settings.idle_timeout;
  if (phase == Phase::lingering) wait = settings.linger_timeout;
  if (phase == Phase::writing) wait = settings.write_timeout;
  if (phase == Phase::request) wait = settings.header_timeout;
  if (phase == Phase::idle && context_.last_call) wait = settings.last_call;
  const bool never = phase == Phase::parked;
  context_.timers.set(*this, never ? circuitbreaker::TimePoint::max() : context_.now + wait);
}

}  // namespace service
