"""Lending: products, merchants, orders, quotes, agreements, loans and their facts."""
