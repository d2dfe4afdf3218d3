"""Where channels knock: their notifications, and nothing else."""
