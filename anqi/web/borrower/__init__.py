"""The borrower's site: what is owed and why, paying it, signing for it."""
