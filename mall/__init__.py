"""A small phone shop that sells by instalments through the merchant API, as any shop would."""
