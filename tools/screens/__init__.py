"""Every page of borrower and office in every look, as pictures to leaf through, with what is wrong on them."""
