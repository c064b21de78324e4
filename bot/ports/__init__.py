"""What GridCare asks of the company's systems: typed values, one protocol per subject, one error tree.

Every adapter implements the protocols and passes tests/ports/contract.py. Values are frozen; money and energy are
`Decimal` (yuan with two places, kWh), times are timezone-aware. Reads that show customer data take the `Subject` who
asks; the company's system checks again that this subject may see the account. Writes take an idempotency key: the same
key with the same body gives the first result again.
"""
