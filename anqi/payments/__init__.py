"""Payments: charges and the channels they go through, inbox, outbox, and money that could not be applied."""
