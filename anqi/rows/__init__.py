"""What every table shares: keys, relations by borrower, hash chain, encrypted columns, migration operations."""
