"""Notices: messages to people and webhooks to merchants, each a row with its proof of delivery."""
