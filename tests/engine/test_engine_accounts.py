"""What the books must show, day by day; every row was added up by hand."""

from engine_tables import LOAN, PHONE, follow, look_at_balances


def test_a_phone_from_shipment_over_a_late_payment_to_its_return() -> None:
    """333.16 at 0.0005 a day: 0.67 after four days, 0.83 after five. Six of 31 days of the second fee: 2.51."""
    follow(
        PHONE,
        """
day         happens          principal  fee    penalty  fee_income  penalty_income  merchant  unapplied  credit
2026-08-30                   -          -      -        -           -               -         -          -
2026-08-31                   1999.00    -      -        -           -               -1999.00  -          -
2026-09-29                   1999.00    -      -        -           -               -1999.00  -          -
2026-09-30                   1999.00    12.99  -        -12.99      -               -1999.00  -          -
2026-10-03                   1999.00    12.99  -        -12.99      -               -1999.00  -          -
2026-10-04                   1999.00    12.99  0.67     -12.99      -0.67           -1999.00  -          -
2026-10-05  pays 346.98      1665.84    -      -        -12.99      -0.83           -1999.00  346.98     -
2026-10-06  returns 1999.00  -          -      -        -12.99      -0.83           -         346.98     -333.16
2026-10-31                   -          -      -        -15.50      -0.83           -         346.98     -330.65
""",
        look_at_balances,
    )


def test_a_loan_settled_early_whose_payment_bounces() -> None:
    """Ten days of 5526.91 at 12 %, days over 360: 18.42. The bounce takes it off as though it had never been."""
    follow(
        LOAN,
        """
day         happens                 principal  interest  penalty  interest_income  penalty_income  waived  unapplied
2026-02-28  pays 533.09             5526.91    -         -        -60.00           -               -       533.09
2026-03-10  pays 5545.33 for all    -          -         -        -78.42           -               -       6078.42
2026-03-14                          -          -         -        -78.42           -               -       6078.42
2026-03-15  reverses p2             5526.91    -         -        -60.00           -               -       533.09
2026-04-05                          5526.91    55.27     1.19     -115.27          -1.19           -       533.09
2026-04-05  waives 1.00 penalty     5526.91    55.27     0.19     -115.27          -1.19           1.00    533.09
2026-04-05  waives 55.27 interest   5526.91    -         0.19     -115.27          -1.19           56.27   533.09
""",
        look_at_balances,
    )


def test_what_is_paid_ahead_is_income_when_it_is_paid() -> None:
    """The second instalment's fee is paid a month before it falls due, and again nothing happens on that day."""
    follow(
        PHONE,
        """
day         happens               principal  fee  fee_income  unapplied  merchant
2026-09-30  pays 692.30 for next  1332.68    -    -25.98      692.30     -1999.00
2026-10-31                        1332.68    -    -25.98      692.30     -1999.00
2026-11-30                        1332.68    12.99  -38.97    692.30     -1999.00
""",
        look_at_balances,
    )


def test_a_prepayment_lowers_the_principal_and_credit_is_a_debt_of_ours() -> None:
    """One of 31 days of 4526.91 at 1 %: 1.46, which the credit pays on the due date."""
    follow(
        LOAN | {"excess": "shorten"},
        """
day         happens         principal  interest_income  unapplied  credit
2026-02-28  pays 1533.09    4526.91    -60.00           1533.09    -
2026-03-01  pays 9000.00    -          -60.00           10533.09   -4473.09
2026-03-31                  -          -61.46           10533.09   -4471.63
""",
        look_at_balances,
    )
