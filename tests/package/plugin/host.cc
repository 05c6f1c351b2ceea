// Loads a plugin and uses one breaker together with it, from several threads: no call may be lost,
// although each thread counts in a place of its own. Usage: host PLUGIN

#include <circuitbreaker/circuit_breaker.h>
#include <dlfcn.h>
#include <iostream>
#include <thread>
#include <vector>

int main(int argc, char** argv) {
  constexpr int kThreads = 6;
  constexpr int kCalls = 20000;
  void* const plugin = argc == 2 ? dlopen(argv[1], RTLD_NOW | RTLD_LOCAL) : nullptr;
  using MakeCalls = void(circuitbreaker::CircuitBreaker&, int);
  auto* const make_calls =
      plugin == nullptr ? nullptr : reinterpret_cast<MakeCalls*>(dlsym(plugin, "make_calls"));
  if (make_calls == nullptr) {
    std::cerr << "cannot load the plugin: " << dlerror() << '\n';
    return 1;
  }
  circuitbreaker::CircuitBreaker breaker("shared");
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&, i] {
      if (i % 2 == 0) {
        make_calls(breaker, kCalls);
      } else {
        for (int n = 0; n < kCalls; ++n) (void)breaker.call([] {});
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  const auto counted = breaker.calls().success;
  std::cout << counted << " of " << kThreads * kCalls << " calls counted\n";
  return counted == static_cast<unsigned>(kThreads * kCalls) ? 0 : 1;
}
