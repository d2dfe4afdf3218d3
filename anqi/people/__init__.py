"""People: borrowers, staff, their roles, sign-in codes and consents."""
