"""Every page of borrower and office as people see it, in every look: pictures to leaf through, and what is wrong on them."""
