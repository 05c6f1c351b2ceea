#include "service/connection/connection.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

#include "service/connection/http_grammar.h"

namespace service {
namespace {

constexpr RejectedRequest kTimeout{408, "request_timeout", "The request did not arrive in time."};
/// The loop's output buffer shrinks back to this size after each turn.
constexpr std::size_t kKeptOutput = std::size_t{1} << 20U;
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

bool would_block(int error) {
  return error == EAGAIN || error == EWOULDBLOCK || error == EINTR;
}

/// Releases the memory, which clear() would keep.
void release(std::string& text) {
  std::string().swap(text);
}

/// Appends one chunk of a chunked body (RFC 9112 section 7.1).
void append_chunk(std::string_view bytes, std::string& out) {
  std::array<char, 16> size{};
  const auto end = std::to_chars(size.data(), size.data() + size.size(), bytes.size(), 16).ptr;
  out.append(size.data(), end).append("\r\n").append(bytes).append("\r\n");
}

constexpr std::string_view kLastChunk = "0\r\n\r\n";

}  // namespace

Connection::Connection(LoopContext& context, int file, std::string address, ConnectionToken token)
    : context_(context), file_(file), token_(token), address_(std::move(address)) {
  auto wait = context.settings.header_timeout;
  if (context.last_call) wait = std::min(wait, context.settings.last_call);
  context.timers.set(*this, context.now + wait);
}

Connection::~Connection() {
  context_.timers.cancel(*this);
  if (body_) body_->open.stream->close();
  close(file_);
}

Connection::Next Connection::on_events(std::uint32_t events) {
  if ((events & (EPOLLERR | EPOLLHUP)) != 0) return Next::close;
  if ((events & EPOLLRDHUP) != 0) peer_closed_ = true;
  if ((events & (EPOLLIN | EPOLLRDHUP)) != 0) readable_ = true;
  if (!out_.empty() && !send_kept()) return Next::close;
  return go_on();
}

/// Runs all requests that can run, or reads once if there are none. Reading only once keeps a busy
/// client from holding up the others. Returns how to continue.
Connection::Next Connection::go_on() {
  if (lingering_) return drop_input();
  if (closing_ || !out_.empty()) return settle();
  if (parked_) return peer_closed_ ? Next::close : Next::wait;
  if (body_) return peer_closed_ ? Next::close : on_stream_change();
  if (in_.empty() || incomplete_) return readable_ ? receive() : settle();
  keep_unserved(in_, serve(in_));
  return send_output() ? settle() : Next::close;
}

Connection::Next Connection::receive() {
  auto& buffer = context_.input;
  // Exactly as many bytes as the scanner may need to reach a result.
  const auto room = std::min(buffer.size(), context_.scanner.max_request_bytes() - in_.size());
  const auto count = recv(file_, buffer.data(), room, 0);
  if (count == 0) return Next::close;
  if (count < 0) {
    if (!would_block(errno)) return Next::close;
    // An interrupted call has read nothing, and epoll will not report the waiting bytes again.
    readable_ = errno == EINTR;
    return settle();
  }
  // A short read means that the socket is empty, so the next byte causes a new event. The end of
  // the stream does not: it is reported together with the last bytes.
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

/// Appends the answers to the requests in `bytes` to the loop's output. Returns the number of bytes
/// that those requests occupied.
std::size_t Connection::serve(std::string_view bytes) {
  auto& context = context_;
  std::size_t used = 0;
  incomplete_ = false;
  while (used < bytes.size() && !closing_ && !is_busy() &&
         context.output.size() < context.settings.max_output_bytes) {
    const auto rest = bytes.substr(used);
    const auto scan = context.scanner.scan(rest);
    if (scan.state == Scan::State::complete) {
      used += scan.size;
      run_request(rest.size() > scan.size);
    } else if (scan.state == Scan::State::rejected) {
      answer_rejected(scan.rejected, rest);
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

/// Whether an answer given now is the connection's last. `more`: bytes of further requests have
/// arrived. While further requests have arrived or may still arrive, a drain does not close the
/// connection, because those requests would go unanswered.
bool Connection::closes_after(bool client_keeps_alive, bool more) const noexcept {
  const bool draining = context_.draining.load(std::memory_order_relaxed);
  return !client_keeps_alive || (draining && !more && !readable_);
}

/// Runs the request that was just scanned.
void Connection::run_request(bool more) {
  const auto& request = context_.scanner.request();
  const bool client_keeps_alive = request.keep_alive;
  const bool keep_alive = !closes_after(client_keeps_alive, more);
  continue_sent_ = false;
  auto result = context_.engine.run({.scanned = request,
                                     .remote_address = address_,
                                     .keep_alive = keep_alive,
                                     .arrived = context_.now},
                                    context_.output);
  if (auto* parked = std::get_if<std::unique_ptr<ParkedRequest>>(&result)) {
    park(std::move(*parked));
  } else if (auto* body = std::get_if<OpenBody>(&result)) {
    begin_stream(std::move(*body), keep_alive, client_keeps_alive);
  } else {
    answered(keep_alive, client_keeps_alive);
  }
}

void Connection::answered(bool keep_alive, bool client_keeps_alive) {
  limit_ = Limit::renewed;
  closing_ = !keep_alive;
  agreed_ = !client_keeps_alive;
}

void Connection::park(std::unique_ptr<ParkedRequest> parked) {
  parked_ = std::move(parked);
  parked_->response->when_ready([mailbox = context_.mailbox, token = token_] {
    mailbox->post({.kind = LoopMessage::Kind::ready, .token = token});
  });
}

void Connection::begin_stream(OpenBody body, bool keep_alive, bool client_keeps_alive) {
  body_ = std::make_unique<StreamingBody>(
      StreamingBody{std::move(body), keep_alive, client_keeps_alive});
  auto& stream = *body_->open.stream;
  stream.attach([mailbox = context_.mailbox, token = token_] {
    mailbox->post({.kind = LoopMessage::Kind::stream_change, .token = token});
  });
  if (context_.last_call) stream.end();
  // `send_stream` returns false if the body stream has already overflowed. This message then makes
  // the loop close the connection.
  if (!send_stream()) {
    context_.mailbox->post({.kind = LoopMessage::Kind::stream_change, .token = token_});
  }
}

/// Moves the unsent bytes of the streamed body to the loop's output. All earlier bytes must have
/// been sent. Returns false if the reader was too slow.
bool Connection::send_stream() {
  auto& [open, keep_alive, client_keeps_alive] = *body_;
  const auto part = open.stream->take();
  if (part.overflowed) return false;
  auto& output = context_.output;
  if (!open.chunked) {
    output.append(part.bytes);
  } else if (!part.bytes.empty()) {
    append_chunk(part.bytes, output);
  }
  if (!part.ended) return true;
  if (open.chunked) output.append(kLastChunk);
  const bool stays = open.chunked && keep_alive && !closes_after(client_keeps_alive, !in_.empty());
  answered(stays, client_keeps_alive);
  body_.reset();
  return true;
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
  if (!parked_) return Next::wait;
  const auto parked = std::move(parked_);
  const bool keep_alive = !closes_after(parked->keep_alive, !in_.empty());
  context_.engine.answer(*parked, keep_alive, context_.output);
  answered(keep_alive, parked->keep_alive);
  return send_output() ? settle() : Next::close;
}

Connection::Next Connection::on_stream_change() {
  if (!body_) return Next::wait;
  // Nothing to do while earlier bytes wait for the socket, unless the client has closed the
  // connection.
  if (!out_.empty()) return body_->open.stream->is_overflowed() ? Next::close : Next::wait;
  return send_stream() && send_output() ? settle() : Next::close;
}

/// Sends all new answers in one write and keeps the bytes that the socket does not take. Leaves the
/// loop's output empty, because remaining bytes would reach another client. Returns false if the
/// client has closed the connection.
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
  if (sent > 0) limit_ = Limit::renewed;
  out_.erase(0, static_cast<std::size_t>(sent));
  if (out_.empty()) release(out_);
  return true;
}

/// Called when nothing more can be done now: sets the deadline and returns how to continue.
Connection::Next Connection::settle() {
  if (closing_ && out_.empty()) return finish();
  set_deadline();
  if (!out_.empty() || is_busy()) return is_busy() && peer_closed_ ? Next::close : Next::wait;
  const bool can_run = !in_.empty() && !incomplete_;
  return can_run || readable_ ? Next::again : Next::wait;
}

/// Closing a socket that has unread bytes resets the connection, and the client could lose the
/// answer. So unless the client has agreed to close, its remaining bytes are read first.
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

/// `arrived`: the bytes of the request received so far.
void Connection::answer_rejected(RejectedRequest rejected, std::string_view arrived) {
  rejected.request_id = http_grammar::find_field(arrived, "X-Request-Id");
  context_.engine.reject(rejected, address_, context_.output);
  closing_ = true;
}

Connection::Next Connection::reject(const RejectedRequest& rejected) {
  answer_rejected(rejected, in_);
  agreed_ = false;
  return send_output() ? settle() : Next::close;
}

Connection::Next Connection::on_deadline() {
  if (lingering_ || !out_.empty() || closing_) return Next::close;
  if (is_busy()) return Next::wait;
  if (!in_.empty()) return incomplete_ ? reject(kTimeout) : Next::again;
  // Bytes may have arrived since epoll reported the last event.
  readable_ = true;
  const auto received = receive();
  return received == Next::wait && is_idle() ? Next::close : received;
}

void Connection::on_last_call() {
  if (body_) body_->open.stream->end();
  if (!is_idle() || lingering_) return;
  context_.timers.set(*this, context_.now + context_.settings.last_call);
}

/// A limit's deadline is set once, when the limit begins to apply, so that a client that sends its
/// bytes slowly, one after another, cannot extend it.
void Connection::set_deadline() {
  const auto& settings = context_.settings;
  const auto limit = lingering_      ? Limit::lingering
                     : !out_.empty() ? Limit::writing
                     : is_busy()     ? Limit::busy
                     : !in_.empty()  ? Limit::request
                                     : Limit::idle;
  if (limit == limit_) return;
  limit_ = limit;
  auto wait = settings.idle_timeout;
  if (limit == Limit::lingering) wait = settings.linger_timeout;
  if (limit == Limit::writing) wait = settings.write_timeout;
  if (limit == Limit::request) wait = settings.header_timeout;
  if (limit == Limit::idle && context_.last_call) wait = settings.last_call;
  // A parked request is limited by its flight's deadline; a streamed body has no limit.
  const bool never = limit == Limit::busy;
  context_.timers.set(*this, never ? circuitbreaker::TimePoint::max() : context_.now + wait);
}

}  // namespace service
