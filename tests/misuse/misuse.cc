// One misuse of the library in each block; see CMakeLists.txt.

#include <coroutine>
#include <future>
#include <string>

#include "circuitbreaker/bulkhead.h"
#include "circuitbreaker/circuit_breaker.h"
#include "circuitbreaker/fallback.h"
#include "circuitbreaker/pipeline.h"
#include "circuitbreaker/retry.h"

namespace circuitbreaker {
namespace {

struct Response {
  int status = 200;
};
struct Other {};
struct Task {
  struct promise_type {
    Task get_return_object() { return {}; }
    std::suspend_always initial_suspend() { return {}; }
    std::suspend_always final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() {}
  };
};
struct Awaitable {
  [[nodiscard]] std::suspend_always operator co_await() const { return {}; }
};
struct FinalGeneric final {
  template <class T>
  Response operator()(const T&) const {
    return {};
  }
};
struct CallableOnce {
  int operator()() && { return 1; }
};

[[maybe_unused]] Response fetch() {
  return {};
}

[[maybe_unused]] void misuse() {
  CircuitBreaker breaker("test");
  Retry retry;
  Bulkhead bulkhead;
#ifdef MISUSE_ClassifierOfAnotherType
  (void)breaker.when([](const Other&) { return Verdict::failure; }).call(fetch);
#endif
#ifdef MISUSE_ClassifierWithoutParameters
  (void)breaker.when([] { return Verdict::failure; }).call(fetch);
#endif
#ifdef MISUSE_ClassifierOfAnotherResult
  (void)breaker.when([](const expected<Other, Rejected>&) { return Verdict::failure; }).call(fetch);
#endif
#ifdef MISUSE_ClassifierOfAMutableReference
  (void)breaker.when([](Response&) { return Verdict::failure; }).call(fetch);
#endif
#ifdef MISUSE_ClassifierReturningBool
  (void)breaker.when([](const Response&) { return true; }).call(fetch);
#endif
#ifdef MISUSE_ClassifierThatFitsValueAndError
  (void)breaker.when([](const std::string&) { return Verdict::failure; })
      .call([]() -> expected<std::string, std::string> { return "text"; });
#endif
#ifdef MISUSE_ClassifierInAPipeline
  (void)pipeline(retry, breaker.when([](const Other&) { return Verdict::failure; })).call(fetch);
#endif
#ifdef MISUSE_RetryPredicateOfAnotherType
  (void)retry.when([](const Other&) { return true; }).call(fetch);
#endif
#ifdef MISUSE_RetryPredicateReturningNothing
  (void)retry.when([](const Response&) {}).call(fetch);
#endif
#ifdef MISUSE_FallbackOfAnotherType
  (void)Fallback([](const Other&) { return Response(); }).call(fetch);
#endif
#ifdef MISUSE_FallbackReturningAnotherType
  (void)Fallback([](const Rejected&) { return Other(); }).call(fetch);
#endif
#ifdef MISUSE_FallbackByBreakerOfAnotherType
  (void)FallbackByBreaker<Other>().call(fetch);
#endif
#ifdef MISUSE_ClassifierThatIsFinalAndGeneric
  (void)breaker.when(FinalGeneric()).call(fetch);
#endif
#ifdef MISUSE_RetryPredicateThatIsFinalAndGeneric
  (void)retry.when(FinalGeneric()).call(fetch);
#endif
#ifdef MISUSE_FallbackThatIsFinalAndGeneric
  (void)Fallback(FinalGeneric()).call(fetch);
#endif
#ifdef MISUSE_ClassifierOfATemporaryBreaker
  (void)CircuitBreaker("temporary").when(UsualVerdict());
#endif
#ifdef MISUSE_PredicateOfATemporaryRetry
  (void)Retry().when(UsuallyRetryable());
#endif
#ifdef MISUSE_FunctionReturningAFuture
  (void)breaker.call([] { return std::future<int>(); });
#endif
#ifdef MISUSE_FunctionReturningASharedFuture
  (void)breaker.call([] { return std::shared_future<int>(); });
#endif
#ifdef MISUSE_FunctionReturningATask
  (void)breaker.call([] { return Task(); });
#endif
#ifdef MISUSE_FunctionReturningAnAwaitable
  (void)breaker.call([] { return Awaitable(); });
#endif
#ifdef MISUSE_FunctionReturningAnExpectedFuture
  (void)breaker.call([]() -> expected<std::future<int>, int> { return std::future<int>(); });
#endif
#ifdef MISUSE_FutureThroughRetry
  (void)retry.call([] { return std::future<int>(); });
#endif
#ifdef MISUSE_FutureThroughAPipeline
  (void)pipeline(retry, breaker).call([] { return std::future<int>(); });
#endif
#ifdef MISUSE_FutureThroughABulkhead
  (void)bulkhead.call([] { return std::future<int>(); });
#endif
#ifdef MISUSE_FutureThroughAFallback
  (void)Fallback([] { return std::future<int>(); }).call([] { return std::future<int>(); });
#endif
#ifdef MISUSE_FunctionOfOtherParameters
  (void)breaker.call([](const Other&) { return 1; });
#endif
#ifdef MISUSE_FunctionThatIsOnlyCallableOnce
  (void)retry.call(CallableOnce());
#endif
#ifdef MISUSE_EmptyPipeline
  (void)pipeline();
#endif
#ifdef MISUSE_AnyPolicyForAnotherType
  (void)AnyPolicy<Response>(pipeline(breaker)).call([] { return Other(); });
#endif
}

}  // namespace
}  // namespace circuitbreaker
