"""Documents that a borrower may keep: their content as canonical JSON, hashed and never changed."""
