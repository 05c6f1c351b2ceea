"""The layers of the product: the folders that each folder may include, and the folders that may use each library.

Read by check-includes. A folder may always include itself. Everything that is not listed is forbidden, so enter a new
folder or library here first.
"""

# Folder -> folders of this project that it may include. Lower layers come first.
MAY_INCLUDE = {
    # The resilience library stands alone.
    "circuitbreaker": [],
    "circuitbreaker/adapters": ["circuitbreaker"],
    "circuitbreaker/adapters/examples": ["circuitbreaker", "circuitbreaker/adapters"],
    "circuitbreaker/bench": ["circuitbreaker"],
    "circuitbreaker/examples": ["circuitbreaker"],
    # The stock client. Its vocabulary does not depend on how values are fetched, stored or charged.
    "stockclient/time": ["circuitbreaker"],
    "stockclient/domain": ["circuitbreaker", "stockclient/time"],
    "stockclient/work": ["circuitbreaker"],
    "stockclient/wire": ["circuitbreaker", "stockclient/time", "stockclient/domain"],
    "stockclient/quota": ["circuitbreaker", "stockclient/time", "stockclient/domain"],
    "stockclient/cache": ["circuitbreaker", "stockclient/time", "stockclient/domain"],
    "stockclient/store": ["circuitbreaker", "stockclient/time", "stockclient/domain", "stockclient/work"],
    "stockclient/fleet": ["circuitbreaker", "stockclient/time", "stockclient/domain", "stockclient/work"],
    "stockclient/refresh": ["circuitbreaker", "stockclient/time", "stockclient/domain", "stockclient/quota"],
    "stockclient/flights": [
        "circuitbreaker",
        "stockclient/time",
        "stockclient/domain",
        "stockclient/work",
        "stockclient/wire",
        "stockclient/quota",
        "stockclient/cache",
        "stockclient/store",
        "stockclient/fleet",
        "stockclient/refresh",
    ],
    "stockclient": [
        "circuitbreaker",
        "stockclient/time",
        "stockclient/domain",
        "stockclient/work",
        "stockclient/wire",
        "stockclient/quota",
        "stockclient/cache",
        "stockclient/store",
        "stockclient/fleet",
        "stockclient/refresh",
        "stockclient/flights",
    ],
    # Not part of the client: only the tests and `--demo` use it.
    "stockclient/simulator": ["circuitbreaker", "stockclient/time", "stockclient/domain"],
    # Folders of the service. Each may also include everything in ANYTHING_BELOW_SERVICE.
    "service/text": [],
    "service/json": [],
    "service/http": ["service/text", "service/json"],
    "service/connection": ["service/http"],
    "service/log": ["service/json"],
    "service/settings": ["service/text", "service/log", "service/connection"],
    "service/metrics": ["service/json", "service/http", "service/log"],
    "service/quotes": ["service/json", "service/http", "service/metrics"],
    "service/query": ["service/json", "service/http", "service/metrics"],
    "service/live": ["service/json", "service/http", "service/metrics"],
    "service/operations": [
        "service/json",
        "service/http",
        "service/log",
        "service/settings",
        "service/metrics",
        "service/quotes",
    ],
    "service": [
        "service/text",
        "service/json",
        "service/http",
        "service/connection",
        "service/log",
        "service/settings",
        "service/metrics",
        "service/quotes",
        "service/query",
        "service/live",
        "service/operations",
    ],
}

# Layers that every folder of the service may include, except that only `service` itself wires in the simulator.
ANYTHING_BELOW_SERVICE = [folder for folder in MAY_INCLUDE if not folder.startswith("service")]
ONLY_FOR_SERVICE_ITSELF = ["stockclient/simulator"]

# Header, or prefix of headers, of a library -> folders and files that may include it.
LIBRARIES = {
    "tl/": ["circuitbreaker/include/circuitbreaker/expected.h"],
    "benchmark/": ["circuitbreaker/bench"],
    "curl/": ["circuitbreaker/adapters", "circuitbreaker/adapters/examples", "stockclient", "stockclient/wire", "stockclient/store", "stockclient/simulator"],
    "nlohmann/": ["stockclient/wire", "stockclient/store", "stockclient/fleet", "stockclient/simulator"],
    "date/": ["stockclient/time"],
    "sqlite3.h": ["stockclient/store"],
    "libpq-fe.h": ["stockclient/store"],
    "hiredis/": ["stockclient/fleet"],
    "zlib.h": ["stockclient/store", "stockclient/fleet"],
    "httplib.h": ["circuitbreaker/adapters", "circuitbreaker/adapters/examples", "stockclient/simulator", "service/connection"],
    "prometheus/": ["circuitbreaker/adapters", "circuitbreaker/adapters/examples", "service/metrics"],
    "yaml-cpp/": ["service/settings"],
    "spdlog/": ["service/log"],
    "CLI/": ["stockclient/simulator", "service/settings"],
}

# Folders without I/O: apart from LIBRARIES they may include only the C++ standard library.
STANDARD_LIBRARY_ONLY = ["circuitbreaker"]

# POSIX and Linux headers, which all other folders may include.
SYSTEM_HEADERS = r"(sys|netinet|arpa|linux|net)/\w+\.h|(dlfcn|fcntl|netdb|poll|pthread|sched|signal|time|unistd|xlocale)\.h"
