"""Load measurement: each part makes its own durable server, and they all keep their figures in build/bench.json."""
