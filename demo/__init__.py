"""The demonstration: believable data planted by real actions, and all sites on this machine."""
