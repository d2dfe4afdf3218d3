"""A small mutation tester: what could be changed in the engine without any of its tests noticing."""
