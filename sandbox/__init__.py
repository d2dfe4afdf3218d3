"""Stand-ins of the outside world: payment channels, a bank and an SMS gateway that speak their real wire formats."""
