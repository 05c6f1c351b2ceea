// The metrics of a registry's breakers, as a scrape shows them.

#include <iostream>

#include <prometheus/text_serializer.h>

#include "circuitbreaker/adapters/prometheus.h"
#include "circuitbreaker/registry.h"

int main() {
  circuitbreaker::Registry registry;
  (void)registry.get("database")->call([] {});
  const circuitbreaker::RegistryCollector collector(registry);
  std::cout << prometheus::TextSerializer().Serialize(collector.Collect());
}
