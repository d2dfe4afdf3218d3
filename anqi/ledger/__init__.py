"""The books: postings that balance by construction, and the days they are booked in. Knows no loan rule."""
