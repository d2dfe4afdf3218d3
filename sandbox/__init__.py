"""Stand-ins of the outside world: payment channels and an SMS gateway that speak their real wire formats."""
